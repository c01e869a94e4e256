/* SPDX-License-Identifier: MIT */
/*
 * edgetest.c - edges of processes, signals and /proc that once went wrong.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

static void nothing(int sig)
{
    (void)sig;
}

static void sleep_ms(long ms)
{
    struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

    nanosleep(&t, NULL);
}

/* exec's errno as exit status. */
static void exec_it(void *path)
{
    char *const argv[] = { path, NULL };

    execv(path, argv);
    _exit(errno);
}

#define USER_TOP 0x4000000000UL
#define PROGRAM  "/tmp/edgetest.program"

/*
 * A segment where the stack goes: refused; or it runs, to an instruction that is none,
 * where the kernel puts the stack somewhere else each time.
 */
static void program_on_the_stack(void)
{
    struct {
        struct elf64_ehdr header;
        struct elf64_phdr load;
        char rest[PAGE];
    } file = {
        .header = {
            .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
            .e_type = ET_EXEC, .e_machine = EM_RISCV, .e_version = 1,
            .e_entry = USER_TOP - 4 * PAGE, .e_phoff = sizeof(struct elf64_ehdr),
            .e_phentsize = sizeof(struct elf64_phdr), .e_phnum = 1,
        },
        .load = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = USER_TOP - 4 * PAGE,
                  .p_filesz = PAGE, .p_memsz = PAGE },
    };
    int fd = open(PROGRAM, O_CREAT | O_WRONLY, 0755), status;

    EXPECT_EQ(write(fd, &file, sizeof(file)), sizeof(file));
    close(fd);
    status = run_child(exec_it, PROGRAM);
    EXPECT(status == ENOMEM << 8 || status == SIGILL);
    unlink(PROGRAM);
}

static void fifo_as_program(void)
{
    EXPECT_OK(mkfifo(PROGRAM, 0755));
    EXPECT_EQ(run_child(exec_it, PROGRAM), EACCES << 8);
    unlink(PROGRAM);
}

#define ARGS (128 << 10)            /* bytes of strings and pointers: a quarter of the stack */

/* Exec with as many empty strings as ARG says: nine bytes each, with the pointer. */
static void exec_with_many_strings(void *arg)
{
    static char *argv[ARGS / 9 + 1];
    static char *const envp[] = { NULL };
    const struct rlimit small = { 4 * ARGS, 4 * ARGS };

    for (size_t i = 0; i < (size_t)arg; i++)
        argv[i] = (char *)(uintptr_t)"";
    setrlimit(RLIMIT_STACK, &small);
    execve("/bin/true", argv, envp);
    _exit(errno);
}

/* Empty strings have pointers, too, and these need room on the stack. */
static void too_many_strings(void)
{
    EXPECT_EQ(run_child(exec_with_many_strings, (void *)(ARGS / 9)), E2BIG << 8);
    EXPECT_EQ(run_child(exec_with_many_strings, (void *)(ARGS / 9 - 10)), 0);
}

/* Descriptors and handlers shared with a child that execs.  Of its leaving our memory we are told. */
static void exec_keeps_ours(void)
{
    static volatile int left = 1;
    int fd = open("/bin/true", O_RDONLY | O_CLOEXEC);
    char *const argv[] = { (char *)(uintptr_t)"/bin/true", NULL };
    struct sigaction action;
    long pid;

    signal(SIGUSR1, nothing);
    pid = syscall(SYS_clone, CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_SIGHAND
                  | CLONE_CHILD_CLEARTID | SIGCHLD, 0, 0, 0, &left);
    if (!pid) {
        execv(argv[0], argv);
        _exit(1);
    }
    EXPECT_CHILD((pid_t)pid);
    EXPECT_EQ(left, 0);
    EXPECT_OK(fcntl(fd, F_GETFD));
    EXPECT_OK(sigaction(SIGUSR1, NULL, &action));
    EXPECT(action.sa_handler == nothing);
    signal(SIGUSR1, SIG_DFL);
    close(fd);
}

static void touch_in_vfork(void *arg)
{
    char *p = map_anon(200 * PAGE);

    (void)arg;
    for (size_t i = 0; i < 200; i++)
        p[i * PAGE] = 1;
    if (!vfork())
        _exit(0);
    wait(NULL);
    _exit(0);
}

/* A child that borrows its parent's memory has not made its parent's page faults. */
static void faults_of_a_vfork_child(void)
{
    struct rusage before, after;

    getrusage(RUSAGE_CHILDREN, &before);
    EXPECT_EQ(run_child(touch_in_vfork, NULL), 0);
    getrusage(RUSAGE_CHILDREN, &after);
    EXPECT_RANGE(after.ru_minflt - before.ru_minflt, 200, 399);
}

/* Steps smaller than the frame of a signal: where one does not fit, no frame does. */
__attribute__((noinline)) static int fall(volatile char *above)
{
    volatile char room[64];

    room[0] = above[0];
    return room[0] ? 0 : fall(room) + room[0];
}

static void fall_forever(void *arg)
{
    volatile char top = 0;

    (void)arg;
    signal(SIGSEGV, nothing);
    fall(&top);
}

static void handler_without_stack(void)
{
    EXPECT_KILLED(fall_forever, NULL, SIGSEGV);
}

static void exit_soon(void *arg)
{
    sleep_ms(20);
    _exit((int)(intptr_t)arg);
}

/* SIGCHLD is ignored by default, but not while it is blocked and waited for. */
static void wait_for_sigchld(void)
{
    struct timespec limit = { .tv_sec = 5 };
    siginfo_t info;
    sigset_t set;
    pid_t pid;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pid = start_child(exit_soon, (void *)3);
    EXPECT_EQ(sigtimedwait(&set, &info, &limit), SIGCHLD);
    EXPECT_EQ(info.si_pid, pid);
    EXPECT_EQ(wait_child(pid), 3 << 8);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static int hold[2];         /* nothing is written here: the last writer's end lets readers go */

static void wait_in_vfork(void *arg)
{
    char c;

    (void)arg;
    if (!vfork()) {
        close(hold[1]);
        read(hold[0], &c, 1);
    }
    _exit(0);
}

/* The parent dies, by whatever signal, while its child still borrows the memory. */
static void kill_a_vfork_parent_by(int sig)
{
    int ends[2];
    pid_t pid;
    char c;

    EXPECT_OK(pipe(hold));
    EXPECT_OK(pipe(ends));
    pid = start_child(wait_in_vfork, NULL);
    close(ends[1]);
    sleep_ms(50);
    EXPECT_OK(kill(pid, sig));
    EXPECT_EQ(wait_child(pid), sig);
    close(hold[1]);
    EXPECT_EQ(read(ends[0], &c, 1), 0);     /* the grandchild's end closes it */
    close(hold[0]);
    close(ends[0]);
}

static void kill_a_vfork_parent(void)
{
    static const int sigs[] = { SIGKILL, SIGTERM, SIGALRM, SIGRTMIN };

    for (size_t i = 0; i < COUNT(sigs); i++)
        kill_a_vfork_parent_by(sigs[i]);
}

/* They are for the program that the child is going to be. */
static void limits_of_a_vfork_child(void)
{
    struct rlimit low = { 16 * MB, 16 * MB };
    pid_t pid;
    char *p;

    pid = vfork();
    if (!pid)
        _exit(setrlimit(RLIMIT_AS, &low) < 0 || setrlimit(RLIMIT_DATA, &low) < 0);
    EXPECT_CHILD(pid);
    p = mmap(NULL, 64 * MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
             -1, 0);
    EXPECT(p != MAP_FAILED);
    munmap(p, 64 * MB);
}

/* A timer that is always due leaves the program some time. */
static void timer_without_end(void)
{
    struct itimerval fast = { { 0, 1 }, { 0, 1 } }, off = { 0 };

    signal(SIGALRM, SIG_IGN);
    EXPECT_OK(setitimer(ITIMER_REAL, &fast, NULL));
    for (volatile int i = 0; i < 200000; i++)
        continue;
    EXPECT_OK(setitimer(ITIMER_REAL, &off, NULL));
    signal(SIGALRM, SIG_DFL);
}

/* More signals than one may queue to oneself. */
static void too_many_signals(void)
{
    siginfo_t info = { .si_code = SI_QUEUE };
    struct timespec at_once = { 0 };
    sigset_t set;
    int n = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    while (n < 10000 && !syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info))
        n++;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_RANGE(n, 100, 9999);
    while (sigtimedwait(&set, &info, &at_once) == SIGRTMIN)
        n--;
    EXPECT_EQ(n, 0);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void file_without_text(void)
{
    int fd = open("/proc/sys/vm/drop_caches", O_RDONLY);
    char c;

    if (fd >= 0)
        read(fd, &c, 1);
    close(fd);
}

static const struct test tests[] = {
    TEST(program_on_the_stack), TEST(fifo_as_program), TEST(too_many_strings),
    TEST(exec_keeps_ours), TEST(handler_without_stack), TEST(wait_for_sigchld),
    TEST(kill_a_vfork_parent), TEST(limits_of_a_vfork_child), TEST(faults_of_a_vfork_child),
    TEST(timer_without_end), TEST(too_many_signals), TEST(file_without_text),
};

TEST_MAIN(tests)
