/* SPDX-License-Identifier: MIT */
/*
 * hog.c - processes that use up memory, and what must not die of it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/sysinfo.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/hog.h"
#include "user/tests/lib/watch.h"

#define LARGEST (512 * MB)

void need_small_machine(void)
{
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    if (info.totalram * info.mem_unit > LARGEST)
        skip("there is too much memory to use it up");
    if (info.totalswap)
        skip("there is swap");
}

size_t available_pages(void)
{
    return (size_t)proc_number("/proc/meminfo", "MemAvailable:") * KB / PAGE;
}

size_t percent_of_available(size_t percent)
{
    return available_pages() * percent / 100;
}

char *grow(size_t npages)
{
    char *p = map_pages(npages, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    for (size_t i = 0; i < npages; i++)
        p[i * PAGE] = (char)i;
    return p;
}

void grow_and_exit(void *npages)
{
    grow(*(size_t *)npages);
}

void set_adj(int adj)
{
    char text[16];
    int fd = open("/proc/self/oom_score_adj", O_WRONLY), n;

    REQUIRE(fd >= 0);
    n = snprintf(text, sizeof(text), "%d", adj);
    EXPECT_EQ(write(fd, text, (size_t)n), n);
    close(fd);
}

static void keep(void *arg)
{
    struct keeper *k = arg;

    set_adj(k->adj);
    grow(k->npages);
    signal_gate(&k->ready);
    pause_forever(NULL);
}

pid_t start_keeper(struct keeper *k, size_t npages, int adj)
{
    pid_t pid;

    k->npages = npages;
    k->adj = adj;
    open_gate(&k->ready);
    pid = start_child(keep, k);
    wait_gate(&k->ready);
    close_gate(&k->ready);
    return pid;
}

long nr_killed(void)
{
    return proc_number("/proc/vmstat", "oom_kill ");
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void become_shell(int in, int out)
{
    char *const argv[] = { "sh", NULL }, *const envp[] = { "PATH=/bin", NULL };

    set_adj(0);
    dup2(in, 0);
    dup2(out, 1);
    execve("/bin/sh", argv, envp);
    _exit(127);
}

static void start_shell(struct watch *w)
{
    int to[2], from[2];

    REQUIRE(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0);
    w->shell = fork();
    REQUIRE(w->shell >= 0);
    if (!w->shell)
        become_shell(to[0], from[1]);
    close(to[0]);
    close(from[1]);
    w->to_shell = to[1];
    w->from_shell = from[0];
}

/* The shell does what it is told. */
static void use_shell(const struct watch *w)
{
    static const char command[] = "echo well\n";
    char answer[8] = "";

    EXPECT_EQ(write(w->to_shell, command, sizeof(command) - 1), sizeof(command) - 1);
    EXPECT_EQ(read(w->from_shell, answer, sizeof(answer)), 5);
    EXPECT(!memcmp(answer, "well\n", 5));
}

void start_watch(struct watch *w)
{
    struct keeper k;

    start_shell(w);
    use_shell(w);
    w->sentinel = start_keeper(&k, 1, 0);
    w->before = available_pages();
    w->killed_before = nr_killed();
    w->start = seconds();
}

void end_watch(struct watch *w, long min_killed)
{
    size_t most = w->before - w->before / 5;

    note("over after %d ms", (int)((seconds() - w->start) * 1000));
    w->killed = nr_killed() - w->killed_before;
    EXPECT(w->killed >= min_killed);
    /* That memory is back is seen by its being used: nobody dies for it. */
    EXPECT_EQ(run_child(grow_and_exit, &most), 0);
    EXPECT_EQ(nr_killed() - w->killed_before, w->killed);
    use_shell(w);
    EXPECT_EQ(kill(w->sentinel, 0), 0);
    EXPECT_EQ(waitpid(w->sentinel, NULL, WNOHANG), 0);
    end_child(w->sentinel);
    close(w->to_shell);
    close(w->from_shell);
    EXPECT_CHILD(w->shell);
}
