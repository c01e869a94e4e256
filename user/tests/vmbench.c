/* SPDX-License-Identifier: MIT */
/*
 * vmbench.c - what operations of the virtual memory system cost.
 *
 *     vmbench [ROW...]
 *
 * Prints one line per row: "name nanoseconds", the minimum of several batches,
 * per operation or per page.  Under QEMU's -icount shift=0 a nanosecond is an
 * instruction, and two runs give the same numbers; `make bench` does that and
 * compares.  On other machines they are what they say: nanoseconds.
 *
 * A plain Linux program.  Rows whose system call is missing print "name -".
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096UL
#define BATCHES 5
#define MB (1UL << 20)

/* A row: how to do N operations and say how long they took; -1 if it cannot be. */
struct row {
    const char *name;
    long n;
    long (*batch)(long n);
};

#define CHUNK (64 * PAGE)

static char *scratch;              /* CHUNK bytes, for the rows on files */

static long now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static char *map_anon(size_t len)
{
    char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

static void write_pages(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        *(volatile char *)(p + i * PAGE) = 1;
}

static void read_pages(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        (void)*(volatile char *)(p + i * PAGE);
}

/* Calls */

static long null_call(long n)
{
    long start = now();

    for (long i = 0; i < n; i++)
        getppid();
    return now() - start;
}

static long one_byte(const char *path, int flags, long n)
{
    int fd = open(path, flags);
    long start = now();
    char c = 0;

    for (long i = 0; i < n; i++)
        if ((flags == O_RDONLY ? read(fd, &c, 1) : write(fd, &c, 1)) != 1)
            return -1;
    start = now() - start;
    close(fd);
    return start;
}

static long read_zero(long n)
{
    return one_byte("/dev/zero", O_RDONLY, n);
}

static long write_null(long n)
{
    return one_byte("/dev/null", O_WRONLY, n);
}

static long pipe_self(long n)
{
    long start;
    int fd[2];
    char c = 0;

    if (pipe(fd) < 0)
        return -1;
    start = now();
    for (long i = 0; i < n; i++)
        if (write(fd[1], &c, 1) != 1 || read(fd[0], &c, 1) != 1)
            return -1;
    start = now() - start;
    close(fd[0]);
    close(fd[1]);
    return start;
}

static void echo_back(int in, int out)
{
    char c;

    while (read(in, &c, 1) == 1)
        if (write(out, &c, 1) != 1)
            break;
    _exit(0);
}

static long pipe_pingpong(long n)
{
    int there[2], back[2];
    long start;
    char c = 0;
    pid_t pid;

    if (pipe(there) < 0 || pipe(back) < 0 || (pid = fork()) < 0)
        return -1;
    if (pid == 0) {
        close(there[1]);
        echo_back(there[0], back[1]);
    }
    start = now();
    for (long i = 0; i < n; i++)
        if (write(there[1], &c, 1) != 1 || read(back[0], &c, 1) != 1)
            return -1;
    start = now() - start;
    close(there[1]);
    waitpid(pid, NULL, 0);
    close(there[0]);
    close(back[0]);
    close(back[1]);
    return start;
}

static long yield_alone(long n)
{
    long start = now();

    for (long i = 0; i < n; i++)
        sched_yield();
    return now() - start;
}

/* Processes */

static long fork_small(long n)
{
    long start = now();

    for (long i = 0; i < n; i++) {
        pid_t pid = fork();

        if (pid < 0)
            return -1;
        if (pid == 0)
            _exit(0);
        waitpid(pid, NULL, 0);
    }
    return now() - start;
}

static long fork_with(size_t len, long n)
{
    char *p = map_anon(len);
    long t;

    if (!p)
        return -1;
    write_pages(p, len / PAGE);
    t = fork_small(n);
    munmap(p, len);
    return t;
}

static long fork_16m(long n)
{
    return fork_with(16 * MB, n);
}

static long fork_64m(long n)
{
    return fork_with(64 * MB, n);
}

static long fork_exec(long n)
{
    char *const argv[] = { (char *)"true", NULL };
    long start = now();

    for (long i = 0; i < n; i++) {
        pid_t pid = fork();

        if (pid < 0)
            return -1;
        if (pid == 0) {
            execv("/bin/true", argv);
            _exit(1);
        }
        waitpid(pid, NULL, 0);
    }
    return now() - start;
}

/* Anonymous memory */

static long anon_fault(long n, void (*use)(char *p, size_t npages))
{
    char *p = map_anon((size_t)n * PAGE);
    long start = now();

    if (!p)
        return -1;
    use(p, (size_t)n);
    start = now() - start;
    munmap(p, (size_t)n * PAGE);
    return start;
}

static long anon_write(long n)
{
    return anon_fault(n, write_pages);
}

static long anon_read(long n)
{
    return anon_fault(n, read_pages);
}

/* In a child, which shares the pages with us; its time comes by a pipe. */
static long cow_break(long n)
{
    char *p = map_anon((size_t)n * PAGE);
    int fd[2];
    pid_t pid;
    long t;

    if (!p || pipe(fd) < 0)
        return -1;
    write_pages(p, (size_t)n);
    pid = fork();
    if (pid == 0) {
        t = now();
        write_pages(p, (size_t)n);
        t = now() - t;
        _exit(write(fd[1], &t, sizeof(t)) != sizeof(t));
    }
    if (pid < 0 || read(fd[0], &t, sizeof(t)) != sizeof(t))
        return -1;
    waitpid(pid, NULL, 0);
    close(fd[0]);
    close(fd[1]);
    munmap(p, (size_t)n * PAGE);
    return t;
}

static long cow_reuse(long n)
{
    char *p = map_anon((size_t)n * PAGE);
    pid_t pid;
    long t;

    if (!p)
        return -1;
    write_pages(p, (size_t)n);
    pid = fork();
    if (pid == 0)
        _exit(0);
    waitpid(pid, NULL, 0);
    t = now();
    write_pages(p, (size_t)n);
    t = now() - t;
    munmap(p, (size_t)n * PAGE);
    return pid < 0 ? -1 : t;
}

static long map_unmap(size_t len, long n)
{
    long start = now();

    for (long i = 0; i < n; i++) {
        char *p = map_anon(len);

        if (!p || munmap(p, len) < 0)
            return -1;
    }
    return now() - start;
}

static long map_unmap_4k(long n)
{
    return map_unmap(PAGE, n);
}

static long map_unmap_64m(long n)
{
    return map_unmap(64 * MB, n);
}

/* N mappings of one page with holes of one page between them; the last call's serve again. */
static char *crowd(size_t n)
{
    static char *p;
    static size_t size;

    if (size == n)
        return p;
    if (size)
        munmap(p, 2 * size * PAGE);
    size = n;
    p = map_anon(2 * n * PAGE);
    for (size_t i = 0; p && i < n; i++)
        if (munmap(p + (2 * i + 1) * PAGE, PAGE) < 0)
            p = NULL;
    return p;
}

/* A call that looks for the mapping of an address, here and there among many, and leaves it. */
static long find_among(size_t nmaps, long n)
{
    char *p = crowd(nmaps);
    long start = now();

    for (long i = 0; i < n; i++)
        if (!p || madvise(p + (size_t)i * 7919 % nmaps * 2 * PAGE, PAGE, MADV_NORMAL) < 0)
            return -1;
    return now() - start;
}

/* Two pages fit into none of the holes. */
static long map_among(size_t nmaps, long n)
{
    return crowd(nmaps) ? map_unmap(2 * PAGE, n) : -1;
}

#define AMONG(what, nmaps)                                                     \
    static long what##_##nmaps(long n)                                         \
    {                                                                          \
        return what(nmaps, n);                                                 \
    }

AMONG(find_among, 10)
AMONG(map_among, 10)
AMONG(find_among, 1000)
AMONG(map_among, 1000)
AMONG(find_among, 60000)
AMONG(map_among, 60000)

static long munmap_touched(long n)
{
    char *p = map_anon((size_t)n * PAGE);
    long start;

    if (!p)
        return -1;
    write_pages(p, (size_t)n);
    start = now();
    munmap(p, (size_t)n * PAGE);
    return now() - start;
}

static long dontneed_touched(long n)
{
    char *p = map_anon((size_t)n * PAGE);
    long start, failed;

    if (!p)
        return -1;
    write_pages(p, (size_t)n);
    start = now();
    failed = madvise(p, (size_t)n * PAGE, MADV_DONTNEED);
    start = now() - start;
    munmap(p, (size_t)n * PAGE);
    return failed ? -1 : start;
}

/* Page AT of NPAGES touched ones, to and fro. */
static long protect(long n, size_t npages, size_t at)
{
    char *p = map_anon(npages * PAGE);
    long start;

    if (!p)
        return -1;
    write_pages(p, npages);
    start = now();
    for (long i = 0; i < n; i++)
        if (mprotect(p + at * PAGE, PAGE, i % 2 ? PROT_READ | PROT_WRITE : PROT_READ) < 0)
            return -1;
    start = now() - start;
    munmap(p, npages * PAGE);
    return start;
}

static long protect_one(long n)
{
    return protect(n, 1, 0);
}

static long protect_middle(long n)
{
    return protect(n, 16, 8);
}

static long protect_many(long n)
{
    char *p = map_anon((size_t)n * PAGE);
    long start;

    if (!p)
        return -1;
    write_pages(p, (size_t)n);
    start = now();
    mprotect(p, (size_t)n * PAGE, PROT_READ);
    start = now() - start;
    munmap(p, (size_t)n * PAGE);
    return start;
}

/* A touched page, to and fro between two places. */
static long move_one(long n)
{
    char *p = map_anon(16 * PAGE);
    long start;

    if (!p || munmap(p + PAGE, 15 * PAGE) < 0)
        return -1;
    write_pages(p, 1);
    start = now();
    for (long i = 0; i < n; i++) {
        char *from = p + (i % 2 ? 8 * PAGE : 0), *to = p + (i % 2 ? 0 : 8 * PAGE);

        if (mremap(from, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
            return -1;
    }
    start = now() - start;
    munmap(p, 16 * PAGE);
    return start;
}

/* Many pages, by a distance that is not one of whole page tables. */
static long move_many(long n)
{
    size_t len = (size_t)n * PAGE;
    char *p = map_anon(2 * len + 64 * PAGE), *to = p + len + 37 * PAGE;
    long start;

    if (!p || munmap(p + len, len + 64 * PAGE) < 0)
        return -1;
    write_pages(p, (size_t)n);
    start = now();
    if (mremap(p, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
        return -1;
    start = now() - start;
    munmap(to, len);
    return start;
}

/* Of a heap that has something in it, as programs have. */
static long brk_grow_shrink(long n)
{
    char *top = (char *)sbrk(PAGE) + PAGE;
    long start = now();

    for (long i = 0; i < n; i++)
        if (brk(top + 4 * PAGE) < 0 || brk(top) < 0)
            return -1;
    start = now() - start;
    return sbrk(-(long)PAGE) == (void *)-1 ? -1 : start;
}

/* Files */

#define FILE_PAGES 1024UL
#define FILE_NAME "/tmp/vmbench.dat"

static int open_file(void)
{
    int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

    scratch = map_anon(CHUNK);
    if (!scratch)
        return -1;
    memset(scratch, 1, CHUNK);
    for (size_t i = 0; fd >= 0 && i < FILE_PAGES * PAGE / CHUNK; i++)
        if (write(fd, scratch, CHUNK) != (ssize_t)CHUNK)
            return -1;
    return fd;
}

/* No row leaves a mapping behind: another's would become one with it. */
static void close_file(int fd)
{
    munmap(scratch, CHUNK);
    scratch = NULL;
    close(fd);
    unlink(FILE_NAME);
}

static long file_map(long n, int flags, int prot, void (*use)(char *p, size_t npages))
{
    int fd = open_file();
    long t = -1;
    char *p;

    if (fd < 0)
        return -1;
    p = mmap(NULL, (size_t)n * PAGE, prot, flags, fd, 0);
    if (p != MAP_FAILED) {
        t = now();
        use(p, (size_t)n);
        t = now() - t;
        munmap(p, (size_t)n * PAGE);
    }
    close_file(fd);
    return t;
}

static long file_read_fault(long n)
{
    return file_map(n, MAP_PRIVATE, PROT_READ, read_pages);
}

static long file_shared_write(long n)
{
    return file_map(n, MAP_SHARED, PROT_READ | PROT_WRITE, write_pages);
}

static long file_private_write(long n)
{
    return file_map(n, MAP_PRIVATE, PROT_READ | PROT_WRITE, write_pages);
}

static long pread_4k(long n)
{
    int fd = open_file();
    long start = now();

    for (long i = 0; i < n; i++)
        if (pread(fd, scratch, PAGE, (off_t)((size_t)i % FILE_PAGES * PAGE)) != (ssize_t)PAGE)
            return -1;
    start = now() - start;
    close_file(fd);
    return start;
}

static long pwrite_4k(long n)
{
    int fd = open_file();
    long start = now();

    for (long i = 0; i < n; i++)
        if (pwrite(fd, scratch, PAGE, (off_t)((size_t)i % FILE_PAGES * PAGE)) != (ssize_t)PAGE)
            return -1;
    start = now() - start;
    close_file(fd);
    return start;
}

/* Signals: a store to a read-only page, mprotect in the handler, return. */

static char *guarded;

static void unprotect(int sig)
{
    (void)sig;
    mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
}

static long sigsegv(long n)
{
    struct sigaction sa;
    long start;

    memset(&sa, 0, sizeof(sa));
    sa.sa_handler = unprotect;
    sigaction(SIGSEGV, &sa, NULL);
    guarded = map_anon(PAGE);
    if (!guarded)
        return -1;
    write_pages(guarded, 1);
    start = now();
    for (long i = 0; i < n; i++) {
        mprotect(guarded, PAGE, PROT_READ);
        write_pages(guarded, 1);
    }
    start = now() - start;
    munmap(guarded, PAGE);
    signal(SIGSEGV, SIG_DFL);
    return start;
}

static const struct row rows[] = {
    { "null_call", 2000, null_call },
    { "read_zero_1", 1000, read_zero },
    { "write_null_1", 1000, write_null },
    { "pipe_self_1", 500, pipe_self },
    { "pipe_pingpong", 300, pipe_pingpong },
    { "sched_yield", 1000, yield_alone },
    /* How the frames lie decides what it costs to merge them: before others scatter them. */
    { "munmap_touched_page", 2048, munmap_touched },
    { "madvise_dontneed_page", 2048, dontneed_touched },
    { "fork_exit_wait", 20, fork_small },
    { "fork_16m", 3, fork_16m },
    { "fork_64m", 2, fork_64m },
    { "fork_exec_wait", 10, fork_exec },
    { "anon_write_fault", 512, anon_write },
    { "anon_read_fault", 512, anon_read },
    { "cow_break", 512, cow_break },
    { "cow_reuse", 512, cow_reuse },
    { "mmap_munmap_4k", 200, map_unmap_4k },
    { "mmap_munmap_64m", 200, map_unmap_64m },
    { "mprotect_page", 400, protect_one },
    { "mprotect_split_merge", 400, protect_middle },
    { "mprotect_16m_page", 4096, protect_many },
    { "mremap_move_page", 400, move_one },
    { "mremap_16m_page", 4096, move_many },
    { "file_read_fault_page", 1024, file_read_fault },
    { "file_shared_write_fault", 512, file_shared_write },
    { "file_private_write_fault", 512, file_private_write },
    { "pread_4k", 200, pread_4k },
    { "pwrite_4k", 200, pwrite_4k },
    { "brk_grow_shrink", 200, brk_grow_shrink },
    { "sigsegv_mprotect_return", 200, sigsegv },
    /* Last, since the mappings stay. */
    { "find_among_10", 400, find_among_10 },
    { "map_among_10", 200, map_among_10 },
    { "find_among_1000", 400, find_among_1000 },
    { "map_among_1000", 200, map_among_1000 },
    { "find_among_60000", 400, find_among_60000 },
    { "map_among_60000", 200, map_among_60000 },
};

static void run(const struct row *r)
{
    long best = -1;

    for (int i = 0; i < BATCHES; i++) {
        long t = r->batch(r->n);

        if (t < 0) {
            printf("%s -\n", r->name);
            return;
        }
        if (best < 0 || t < best)
            best = t;
    }
    printf("%s %ld.%ld\n", r->name, best / r->n, best * 10 / r->n % 10);
}

static int is_wanted(const char *name, char **argv)
{
    if (!*argv)
        return 1;
    for (; *argv; argv++)
        if (strstr(name, *argv))
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (is_wanted(rows[i].name, argv + 1)) {
            run(&rows[i]);
            fflush(stdout);
        }
    printf("vmbench done\n");
    return 0;
}
