/* SPDX-License-Identifier: MIT */
/*
 * filetest.c - the rules of files and directories, one by one, on disk and in memory.
 *
 * Every test runs in a fresh directory on each file system.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define GB (1024 * MB)
#define MANY 2000               /* entries of a large directory */

static void make_file(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    REQUIRE(fd >= 0);
    REQUIRE(write(fd, content, strlen(content)) == (ssize_t)strlen(content));
    close(fd);
}

static void expect_content(const char *path, const char *content)
{
    char buf[256];

    read_file(path, buf, sizeof(buf));
    if (strcmp(buf, content) != 0)
        fail(__FILE__, __LINE__, "%s holds '%s', not '%s'", path, buf, content);
}

static struct stat stat_of(const char *path)
{
    struct stat st = { 0 };

    if (lstat(path, &st) < 0)
        fail(__FILE__, __LINE__, "%s: errno %d", path, errno);
    return st;
}

/* Opening */

static void open_flags(void)
{
    int fd;

    EXPECT_ERROR(open("f", O_RDONLY), ENOENT);
    make_file("f", "content");
    EXPECT_ERROR(open("f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    EXPECT_ERROR(open("f/", O_RDONLY), ENOTDIR);
    EXPECT_ERROR(open("f/g", O_RDONLY), ENOTDIR);
    EXPECT_ERROR(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
    EXPECT_ERROR(open(".", O_WRONLY), EISDIR);
    EXPECT_ERROR(open("g/", O_WRONLY | O_CREAT, 0600), EISDIR);
    EXPECT_ERROR(open("", O_RDONLY), ENOENT);
    fd = open("f", O_RDWR | O_TRUNC);
    EXPECT_EQ(stat_of("f").st_size, 0);
    EXPECT_EQ(write(fd, "new", 3), 3);
    close(fd);
    fd = open("f", O_RDONLY);
    EXPECT_ERROR(write(fd, "x", 1), EBADF);
    close(fd);
    fd = open("f", O_WRONLY);
    EXPECT_ERROR(read(fd, &fd, 1), EBADF);
    close(fd);
    expect_content("f", "new");
    unlink("f");
}

static void append_mode(void)
{
    int a, b;

    make_file("f", "begin ");
    a = open("f", O_WRONLY | O_APPEND);
    b = open("f", O_WRONLY | O_APPEND);
    EXPECT_EQ(write(a, "a1 ", 3), 3);
    EXPECT_EQ(write(b, "b1 ", 3), 3);
    EXPECT_EQ(lseek(a, 0, SEEK_SET), 0);
    EXPECT_EQ(write(a, "a2", 2), 2);
    EXPECT_EQ(lseek(a, 0, SEEK_CUR), 14);
    expect_content("f", "begin a1 b1 a2");
    close(a);
    close(b);
    unlink("f");
}

static void unlink_while_open(void)
{
    struct stat st;
    char buf[16];
    int fd;

    make_file("f", "still here");
    fd = open("f", O_RDWR);
    EXPECT_OK(unlink("f"));
    EXPECT_ERROR(open("f", O_RDONLY), ENOENT);
    make_file("f", "another");
    EXPECT_OK(fstat(fd, &st));
    EXPECT_EQ(st.st_nlink, 0);
    EXPECT_EQ(pread(fd, buf, sizeof(buf), 0), 10);
    EXPECT(memcmp(buf, "still here", 10) == 0);
    EXPECT_EQ(pwrite(fd, "more", 4, 100000), 4);
    EXPECT_OK(fsync(fd));
    EXPECT_EQ(pread(fd, buf, 4, 100000), 4);
    close(fd);
    expect_content("f", "another");
    unlink("f");
}

static void holes(void)
{
    static const off_t places[] = { 0, 5 * GB, 5 * GB - 3, 13 * MB, 47 * GB + 1 };
    char buf[64];
    struct stat st;
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0644);

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < COUNT(places); i++)
        EXPECT_EQ(pwrite(fd, &"0123456789"[i], 3, places[i]), 3);
    EXPECT_EQ(lseek(fd, 0, SEEK_END), places[4] + 3);
    EXPECT_OK(fsync(fd));
    EXPECT_OK(fstat(fd, &st));
    EXPECT_RANGE(st.st_blocks, 8, 8 * 40);
    if (has_debug_call())
        debug_call(DEBUG_QUIESCE, 0, 0);
    for (size_t i = 1; i < COUNT(places); i++) {
        EXPECT_EQ(pread(fd, buf, 3, places[i]), 3);
        EXPECT(memcmp(buf, &"0123456789"[i], 3) == 0);
    }
    memset(buf, 'x', sizeof(buf));
    EXPECT_EQ(pread(fd, buf, sizeof(buf), 2 * GB - 20), sizeof(buf));
    for (size_t i = 0; i < sizeof(buf); i++)
        EXPECT_EQ(buf[i], 0);
    EXPECT_OK(ftruncate(fd, 4 * GB + 1));
    EXPECT_EQ(lseek(fd, 0, SEEK_END), 4 * GB + 1);
    EXPECT_OK(ftruncate(fd, 6 * GB));
    EXPECT_EQ(pread(fd, buf, 3, 5 * GB), 3);
    EXPECT_EQ(buf[0] | buf[1] | buf[2], 0);
    close(fd);
    EXPECT_OK(unlink("f"));
}

static void seeking(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    char c;

    EXPECT_EQ(write(fd, "abc", 3), 3);
    EXPECT_EQ(lseek(fd, -2, SEEK_CUR), 1);
    EXPECT_EQ(read(fd, &c, 1), 1);
    EXPECT_EQ(c, 'b');
    EXPECT_ERROR(lseek(fd, -1, SEEK_SET), EINVAL);
    EXPECT_ERROR(lseek(fd, -4, SEEK_END), EINVAL);
    EXPECT_ERROR(lseek(fd, 0, 77), EINVAL);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 2);
    EXPECT_EQ(lseek(fd, 1000, SEEK_END), 1003);
    EXPECT_EQ(read(fd, &c, 1), 0);
    EXPECT_EQ(stat_of("f").st_size, 3);
    EXPECT_EQ(write(fd, "d", 1), 1);
    EXPECT_EQ(stat_of("f").st_size, 1004);
    EXPECT_ERROR(ftruncate(fd, -1), EINVAL);
    EXPECT_ERROR(pread(fd, &c, 1, -1), EINVAL);
    close(fd);
    unlink("f");
}

/* Names */

static void long_names(void)
{
    char name[NAME_MAX + 2], path[PATH_MAX + 100];

    memset(name, 'n', sizeof(name));
    name[NAME_MAX] = '\0';
    make_file(name, "long");
    expect_content(name, "long");
    EXPECT_OK(unlink(name));
    name[NAME_MAX] = 'n';
    name[NAME_MAX + 1] = '\0';
    EXPECT_ERROR(open(name, O_RDONLY | O_CREAT, 0644), ENAMETOOLONG);
    EXPECT_ERROR(mkdir(name, 0755), ENAMETOOLONG);
    EXPECT_ERROR(unlink(name), ENAMETOOLONG);
    memset(path, '/', sizeof(path));
    path[sizeof(path) - 1] = '\0';
    EXPECT_ERROR(access(path, F_OK), ENAMETOOLONG);
    memset(path, 0, sizeof(path));
    for (size_t i = 0; i < 2000; i++)
        memcpy(path + 2 * i, "./", 2);
    EXPECT_OK(access(path, F_OK));
}

static void symbolic_links(void)
{
    char buf[PATH_MAX];
    char target[1200];

    EXPECT_OK(symlink("b", "a"));
    EXPECT_OK(symlink("a", "b"));
    EXPECT_ERROR(open("a", O_RDONLY), ELOOP);
    EXPECT_ERROR(access("a/x", F_OK), ELOOP);
    EXPECT_OK(unlink("a"));
    EXPECT_ERROR(open("b", O_RDONLY), ENOENT);
    EXPECT_ERROR(open("b", O_WRONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    make_file("b", "through a dangling link");
    expect_content("a", "through a dangling link");
    EXPECT_ERROR(open("b", O_RDONLY | O_NOFOLLOW), ELOOP);
    EXPECT_EQ(readlink("b", buf, sizeof(buf)), 1);
    EXPECT_EQ(readlink("b", buf, 0), -1);
    EXPECT_ERROR(readlink("a", buf, sizeof(buf)), EINVAL);
    EXPECT_ERROR(symlink("x", "b"), EEXIST);
    EXPECT_ERROR(symlink("", "c"), ENOENT);
    memset(target, '/', sizeof(target));
    memcpy(target + sizeof(target) - 5, "/tmp", 5);
    EXPECT_OK(symlink(target, "c"));
    EXPECT_EQ(readlink("c", buf, sizeof(buf)), sizeof(target) - 1);
    EXPECT_OK(access("c/.", F_OK));
    EXPECT_EQ(stat_of("c").st_size, sizeof(target) - 1);
    unlink("a");
    unlink("b");
    unlink("c");
}

/* 40 links one behind the other are followed, 41 are not. */
static void long_chain_of_links(void)
{
    char from[8], to[8];

    make_file("l0", "end");
    for (int i = 1; i <= 41; i++) {
        snprintf(from, sizeof(from), "l%d", i);
        snprintf(to, sizeof(to), "l%d", i - 1);
        EXPECT_OK(symlink(to, from));
    }
    EXPECT_OK(access("l40", F_OK));
    EXPECT_ERROR(access("l41", F_OK), ELOOP);
    for (int i = 0; i <= 41; i++) {
        snprintf(from, sizeof(from), "l%d", i);
        EXPECT_OK(unlink(from));
    }
}

static void hard_links(void)
{
    make_file("a", "1");
    EXPECT_OK(link("a", "b"));
    EXPECT_EQ(stat_of("a").st_nlink, 2);
    EXPECT_EQ(stat_of("a").st_ino, stat_of("b").st_ino);
    make_file("b", "two");
    expect_content("a", "two");
    EXPECT_ERROR(link("a", "b"), EEXIST);
    EXPECT_ERROR(link("none", "c"), ENOENT);
    EXPECT_OK(mkdir("d", 0755));
    EXPECT_ERROR(link("d", "e"), EPERM);
    EXPECT_ERROR(link("a", "/dev/x"), EXDEV);
    EXPECT_OK(unlink("a"));
    EXPECT_EQ(stat_of("b").st_nlink, 1);
    unlink("b");
    rmdir("d");
}

/* Directories */

static void directories(void)
{
    EXPECT_OK(mkdir("d", 0755));
    EXPECT_EQ(stat_of("d").st_nlink, 2);
    EXPECT_OK(mkdir("d/e", 0700));
    EXPECT_EQ(stat_of("d").st_nlink, 3);
    EXPECT_ERROR(mkdir("d", 0755), EEXIST);
    EXPECT_ERROR(mkdir("none/d", 0755), ENOENT);
    EXPECT_ERROR(rmdir("d"), ENOTEMPTY);
    EXPECT_ERROR(rmdir("d/."), EINVAL);
    EXPECT_ERROR(unlink("d"), EISDIR);
    EXPECT_ERROR(read(open("d", O_RDONLY), &(char){ 0 }, 1), EISDIR);
    make_file("f", "");
    EXPECT_ERROR(rmdir("f"), ENOTDIR);
    EXPECT_OK(rmdir("d/e"));
    EXPECT_EQ(stat_of("d").st_nlink, 2);
    EXPECT_OK(rmdir("d"));
    unlink("f");
}

static void leave_directory_that_is_gone(void)
{
    char buf[PATH_MAX];
    int fd;

    EXPECT_OK(mkdir("d", 0755));
    fd = open("d", O_RDONLY | O_DIRECTORY);
    EXPECT_OK(rmdir("d"));
    EXPECT_ERROR(openat(fd, "f", O_WRONLY | O_CREAT, 0644), ENOENT);
    EXPECT_ERROR(mkdirat(fd, "e", 0755), ENOENT);
    EXPECT_EQ(syscall(SYS_getdents64, fd, buf, sizeof(buf)) <= 0, 1);
    close(fd);
}

static void renaming(void)
{
    ino_t inode;

    make_file("a", "a");
    make_file("b", "b");
    inode = stat_of("a").st_ino;
    EXPECT_OK(rename("a", "b"));
    EXPECT_ERROR(access("a", F_OK), ENOENT);
    EXPECT_EQ(stat_of("b").st_ino, inode);
    expect_content("b", "a");
    EXPECT_ERROR(rename("none", "b"), ENOENT);
    EXPECT_OK(mkdir("d", 0755));
    EXPECT_OK(mkdir("d/e", 0755));
    EXPECT_ERROR(rename("b", "d"), EISDIR);
    EXPECT_ERROR(rename("d", "b"), ENOTDIR);
    EXPECT_ERROR(rename("d", "d/e/f"), EINVAL);
    EXPECT_ERROR(rename("b", "/dev/b"), EXDEV);
    EXPECT_OK(mkdir("x", 0755));
    EXPECT_ERROR(rename("x", "d"), ENOTEMPTY);
    EXPECT_OK(rename("d", "x"));
    EXPECT_OK(rename("x/e", "e"));
    EXPECT_EQ(stat_of("x").st_nlink, 2);
    EXPECT_EQ(stat_of("e/..").st_ino, stat_of(".").st_ino);
    EXPECT_OK(rename("b", "b"));
    EXPECT_OK(rename("b", "e/b"));
    expect_content("e/b", "a");
    EXPECT_OK(unlink("e/b"));
    EXPECT_OK(rmdir("e"));
    EXPECT_OK(rmdir("x"));
}

static void rename_over_open_file(void)
{
    char buf[8] = "";
    int fd;

    make_file("old", "old");
    make_file("new", "new");
    fd = open("old", O_RDONLY);
    EXPECT_OK(rename("new", "old"));
    EXPECT_EQ(read(fd, buf, sizeof(buf)), 3);
    EXPECT(memcmp(buf, "old", 3) == 0);
    close(fd);
    expect_content("old", "new");
    unlink("old");
}

/* Read a directory in small portions; how many names it has.  The first NAMES
 * must each be seen at most once; others may go and come again meanwhile. */
static size_t count_entries(const char *path, size_t portion, uint8_t *seen, size_t names)
{
    char buf[4096] __attribute__((aligned(8)));
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    size_t count = 0;
    long n;

    REQUIRE(fd >= 0);
    while ((n = syscall(SYS_getdents64, fd, buf, portion)) > 0)
        for (char *p = buf; p < buf + n; p += ((struct linux_dirent64 *)p)->d_reclen) {
            const char *name = ((struct linux_dirent64 *)p)->d_name;
            size_t i = strtoul(name + 1, NULL, 10);

            if (name[0] == '.')
                continue;
            if (i < names && seen[i]++)
                fail(__FILE__, __LINE__, "'%s' is there twice", name);
            count++;
        }
    EXPECT_EQ(n, 0);
    close(fd);
    return count;
}

static void make_many(size_t from, size_t to)
{
    char name[32];

    for (size_t i = from; i < to; i++) {
        snprintf(name, sizeof(name), "d/n%zu", i);
        REQUIRE(close(open(name, O_WRONLY | O_CREAT | O_EXCL, 0644)) == 0);
    }
}

static void remove_many(size_t from, size_t to, size_t step)
{
    char name[32];

    for (size_t i = from; i < to; i += step) {
        snprintf(name, sizeof(name), "d/n%zu", i);
        EXPECT_OK(unlink(name));
    }
}

static void large_directory(void)
{
    const char *wanted = getenv("FILETEST_ENTRIES");
    size_t many = wanted ? strtoul(wanted, NULL, 10) : MANY;
    uint8_t *seen = calloc(many, 1);
    char name[32];

    EXPECT_OK(mkdir("d", 0755));
    make_many(0, many);
    EXPECT_EQ(count_entries("d", 4096, seen, many), many);
    for (size_t i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "d/n%zu", rand_below(&test_rand, 2 * many));
        EXPECT_EQ(access(name, F_OK) == 0, strtoul(name + 3, NULL, 10) < many);
    }
    EXPECT_ERROR(rmdir("d"), ENOTEMPTY);
    remove_many(0, many, 3);
    memset(seen, 0, many);
    EXPECT_EQ(count_entries("d", 200, seen, many), many - (many + 2) / 3);
    remove_many(1, many, 3);
    remove_many(2, many, 3);
    memset(seen, 0, many);
    EXPECT_EQ(count_entries("d", 4096, seen, many), 0);
    EXPECT_OK(rmdir("d"));
    free(seen);
}

/* What is deleted while somebody reads may be seen or not; all else is seen once. */
static void deleting_while_reading(void)
{
    static uint8_t seen[600];
    char name[32];
    struct dirent *entry;
    size_t deleted = 0;
    DIR *stream;

    memset(seen, 0, sizeof(seen));
    EXPECT_OK(mkdir("d", 0755));
    make_many(0, COUNT(seen));
    stream = opendir("d");
    while ((entry = readdir(stream))) {
        size_t i = strtoul(entry->d_name + 1, NULL, 10);

        if (entry->d_name[0] == '.')
            continue;
        EXPECT_EQ(seen[i]++, 0);
        if (i % 2 == 0) {
            snprintf(name, sizeof(name), "d/n%zu", i);
            EXPECT_OK(unlink(name));
            deleted++;
        }
    }
    for (size_t i = 0; i < COUNT(seen); i++)
        EXPECT_EQ(seen[i], 1);
    EXPECT_EQ(deleted, COUNT(seen) / 2);
    rewinddir(stream);
    while ((entry = readdir(stream)))
        if (entry->d_name[0] != '.')
            deleted++;
    EXPECT_EQ(deleted, COUNT(seen));
    closedir(stream);
    remove_many(1, COUNT(seen), 2);
    EXPECT_OK(rmdir("d"));
}

static void create_and_delete(void *arg)
{
    size_t base = (size_t)arg;

    for (int turn = 0; turn < 3; turn++) {
        make_many(base, base + 60);
        remove_many(base, base + 60, 1);
    }
}

/* Several processes in one directory; those entries that stay are always seen. */
static void busy_directory(void)
{
    pid_t child[3];

    EXPECT_OK(mkdir("d", 0755));
    make_many(0, 50);
    for (size_t i = 0; i < COUNT(child); i++)
        child[i] = start_child(create_and_delete, (void *)(1000 * (i + 1)));
    for (int turn = 0; turn < 10; turn++) {
        uint8_t seen[50];
        size_t stayed = 0;

        memset(seen, 0, sizeof(seen));
        count_entries("d", 512, seen, COUNT(seen));
        for (size_t i = 0; i < COUNT(seen); i++)
            stayed += seen[i];
        EXPECT_EQ(stayed, COUNT(seen));
    }
    for (size_t i = 0; i < COUNT(child); i++)
        EXPECT_CHILD(child[i]);
    remove_many(0, 50, 1);
    EXPECT_OK(rmdir("d"));
}

/* Attributes */

static bool is_later(struct timespec a, struct timespec b)
{
    return a.tv_sec > b.tv_sec || (a.tv_sec == b.tv_sec && a.tv_nsec > b.tv_nsec);
}

static void let_time_pass(void)
{
    nanosleep(&(struct timespec){ 0, 20000000 }, NULL);
}

static void times(void)
{
    struct timespec set[2] = { { 1000000000, 123456789 }, { 2000000000, 987654321 } };
    struct stat before, after, dir = stat_of(".");
    int fd;

    let_time_pass();
    make_file("f", "x");
    before = stat_of("f");
    EXPECT_RANGE(before.st_mtime, time(NULL) - 5, time(NULL) + 1);
    EXPECT(is_later(stat_of(".").st_mtim, dir.st_mtim));
    let_time_pass();
    fd = open("f", O_RDWR);
    EXPECT_EQ(pwrite(fd, "y", 1, 0), 1);
    after = stat_of("f");
    EXPECT(is_later(after.st_mtim, before.st_mtim));
    EXPECT(is_later(after.st_ctim, before.st_ctim));
    let_time_pass();
    EXPECT_OK(chmod("f", 0600));
    EXPECT(is_later(stat_of("f").st_ctim, after.st_ctim));
    EXPECT(!is_later(stat_of("f").st_mtim, after.st_mtim));
    EXPECT_OK(futimens(fd, set));
    close(fd);
    sync();
    if (has_debug_call())
        debug_call(DEBUG_QUIESCE, 0, 0);
    after = stat_of("f");
    EXPECT_EQ(after.st_atime, 1000000000);
    EXPECT_EQ(after.st_mtime, 2000000000);
    EXPECT_EQ(after.st_mtim.tv_nsec, 987654321);
    unlink("f");
}

static void modes(void)
{
    mode_t mask = umask(027);

    EXPECT_OK(close(open("f", O_WRONLY | O_CREAT, 0666)));
    EXPECT_EQ(stat_of("f").st_mode, S_IFREG | 0640);
    EXPECT_OK(mkdir("d", 0777));
    EXPECT_EQ(stat_of("d").st_mode, S_IFDIR | 0750);
    umask(mask);
    EXPECT_OK(chmod("f", 06751));
    EXPECT_EQ(stat_of("f").st_mode, S_IFREG | 06751);
    EXPECT_OK(chown("f", 1000, 2000));
    EXPECT_EQ(stat_of("f").st_uid, 1000);
    EXPECT_EQ(stat_of("f").st_gid, 2000);
    EXPECT_EQ(stat_of("f").st_mode, S_IFREG | 0751);
    EXPECT_OK(mkfifo("p", 0644));
    EXPECT_EQ(stat_of("p").st_mode & S_IFMT, S_IFIFO);
    unlink("f");
    unlink("p");
    rmdir("d");
}

static void without_rights(void *arg)
{
    (void)arg;
    REQUIRE(setgid(1000) == 0 && setuid(1000) == 0);
    EXPECT_ERROR(open("secret", O_RDONLY), EACCES);
    EXPECT_ERROR(open("readable", O_WRONLY), EACCES);
    EXPECT_OK(close(open("readable", O_RDONLY)));
    EXPECT_ERROR(access("readable", W_OK), EACCES);
    EXPECT_ERROR(open("new", O_WRONLY | O_CREAT, 0644), EACCES);
    EXPECT_ERROR(unlink("readable"), EACCES);
    EXPECT_ERROR(rename("readable", "x"), EACCES);
    EXPECT_ERROR(access("closed/f", F_OK), EACCES);
    EXPECT_ERROR(opendir("closed") ? 0 : -1, EACCES);
    EXPECT_ERROR(chmod("readable", 0777), EPERM);
    EXPECT_ERROR(chown("readable", 1000, 1000), EPERM);
    EXPECT_ERROR(truncate("readable", 0), EACCES);
    EXPECT_ERROR(utimensat(AT_FDCWD, "readable", NULL, 0), EACCES);
    EXPECT_ERROR(unlink("sticky/theirs"), EPERM);
    EXPECT_ERROR(rename("sticky/theirs", "sticky/x"), EPERM);
    EXPECT_OK(close(open("sticky/mine", O_WRONLY | O_CREAT, 0644)));
    EXPECT_OK(unlink("sticky/mine"));
    EXPECT_OK(close(open("group", O_RDWR)));
}

static void permissions(void)
{
    make_file("secret", "s");
    make_file("readable", "r");
    make_file("group", "g");
    EXPECT_OK(chown("group", 0, 1000));
    EXPECT_OK(chmod("group", 0060));
    EXPECT_OK(chmod("secret", 0600));
    EXPECT_OK(mkdir("closed", 0700));
    make_file("closed/f", "");
    EXPECT_OK(mkdir("sticky", 0755));
    EXPECT_OK(chmod("sticky", 01777));
    make_file("sticky/theirs", "");
    EXPECT_EQ(run_child(without_rights, NULL), 0);
    unlink("secret");
    unlink("readable");
    unlink("group");
    unlink("closed/f");
    unlink("sticky/theirs");
    rmdir("closed");
    rmdir("sticky");
}

static void space(void)
{
    static char block[64 * KB];
    struct statfs before, during, after;
    int fd;

    sync();
    EXPECT_OK(statfs(".", &before));
    EXPECT(before.f_bfree <= before.f_blocks);
    EXPECT(before.f_bavail <= before.f_bfree);
    EXPECT_EQ(before.f_namelen, NAME_MAX);
    fd = open("f", O_RDWR | O_CREAT, 0644);
    memset(block, 's', sizeof(block));
    for (int i = 0; i < 16; i++)
        EXPECT_EQ(write(fd, block, sizeof(block)), sizeof(block));
    EXPECT_OK(fsync(fd));
    EXPECT_OK(fstatfs(fd, &during));
    EXPECT_RANGE((long)(before.f_bfree - during.f_bfree) * before.f_bsize, MB, MB + 64 * (long)KB);
    EXPECT_EQ(before.f_ffree - during.f_ffree, 1);
    close(fd);
    unlink("f");
    sync();
    EXPECT_OK(statfs(".", &after));
    EXPECT_EQ(after.f_bfree, before.f_bfree);
    EXPECT_EQ(after.f_ffree, before.f_ffree);
}

/* An empty name is the descriptor's own file, also if that has no name: never the
 * working directory, which even root may search. */
static void empty_name_is_descriptor(void)
{
    char to[16];
    int ends[2], link;

    REQUIRE(pipe(ends) == 0);
    EXPECT_OK(faccessat(AT_FDCWD, "", X_OK, AT_EMPTY_PATH));
    EXPECT_OK(faccessat(ends[0], "", R_OK | W_OK, AT_EMPTY_PATH));
    EXPECT_ERROR(faccessat(ends[0], "", X_OK, AT_EMPTY_PATH), EACCES);
    EXPECT_ERROR(readlinkat(ends[0], "", to, sizeof(to)), ENOENT);
    EXPECT_ERROR(readlinkat(AT_FDCWD, "", to, sizeof(to)), ENOENT);
    close(ends[0]);
    close(ends[1]);
    REQUIRE(symlink("there", "/tmp/filetest.link") == 0);
    link = open("/tmp/filetest.link", O_PATH | O_NOFOLLOW);
    REQUIRE(link >= 0);
    EXPECT_EQ(readlinkat(link, "", to, sizeof(to)), 5);
    close(link);
    EXPECT_OK(unlink("/tmp/filetest.link"));
}

/* NAME should be the file that FD is open to. */
static void expect_same_file(const char *name, int fd)
{
    struct stat a, b;

    EXPECT_OK(stat(name, &a));
    EXPECT_OK(fstat(fd, &b));
    EXPECT_EQ(a.st_ino, b.st_ino);
    EXPECT_EQ(a.st_dev, b.st_dev);
}

/* Programs that only take names can be given descriptors. */
static void descriptors_have_names(void)
{
    static const char *const standard[] = { "/dev/stdin", "/dev/stdout", "/dev/stderr" };
    char name[32];
    int fd;

    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "/tmp/filetest.%d", i);
        make_file(name, name);
        fd = open(name, O_RDONLY);
        unlink(name);
        REQUIRE(fd >= 0 && dup2(fd, i + 10) == i + 10);
        close(fd);
    }
    fd = dup(STDERR_FILENO);
    for (int i = 0; i < 3; i++)
        dup2(i + 10, i);
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof(name), "/tmp/filetest.%d", i);
        expect_content(standard[i], name);
        expect_same_file(standard[i], i);
    }
    dup2(fd, STDOUT_FILENO);            /* reports again */
    expect_content("/dev/fd/12", "/tmp/filetest.2");
    close(12);
    EXPECT_ERROR(open("/dev/fd/12", O_RDONLY), ENOENT);
}

/* What has no path cannot be given one; what has, only by root. */
static void link_descriptor(void)
{
    int ends[2], fd, gone;

    REQUIRE(chdir("/tmp") == 0 && pipe(ends) == 0);
    make_file("filetest.a", "one");
    make_file("filetest.gone", "two");
    fd = open("filetest.a", O_RDONLY);
    gone = open("filetest.gone", O_RDONLY);
    unlink("filetest.gone");
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), EXDEV);
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.a", AT_EMPTY_PATH), EEXIST);
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.b", 0), ENOENT);
    EXPECT_ERROR(linkat(ends[0], "x", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOTDIR);
    EXPECT_ERROR(linkat(gone, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOENT);
    EXPECT_ERROR(linkat(AT_FDCWD, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), EPERM);
    EXPECT_ERROR(linkat(99, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), EBADF);
    EXPECT_OK(linkat(fd, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH));
    expect_content("filetest.b", "one");
    EXPECT_EQ(stat_of("filetest.a").st_nlink, 2);
    unlink("filetest.b");
    REQUIRE(seteuid(1000) == 0);
    EXPECT_ERROR(linkat(ends[0], "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOENT);
    EXPECT_ERROR(linkat(fd, "", AT_FDCWD, "filetest.b", AT_EMPTY_PATH), ENOENT);
    REQUIRE(seteuid(0) == 0);
    unlink("filetest.a");
}

/* Each rule in a fresh directory, on both file systems. */

static void check_in(const char *where, void (*rule)(void))
{
    char path[64];

    snprintf(path, sizeof(path), "%s/filetest.%d", where, getpid());
    REQUIRE(mkdir(path, 0755) == 0 && chdir(path) == 0);
    rule();
    REQUIRE(chdir("/") == 0);
    EXPECT_OK(rmdir(path));
}

#define ON_BOTH(rule)                                                          \
    static void rule##_on_disk(void)                                           \
    {                                                                          \
        check_in("/var/tmp", rule);                                            \
    }                                                                          \
    static void rule##_in_memory(void)                                         \
    {                                                                          \
        check_in("/tmp", rule);                                                \
    }

#define RULES(X)                                                               \
    X(open_flags) X(append_mode) X(unlink_while_open) X(holes) X(seeking) X(long_names)       \
    X(symbolic_links) X(long_chain_of_links) X(hard_links) X(directories)                     \
    X(leave_directory_that_is_gone) X(renaming) X(rename_over_open_file) X(large_directory)   \
    X(deleting_while_reading) X(busy_directory) X(times) X(modes) X(permissions) X(space)

RULES(ON_BOTH)

#define BOTH(rule) TEST(rule##_on_disk), TEST(rule##_in_memory),

static const struct test tests[] = {
    RULES(BOTH)
    TEST(empty_name_is_descriptor),
    CHILD_TEST(descriptors_have_names),
    CHILD_TEST(link_descriptor),
};

TEST_MAIN(tests)
