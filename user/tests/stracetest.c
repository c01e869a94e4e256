/* SPDX-License-Identifier: MIT */
/*
 * stracetest.c - strace prints what a program asks of the kernel; /proc/call_trace tells it.
 */
#include <fcntl.h>
#include <stdio.h>
#include "lib/abi/call_trace.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/program.h"

#define STRACE "/bin/strace"
#define TRACE  "/proc/call_trace"
#define OUT    "/tmp/strace.out"
#define MANY   300              /* calls: their records do not fit in the ring */

/* ---- the program -------------------------------------------------------------------------- */

/* The text that strace -o makes of a program; its wait status in *STATUS. */
static char *strace(const char *flag, const char *program, const char *argument, const char *more,
                    int *status)
{
    const char *argv[] = { STRACE, flag, OUT, program, argument, more, NULL };
    char *text;

    if (access(TRACE, R_OK) < 0 && errno == ENOENT)
        skip("system calls cannot be followed here");
    *status = run_program(STRACE, (char *const *)(uintptr_t)argv);
    text = open_text(OUT);
    unlink(OUT);
    return text;
}

/* TEXT should have this line. */
static void expect_has(const char *text, const char *line)
{
    const char *at = strstr(text, line);

    if (!at || (at > text && at[-1] != '\n'))
        fail(__FILE__, __LINE__, "no line begins with \"%s\" in:\n%s", line, text);
}

static void a_failure_has_its_name(void)
{
    int status;
    char *text = strace("-o", "/bin/cat", "/nosuch", NULL, &status);

    EXPECT_EQ(status, 1 << 8);
    EXPECT(begins_with(text, "execve(\"/bin/cat\", 0x"));
    expect_has(text, "openat(AT_FDCWD, \"/nosuch\", O_RDONLY, 0) = -1 ENOENT (No such file or "
                     "directory)\n");
    expect_has(text, "exit_group(1) = ?\n+++ exited with 1 +++\n");
}

/* What the kernel fills in is looked at afterwards, and long texts are cut. */
static void bytes_are_shown(void)
{
    int status;
    char *text;

    make_script("/tmp/strace.in", "a \"b\"\t\001\n");
    text = strace("-o", "/bin/cat", "/tmp/strace.in", NULL, &status);
    EXPECT_EQ(status, 0);
    expect_has(text, "read(3, \"a \\\"b\\\"\\t\\001\\n\", 65536) = 8\n");
    expect_has(text, "write(1, \"a \\\"b\\\"\\t\\001\\n\", 8) = 8\n");
    expect_has(text, "read(3, \"\", 65536) = 0\n");
    make_script("/tmp/strace.in", "0123456789012345678901234567890123456789\n");
    text = strace("-o", "/bin/cat", "/tmp/strace.in", NULL, &status);
    expect_has(text, "read(3, \"01234567890123456789012345678901\"..., 65536) = 41\n");
    unlink("/tmp/strace.in");
}

/* For strace to run: calls of every kind of argument. */
static void some_calls(void)
{
    char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int fd[2];

    mprotect(p, PAGE, PROT_NONE);
    madvise(p, PAGE, MADV_DONTNEED);
    syscall(SYS_mount, "one", "two", "three", 0x20L, 0L);
    syscall(SYS_openat, 99L, "x", O_WRONLY | O_CREAT | O_EXCL, 0640L);
    syscall(SYS_openat, AT_FDCWD, 16L, O_RDWR);
    syscall(SYS_kill, 0x7fffffffL, SIGUSR1);
    syscall(SYS_pipe2, fd, 0L);
    syscall(SYS_ptrace, 1L, 2L, 0L, 0L);
    syscall(511);
    write(-1, p, 10);
}

static void arguments_are_decoded(void)
{
    int status;
    char *text = strace("-o", "/bin/sh", "-c", "KTAP_QUIET=1 /tests/stracetest some_calls",
                        &status);

    EXPECT_EQ(status, 0);
    expect_has(text, "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x");
    EXPECT(strstr(text, ", 4096, PROT_NONE) = 0\nmadvise(0x"));
    EXPECT(strstr(text, ", 4096, MADV_DONTNEED) = 0\n"));
    expect_has(text, "mount(\"one\", \"two\", \"three\", 0x20, NULL) = -1 E");
    expect_has(text, "openat(99, \"x\", O_WRONLY|O_CREAT|O_EXCL, 0640) = -1 EBADF");
    expect_has(text, "openat(AT_FDCWD, 0x10, O_RDWR, ");
    expect_has(text, "kill(2147483647, SIGUSR1) = -1 ESRCH (No such process)\n");
    EXPECT(strstr(text, ", 0) = 0\nptrace(1, 2, NULL, NULL) = -1 ENOSYS"));
    expect_has(text, "syscall_511(");
    expect_has(text, "write(-1, 0x");
}

/* How many lines of TEXT begin with the number of another task than its first one. */
static size_t count_others(char *text)
{
    char first[16], *line;
    size_t n = 0;

    REQUIRE(sscanf(text, "%15s", first) == 1);
    while ((line = next_line(&text)))
        n += !begins_with(line, first);
    return n;
}

static void children_are_followed_if_asked(void)
{
    int status;
    char *text = strace("-fo", "/bin/sh", "-c", "(exit 5); exit $?", &status);

    EXPECT_EQ(status, 5 << 8);
    EXPECT(strstr(text, "] clone(SIGCHLD, "));
    EXPECT(strstr(text, "] exit_group(5) = ?\n"));
    EXPECT(count_others(text) > 0);
    text = strace("-o", "/bin/sh", "-c", "(exit 5); exit $?", &status);
    EXPECT_EQ(status, 5 << 8);
    expect_has(text, "clone(SIGCHLD, ");
    EXPECT(strstr(text, "exit_group(5)") == strstr(text, "exit_group"));
}

static void death_by_signal(void)
{
    int status;
    char *text = strace("-o", "/bin/sh", "-c", "kill -9 $$", &status);

    EXPECT_EQ(status, (128 + SIGKILL) << 8);
    EXPECT(strstr(text, "+++ killed by SIGKILL +++\n"));
}

/* ---- the file ----------------------------------------------------------------------------- */

static int open_trace(void)
{
    int fd = open(TRACE, O_RDWR | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        skip("system calls cannot be followed here");
    REQUIRE(fd >= 0);
    return fd;
}

static ssize_t follow(int fd, pid_t pid, uint32_t flags)
{
    static struct call_trace_start start;

    start.pid = pid;
    start.flags = flags;
    return write(fd, &start, sizeof(start));
}

/* A child that will make calls when the gate opens, and the file that tells them.  The
 * child must not have the file: as long as it is open anywhere, it has a reader. */
static int start_followed(struct late_child *child, void (*function)(void *))
{
    int fd;

    close(open_trace());
    start_late_child(child, function, NULL);
    fd = open_trace();
    EXPECT(follow(fd, child->pid, 0) > 0);
    signal_gate(&child->go);
    return fd;
}

static void many_calls(void *arg)
{
    (void)arg;
    for (int i = 0; i < MANY; i++)
        syscall(SYS_getpgid, (long)i);
}

/* The program waits for its reader: nothing is lost, and the order is kept. */
static void a_full_ring_waits(void)
{
    struct call_record records[3];
    long begun = 0, returned = 0;
    struct late_child child;
    int fd = start_followed(&child, many_calls);
    ssize_t n;

    while ((n = read(fd, records, sizeof(records))) > 0)
        for (size_t i = 0; i < (size_t)n / sizeof(records[0]); i++) {
            EXPECT_EQ(records[i].tid, child.pid);
            EXPECT_EQ(records[i].nlost, 0);
            if (records[i].nr != SYS_getpgid)
                continue;
            if (records[i].kind == CALL_BEGINS)
                EXPECT_EQ(records[i].args[0], begun++);
            else
                EXPECT_EQ(++returned, begun);
        }
    EXPECT_EQ(n, 0);
    EXPECT_EQ(begun, MANY);
    EXPECT_EQ(returned, MANY);
    end_late_child(&child);
    close(fd);
}

/* Who stops reading lets the program go on. */
static void the_reader_leaves(void)
{
    struct call_record record;
    struct late_child child;
    int fd = start_followed(&child, many_calls);

    EXPECT_EQ(read(fd, &record, sizeof(record)), sizeof(record));
    close(fd);
    end_late_child(&child);
}

/* Who waits for its reader can be killed. */
static void the_program_is_killed(void)
{
    struct call_record record;
    struct late_child child;
    int fd = start_followed(&child, many_calls);

    EXPECT_EQ(read(fd, &record, sizeof(record)), sizeof(record));
    EXPECT_OK(kill(child.pid, SIGKILL));
    EXPECT_EQ(wait_child(child.pid), SIGKILL);
    while (read(fd, &record, sizeof(record)) > 0)
        ;
    EXPECT_EQ(read(fd, &record, sizeof(record)), 0);
    close_gate(&child.go);
    close(fd);
}

static void errors(void)
{
    int fd = open_trace(), other = open_trace();
    struct call_record record;
    struct late_child child;

    EXPECT_ERROR(read(fd, &record, sizeof(record)), EINVAL);
    EXPECT_ERROR(write(fd, "1", 1), EINVAL);
    EXPECT_ERROR(follow(fd, 999999, 0), ESRCH);
    EXPECT_ERROR(follow(fd, getpid(), 0), EINVAL);
    start_late_child(&child, NULL, NULL);
    EXPECT_ERROR(follow(fd, child.pid, 2), EINVAL);
    EXPECT(follow(fd, child.pid, CALL_TRACE_FORKS) > 0);
    EXPECT_ERROR(follow(fd, child.pid, 0), EBUSY);
    EXPECT_ERROR(follow(other, child.pid, 0), EBUSY);
    EXPECT_ERROR(read(fd, &record, sizeof(record) - 1), EINVAL);
    close(fd);
    close(other);
    end_late_child(&child);
}

static const struct test tests[] = {
    TEST(a_failure_has_its_name), TEST(bytes_are_shown), TEST(arguments_are_decoded),
    TEST(children_are_followed_if_asked), TEST(death_by_signal), TEST(a_full_ring_waits),
    TEST(the_reader_leaves), TEST(the_program_is_killed), TEST(errors), NAMED_TEST(some_calls),
};
TEST_MAIN(tests)
