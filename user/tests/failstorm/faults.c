/* SPDX-License-Identifier: MIT */
/*
 * faults.c - page faults of each kind: of the program, and of the kernel on its behalf.
 *
 * Where there is no memory for it a fault ends the program; a disk that fails is SIGBUS,
 * which is caught here and told as EIO.
 */
#include <fcntl.h>
#include <setjmp.h>
#include "user/tests/failstorm/storm.h"

#define DEEP 9                  /* pages that a stack grows by */

static sigjmp_buf way_out;

static void leave(int sig)
{
    (void)sig;
    siglongjmp(way_out, 1);
}

/* Whether TOUCH(page) came through for all pages of A. */
static long for_all_pages(struct area *a, void (*touch)(char *page))
{
    struct sigaction action = { .sa_handler = leave }, old;
    volatile long r = 0;

    sigaction(SIGBUS, &action, &old);
    if (sigsetjmp(way_out, 1) == 0)
        for (size_t i = 0; i < a->npages; i++)
            touch(a->p + i * PAGE);
    else
        r = -EIO;
    sigaction(SIGBUS, &old, NULL);
    return r;
}

static void read_page_at(char *page)
{
    (void)*(volatile char *)page;
}

static long read_all(struct area *a)
{
    return for_all_pages(a, read_page_at);
}

/* At a place that is no word of the page. */
static void store_at(char *page)
{
    ((volatile char *)page)[PAGE - 1] = 1;
}

static long store_all(struct area *a)
{
    return for_all_pages(a, store_at);
}

static void call_at(char *page)
{
    ((void (*)(void))(uintptr_t)(page + RETURN_OFFSET))();
}

static void allow_calls(struct area *a)
{
    EXPECT_OK(mprotect(a->p, size_of(a), RW | PROT_EXEC));
}

static long call_all(struct area *a)
{
    return for_all_pages(a, call_at);
}

/* Each page is the zero page first. */
static void read_before(struct area *a)
{
    EXPECT_EQ(read_all(a), 0);
}

/* Another process has the same pages until the stores are over, or until we are. */

static struct gate over;
static pid_t sharer;

static void share(struct area *a)
{
    (void)a;
    open_gate(&over);
    sharer = fork();
    REQUIRE(sharer >= 0);
    if (sharer)
        return;
    close(over.fd[1]);
    if (read(over.fd[0], &(char){ 0 }, 1) < 0)
        _exit(1);
    _exit(0);
}

static void end_sharing(struct area *a, long r)
{
    (void)a, (void)r;
    close_gate(&over);
    EXPECT_CHILD(sharer);
}

/* A stack, with room to grow. */

static void put_stack_aside(struct area *a)
{
    char *p = ASIDE + 2 * MB;

    (void)a;
    REQUIRE(mmap(p, PAGE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0) == p);
}

static long grow_stack(struct area *a)
{
    (void)a;
    for (size_t i = 1; i <= DEEP; i++)
        *(volatile char *)(ASIDE + 2 * MB - i * PAGE) = 1;
    return 0;
}

/* The kernel's copies from and to pages that are not there */

static struct gate pipe_of;

static void open_pipe(struct area *a)
{
    (void)a;
    open_gate(&pipe_of);
}

static void close_pipe(struct area *a, long r)
{
    (void)a, (void)r;
    close_gate(&pipe_of);
}

static long copy_in(struct area *a)
{
    for (size_t i = 0; i < a->npages; i++)
        if (write(pipe_of.fd[1], a->p + i * PAGE, 1) < 0)
            return -errno;
    return 0;
}

static void fill_pipe(struct area *a)
{
    static const char bytes[2 * MOST_PAGES];    /* for the second time, too */

    open_pipe(a);
    EXPECT_EQ(write(pipe_of.fd[1], bytes, sizeof(bytes)), sizeof(bytes));
}

static long copy_out(struct area *a)
{
    for (size_t i = 0; i < a->npages; i++)
        if (read(pipe_of.fd[0], a->p + i * PAGE + PAGE - 1, 1) < 0)
            return -errno;
    return 0;
}

const struct action faults[] = {
    { "first read", MEMORY, .act = read_all, .kills = true },
    { "first read, cold", OF_FILE, .act = read_all, .kills = true, .disk_error = EIO,
      .cold = true },
    { "first store", MEMORY, .act = store_all, .kills = true, .disk_error = EIO },
    { "first store, cold", OF_FILE, .act = store_all, .kills = true, .disk_error = EIO,
      .cold = true },
    { "store after read", MEMORY, .prepare = read_before, .act = store_all, .kills = true,
      .disk_error = EIO },
    { "store after fork", MEMORY, .prepare = share, .act = store_all, .after = end_sharing,
      .kills = true, .disk_error = EIO },
    { "call", OF_FILE, .prepare = allow_calls, .act = call_all, .kills = true, .disk_error = EIO,
      .cold = true },
    /* From here on the file has no code. */
    { "store to a hole", ON(SHARED_FILE), .prepare = empty_file, .act = store_all, .kills = true,
      .disk_error = EIO },
    { "growing stack", ON(ANON), .prepare = put_stack_aside, .act = grow_stack, .kills = true },
    { "copy in", MEMORY, .prepare = open_pipe, .act = copy_in, .after = close_pipe,
      .errors = { EFAULT, ENOMEM }, .copy_error = EFAULT, .disk_error = EFAULT, .cold = true },
    { "copy out", MEMORY, .prepare = fill_pipe, .act = copy_out, .after = close_pipe,
      .errors = { EFAULT }, .copy_error = EFAULT, .disk_error = EFAULT, .cold = true },
};

const size_t nfaults = COUNT(faults);
