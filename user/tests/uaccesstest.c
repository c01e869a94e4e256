/* SPDX-License-Identifier: MIT */
/*
 * uaccesstest.c - every pointer that a system call takes, against every kind of bad one.
 *
 * A row of the table is a call with one pointer left open.  First it is filled with a good
 * pointer, so that nothing but the pointer can be wrong, and then with each bad one in turn.
 * The calls are arranged so that none of them waits.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "lib/abi/capability.h"
#include "lib/abi/futex.h"
#include "lib/abi/ioctl.h"
#include "lib/abi/prctl.h"
#include "lib/abi/time.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define KERNEL_RAM 0xffffffc080200000UL         /* behind the linear map of all memory */
#define KERNEL_END 0xffffffffffffffffUL
#define USER_END (1UL << 38)

/* Descriptors of these numbers are open. */
enum { A_FILE = 20, ANOTHER, FOLDER, PIPE_IN, PIPE_OUT, TERMINAL, NULL_DEVICE, A_PIDFD };

#define FILE_NAME "/tmp/uaccess.file"
#define LINK_NAME "/tmp/uaccess.link"
#define LINK_TEXT "sixteen letters!"

static struct {
    struct timespec no_time;
    struct itimerval no_timer;
    struct cap_header cap_header;
    uint64_t no_signals, set[16], pollfd, length;
    char buffer[4096];
} good __attribute__((aligned(PAGE)));

/* What stands where the open pointer comes: itself, or a vector {pointer, size}. */
#define OPEN   0x0badbadbadL
#define VECTOR 0x1badbadbadL

#define AT(place) ((long)(place))

/* What the kernel does with what the pointer points to. */
enum way { READS = 1, WRITES = 2, BOTH = 3, STRING = 5 };

enum {
    NULL_OK = 1,                /* the pointer may be left out                        */
    PARTIAL = 2,                /* the part before the edge of the memory counts      */
    ALIGNED = 4,                /* -EINVAL without looking if it is not a word's      */
    NO_CONTROL = 8,             /* the call must not be made with a good pointer      */
    FILLED = 16,                /* the good memory is full of ones                    */
    NULL_FAILS = 32,            /* -EINVAL without it                                 */
};

struct row {
    const char *name;
    long number;
    enum way way;
    size_t size;                /* of what it points to; of a STRING: 0, unless it is cut */
    long args[6];
    int flags;
};

#define ROW(call, way, size, flags, ...) { #call, SYS_##call, way, size, { __VA_ARGS__ }, flags }
#define HERE AT_FDCWD
#define NAME AT(FILE_NAME)

static const struct row rows[] = {
    /* Files */
    ROW(openat, STRING, 0, 0, HERE, OPEN, O_RDONLY),
    ROW(read, WRITES, 8, PARTIAL, A_FILE, OPEN, 8),
    ROW(read, WRITES, 8, PARTIAL, PIPE_OUT, OPEN, 8),
    ROW(write, READS, 8, PARTIAL, ANOTHER, OPEN, 8),
    ROW(write, READS, 8, PARTIAL, PIPE_IN, OPEN, 8),
    ROW(readv, READS, 16, 0, A_FILE, OPEN, 1),
    ROW(readv, WRITES, 8, PARTIAL, A_FILE, VECTOR, 1),
    ROW(writev, READS, 16, 0, ANOTHER, OPEN, 1),
    ROW(writev, READS, 8, PARTIAL, ANOTHER, VECTOR, 1),
    ROW(pread64, WRITES, 8, PARTIAL, A_FILE, OPEN, 8, 0),
    ROW(pwrite64, READS, 8, PARTIAL, ANOTHER, OPEN, 8, 0),
    ROW(preadv, READS, 16, 0, A_FILE, OPEN, 1, 0),
    ROW(preadv, WRITES, 8, PARTIAL, A_FILE, VECTOR, 1, 0),
    ROW(pwritev, READS, 16, 0, ANOTHER, OPEN, 1, 0),
    ROW(pwritev, READS, 8, PARTIAL, ANOTHER, VECTOR, 1, 0),
    ROW(fcntl, READS, 32, 0, A_FILE, F_GETLK, OPEN),
    ROW(fcntl, READS, 32, 0, A_FILE, F_SETLK, OPEN),
    ROW(ioctl, WRITES, 36, 0, TERMINAL, TCGETS, OPEN),
    ROW(ioctl, READS, 36, NO_CONTROL, TERMINAL, TCSETS, OPEN),
    ROW(ioctl, WRITES, 8, 0, TERMINAL, TIOCGWINSZ, OPEN),
    ROW(ioctl, WRITES, 4, 0, PIPE_OUT, FIONREAD, OPEN),
    ROW(pipe2, WRITES, 8, NO_CONTROL, OPEN, 0),
    ROW(sendfile, READS, 8, NULL_OK, NULL_DEVICE, A_FILE, OPEN, 1),
    ROW(copy_file_range, READS, 8, NULL_OK, A_FILE, OPEN, ANOTHER, 0, 1, 0),
    ROW(copy_file_range, READS, 8, NULL_OK, A_FILE, 0, ANOTHER, OPEN, 1, 0),
    ROW(truncate, STRING, 0, 0, OPEN, 0),
    ROW(ppoll, BOTH, 8, 0, OPEN, 1, AT(&good.no_time), 0, 8),
    ROW(ppoll, READS, 16, NULL_OK, AT(&good.pollfd), 1, OPEN, 0, 8),
    ROW(ppoll, READS, 8, NULL_OK, AT(&good.pollfd), 1, AT(&good.no_time), OPEN, 8),
    ROW(pselect6, BOTH, 8, NULL_OK, 1, OPEN, 0, 0, AT(&good.no_time), 0),
    ROW(pselect6, BOTH, 8, NULL_OK, 1, 0, OPEN, 0, AT(&good.no_time), 0),
    ROW(pselect6, BOTH, 8, NULL_OK, 1, 0, 0, OPEN, AT(&good.no_time), 0),
    ROW(pselect6, READS, 16, NULL_OK, 0, 0, 0, 0, OPEN, 0),
    ROW(pselect6, READS, 16, NULL_OK, 0, 0, 0, 0, AT(&good.no_time), OPEN),
    ROW(pselect6, READS, 8, NULL_OK, 0, 0, 0, 0, AT(&good.no_time), VECTOR),

    /* Names */
    ROW(mkdirat, STRING, 0, 0, HERE, OPEN, 0755),
    ROW(mknodat, STRING, 0, 0, HERE, OPEN, S_IFREG | 0600, 0),
    ROW(unlinkat, STRING, 0, 0, HERE, OPEN, 0),
    ROW(symlinkat, STRING, 0, 0, OPEN, HERE, NAME),
    ROW(symlinkat, STRING, 0, 0, NAME, HERE, OPEN),
    ROW(linkat, STRING, 0, 0, HERE, OPEN, HERE, NAME, 0),
    ROW(linkat, STRING, 0, 0, HERE, NAME, HERE, OPEN, 0),
    ROW(renameat2, STRING, 0, 0, HERE, OPEN, HERE, NAME, 0),
    ROW(renameat2, STRING, 0, 0, HERE, NAME, HERE, OPEN, 0),
    ROW(readlinkat, STRING, 0, 0, HERE, OPEN, AT(good.buffer), 16),
    ROW(readlinkat, WRITES, 16, 0, HERE, AT(LINK_NAME), OPEN, 16),
    ROW(newfstatat, STRING, 0, 0, HERE, OPEN, AT(good.buffer), 0),
    ROW(newfstatat, WRITES, 128, 0, HERE, NAME, OPEN, 0),
    ROW(fstat, WRITES, 128, 0, A_FILE, OPEN),
    ROW(statx, STRING, 0, 0, HERE, OPEN, 0, 0x7ff, AT(good.buffer)),
    ROW(statx, WRITES, 256, 0, HERE, NAME, 0, 0x7ff, OPEN),
    ROW(faccessat, STRING, 0, 0, HERE, OPEN, R_OK),
    ROW(faccessat2, STRING, 0, 0, HERE, OPEN, R_OK, 0),
    ROW(fchmodat, STRING, 0, 0, HERE, OPEN, 0644),
    ROW(fchownat, STRING, 0, 0, HERE, OPEN, 0, 0, 0),
    ROW(utimensat, STRING, 0, 0, HERE, OPEN, 0, 0),
    ROW(utimensat, READS, 32, NULL_OK, HERE, NAME, OPEN, 0),
    ROW(chdir, STRING, 0, 0, OPEN),
    ROW(chroot, STRING, 0, 0, OPEN),
    ROW(getcwd, WRITES, 2, 0, OPEN, 64),
    ROW(getdents64, WRITES, 4096, PARTIAL | NO_CONTROL, FOLDER, OPEN, 4096),
    ROW(statfs, STRING, 0, 0, OPEN, AT(good.buffer)),
    ROW(statfs, WRITES, 120, 0, NAME, OPEN),
    ROW(fstatfs, WRITES, 120, 0, A_FILE, OPEN),
    ROW(mount, STRING, 0, NULL_OK | NO_CONTROL, OPEN, AT("/tmp"), AT("tmpfs"), 0, 0),
    ROW(mount, STRING, 0, 0, AT("none"), OPEN, AT("tmpfs"), 0, 0),
    ROW(mount, STRING, 0, NULL_FAILS, AT("none"), AT("/tmp"), OPEN, 0, 0),
    ROW(umount2, STRING, 0, 0, OPEN, 0),

    /* Memory */
    ROW(mincore, WRITES, 2, 0, AT(&good), 2 * PAGE, OPEN),
    ROW(memfd_create, STRING, 0, NO_CONTROL, OPEN, 0),

    /* Processes */
    ROW(execve, STRING, 0, 0, OPEN, 0, 0),
    ROW(execve, READS, 8, NULL_OK | NO_CONTROL, AT("/bin/true"), OPEN, 0),
    ROW(execve, STRING, 0, NULL_OK | NO_CONTROL, AT("/bin/true"), VECTOR, 0),
    ROW(execve, READS, 8, NULL_OK | NO_CONTROL, AT("/bin/true"), 0, OPEN),
    ROW(execve, STRING, 0, NULL_OK | NO_CONTROL, AT("/bin/true"), 0, VECTOR),
    ROW(execveat, STRING, 0, 0, HERE, OPEN, 0, 0, 0),
    ROW(execveat, READS, 8, NULL_OK | NO_CONTROL, HERE, AT("/bin/true"), OPEN, 0, 0),
    ROW(waitid, WRITES, 28, NULL_OK, P_ALL, 0, OPEN, WEXITED | WNOHANG | WNOWAIT, 0),
    ROW(waitid, WRITES, 144, NULL_OK, P_ALL, 0, 0, WEXITED | WNOHANG | WNOWAIT, OPEN),
    ROW(getrusage, WRITES, 144, 0, RUSAGE_SELF, OPEN),
    ROW(times, WRITES, 32, NULL_OK, OPEN),
    ROW(prlimit64, READS, 16, NULL_OK, 0, RLIMIT_CORE, OPEN, 0),
    ROW(prlimit64, WRITES, 16, NULL_OK, 0, RLIMIT_CORE, 0, OPEN),
    ROW(getrlimit, WRITES, 16, 0, RLIMIT_CORE, OPEN),
    ROW(setrlimit, READS, 16, 0, RLIMIT_CORE, OPEN),
    ROW(sched_getaffinity, WRITES, 8, 0, 0, 8, OPEN),
    ROW(sched_setaffinity, READS, 8, FILLED, 0, 8, OPEN),
    ROW(getcpu, WRITES, 4, NULL_OK, OPEN, 0, 0),
    ROW(getcpu, WRITES, 4, NULL_OK, 0, OPEN, 0),
    ROW(capget, BOTH, 4, NO_CONTROL, OPEN, 0),
    ROW(capget, WRITES, 24, NULL_OK, AT(&good.cap_header), OPEN),
    ROW(capset, READS, 24, NO_CONTROL, AT(&good.cap_header), OPEN),
    ROW(prctl, STRING, 8, 0, PR_SET_NAME, OPEN),
    ROW(prctl, WRITES, 16, 0, PR_GET_NAME, OPEN),
    ROW(prctl, WRITES, 4, 0, PR_GET_PDEATHSIG, OPEN),
    ROW(get_robust_list, WRITES, 8, 0, 0, OPEN, AT(&good.length)),
    ROW(get_robust_list, WRITES, 8, 0, 0, AT(good.buffer), OPEN),
    ROW(futex, READS, 4, ALIGNED, OPEN, FUTEX_WAIT, 1, 0, 0, 0),
    ROW(futex, READS, 4, ALIGNED, OPEN, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 1, 0, 0, 0),
    ROW(futex, READS, 16, NULL_OK, AT(good.buffer), FUTEX_WAIT, 1, OPEN, 0, 0),
    ROW(futex, READS, 4, ALIGNED, OPEN, FUTEX_CMP_REQUEUE, 1, 1, AT(good.buffer), 1),

    /* Users */
    ROW(getresuid, WRITES, 4, 0, OPEN, AT(good.buffer), AT(good.buffer)),
    ROW(getresuid, WRITES, 4, 0, AT(good.buffer), OPEN, AT(good.buffer)),
    ROW(getresuid, WRITES, 4, 0, AT(good.buffer), AT(good.buffer), OPEN),
    ROW(getresgid, WRITES, 4, 0, OPEN, AT(good.buffer), AT(good.buffer)),
    ROW(getresgid, WRITES, 4, 0, AT(good.buffer), OPEN, AT(good.buffer)),
    ROW(getresgid, WRITES, 4, 0, AT(good.buffer), AT(good.buffer), OPEN),
    ROW(getgroups, WRITES, 8, 0, 32, OPEN),
    ROW(setgroups, READS, 8, 0, 2, OPEN),

    /* Signals */
    ROW(rt_sigaction, READS, 24, NULL_OK, SIGUSR1, OPEN, 0, 8),
    ROW(rt_sigaction, WRITES, 24, NULL_OK, SIGUSR1, 0, OPEN, 8),
    ROW(rt_sigprocmask, READS, 8, NULL_OK, SIG_BLOCK, OPEN, 0, 8),
    ROW(rt_sigprocmask, WRITES, 8, NULL_OK, SIG_BLOCK, 0, OPEN, 8),
    ROW(rt_sigpending, WRITES, 8, 0, OPEN, 8),
    ROW(rt_sigsuspend, READS, 8, NO_CONTROL, OPEN, 8),
    ROW(rt_sigtimedwait, READS, 8, 0, OPEN, 0, AT(&good.no_time), 8),
    ROW(rt_sigtimedwait, READS, 16, NULL_OK, AT(&good.no_signals), 0, OPEN, 8),
    ROW(rt_sigqueueinfo, READS, 48, NO_CONTROL, 1, SIGCHLD, OPEN),
    ROW(rt_tgsigqueueinfo, READS, 48, NO_CONTROL, 1, 1, SIGCHLD, OPEN),
    ROW(pidfd_send_signal, READS, 48, NULL_OK, A_PIDFD, 0, OPEN, 0),
    ROW(sigaltstack, READS, 24, NULL_OK, OPEN, 0),
    ROW(sigaltstack, WRITES, 24, NULL_OK, 0, OPEN),

    /* Time */
    ROW(clock_gettime, WRITES, 16, 0, CLOCK_MONOTONIC, OPEN),
    ROW(clock_settime, READS, 16, FILLED, CLOCK_REALTIME, OPEN),
    ROW(clock_getres, WRITES, 16, NULL_OK, CLOCK_MONOTONIC, OPEN),
    ROW(clock_nanosleep, READS, 16, 0, CLOCK_MONOTONIC, 0, OPEN, 0),
    ROW(nanosleep, READS, 16, 0, OPEN, 0),
    ROW(gettimeofday, WRITES, 16, NULL_OK, OPEN, 0),
    ROW(gettimeofday, WRITES, 8, NULL_OK, 0, OPEN),
    ROW(settimeofday, READS, 16, NULL_OK | FILLED, OPEN, 0),
    ROW(settimeofday, READS, 8, NULL_OK, 0, OPEN),
    ROW(getitimer, WRITES, 32, 0, ITIMER_REAL, OPEN),
    ROW(setitimer, READS, 32, NULL_OK, ITIMER_REAL, OPEN, 0),
    ROW(setitimer, WRITES, 32, NULL_OK, ITIMER_REAL, AT(&good.no_timer), OPEN),

    /* Machine */
    ROW(uname, WRITES, 390, 0, OPEN),
    ROW(sched_setscheduler, READS, 4, NULL_FAILS, 0, SCHED_OTHER, OPEN),
    ROW(sched_setparam, READS, 4, NULL_FAILS, 0, OPEN),
    ROW(sched_getparam, WRITES, 4, NULL_FAILS, 0, OPEN),
    ROW(sched_rr_get_interval, WRITES, 16, 0, 0, OPEN),
    ROW(sched_getattr, WRITES, 48, NULL_FAILS, 0, OPEN, 48, 0),
    ROW(setdomainname, READS, 4, NO_CONTROL, OPEN, 4),
    ROW(sethostname, READS, 4, NO_CONTROL, OPEN, 4),
    ROW(sysinfo, WRITES, 112, 0, OPEN),
    ROW(syslog, WRITES, 4096, PARTIAL | NULL_FAILS, 3, OPEN, 4096),
    ROW(getrandom, WRITES, 8, PARTIAL, OPEN, 8, 0),
    ROW(riscv_hwprobe, BOTH, 16, 0, OPEN, 1, 0, 0, 0),
};

/* Bad pointers */

/*
 *   page 0    2    4    6    8    10   12   14   16   18   20   22   24
 *        rw-- hole none none r--- r--- --x- hole rw-- hole rw-- none rw-r--
 *
 * and, each in a mapping of its own, a file of one page with a second one behind it.
 */
static char *area, *beyond_file;
static uintptr_t below_stack;

enum kind {
    MISSING, FIRST_BYTE, HOLE, ODD_HOLE, NO_RIGHT, READ_ONLY, EXEC_ONLY, EDGE, EDGE_OF_NONE,
    EDGE_OF_READ_ONLY, BEYOND_FILE, EDGE_OF_FILE, BELOW_STACK, ABOVE_USER, EDGE_OF_USER,
    NOT_CANONICAL, KERNEL, WRAPPING, PROGRAM_TEXT, KINDS
};

static const char *const kind_names[KINDS] = {
    "NULL", "address 1", "a hole", "an odd address in a hole", "PROT_NONE", "read-only",
    "exec-only", "before a hole", "before PROT_NONE", "before read-only", "beyond the file",
    "at the end of the file", "below the stack", "above user memory", "end of user memory",
    "not canonical", "kernel memory", "around the end of the address space", "program text",
};

static uintptr_t page(size_t i)
{
    return (uintptr_t)area + i * PAGE;
}

/* The address of SIZE bytes, the last of which lies at END. */
static uintptr_t over(uintptr_t end, size_t size)
{
    return end + 1 - size;
}

static uintptr_t address_of(enum kind kind, size_t size)
{
    switch (kind) {
    case MISSING: return 0;
    case FIRST_BYTE: return 1;
    case HOLE: return page(2);
    case ODD_HOLE: return page(2) + 13;
    case NO_RIGHT: return page(4);
    case READ_ONLY: return page(8);
    case EXEC_ONLY: return page(12);
    case EDGE: return over(page(18), size);
    case EDGE_OF_NONE: return over(page(22), size);
    case EDGE_OF_READ_ONLY: return over(page(25), size);
    case BEYOND_FILE: return (uintptr_t)beyond_file + PAGE;
    case EDGE_OF_FILE: return over((uintptr_t)beyond_file + PAGE, size);
    case BELOW_STACK: return below_stack;
    case ABOVE_USER: return USER_END;
    case EDGE_OF_USER: return over(USER_END, size);
    case NOT_CANONICAL: return 1UL << 63;
    case KERNEL: return KERNEL_RAM;
    case PROGRAM_TEXT: return (uintptr_t)address_of;
    default: return KERNEL_END - 3;
    }
}

static bool is_edge(enum kind kind)
{
    return kind == EDGE || kind == EDGE_OF_NONE || kind == EDGE_OF_READ_ONLY
           || kind == EDGE_OF_FILE;
}

static bool only_stores_fault(enum kind kind)
{
    return kind == READ_ONLY || kind == EDGE_OF_READ_ONLY || kind == PROGRAM_TEXT
           || (kind == EXEC_ONLY && !try_read((const void *)page(12)).sig);
}

static void map_area(void)
{
    int fd = open(FILE_NAME, O_RDWR);

    /* first, lest it fill a hole */
    beyond_file = mmap(NULL, 2 * PAGE, RW, MAP_SHARED, fd, 0);
    REQUIRE(beyond_file != MAP_FAILED);
    close(fd);
    area = map_anon(28 * PAGE);
    memset(area, 'x', 28 * PAGE);
    EXPECT_OK(munmap(area + 2 * PAGE, 2 * PAGE));
    EXPECT_OK(mprotect(area + 4 * PAGE, 4 * PAGE, PROT_NONE));
    EXPECT_OK(mprotect(area + 8 * PAGE, 4 * PAGE, PROT_READ));
    EXPECT_OK(mprotect(area + 12 * PAGE, 2 * PAGE, PROT_EXEC));
    EXPECT_OK(munmap(area + 14 * PAGE, 2 * PAGE));
    EXPECT_OK(munmap(area + 18 * PAGE, 2 * PAGE));
    EXPECT_OK(mprotect(area + 22 * PAGE, 2 * PAGE, PROT_NONE));
    EXPECT_OK(mprotect(area + 25 * PAGE, 3 * PAGE, PROT_READ));
}

static void open_at(int number, const char *path, int flags)
{
    int fd = open(path, flags, 0600);

    REQUIRE(fd >= 0 && dup2(fd, number) == number);
    close(fd);
}

static void begin(void)
{
    static char page_of_x[PAGE];
    uint32_t groups[2] = { 0, 7 };
    int fds[2];

    memset(page_of_x, 'x', PAGE);
    open_at(A_FILE, FILE_NAME, O_RDWR | O_CREAT | O_TRUNC);
    EXPECT_EQ(write(A_FILE, page_of_x, PAGE), PAGE);
    EXPECT_EQ(lseek(A_FILE, 0, SEEK_SET), 0);
    open_at(ANOTHER, "/tmp/uaccess.other", O_RDWR | O_CREAT | O_TRUNC);
    open_at(FOLDER, "/bin", O_RDONLY);
    open_at(TERMINAL, "/dev/ttyS0", O_RDWR | O_NOCTTY | O_NONBLOCK);
    open_at(NULL_DEVICE, "/dev/null", O_RDWR);
    REQUIRE(pipe2(fds, O_NONBLOCK) == 0 && dup2(fds[0], PIPE_OUT) == PIPE_OUT);
    EXPECT_EQ(write(fds[1], page_of_x, PAGE), PAGE);
    REQUIRE(dup2(fds[1], PIPE_IN) == PIPE_IN);
    close(fds[0]);
    close(fds[1]);
    fds[0] = pidfd_open(getpid(), 0);
    REQUIRE(dup2(fds[0], A_PIDFD) == A_PIDFD);
    close(fds[0]);
    unlink(LINK_NAME);
    EXPECT_OK(symlink(LINK_TEXT, LINK_NAME));
    EXPECT_OK(syscall(SYS_setgroups, 2, groups));
    map_area();
    below_stack = ((uintptr_t)groups - 8 * MB - 128 * KB) & ~(PAGE - 1);
}

static void end(void)
{
    for (int fd = A_FILE; fd <= NULL_DEVICE; fd++)
        close(fd);
    EXPECT_OK(unlink(FILE_NAME));
    EXPECT_OK(unlink("/tmp/uaccess.other"));
    EXPECT_OK(unlink(LINK_NAME));
}

/* The kinds are what they are called: the processor says so. */
static void kinds_are_bad(void)
{
    begin();
    for (int k = 0; k < KINDS; k++) {
        char *p = (char *)address_of(k, 1);

        if (!try_write(p).sig)
            fail(__FILE__, __LINE__, "%s can be written", kind_names[k]);
        if (!only_stores_fault(k) && !try_read(p).sig)
            fail(__FILE__, __LINE__, "%s can be read", kind_names[k]);
        if (is_edge(k) && try_write(p - 1).sig)
            fail(__FILE__, __LINE__, "nothing lies before %s", kind_names[k]);
    }
    end();
}

/* Calls */

static long vector[2];

/* The call of the row with the pointer P: its result, or a negated errno. */
static long make_call(const struct row *r, uintptr_t p)
{
    long a[6], result;

    vector[0] = (long)p;
    vector[1] = (long)r->size;
    for (size_t i = 0; i < 6; i++)
        a[i] = r->args[i] == OPEN ? (long)p : r->args[i] == VECTOR ? AT(vector) : r->args[i];
    result = syscall(r->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    return result == -1 ? -errno : result;
}

static bool applies(const struct row *r, enum kind kind)
{
    if (kind == MISSING)
        return !(r->flags & NULL_OK);
    if (only_stores_fault(kind))
        return r->way & WRITES;
    return (r->size != 1 && r->way != STRING) || kind != EDGE_OF_READ_ONLY;
}

static long expected(const struct row *r, uintptr_t p)
{
    bool refused = ((r->flags & ALIGNED) && p % 4) || ((r->flags & NULL_FAILS) && !p);

    return refused ? -EINVAL : -EFAULT;
}

/* What earlier calls stored before the edges is text again. */
static void refill_edges(void)
{
    memset(area + 17 * PAGE, 'x', PAGE);
    memset(area + 21 * PAGE, 'x', PAGE);
    memset(area + 24 * PAGE, 'x', PAGE);
    memset(beyond_file, 'x', PAGE);
}

static void check_call(const struct row *r, enum kind kind)
{
    size_t size = r->size ? r->size : 64;       /* a string without an end runs over the edge */
    uintptr_t p = address_of(kind, size);
    long is, should = expected(r, p);

    lseek(FOLDER, 0, SEEK_SET);
    is = make_call(r, p);
    if ((r->flags & PARTIAL) && is_edge(kind) && is >= 0 && is < (long)r->size)
        return;
    if (is != should)
        fail(__FILE__, __LINE__, "%s(%lx, %lx, ...) with %s (%lx): %ld, not %ld", r->name,
             (unsigned long)r->args[0], (unsigned long)r->args[1], kind_names[kind], p, is, should);
}

static void check_control(const struct row *r)
{
    long is;

    memset(good.buffer, r->flags & FILLED ? 0xff : 0, sizeof(good.buffer));
    if (r->flags & NO_CONTROL)
        return;
    is = make_call(r, (uintptr_t)good.buffer);
    if (is == -EFAULT || is == -ENOSYS)
        fail(__FILE__, __LINE__, "row %zu, %s with a good pointer: %ld", (size_t)(r - rows),
             r->name, is);
}

static int lowest_free_descriptor(void)
{
    int fd = dup(NULL_DEVICE);

    close(fd);
    return fd;
}

static void die_at_once(void *arg)
{
    (void)arg;
}

/* A dead child that nobody waits for, so that there is something to tell. */
static pid_t leave_zombie(void)
{
    siginfo_t info;
    pid_t pid = start_child(die_at_once, NULL);

    EXPECT_OK(syscall(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT, NULL));
    return pid;
}

static void every_pointer_is_checked(void)
{
    int free_descriptor;
    pid_t zombie;

    begin();
    zombie = leave_zombie();
    good.pollfd = 1UL << 32 | NULL_DEVICE;
    good.cap_header.version = LINUX_CAPABILITY_VERSION_3;
    free_descriptor = lowest_free_descriptor();
    for (size_t i = 0; i < COUNT(rows); i++) {
        check_control(&rows[i]);
        refill_edges();
        for (int k = 0; k < KINDS; k++)
            if (applies(&rows[i], k))
                check_call(&rows[i], k);
        if (lowest_free_descriptor() != free_descriptor) {
            fail(__FILE__, __LINE__, "row %zu, %s leaves a descriptor", i, rows[i].name);
            free_descriptor = lowest_free_descriptor();
        }
    }
    EXPECT_CHILD(zombie);
    end();
}

/* The child has been waited for all the same: its number is no longer valid by then. */
static void wait4_is_checked(void)
{
    static const struct row status = ROW(wait4, WRITES, 4, NULL_OK, -1, OPEN, 0, 0);
    static const struct row usage = ROW(wait4, WRITES, 144, NULL_OK, -1, 0, 0, OPEN);

    begin();
    for (int k = 1; k < KINDS; k++) {
        leave_zombie();
        check_call(&status, k);
        EXPECT_EQ(make_call(&status, 0), -ECHILD);
        leave_zombie();
        check_call(&usage, k);
        EXPECT_EQ(make_call(&usage, 0), -ECHILD);
    }
    end();
}

static const struct test tests[] = {
    CHILD_TEST(kinds_are_bad),
    CHILD_TEST(every_pointer_is_checked),
    CHILD_TEST(wait4_is_checked),
};

TEST_MAIN(tests)
