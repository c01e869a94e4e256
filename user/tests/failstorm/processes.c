/* SPDX-License-Identifier: MIT */
/*
 * processes.c - fork and its kind, exec, and the end.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include "user/tests/failstorm/storm.h"
#include "user/tests/lib/program.h"

#define THREAD_FLAGS                                                                   \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_PARENT_SETTID \
     | CLONE_CHILD_CLEARTID)

static long ended(pid_t pid)
{
    if (pid < 0)
        return -errno;
    EXPECT_CHILD(pid);
    return 0;
}

/* The child sees what we have, each in its own copy or in the one we share. */
static long fork_once(struct area *a)
{
    int before = test_failures();
    pid_t pid = fork();

    if (pid)
        return ended(pid);
    check_area(a, "forked");
    _exit(test_failures() != before);
}

static long vfork_once(struct area *a)
{
    pid_t pid = vfork();

    (void)a;
    if (!pid)
        _exit(0);
    return ended(pid);
}

/* A thread, whose number the kernel writes to a page that is not there yet. */

static volatile int lives;

static int thread(void *arg)
{
    (void)arg;
    return 0;
}

static void put_page_aside(struct area *a)
{
    struct area page = { .kind = ANON, .npages = 3, .fd = -1 };

    (void)a;
    REQUIRE(map_like(&page, ASIDE, 0) == (long)ASIDE);
    ASIDE[PAGE] = 1;                    /* the stack is */
}

static long start_thread_once(struct area *a)
{
    (void)a;
    lives = 1;
    return result(clone(thread, ASIDE + 2 * PAGE, THREAD_FLAGS, NULL, ASIDE + 2 * PAGE, NULL,
                        &lives));
}

static void wait_thread(struct area *a, long r)
{
    (void)a;
    while (r >= 0 && lives)
        sched_yield();
}

/* In a child */

static long exec_path(struct area *a, const char *path)
{
    int before = test_failures();
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (pid)
        return child_result(wait_child(pid));
    let_fail();
    execve(path, (char *const *)ASIDE, NULL);
    pid = child_status(a, errno);       /* which makes errno another one's */
    _exit(test_failures() != before ? 1 : pid);
}

/* argv and its strings lie in pages that are not there: argv = { &code, NULL }. */
static void put_arguments_aside(struct area *a)
{
    uint64_t argv[] = { (uintptr_t)ASIDE + PAGE + 16, 0 };
    int fd = memfd_create("arguments", 0);

    (void)a;
    REQUIRE(pwrite(fd, argv, sizeof(argv), 0) == sizeof(argv));
    REQUIRE(pwrite(fd, "argument", 9, (off_t)PAGE + 16) == 9);
    REQUIRE(mmap(ASIDE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == ASIDE);
    close(fd);
}

static void cool_program(struct area *a)
{
    int fd = open(SMALL_PROGRAM, O_RDONLY);

    put_arguments_aside(a);
    evict(fd);
    close(fd);
}

static long exec_once(struct area *a)
{
    return exec_path(a, SMALL_PROGRAM);
}

static long exec_script(struct area *a)
{
    return exec_path(a, "/tmp/failstorm.2");
}

static void put_script(struct area *a)
{
    put_arguments_aside(a);
    make_script("/tmp/failstorm.2", "#!" SMALL_PROGRAM " an argument\n");
}

static void remove_script(struct area *a, long r)
{
    (void)a, (void)r;
    EXPECT_OK(unlink("/tmp/failstorm.2"));
}

static long exit_once(struct area *a)
{
    pid_t pid = fork();

    (void)a;
    REQUIRE(pid >= 0);
    if (pid)
        return child_result(wait_child(pid));
    let_fail();
    _exit(0);
}

const struct action processes[] = {
    { "fork", ANYTHING, .act = fork_once, .errors = { ENOMEM, EAGAIN }, .kills = true },
    { "vfork", ON(ANON), .act = vfork_once, .errors = { ENOMEM, EAGAIN } },
    { "clone", ON(ANON), .prepare = put_page_aside, .act = start_thread_once,
      .after = wait_thread, .errors = { ENOMEM, EAGAIN } },
    { "exec", ANYTHING, .prepare = put_arguments_aside, .act = exec_once,
      .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT, .in_child = true },
    { "exec, cold", ON(PRIVATE_FILE), .prepare = cool_program, .act = exec_once,
      .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT, .disk_error = EIO,
      .in_child = true },
    { "exec of a script", ON(SHMEM), .prepare = put_script, .act = exec_script,
      .after = remove_script, .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT,
      .in_child = true },
    { "exit", ANYTHING, .act = exit_once, .in_child = true },
};

const size_t nprocesses = COUNT(processes);
