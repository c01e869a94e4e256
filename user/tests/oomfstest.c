/* SPDX-License-Identifier: MIT */
/*
 * oomfstest.c - the file system does not say ENOMEM while there is somebody to kill.
 *
 * Nothing of a folder is in memory, and memory is gone: the kernel itself has it, but for what
 * a process has that may be killed.  Then a system call needs pages for the folder, which
 * the file system asks for in the midst of its work, with locks held.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/hog.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define FOLDER "/oomfstest.tmp"
#define NAMES 600               /* in the folder: several blocks of it */
#define VICTIM_PAGES 512
#define DISK "/dev/vda"

/* Longer than what fits into an inode. */
static const char link_text[] = "a/text/that/needs/a/block/of/its/own/since/it/has/more/than/sixty/"
                                "characters";

/* All memory that is free, or that is the cache's.  Nothing is on its way: it would come too
 * late to be taken, and in time for the call. */
static void exhaust(struct debug_blocks *d)
{
    *d = (struct debug_blocks){ .size = PAGE, .gfp = DEBUG_GFP_KERNEL };
    debug_call(DEBUG_QUIESCE, 0, 0);
    do {
        sync();
        set_text("/proc/sys/vm/drop_caches", "3\n");
        d->count = available_pages() + VICTIM_PAGES;
        REQUIRE(debug_call(DEBUG_TAKE, (uintptr_t)d, 0) == 0);
    } while (d->done > 0);
}

static void give_back(struct debug_blocks *d)
{
    d->count = 0;
    EXPECT_EQ(debug_call(DEBUG_GIVE, (uintptr_t)d, 0), 0);
}

static void make_folder(void)
{
    char name[16];
    int dir;

    REQUIRE(mkdir(FOLDER, 0700) == 0);
    dir = open(FOLDER, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < NAMES; i++) {
        snprintf(name, sizeof(name), "name-%d", i);
        EXPECT_OK(mknodat(dir, name, S_IFREG | 0600, 0));
    }
    EXPECT_OK(symlinkat(link_text, dir, "link"));
    close(dir);
}

static void remove_folder(void)
{
    DIR *dir = opendir(FOLDER);
    const struct dirent *e;

    REQUIRE(dir);
    while ((e = readdir(dir)) != NULL)
        if (e->d_name[0] != '.')
            EXPECT_OK(unlinkat(dirfd(dir), e->d_name,
                               e->d_type == DT_DIR ? AT_REMOVEDIR : 0));
    closedir(dir);
    EXPECT_OK(rmdir(FOLDER));
}

static char buffer[PAGE];

/* What is called: with a descriptor of the folder, and one of the disk.  0 or more, or -1. */
static long list_folder(int dir, int disk)
{
    (void)disk;
    return syscall(SYS_getdents64, dir, buffer, sizeof(buffer));
}

static long read_disk(int dir, int disk)
{
    (void)dir;
    return pread(disk, buffer, sizeof(buffer), 5 * MB);
}

static long look_up(int dir, int disk)
{
    struct stat st;

    (void)disk;
    return fstatat(dir, "name-599", &st, 0);
}

static long read_link(int dir, int disk)
{
    (void)disk;
    return readlinkat(dir, "link", buffer, sizeof(buffer));
}

static long make_name(int dir, int disk)
{
    (void)disk;
    return mknodat(dir, "new", S_IFREG | 0600, 0);
}

static long make_subfolder(int dir, int disk)
{
    (void)disk;
    return mkdirat(dir, "sub", 0700);
}

static long rename_name(int dir, int disk)
{
    (void)disk;
    return syscall(SYS_renameat2, dir, "name-598", dir, "renamed", 0);
}

static long remove_name(int dir, int disk)
{
    (void)disk;
    return unlinkat(dir, "name-597", 0);
}

static const struct {
    const char *name;
    long (*call)(int dir, int disk);
} calls[] = {
    { "getdents64", list_folder },  { "read of a disk", read_disk },  { "fstatat", look_up },
    { "readlinkat", read_link },    { "mknodat", make_name },         { "mkdirat", make_subfolder },
    { "renameat", rename_name },    { "unlinkat", remove_name },
};

/* One call on a machine without memory: somebody dies for it, and it comes to its end. */
static void call_without_memory(size_t i, int dir, int disk)
{
    long before = nr_killed(), result;
    struct debug_blocks taken;
    struct keeper k;
    pid_t victim = start_keeper(&k, VICTIM_PAGES, 1000);

    memset(buffer, 0, sizeof(buffer));
    EXPECT_EQ(calls[i].call(-1, -1), -1);   /* the program itself is in memory */
    exhaust(&taken);
    result = calls[i].call(dir, disk);
    if (result < 0)
        fail(__FILE__, __LINE__, "%s: errno %d", calls[i].name, errno);
    EXPECT_EQ(nr_killed() - before, 1);
    give_back(&taken);
    end_child(victim);
}

/* Run CHECK for each call. */
static void for_each_call(void (*check)(size_t i, int dir, int disk))
{
    int dir, disk;

    need_debug_call();
    need_small_machine();
    set_adj(-1000);
    make_folder();
    dir = open(FOLDER, O_RDONLY | O_DIRECTORY);
    disk = open(DISK, O_RDONLY);
    REQUIRE(dir >= 0 && disk >= 0);
    for (size_t i = 0; i < COUNT(calls); i++)
        check(i, dir, disk);
    close(disk);
    close(dir);
    remove_folder();
}

static void calls_wait_for_memory(void)
{
    for_each_call(call_without_memory);
}

/* Victims want the locks that the caller holds while it waits for their memory. */
#define VICTIMS 4

static void use_folder(void *arg)
{
    const char *name = FOLDER "/mine";

    (void)arg;
    set_adj(1000);
    grow(VICTIM_PAGES);
    for (;;) {
        mkdir(name, 0700);
        rmdir(name);
    }
}

static void call_among_victims(size_t i, int dir, int disk)
{
    struct debug_blocks taken;
    pid_t victims[VICTIMS];

    start_children(victims, VICTIMS, use_folder);
    memset(buffer, 0, sizeof(buffer));
    EXPECT_EQ(calls[i].call(-1, -1), -1);
    exhaust(&taken);
    if (calls[i].call(dir, disk) < 0)
        fail(__FILE__, __LINE__, "%s: errno %d", calls[i].name, errno);
    give_back(&taken);
    end_children(victims, VICTIMS);
    rmdir(FOLDER "/mine");
}

static void victims_want_the_locks(void)
{
    for_each_call(call_among_victims);
}

static const struct test tests[] = {
    CHILD_TEST(calls_wait_for_memory),
    CHILD_TEST(victims_want_the_locks),
};

TEST_MAIN(tests)
