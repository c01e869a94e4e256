/* SPDX-License-Identifier: MIT */
/*
 * afterexectest.c - what a new program finds after execve, and which thread is in it.
 *
 * The program calls itself: the tests at the end of the list run after the exec and
 * look around; by the name "hop" it execs itself a number of times.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define GARBAGE "/tmp/afterexectest.file"

extern char **environ;

/* Become this program's test NAME; its failures are printed and make the status 1. */
static void become(const char *name)
{
    exec_test("/proc/self/exe", name);
}

static void become_child(void *name)
{
    become(name);
}

/* What the new program finds */

static void close_on_exec(void)
{
    int fd = open(SMALL_PROGRAM, O_RDONLY);

    REQUIRE(dup2(fd, 40) == 40 && dup3(fd, 41, O_CLOEXEC) == 41 && dup2(41, 42) == 42);
    REQUIRE(dup2(fd, 43) == 43 && fcntl(43, F_SETFD, FD_CLOEXEC) == 0);
    REQUIRE(dup3(fd, 44, O_CLOEXEC) == 44 && fcntl(44, F_SETFD, 0) == 0);
    REQUIRE(fcntl(fd, F_DUPFD_CLOEXEC, 45) == 45);
    become("find_descriptors");
}

static void find_descriptors(void)
{
    static const bool is_open[] = { true, false, true, false, true, false };

    for (int i = 0; i < (int)COUNT(is_open); i++)
        EXPECT_EQ(fcntl(40 + i, F_GETFD), is_open[i] ? 0 : -1);
}

/* The words the kernel left: argc, argv, envp, auxv. */
static uint64_t *first_word;
static char *first_argument;

static uint64_t *auxv(void)
{
    uint64_t *w = first_word + 1 + first_word[0] + 1;

    while (*w++)
        continue;
    return w;
}

/* The value of an entry that must be there exactly once. */
static uint64_t aux(uint64_t type)
{
    uint64_t value = 0;
    int found = 0;

    for (uint64_t *a = auxv(); a[0] != AT_NULL; a += 2)
        if (a[0] == type) {
            value = a[1];
            found++;
        }
    EXPECT_EQ(found, 1);
    return value;
}

static void find_numbers(void)
{
    EXPECT_EQ(aux(AT_PAGESZ), PAGE);
    EXPECT_EQ(aux(AT_CLKTCK), 100);
    EXPECT_EQ(aux(AT_FLAGS), 0);
    EXPECT_EQ(aux(AT_UID), 1);
    EXPECT_EQ(aux(AT_EUID), 3);
    EXPECT_EQ(aux(AT_GID), 4);
    EXPECT_EQ(aux(AT_EGID), 6);
    EXPECT_EQ(aux(AT_SECURE), 1);
    EXPECT(strcmp((char *)aux(AT_EXECFN), "/proc/self/exe") == 0);
}

static void numbers_in_auxv(void)
{
    REQUIRE(setresgid(4, 6, 5) == 0 && setresuid(1, 3, 2) == 0);
    become("find_numbers");
}

static void find_headers(void)
{
    struct elf64_ehdr header;
    struct elf64_phdr ph[32];
    uint64_t loaded = 0;
    int fd = open("/proc/self/exe", O_RDONLY);

    REQUIRE(read(fd, &header, sizeof(header)) == sizeof(header));
    EXPECT_EQ(aux(AT_PHENT), sizeof(ph[0]));
    EXPECT_EQ(aux(AT_PHNUM), header.e_phnum);
    EXPECT_EQ(pread(fd, ph, header.e_phnum * sizeof(ph[0]), (off_t)header.e_phoff),
              header.e_phnum * sizeof(ph[0]));
    for (size_t i = 0; i < header.e_phnum; i++)
        if (ph[i].p_type == PT_LOAD && ph[i].p_offset <= header.e_phoff
            && header.e_phoff < ph[i].p_offset + ph[i].p_filesz)
            loaded = ph[i].p_vaddr - ph[i].p_offset + header.e_phoff;
    EXPECT_EQ(aux(AT_ENTRY) - header.e_entry, aux(AT_PHDR) - loaded);
    if (aux(AT_PHDR))                                   /* our own linker script leaves them out */
        EXPECT(memcmp(ph, (void *)aux(AT_PHDR), header.e_phnum * sizeof(ph[0])) == 0);
    EXPECT_EQ(aux(AT_SECURE), 0);
    close(fd);
}

static void headers_in_auxv(void)
{
    become("find_headers");
}

static void find_stack(void)
{
    char **argv = (char **)first_word + 1, *next = first_argument;
    uint64_t *end = auxv();

    EXPECT_EQ((uintptr_t)first_word % 16, 0);
    EXPECT_EQ(first_word[0], 2);
    EXPECT(argv[2] == NULL);
    EXPECT(environ == argv + 3);
    for (int i = 0; argv[i] || i == 2; i++)             /* the strings, in order, without gaps */
        if (argv[i]) {
            EXPECT(argv[i] == next);
            next += strlen(next) + 1;
        }
    EXPECT(next == (char *)aux(AT_EXECFN));
    next += strlen(next) + 1;
    EXPECT_EQ((uintptr_t)(next + 8) % PAGE, 0);
    EXPECT(memcmp(next, "\0\0\0\0\0\0\0", 8) == 0);
    while (end[0] != AT_NULL)
        end += 2;
    EXPECT((uintptr_t)(end + 2) <= aux(AT_RANDOM));
    EXPECT(aux(AT_RANDOM) + 16 <= (uintptr_t)first_argument);
}

static void stack_layout(void)
{
    become("find_stack");
}

static void find_random(void)
{
    EXPECT_EQ(write(50, (void *)aux(AT_RANDOM), 16), 16);
}

static void random_bytes_differ(void)
{
    uint64_t a[2] = { 0, 0 }, b[2] = { 0, 0 };
    int fd[2];

    REQUIRE(pipe(fd) == 0 && dup2(fd[1], 50) == 50);
    EXPECT_EQ(run_child(become_child, "find_random"), 0);
    EXPECT_EQ(read(fd[0], a, 16), 16);
    EXPECT_EQ(run_child(become_child, "find_random"), 0);
    EXPECT_EQ(read(fd[0], b, 16), 16);
    EXPECT(a[0] != b[0] && a[1] != b[1] && a[0] != a[1]);
}

static void find_signals(void)
{
    struct sigaction action;

    for (int sig = 1; sig <= 64; sig++)
        if (sigaction(sig, NULL, &action) == 0 && sig != SIGUSR2)
            EXPECT(action.sa_handler == SIG_DFL);
    sigaction(SIGUSR2, NULL, &action);
    EXPECT(action.sa_handler == SIG_IGN);
    EXPECT(is_blocked(SIGHUP) && is_blocked(SIGTERM) && !is_blocked(SIGUSR1));
    EXPECT(is_pending(SIGHUP) && is_pending(SIGTERM) && !is_pending(SIGUSR1));
}

static void signals_kept(void)
{
    handle_with(SIGUSR1, record, 0);
    handle_with(SIGHUP, record, 0);
    handle_with(SIGSEGV, record, 0);
    signal(SIGUSR2, SIG_IGN);
    block(SIGHUP, SIGTERM);
    kill(getpid(), SIGHUP);
    syscall(SYS_tkill, getpid(), SIGTERM);              /* to the thread, not the process */
    become("find_signals");
}

static void find_names(void)
{
    char text[64];
    size_t n = read_file("/proc/self/cmdline", text, sizeof(text));

    EXPECT_EQ(n, sizeof("afterexectest\0find_names"));
    EXPECT(memcmp(text, "afterexectest\0find_names", n) == 0);
    prctl(PR_GET_NAME, text);
    EXPECT(strcmp(text, "a long name of ") == 0);
    read_file("/proc/self/comm", text, sizeof(text));
    EXPECT(strcmp(text, "a long name of \n") == 0);
}

/* The name is the file's, cut at 15 bytes; the arguments say what they like. */
static void names(void)
{
    char *const argv[] = { "afterexectest", "find_names", NULL };
    char *const envp[] = { "KTAP_QUIET=1", NULL };

    REQUIRE(symlink("/proc/self/exe", "/tmp/a long name of a file") == 0);
    prctl(PR_SET_NAME, "something else");
    exec_with("/tmp/a long name of a file", argv, envp);
    EXPECT_PRINTED("");                                 /* no failure */
    unlink("/tmp/a long name of a file");
}

/* Of the signals that wait those are for the program before that its timers have sent. */
static void signals_of_timers(void)
{
    struct sigevent to_thread = { .sigev_notify = SIGEV_SIGNAL | SIGEV_THREAD_ID,
                                  .sigev_signo = SIGUSR1,
                                  .sigev_notify_thread_id = getpid() };
    struct itimerspec soon = { { 0, 1000000 }, { 0, 1000000 } };
    timer_t timers[2];

    block(SIGALRM, SIGUSR1);
    block(SIGUSR2, 0);
    REQUIRE(timer_create(CLOCK_MONOTONIC, NULL, &timers[0]) == 0);
    REQUIRE(timer_create(CLOCK_MONOTONIC, &to_thread, &timers[1]) == 0);
    for (size_t i = 0; i < COUNT(timers); i++)
        REQUIRE(timer_settime(timers[i], 0, &soon, NULL) == 0);
    raise(SIGUSR2);
    while (!is_pending(SIGALRM) || !is_pending(SIGUSR1))
        sched_yield();
    become("find_no_timers");
}

static void find_no_timers(void)
{
    EXPECT(!is_pending(SIGALRM) && !is_pending(SIGUSR1));
    EXPECT(is_pending(SIGUSR2));
    unblock(SIGALRM, SIGUSR1);
}

/* What was asked for when a child was made is not what the new program wants to hear. */
static void child_with_another_signal(void)
{
    int ends[2];
    char c;

    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    if (syscall(SYS_clone, SIGUSR1, 0, 0, 0, 0) == 0) {
        close(ends[1]);
        (void)!read(ends[0], &c, 1);                /* until exec closes the other end */
        _exit(3);
    }
    become("find_child");
}

static void find_child(void)
{
    int status;

    EXPECT(waitpid(-1, &status, __WALL) > 0);
    EXPECT_EQ(status, 3 << 8);
}

/* Who execs */

static void refused_under_vfork(void)
{
    volatile int error = 0;
    pid_t pid;

    make_program(GARBAGE, "garbage", 7, 0755);
    pid = vfork();
    if (pid == 0) {
        execve(GARBAGE, no_strings, no_strings);
        error = errno;                                  /* on the parent's memory */
        become("find_only_thread");
        _exit(99);
    }
    EXPECT_EQ(error, ENOEXEC);
    EXPECT_EQ(wait_child(pid), 0);
    unlink(GARBAGE);
}

#define THREAD_FLAGS (CLONE_VM | CLONE_THREAD | CLONE_SIGHAND | CLONE_FILES | CLONE_FS)

static char stacks[8][4 * PAGE] __attribute__((aligned(16)));
static volatile bool start;

static void start_thread(int n, int (*function)(void *), void *arg)
{
    REQUIRE(clone(function, stacks[n] + sizeof(stacks[n]), THREAD_FLAGS, arg) > 0);
}

static int lasting_thread(void *arg)
{
    (void)arg;
    for (;;)
        sched_yield();
    return 0;
}

static int exec_thread(void *name)
{
    while (!start)
        sched_yield();
    EXPECT(syscall(SYS_gettid) != getpid());
    become(name);
    return 0;
}

static void find_only_thread(void)
{
    EXPECT_EQ(syscall(SYS_gettid), getpid());
    EXPECT_EQ(proc_number("/proc/self/status", "Threads:"), 1);
}

/* Threads beside and a leader that waits: the one that execs is what remains. */
static void exec_from_thread(void)
{
    start = false;
    for (int i = 0; i < 3; i++)
        start_thread(i, lasting_thread, NULL);
    start_thread(3, exec_thread, "find_only_thread");
    start = true;
    pause_forever(NULL);
}

/* All want to exec at once: one does, the others die. */
static void threads_race(void)
{
    start = false;
    for (int i = 0; i < 6; i++)
        start_thread(i, exec_thread, "find_only_thread");
    start = true;
    become("find_only_thread");
}

/* Exec oneself as often as argv[1] says. */
static int hop(char **argv)
{
    char count[16], *const next[] = { argv[0], count, NULL };
    int n = atoi(argv[1]);

    if (n == 0)
        return 0;
    snprintf(count, sizeof(count), "%d", n - 1);
    execv("/proc/self/exe", next);
    return errno;
}

static void hop_often(void *arg)
{
    char *const argv[] = { "hop", "6", NULL };

    (void)arg;
    execv("/proc/self/exe", argv);
    _exit(errno);
}

static void processes_at_once(void)
{
    pid_t pid[8];

    for (size_t i = 0; i < COUNT(pid); i++)
        pid[i] = start_child(hop_often, NULL);
    for (size_t i = 0; i < COUNT(pid); i++)
        EXPECT_CHILD(pid[i]);
}

static const struct test tests[] = {
    CHILD_TEST(close_on_exec),
    CHILD_TEST(numbers_in_auxv),
    CHILD_TEST(headers_in_auxv),
    CHILD_TEST(stack_layout),
    CHILD_TEST(random_bytes_differ),
    CHILD_TEST(signals_kept),
    CHILD_TEST(signals_of_timers),
    CHILD_TEST(child_with_another_signal),
    TEST(names),
    TEST(refused_under_vfork),
    CHILD_TEST(exec_from_thread),
    CHILD_TEST(threads_race),
    TEST(processes_at_once),
    /* In the new program, after the exec of a test above. */
    NAMED_TEST(find_descriptors),
    NAMED_TEST(find_numbers),
    NAMED_TEST(find_headers),
    NAMED_TEST(find_stack),
    NAMED_TEST(find_random),
    NAMED_TEST(find_signals),
    NAMED_TEST(find_no_timers),
    NAMED_TEST(find_child),
    NAMED_TEST(find_names),
    NAMED_TEST(find_only_thread),
};

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[0], "hop") == 0)
        return hop(argv);
    first_word = (uint64_t *)argv - 1;
    first_argument = argv[0];
    return test_main(argc, argv, tests, COUNT(tests));
}
