/* SPDX-License-Identifier: MIT */
/*
 * stat.c - all that is known about a file; -L about what a link leads to, -f about its file system.
 */
#include <err.h>
#include <limits.h>
#include <grp.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <util.h>

static bool follow;

static const char *type_name(const struct stat *st)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG:
        return st->st_size == 0 ? "regular empty file" : "regular file";
    case S_IFDIR:
        return "directory";
    case S_IFLNK:
        return "symbolic link";
    case S_IFCHR:
        return "character special file";
    case S_IFBLK:
        return "block special file";
    case S_IFIFO:
        return "fifo";
    case S_IFSOCK:
        return "socket";
    }
    return "unknown";
}

static void print_time(const char *label, const struct timespec *ts)
{
    const struct tm *tm = localtime(&ts->tv_sec);
    char text[32];

    if (tm == NULL) {                   /* no year has that many digits */
        printf("%s: %ld.%09ld\n", label, ts->tv_sec, ts->tv_nsec);
        return;
    }
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", tm);
    printf("%s: %s.%09ld +0000\n", label, text, ts->tv_nsec);
}

static void print_name(const char *path, const struct stat *st)
{
    char target[PATH_MAX];
    ssize_t length;

    printf("  File: %s", path);
    length = S_ISLNK(st->st_mode) ? readlink(path, target, sizeof(target)) : -1;
    if (length >= 0)
        printf(" -> %.*s", (int)length, target);
    putchar('\n');
}

static int print_file(const char *path)
{
    struct stat st;
    struct passwd *user;
    struct group *group;
    char mode[11];

    if ((follow ? stat(path, &st) : lstat(path, &st)) < 0)
        return -1;
    print_name(path, &st);
    printf("  Size: %-10ld\tBlocks: %-10ld IO Block: %-6d %s\n", st.st_size, st.st_blocks,
           st.st_blksize, type_name(&st));
    printf("Device: %u,%u\tInode: %-11lu Links: %u", major(st.st_dev), minor(st.st_dev), st.st_ino,
           st.st_nlink);
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
        printf("     Device type: %u,%u", major(st.st_rdev), minor(st.st_rdev));
    putchar('\n');
    strmode(st.st_mode, mode);
    user = getpwuid(st.st_uid);
    group = getgrgid(st.st_gid);
    printf("Access: (%04o/%s)  Uid: (%5u/%8s)   Gid: (%5u/%8s)\n", st.st_mode & 07777, mode,
           st.st_uid, user != NULL ? user->pw_name : "UNKNOWN", st.st_gid,
           group != NULL ? group->gr_name : "UNKNOWN");
    print_time("Access", &st.st_atim);
    print_time("Modify", &st.st_mtim);
    print_time("Change", &st.st_ctim);
    return 0;
}

static int print_file_system(const char *path)
{
    struct statfs fs;

    if (statfs(path, &fs) < 0)
        return -1;
    printf("  File: %s\n", path);
    printf("    ID: %x%08x Namelen: %ld Type: 0x%lx\n", (unsigned)fs.f_fsid[0],
           (unsigned)fs.f_fsid[1], fs.f_namelen, fs.f_type);
    printf("Block size: %-10ld Fundamental block size: %ld\n", fs.f_bsize, fs.f_frsize);
    printf("Blocks: Total: %-10lu Free: %-10lu Available: %lu\n", fs.f_blocks, fs.f_bfree,
           fs.f_bavail);
    printf("Inodes: Total: %-10lu Free: %lu\n", fs.f_files, fs.f_ffree);
    return 0;
}

static int usage(void)
{
    fputs("usage: stat [-fL] file ...\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int (*print)(const char *) = print_file;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "fL")) != -1) {
        switch (option) {
        case 'f':
            print = print_file_system;
            break;
        case 'L':
            follow = true;
            break;
        default:
            return usage();
        }
    }
    if (optind == argc)
        return usage();
    for (; optind < argc; optind++)
        if (print(argv[optind]) < 0) {
            warn("%s", argv[optind]);
            status = 1;
        }
    return finish_output(status);
}
