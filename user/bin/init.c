/* SPDX-License-Identifier: MIT */
/*
 * init.c - the first process: mounts, swap, a shell on the console, and collecting orphans.
 *
 *     init [SHELL [ARGUMENT...]]
 *
 * The kernel starts it as process 1.  It never ends, and it must wait for every child: processes
 * whose parent is gone become its children, and would stay zombies.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CONSOLE "/dev/console"
#define TOO_SOON 1 /* a shell that lives shorter than this many seconds is started again slowly */

static char *const usual_shell[] = { "/bin/sh", NULL };
static char *const *shell = usual_shell;    /* with its arguments */

static const struct {
    const char *source, *target, *type;
} mounts[] = {
    { "devtmpfs", "/dev", "devtmpfs" },
    { "devpts", "/dev/pts", "devpts" },
    { "proc", "/proc", "proc" },
    { "tmpfs", "/tmp", "tmpfs" },
    { "tmpfs", "/dev/shm", "tmpfs" },
};

/* A mount point is on another device than the directory above it. */
static bool is_mounted(const char *path)
{
    struct stat st, above;
    char parent[64];

    snprintf(parent, sizeof(parent), "%s/..", path);
    return stat(path, &st) == 0 && stat(parent, &above) == 0 && st.st_dev != above.st_dev;
}

static void mount_all(void)
{
    for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
        const char *target = mounts[i].target;

        mkdir(target, 0755);
        if (is_mounted(target))
            continue;
        if (mount(mounts[i].source, target, mounts[i].type, 0, NULL) < 0 && errno != EBUSY)
            warn("%s", target);
    }
    /* Everybody may use these, but remove only what is theirs. */
    chmod("/tmp", 01777);
    chmod("/dev/shm", 01777);
}

/* Page to every disk that has a swap header; the others refuse. */
static void swap_on(void)
{
    FILE *f = fopen("/proc/partitions", "r");
    char line[128], path[64], name[32];

    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%*u %*u %*u %31s", name) != 1)
            continue;
        snprintf(path, sizeof(path), "/dev/%s", name);
        if (swapon(path, 0) < 0 && errno != EINVAL && errno != EBUSY)
            warn("%s", path);
    }
    if (f)
        fclose(f);
}

/* Descriptors 0, 1 and 2 are the console; the kernel may have opened them. */
static void open_console(void)
{
    int fd;

    do
        fd = open(CONSOLE, O_RDWR);
    while (fd >= 0 && fd < 2);
    if (fd > 2)
        close(fd);
}

static void set_environment(void)
{
    const char *home = access("/root", X_OK) == 0 ? "/root" : "/";

    setenv("PATH", "/bin:/sbin:/tests", 1);
    setenv("HOME", home, 1);
    setenv("TERM", "vt100", 0);
    setenv("USER", "root", 1);
    setenv("SHELL", shell[0], 1);
    if (chdir(home) < 0)
        warn("%s", home);
}

static void print_banner(void)
{
    struct utsname name;
    struct sysinfo info;

    if (uname(&name) < 0 || sysinfo(&info) < 0)
        return;
    printf("\n%s %s on %s, %d %s, %lu MiB of memory\n", name.sysname, name.release, name.machine,
           get_nprocs(), get_nprocs() == 1 ? "hart" : "harts",
           info.totalram * info.mem_unit / (1024 * 1024));
    printf("Programs are in /bin.  'poweroff' turns the machine off.\n\n");
    fflush(stdout);
}

/* In the child: a session of its own, with the console as its terminal. */
static void run_shell(void)
{
    setsid();
    if (ioctl(STDIN_FILENO, TIOCSCTTY, 0L) < 0)
        warn("the console is no terminal");
    tcsetpgrp(STDIN_FILENO, getpid());
    execv(shell[0], shell);
    err(127, "%s", shell[0]);
}

static time_t uptime(void)
{
    struct timespec now = { 0 };

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* Start a shell and collect children until it is the one that ended. */
static void serve(void)
{
    time_t start = uptime();
    pid_t child = fork();
    pid_t pid;
    int status;

    if (child == 0)
        run_shell();
    if (child < 0) {
        warn("cannot start a shell");
        sleep(TOO_SOON);
        return;
    }
    do
        pid = wait(&status);
    while (pid != child && (pid > 0 || errno == EINTR));
    if (WIFSIGNALED(status))
        warnx("the shell was ended by a signal: %s", strsignal(WTERMSIG(status)));
    if (uptime() - start < TOO_SOON)
        sleep(TOO_SOON);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        shell = argv + 1;
    open_console();
    mount_all();
    open_console();
    swap_on();
    set_environment();
    print_banner();
    for (;;)
        serve();
}
