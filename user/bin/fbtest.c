/* SPDX-License-Identifier: MIT */
/*
 * fbtest - draw a test picture on the display.
 *
 *     fbtest [-w]
 *
 * Eight bars of colour above, a grey ramp below, in a white frame: what is drawn wrongly, or
 * shown from the wrong frames of memory, is seen at once.  Through a mapping of /dev/fb0, or
 * with -w by write.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/abi/fb.h"

static struct fb_var_screeninfo var;
static struct fb_fix_screeninfo fix;

static uint32_t colour_at(uint32_t x, uint32_t y)
{
    uint32_t grey = x * 255 / (var.xres - 1), bar = x * 8 / var.xres;

    if (x == 0 || y == 0 || x == var.xres - 1 || y == var.yres - 1)
        return 0xffffff;
    if (y >= var.yres / 2)
        return grey << 16 | grey << 8 | grey;
    return (bar & 4 ? 0xff0000 : 0) | (bar & 2 ? 0xff00 : 0) | (bar & 1 ? 0xff : 0);
}

static void draw_line(uint32_t *line, uint32_t y)
{
    for (uint32_t x = 0; x < var.xres; x++)
        line[x] = colour_at(x, y);
}

static void draw_mapped(int fd)
{
    char *p = mmap(NULL, fix.smem_len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED)
        err(1, "mmap");
    for (uint32_t y = 0; y < var.yres; y++)
        draw_line((uint32_t *)(p + (size_t)y * fix.line_length), y);
    if (ioctl(fd, FBIOPAN_DISPLAY, &var) < 0)
        err(1, "FBIOPAN_DISPLAY");
    munmap(p, fix.smem_len);
}

static void draw_written(int fd)
{
    uint32_t *line = malloc(fix.line_length);

    if (!line)
        err(1, NULL);
    for (uint32_t y = 0; y < var.yres; y++) {
        draw_line(line, y);
        if (write(fd, line, fix.line_length) != (ssize_t)fix.line_length)
            err(1, "write");
    }
    free(line);
}

int main(int argc, char **argv)
{
    int fd, c;
    void (*draw)(int fd) = draw_mapped;

    while ((c = getopt(argc, argv, "w")) != -1) {
        if (c != 'w') {
            fprintf(stderr, "usage: fbtest [-w]\n");
            return 1;
        }
        draw = draw_written;
    }
    fd = open("/dev/fb0", O_RDWR);
    if (fd < 0)
        err(1, "/dev/fb0");
    if (ioctl(fd, FBIOGET_VSCREENINFO, &var) < 0 || ioctl(fd, FBIOGET_FSCREENINFO, &fix) < 0)
        err(1, "what the display looks like");
    if (var.bits_per_pixel != 32)
        errx(1, "pixels of %u bits; this program draws 32", var.bits_per_pixel);
    draw(fd);
    printf("%s: %u x %u\n", fix.id, var.xres, var.yres);
    return 0;
}
