/* SPDX-License-Identifier: MIT */
/*
 * pagetracetest.c - /proc/page_trace says in which order a program uses its pages.
 */
#include <fcntl.h>
#include <stdio.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"

#define TRACE  "/proc/page_trace"
#define WINDOW 8
#define NPAGES 40UL
#define MOST   65536            /* references of a program here */

static char *area;              /* NPAGES, at the same place in parent and child */
static struct gate go;
static int trace = -1;          /* the file, while a child is recorded */

/* What was recorded of the area's pages, and how many lines there were in all. */
static struct {
    size_t n, nlines;
    uint8_t page[MOST];
    char access[MOST];
} seen;

static int open_trace(void)
{
    int fd = open(TRACE, O_RDWR | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        skip("references cannot be recorded here");
    REQUIRE(fd >= 0);
    return fd;
}

static ssize_t ask(int fd, int pid, int window)
{
    char text[32];

    return write(fd, text, (size_t)snprintf(text, sizeof(text), "%d %d", pid, window));
}

static void note_line(const char *line)
{
    unsigned long number;
    char access;

    seen.nlines++;
    if (sscanf(line, "%lx %c", &number, &access) != 2) {
        EXPECT(line[0] == '#' || strcmp(line, "pagoda trace 1") == 0);
        return;
    }
    number -= (uintptr_t)area / PAGE;
    if (number >= NPAGES || seen.n == MOST)
        return;
    seen.page[seen.n] = (uint8_t)number;
    seen.access[seen.n++] = access;
}

/* Read the trace to its end, into `seen`. */
static void read_trace(int fd)
{
    static char buf[8192];
    size_t have = 0;
    ssize_t n;

    seen.n = seen.nlines = 0;
    while ((n = read(fd, buf + have, sizeof(buf) - have - 1)) > 0) {
        char *line = buf, *end;

        buf[have += (size_t)n] = '\0';
        for (; (end = strchr(line, '\n')); line = end + 1) {
            *end = '\0';
            note_line(line);
        }
        have = strlen(line);
        memmove(buf, line, have);
    }
    EXPECT_EQ(n, 0);
}

static void child(void *function)
{
    close(trace);
    wait_gate(&go);
    ((void (*)(void))function)();
}

/* A child that runs FUNCTION is recorded from now on. */
static pid_t start_recorded(void (*function)(void))
{
    pid_t pid;

    trace = open_trace();
    open_gate(&go);
    pid = start_child(child, (void *)function);
    EXPECT(ask(trace, pid, WINDOW) > 0);
    signal_gate(&go);
    return pid;
}

static void end_recorded(pid_t pid, int status)
{
    EXPECT_EQ(wait_child(pid), status);
    close_gate(&go);
    close(trace);
}

/* Record all of a child that runs FUNCTION. */
static void record(void (*function)(void))
{
    pid_t pid = start_recorded(function);

    read_trace(trace);
    end_recorded(pid, 0);
}

static void touch(size_t page)
{
    (void)*(volatile char *)(area + page * PAGE);
}

static void store(size_t page)
{
    *(volatile char *)(area + page * PAGE) = 1;
}

static void new_area(void)
{
    area = map_touched(NPAGES);
}

static void in_order_twice(void)
{
    for (int i = 0; i < 2; i++)
        for (size_t page = 0; page < NPAGES; page++)
            touch(page);
}

/* A page that has left the window is seen each time. */
static void each_page_in_order(void)
{
    new_area();
    record(in_order_twice);
    EXPECT_EQ(seen.n, 2 * NPAGES);
    for (size_t i = 0; i < seen.n; i++)
        if (seen.page[i] != i % NPAGES || seen.access[i] != 'r')
            fail(__FILE__, __LINE__, "reference %zu is %c to page %d", i, seen.access[i],
                 seen.page[i]);
    unmap(area, NPAGES);
}

static void two_pages_in_turn(void)
{
    for (int i = 0; i < 1000; i++) {
        touch(3);
        touch(5);
    }
}

/* A page in the window is not: what is lost is known. */
static void window_hides(void)
{
    new_area();
    record(two_pages_in_turn);
    EXPECT_EQ(seen.n, 2);
    unmap(area, NPAGES);
}

static void read_then_store(void)
{
    for (size_t page = 0; page < NPAGES; page++)
        touch(page);
    for (size_t page = NPAGES; page-- > 0;)
        store(page);
    for (size_t page = 0; page < NPAGES; page++)
        if (area[page * PAGE] != 1)
            fail(__FILE__, __LINE__, "a store to page %zu is lost", page);
}

/* Stores are seen as such, and arrive; the parent's pages are its own. */
static void stores_are_told(void)
{
    size_t nstores = 0;

    area = map_pages(NPAGES, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    record(read_then_store);
    for (size_t i = 0; i < seen.n; i++)
        nstores += seen.access[i] == 'w';
    EXPECT_EQ(nstores, NPAGES);
    for (size_t page = 0; page < NPAGES; page++)
        EXPECT_EQ(area[page * PAGE], 0);
    unmap(area, NPAGES);
}

static void by_system_calls(void)
{
    int fd = open("/dev/zero", O_RDONLY);

    for (size_t page = 0; page < NPAGES; page++)
        store(page);
    REQUIRE(fd >= 0);
    EXPECT_EQ(read(fd, area, NPAGES * PAGE), NPAGES * PAGE);
    for (size_t i = 0; i < NPAGES * PAGE; i++)
        if (area[i])
            fail(__FILE__, __LINE__, "byte %zu was not read", i);
}

/* The kernel may need more pages at once than the window has. */
static void system_calls_pass(void)
{
    new_area();
    record(by_system_calls);
    EXPECT(seen.n >= 3 * NPAGES);
    unmap(area, NPAGES);
}

static void change_rights(void)
{
    in_order_twice();
    EXPECT_OK(mprotect(area, NPAGES * PAGE, PROT_READ));
    in_order_twice();
    EXPECT_FAULT(try_write(area), SIGSEGV, 2, area);
    EXPECT_OK(mprotect(area, NPAGES * PAGE, PROT_NONE));
    EXPECT_FAULT(try_read(area + PAGE), SIGSEGV, 2, area + PAGE);
    EXPECT_OK(mprotect(area, NPAGES * PAGE, RW));
    for (size_t page = 0; page < NPAGES; page++) {
        EXPECT_EQ(area[page * PAGE], 1);
        store(page);
    }
    EXPECT_OK(munmap(area, NPAGES * PAGE));
    EXPECT_FAULT(try_read(area), SIGSEGV, 1, area);
}

/* A revoked entry follows the rights of its mapping. */
static void rights_hold(void)
{
    new_area();
    record(change_rights);
    EXPECT(seen.n >= 2 * NPAGES);
    unmap(area, NPAGES);
}

static void forks(void)
{
    pid_t pid;

    in_order_twice();
    pid = fork();
    if (pid == 0) {
        read_then_store();
        _exit(0);
    }
    EXPECT_EQ(wait_child(pid), 0);
    in_order_twice();
}

/* A child of the program is not recorded, and gets its pages whole. */
static void children_are_not_recorded(void)
{
    new_area();
    record(forks);
    for (size_t i = 0; i < seen.n; i++)
        EXPECT_EQ(seen.access[i], 'r');
    EXPECT_RANGE(seen.n, 4 * NPAGES - WINDOW, 4 * NPAGES);
    unmap(area, NPAGES);
}

static void exec_something(void)
{
    execl("/bin/echo", "echo", "-n", NULL);
}

/* What the process execs is recorded, too. */
static void exec_is_followed(void)
{
    new_area();
    record(exec_something);
    EXPECT(seen.nlines > 10);
    unmap(area, NPAGES);
}

static void for_long(void)
{
    for (int i = 0; i < 2000; i++)
        in_order_twice();
}

/* The first lines: when they are there, many are. */
static void read_some(void)
{
    char buf[64];

    EXPECT(read(trace, buf, sizeof(buf)) > 0);
    EXPECT(read(trace, buf, sizeof(buf)) > 0);
}

/* Who stops reading lets the program go on. */
static void reader_leaves(void)
{
    pid_t pid;

    new_area();
    pid = start_recorded(for_long);
    read_some();
    close(trace);
    end_recorded(pid, 0);
    unmap(area, NPAGES);
}

/* Who waits for its reader can be killed. */
static void program_is_killed(void)
{
    pid_t pid;

    new_area();
    pid = start_recorded(for_long);
    read_some();
    EXPECT_OK(kill(pid, SIGKILL));
    read_trace(trace);
    end_recorded(pid, SIGKILL);
    unmap(area, NPAGES);
}

static void errors(void)
{
    int fd = open_trace(), other = open_trace();
    char buf[64];

    EXPECT_ERROR(read(fd, buf, sizeof(buf)), EINVAL);
    EXPECT_ERROR(ask(fd, 999999, WINDOW), ESRCH);
    EXPECT_ERROR(ask(fd, getpid(), 7), EINVAL);
    EXPECT_ERROR(ask(fd, getpid(), 257), EINVAL);
    EXPECT_ERROR(write(fd, "1", 1), EINVAL);
    EXPECT_ERROR(write(fd, "1 x", 3), EINVAL);
    EXPECT(ask(fd, getpid(), 200) > 0);
    EXPECT_ERROR(ask(other, getpid(), WINDOW), EBUSY);
    EXPECT_ERROR(ask(fd, getpid(), WINDOW), EBUSY);
    EXPECT_ERROR(read(fd, buf, 10), EINVAL);
    close(fd);
    EXPECT(ask(other, getpid(), 200) > 0);
    close(other);
}

static const struct test tests[] = {
    TEST(each_page_in_order), TEST(window_hides), TEST(stores_are_told), TEST(system_calls_pass),
    TEST(rights_hold), TEST(children_are_not_recorded), TEST(exec_is_followed),
    TEST(reader_leaves), TEST(program_is_killed), TEST(errors),
};
TEST_MAIN(tests)
