/* SPDX-License-Identifier: MIT */
/*
 * oomtest.c - memory runs out: somebody dies, the right one, and soon; the others live.
 *
 * The test itself must not be chosen, so it is never; its children are as others.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/hog.h"
#include "user/tests/lib/watch.h"

/* More than there is. */
static size_t too_much(void)
{
    return percent_of_available(200);
}

/* A child with the ordinary adjustment, which runs FUNCTION. */
struct ordinary {
    void (*function)(void *);
    void *arg;
};

static void be_ordinary(void *arg)
{
    struct ordinary *o = arg;

    set_adj(0);
    o->function(o->arg);
}

static pid_t start(void (*function)(void *), void *arg)
{
    struct ordinary o = { function, arg };

    return start_child(be_ordinary, &o);
}

static int run(void (*function)(void *), void *arg)
{
    return wait_child(start(function, arg));
}

/* HOG takes more pages than there are, and dies of it, alone. */
static void expect_killed(void (*hog)(void *npages))
{
    size_t n = too_much();
    struct watch w;

    need_small_machine();
    set_adj(-1000);
    start_watch(&w);
    EXPECT_EQ(run(hog, &n), SIGKILL);
    end_watch(&w, 1);
    EXPECT_EQ(w.killed, 1);
}

/* Bombs */

static void memory_bomb(void)
{
    expect_killed(grow_and_exit);
}

static void hog_locked(void *npages)
{
    REQUIRE(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
    grow_and_exit(npages);
}

static void locked_memory(void)
{
    expect_killed(hog_locked);
}

static void hog_shared(void *npages)
{
    size_t n = *(size_t *)npages;
    char *p = map_pages(n, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    for (size_t i = 0; i < n; i++)
        p[i * PAGE] = 1;
}

static void shared_memory(void)
{
    expect_killed(hog_shared);
}

/* A table for each page. */
static void hog_tables(void *npages)
{
    size_t n = *(size_t *)npages;
    char *p = mmap(NULL, n * 2 * MB, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    for (size_t i = 0; i < n; i++)
        EXPECT_EQ(p[i * 2 * MB], 0);
}

static void page_tables(void)
{
    expect_killed(hog_tables);
}

/* The victim is in the middle of a call that copies into its memory. */
static void hog_by_call(void *npages)
{
    size_t n = *(size_t *)npages;
    char *p = map_pages(n, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int fd = open("/dev/zero", O_RDONLY);

    for (;;)
        EXPECT(read(fd, p, n * PAGE) > 0);
}

static void killed_within_a_call(void)
{
    expect_killed(hog_by_call);
}

/* Every process of it forks for ever. */
static void fork_for_ever(void *arg)
{
    (void)arg;
    setpgid(0, 0);
    grow(64);
    for (;;)
        fork();
}

static void fork_bomb(void)
{
    struct watch w;
    pid_t bomb;

    need_small_machine();
    set_adj(-1000);
    start_watch(&w);
    bomb = start(fork_for_ever, NULL);
    while (nr_killed() - w.killed_before < 20)
        usleep(10000);
    EXPECT_OK(kill(-bomb, SIGKILL));
    EXPECT_EQ(wait_child(bomb), SIGKILL);
    while (kill(-bomb, 0) == 0)
        usleep(1000);
    end_watch(&w, 20);
}

/* Who is chosen */

static void grow_in_a_child(void *npages)
{
    grow(percent_of_available(20));
    EXPECT_EQ(run_child(grow_and_exit, npages), SIGKILL);
}

static void child_not_parent(void)
{
    size_t n = too_much();

    need_small_machine();
    set_adj(-1000);
    EXPECT_EQ(run(grow_in_a_child, &n), 0);
}

/* A large process that must not die, and a small one that is to die first. */
static void adjustments(void)
{
    size_t n = percent_of_available(60);
    struct keeper k;
    pid_t large, small;
    long before = nr_killed();

    need_small_machine();
    set_adj(-1000);
    large = start_keeper(&k, n, -1000);
    small = start_keeper(&k, 16, 1000);
    EXPECT_EQ(run(grow_and_exit, &n), SIGKILL);
    EXPECT_EQ(wait_child(small), SIGKILL);
    EXPECT_EQ(waitpid(large, NULL, WNOHANG), 0);
    EXPECT_EQ(nr_killed() - before, 2);
    end_child(large);
}

/* Of two that have not enough room together the larger one dies, who does nothing. */
static void larger_dies(void (*sleep_in_kernel)(void *))
{
    size_t n = percent_of_available(50);
    pid_t larger;
    struct gate ready;
    int status;

    need_small_machine();
    set_adj(-1000);
    open_gate(&ready);
    larger = start(sleep_in_kernel, &ready);
    wait_gate(&ready);
    EXPECT_EQ(run(grow_and_exit, &n), 0);
    EXPECT_EQ(waitpid(larger, &status, 0), larger);
    EXPECT_EQ(status, SIGKILL);
    close_gate(&ready);
}

static void grow_large(struct gate *ready)
{
    grow(percent_of_available(60));
    signal_gate(ready);
}

static void sleep_in_read(void *ready)
{
    struct gate g;
    char c;

    open_gate(&g);
    grow_large(ready);
    EXPECT_EQ(read(g.fd[0], &c, 1), 1);
}

static void asleep_in_read(void)
{
    larger_dies(sleep_in_read);
}

static void end_with_parent(void *arg)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pause_forever(arg);
}

static void sleep_in_wait(void *ready)
{
    pid_t child = start_child(end_with_parent, NULL);

    grow_large(ready);
    wait_child(child);
}

static void asleep_in_wait(void)
{
    larger_dies(sleep_in_wait);
}

static void sleep_with_page(void *ready)
{
    char *p = map_touched(1);

    grow_large(ready);
    debug_call(DEBUG_HOLD_PAGE, (uintptr_t)p, 0);
}

/* No signal wakes the victim, but its memory comes. */
static void asleep_for_good(void)
{
    size_t n = percent_of_available(50);
    struct gate ready;
    pid_t larger;

    need_debug_call();
    need_small_machine();
    set_adj(-1000);
    open_gate(&ready);
    larger = start(sleep_with_page, &ready);
    wait_gate(&ready);
    EXPECT_EQ(run(grow_and_exit, &n), 0);
    EXPECT_EQ(waitpid(larger, NULL, WNOHANG), 0);
    EXPECT_EQ(wait_child(larger), SIGKILL);
    close_gate(&ready);
}

static void sleep_with_map(void *ready)
{
    grow_large(ready);
    debug_call(DEBUG_HOLD_MAP, 0, 0);
}

/* Nor does its memory come: who asks is the next to die. */
static void map_locked_for_long(void)
{
    size_t n = percent_of_available(50);
    long before = nr_killed();
    struct gate ready;
    pid_t larger;

    need_debug_call();
    need_small_machine();
    set_adj(-1000);
    open_gate(&ready);
    larger = start(sleep_with_map, &ready);
    wait_gate(&ready);
    EXPECT_EQ(run(grow_and_exit, &n), SIGKILL);
    EXPECT_EQ(wait_child(larger), SIGKILL);
    EXPECT_EQ(nr_killed() - before, 2);
    close_gate(&ready);
}

#define CONTENT 0x6f6f6d

static struct debug_read *reading;

static void read_late(void *ready)
{
    uint64_t *p = (uint64_t *)map_touched(1);

    *p = CONTENT;
    *reading = (struct debug_read){ .addr = (uintptr_t)p };
    grow_large(ready);
    debug_call(DEBUG_READ_DYING, (uintptr_t)reading, 0);
}

/* The victim is in a call that goes on, and reads memory that was taken away: there must not
 * be a new page full of zeroes, which the call might write to a file. */
static void taken_memory_is_not_zero(void)
{
    need_debug_call();
    reading = (struct debug_read *)map_shared(1);
    larger_dies(read_late);
    EXPECT_EQ(reading->done, 1);
    EXPECT(reading->error == -EFAULT || reading->word == CONTENT);
    unmap((char *)reading, 1);
}

/* Who shares memory dies together */

static int pause_thread(void *arg)
{
    (void)arg;
    pause_forever(NULL);
    return 0;
}

static char stacks[2][16 * KB] __attribute__((aligned(16)));

/* Two processes with our memory, whose pids go through the pipe. */
static void grow_among_sharers(void *arg)
{
    int *report = arg;
    pid_t pid[2];

    for (int i = 0; i < 2; i++)
        pid[i] = clone(pause_thread, stacks[i] + sizeof(stacks[i]), CLONE_VM | CLONE_PARENT | SIGCHLD,
                       NULL);
    EXPECT_EQ(write(report[1], pid, sizeof(pid)), sizeof(pid));
    grow(too_much());
}

static void sharers_die_together(void)
{
    pid_t pid[2];
    int report[2];

    need_small_machine();
    set_adj(-1000);
    REQUIRE(pipe(report) == 0);
    EXPECT_EQ(run(grow_among_sharers, report), SIGKILL);
    EXPECT_EQ(read(report[0], pid, sizeof(pid)), sizeof(pid));
    EXPECT_EQ(wait_child(pid[0]), SIGKILL);
    EXPECT_EQ(wait_child(pid[1]), SIGKILL);
}

static void grow_in_vfork(void *arg)
{
    pid_t pid = vfork();

    (void)arg;
    if (pid == 0) {
        grow(too_much());
        _exit(0);
    }
}

/* What the child takes is the parent's. */
static void vfork_child_and_parent(void)
{
    long before = nr_killed();

    need_small_machine();
    set_adj(-1000);
    EXPECT_EQ(run(grow_in_vfork, NULL), SIGKILL);
    EXPECT_EQ(nr_killed() - before, 1);
}

/* Nobody dies */

/* A file in memory is limited, and what fails gives the memory back. */
static void full_tmpfs(void)
{
    static char page[PAGE];
    long before = nr_killed();
    size_t n = 0;
    int fd;

    need_small_machine();
    fd = open("/tmp/oomtest", O_CREAT | O_WRONLY | O_TRUNC, 0600);
    REQUIRE(fd >= 0);
    while (write(fd, page, PAGE) == (ssize_t)PAGE)
        n++;
    EXPECT_EQ(errno, ENOSPC);
    EXPECT(n > 0);
    close(fd);
    unlink("/tmp/oomtest");
    EXPECT_EQ(nr_killed(), before);
}

/* More than could ever be had is refused at once. */
static void refused(void)
{
    size_t size = 4 * (size_t)proc_number("/proc/meminfo", "MemTotal:") * KB;
    long before = nr_killed();
    char *p = map_anon(PAGE);

    need_small_machine();
    EXPECT(mmap(NULL, size, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT(mremap(p, PAGE, size, MREMAP_MAYMOVE) == MAP_FAILED);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT(sbrk((intptr_t)size) == (void *)-1);
    EXPECT_EQ(errno, ENOMEM);
    EXPECT_EQ(nr_killed(), before);
    unmap(p, 1);
}

/* Settings */

static void write_setting(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY);

    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

#define ALLOCATING "/proc/sys/vm/oom_kill_allocating_task"

/* Not the largest, but who asks. */
static void allocating_task(void)
{
    size_t n = percent_of_available(45);
    struct keeper k;
    pid_t large;

    need_small_machine();
    set_adj(-1000);
    large = start_keeper(&k, percent_of_available(70), 0);
    write_setting(ALLOCATING, "1");
    EXPECT_EQ(run(grow_and_exit, &n), SIGKILL);
    write_setting(ALLOCATING, "0");
    EXPECT_EQ(waitpid(large, NULL, WNOHANG), 0);
    end_child(large);
}

/* For a machine that is to end by it. */
static void panic_is_wanted(void)
{
    need_small_machine();
    write_setting("/proc/sys/vm/panic_on_oom", "1");
    grow(too_much());
}

static const struct test tests[] = {
    CHILD_TEST(memory_bomb),
    CHILD_TEST(locked_memory),
    CHILD_TEST(shared_memory),
    CHILD_TEST(page_tables),
    CHILD_TEST(killed_within_a_call),
    CHILD_TEST(fork_bomb),
    CHILD_TEST(child_not_parent),
    CHILD_TEST(adjustments),
    CHILD_TEST(asleep_in_read),
    CHILD_TEST(asleep_in_wait),
    CHILD_TEST(asleep_for_good),
    CHILD_TEST(map_locked_for_long),
    CHILD_TEST(taken_memory_is_not_zero),
    CHILD_TEST(sharers_die_together),
    CHILD_TEST(vfork_child_and_parent),
    TEST(full_tmpfs),
    TEST(refused),
    CHILD_TEST(allocating_task),
    NAMED_TEST(panic_is_wanted),
};

TEST_MAIN(tests)
