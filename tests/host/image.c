/* SPDX-License-Identifier: MIT */
/*
 * image.c - disk images, and the host's own tools that make and judge them.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "tests/host/image.h"

/* mke2fs and e2fsck are in places that are not in everybody's path. */
#define PATH_PREFIX "PATH=$PATH:/sbin:/usr/sbin; "

static void die(const char *what, const char *path)
{
    fprintf(stderr, "image: %s %s\n", what, path);
    abort();
}

void *image_map(const char *path, size_t *size)
{
    int fd = open(path, O_RDWR);
    off_t end = lseek(fd, 0, SEEK_END);
    void *bytes;

    if (fd < 0 || end <= 0)
        die("cannot open", path);
    bytes = mmap(NULL, (size_t)end, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (bytes == MAP_FAILED)
        die("cannot map", path);
    close(fd);
    *size = (size_t)end;
    return bytes;
}

void image_unmap(void *bytes, size_t size)
{
    munmap(bytes, size);
}

/* A new empty file; its name, to be freed. */
static char *make_file(size_t size)
{
    const char *dir = getenv("TMPDIR");
    char *path = malloc(300);
    int fd;

    snprintf(path, 300, "%s/pagoda-image-XXXXXX", dir ? dir : "/tmp");
    fd = mkstemp(path);
    if (fd < 0 || ftruncate(fd, (off_t)size) != 0)
        die("cannot make", path);
    close(fd);
    return path;
}

const char *image_make(const char *options, size_t size)
{
    char *path = make_file(size);
    char out[500];

    if (!image_run(out, sizeof(out), "mke2fs -q -F %s %s", options, path))
        die("mke2fs failed:", out);
    return path;
}

void image_remove(const char *path)
{
    unlink(path);
    free((char *)path);
}

bool image_is_sound(const char *path)
{
    char out[4000];

    if (image_run(out, sizeof(out), "e2fsck -fn %s", path))
        return true;
    fprintf(stderr, "%s", out);
    return false;
}

bool image_run(char *out, size_t size, const char *fmt, ...)
{
    char command[1000], rest[1000];
    size_t len = (size_t)snprintf(command, sizeof(command), "%s", PATH_PREFIX), n = 0;
    va_list ap;
    FILE *pipe;

    va_start(ap, fmt);
    vsnprintf(command + len, sizeof(command) - len, fmt, ap);
    va_end(ap);
    strncat(command, " 2>&1", sizeof(command) - strlen(command) - 1);
    pipe = popen(command, "r");
    if (!pipe)
        die("cannot run", command);
    if (out) {
        n = fread(out, 1, size - 1, pipe);
        out[n] = '\0';
    }
    while (fread(rest, 1, sizeof(rest), pipe) > 0)
        ;
    return pclose(pipe) == 0;
}

bool image_put(const char *path, const char *name, const void *bytes, size_t size)
{
    char *local = make_file(size);
    FILE *f = fopen(local, "wb");
    bool ok = f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0 &&
              image_run(NULL, 0, "debugfs -w -R 'write %s %s' %s", local, name, path);

    image_remove(local);
    return ok;
}

size_t image_get(const char *path, const char *name, void *bytes, size_t size)
{
    char *local = make_file(0);
    size_t n = 0;
    FILE *f;

    image_run(NULL, 0, "debugfs -R 'dump %s %s' %s", name, local, path);
    f = fopen(local, "rb");
    if (f) {
        n = fread(bytes, 1, size, f);
        n += fgetc(f) != EOF;
        fclose(f);
    }
    image_remove(local);
    return n;
}
