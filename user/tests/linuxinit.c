/* SPDX-License-Identifier: MIT */
/*
 * linuxinit.c - process 1 of a Linux that runs our tests, started from an initramfs.
 *
 * Debian's kernel has the drivers of our disk and its file system as modules.  The
 * initramfs holds them in /modules, so named that their order is the order to load
 * them in.  Then the root image becomes /, and a Linux machine looks to a program
 * like the machine that Pagoda gives it.
 *
 * /plan in the initramfs has a line for each run of /tests/runtest: its arguments.
 * Around what a run prints there are lines that tell runs apart:
 *
 *     # begin LINE
 *     # end STATUS MILLISECONDS
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "user/tests/lib/child.h"

#define MODULES "/modules"
#define PLAN "/plan"
#define DISK "/dev/vda"
#define NEW_ROOT "/root"
#define TESTS "/tests"
#define RUNTEST TESTS "/runtest"
#define MAX_WORDS 16

static char plan[16384];

static void read_plan(void)
{
    int fd = open(PLAN, O_RDONLY | O_CLOEXEC);
    ssize_t size = read(fd, plan, sizeof(plan) - 1);

    if (size < 0)
        err(1, PLAN);
    close(fd);
}

static void load(const char *name)
{
    char path[300];
    int fd;

    snprintf(path, sizeof(path), MODULES "/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || syscall(SYS_finit_module, fd, "", 0) < 0)
        warn("%s", path);
    close(fd);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void load_modules(void)
{
    struct dirent **entries;
    int count = scandir(MODULES, &entries, is_visible, alphasort);

    for (int i = 0; i < count; i++)
        load(entries[i]->d_name);
}

/* Drivers find their devices while they are loaded: the disk is there or never comes. */
static void enter_root(void)
{
    if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0)
        err(1, "devtmpfs");
    if (mount(DISK, NEW_ROOT, "ext2", 0, NULL) < 0)
        err(1, DISK);
    umount("/dev");
    if (chdir(NEW_ROOT) < 0 || mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0)
        err(1, NEW_ROOT);
}

static void read_whole(const char *path)
{
    static char buf[65536];
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    while (read(fd, buf, sizeof(buf)) > 0)
        continue;
    close(fd);
}

/* Programs in memory: tests count their pages, and must not depend on when a disk answers. */
static void warm_up(void)
{
    struct dirent **entries;
    int count = scandir(TESTS, &entries, is_visible, NULL);
    char path[300];

    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof(path), TESTS "/%s", entries[i]->d_name);
        read_whole(path);
    }
}

/* What runtest does where it is process 1; and links that Pagoda's devtmpfs has. */
static void furnish(void)
{
    static const char *const links[][2] = {
        { "/proc/self/fd", "/dev/fd" }, { "fd/0", "/dev/stdin" }, { "fd/1", "/dev/stdout" },
        { "fd/2", "/dev/stderr" },
    };

    if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0
        || (mkdir("/dev/pts", 0755) < 0 && errno != EEXIST)
        || mount("devpts", "/dev/pts", "devpts", 0, NULL) < 0
        || mount("proc", "/proc", "proc", 0, NULL) < 0
        || mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0)
        err(1, "mount");
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
        symlink(links[i][0], links[i][1]);
    chmod("/tmp", 01777);
    chdir("/tmp");
    setenv("PATH", "/bin:/tests", 1);
}

static long milliseconds(void)
{
    struct timespec now = { 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void start(char *line)
{
    char *words[MAX_WORDS + 2] = { RUNTEST }, *rest = line;
    int count = 1;

    while (count <= MAX_WORDS && (words[count] = strtok_r(rest, " ", &rest)))
        count++;
    words[count] = NULL;
    execv(RUNTEST, words);
    err(127, RUNTEST);
}

/* As a shell would say it. */
static int exit_code(int status)
{
    if (status < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void perform(char *line)
{
    long begin = milliseconds();
    int status;
    pid_t pid;

    printf("# begin %s\n", line);
    fflush(stdout);
    pid = fork();
    if (pid == 0)
        start(line);
    status = pid < 0 ? -1 : exit_code(wait_last_child(pid));
    printf("# end %d %ld\n", status, milliseconds() - begin);
    fflush(stdout);
}

int main(void)
{
    char *rest = plan, *line;

    read_plan();
    load_modules();
    enter_root();
    furnish();
    warm_up();
    while ((line = strtok_r(rest, "\n", &rest)))
        perform(line);
    sync();
    reboot(LINUX_REBOOT_CMD_POWER_OFF);
    err(1, "reboot");
}
