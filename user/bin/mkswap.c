/* SPDX-License-Identifier: MIT */
/*
 * mkswap.c - make a disk or a file a swap area.
 *
 *   mkswap [-L label] device
 *
 * The first page gets the header; the others are the area.
 */
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>
#include "lib/abi/swap.h"

#define PAGE 4096
#define MIN_PAGES 10

static uint64_t size_of(int fd, const char *path)
{
    struct stat st;
    uint64_t size;

    if (fstat(fd, &st) < 0)
        err(1, "%s", path);
    if (S_ISREG(st.st_mode))
        return (uint64_t)st.st_size;
    if (!S_ISBLK(st.st_mode))
        errx(1, "%s: neither a disk nor a file", path);
    if (ioctl(fd, BLKGETSIZE64, &size) < 0)
        err(1, "%s", path);
    return size;
}

static void make_header(struct swap_header *h, uint64_t npages, const char *label)
{
    memset(h, 0, sizeof(*h));
    h->version = SWAP_VERSION;
    h->last_page = (uint32_t)(npages - 1);
    if (getrandom(h->uuid, sizeof(h->uuid), 0) != sizeof(h->uuid))
        err(1, "no random numbers");
    h->uuid[6] = (h->uuid[6] & 0x0f) | 0x40;    /* RFC 4122: version 4, random */
    h->uuid[8] = (h->uuid[8] & 0x3f) | 0x80;
    if (label)
        strncpy(h->volume_name, label, sizeof(h->volume_name));
    memcpy(h->signature, SWAP_SIGNATURE, SWAP_SIGNATURE_LEN);
}

int main(int argc, char **argv)
{
    static struct swap_header header;
    const char *label = NULL;
    uint64_t npages;
    int c, fd;

    while ((c = getopt(argc, argv, "L:")) != -1) {
        if (c != 'L')
            errx(1, "usage: mkswap [-L label] device");
        label = optarg;
    }
    if (optind != argc - 1)
        errx(1, "usage: mkswap [-L label] device");
    fd = open(argv[optind], O_RDWR);
    if (fd < 0)
        err(1, "%s", argv[optind]);
    npages = size_of(fd, argv[optind]) / PAGE;
    if (npages < MIN_PAGES || npages > UINT32_MAX)
        errx(1, "%s: %lu pages are no swap area; %d or more are", argv[optind], npages, MIN_PAGES);
    make_header(&header, npages, label);
    if (pwrite(fd, &header, sizeof(header), 0) != sizeof(header) || fsync(fd) < 0 || close(fd) < 0)
        err(1, "%s", argv[optind]);
    printf("%s: %lu KiB of swap\n", argv[optind], (npages - 1) * (PAGE / 1024));
    return 0;
}
