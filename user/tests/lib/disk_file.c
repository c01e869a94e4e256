/* SPDX-License-Identifier: MIT */
/*
 * disk_file.c - a file on the root disk, and names that it has not, as causes of
 * what /proc shows.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"

#define DROP_CACHES "/proc/sys/vm/drop_caches"

static int write_file(size_t npages, char fill)
{
    static char page[PAGE];
    int fd = open(DISK_FILE, O_CREAT | O_TRUNC | O_RDWR, 0600);

    REQUIRE(fd >= 0);
    memset(page, fill, PAGE);
    for (size_t i = 0; i < npages; i++)
        EXPECT_EQ(write(fd, page, PAGE), PAGE);
    return fd;
}

int new_disk_file(size_t npages, char fill)
{
    int fd = write_file(npages, fill);

    EXPECT_OK(unlink(DISK_FILE));
    return fd;
}

void dirty_on_disk(void)
{
    close(write_file(DISK_FILE_PAGES, 0));
}

void write_on_disk(void)
{
    int fd = write_file(DISK_FILE_PAGES, 0);

    EXPECT_OK(fsync(fd));
    close(fd);
}

void read_again(void)
{
    static char page[PAGE];
    int fd = open(DISK_FILE, O_RDONLY);

    REQUIRE(fd >= 0);
    while (read(fd, page, PAGE) > 0)
        continue;
    close(fd);
}

void read_from_disk(void)
{
    set_text(DROP_CACHES, "1\n");
    read_again();
}

void drop_cached_pages(void)
{
    sync();
    set_text(DROP_CACHES, "1\n");
}

void need_to_drop_pages(void)
{
    if (access(DROP_CACHES, W_OK) < 0)
        skip("files cannot be dropped from memory");
}

void need_disk_room(size_t npages)
{
    struct statfs fs;

    REQUIRE(statfs("/", &fs) == 0);
    if (fs.f_bavail * (size_t)fs.f_bsize < (npages + npages / 100) * PAGE)  /* and the file's map */
        skip("needs a larger root disk");
}

void look_up_missing(int count)
{
    struct stat st;
    char name[64];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "/no-such-name-%d", i);
        EXPECT_ERROR(stat(name, &st), ENOENT);
    }
}
