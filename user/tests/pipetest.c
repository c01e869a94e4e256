/* SPDX-License-Identifier: MIT */
/*
 * pipetest.c - pipes and FIFOs: every byte once and in order, small writes whole.
 */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define CAPACITY (64 * KB)
#define SMALL 4096UL            /* PIPE_BUF */

static char buffer[2 * CAPACITY];

struct ends {
    int in, out;                /* to read from, to write to */
};

static struct ends open_pipe(int flags)
{
    int fd[2];

    REQUIRE(pipe2(fd, flags) == 0);
    return (struct ends){ fd[0], fd[1] };
}

static void close_pipe(struct ends p)
{
    close(p.in);
    close(p.out);
}

/* How many bytes wait in it. */
static int content(int fd)
{
    int n = -1;

    EXPECT_OK(ioctl(fd, FIONREAD, &n));
    return n;
}

/* Byte number POS of a stream that does not repeat soon. */
static char byte_at(uint64_t pos)
{
    return (char)hash_mix64(pos);
}

static void make_bytes(char *to, uint64_t pos, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = byte_at(pos + i);
}

static bool are_bytes(const char *from, uint64_t pos, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (from[i] != byte_at(pos + i))
            return false;
    return true;
}

/* Size */

static void capacity(void)
{
    struct ends p = open_pipe(O_NONBLOCK);
    size_t total = 0;

    EXPECT_EQ(fcntl(p.in, F_GETPIPE_SZ), CAPACITY);
    while (write(p.out, buffer, SMALL) == (ssize_t)SMALL)
        total += SMALL;
    EXPECT_EQ(errno, EAGAIN);
    EXPECT_EQ(total, CAPACITY);
    EXPECT_EQ(content(p.in), CAPACITY);
    EXPECT_ERROR(write(p.out, buffer, 1), EAGAIN);
    EXPECT_EQ(read(p.in, buffer, SMALL), SMALL);
    EXPECT_EQ(write(p.out, buffer, SMALL), SMALL);
    EXPECT_EQ(read(p.in, buffer, sizeof(buffer)), CAPACITY);
    EXPECT_EQ(write(p.out, buffer, sizeof(buffer)), CAPACITY);      /* a large one in part */
    close_pipe(p);
}

static void resizing(void)
{
    struct ends p = open_pipe(O_NONBLOCK);
    int file = open("/proc/self/exe", O_RDONLY);

    EXPECT_EQ(fcntl(p.out, F_SETPIPE_SZ, 5000), 2 * SMALL);
    EXPECT_EQ(fcntl(p.in, F_GETPIPE_SZ), 2 * SMALL);
    make_bytes(buffer, 0, CAPACITY);
    EXPECT_EQ(write(p.out, buffer, CAPACITY), 2 * SMALL);
    EXPECT_ERROR(fcntl(p.in, F_SETPIPE_SZ, SMALL), EBUSY);
    EXPECT_EQ(fcntl(p.in, F_SETPIPE_SZ, 4 * SMALL), 4 * SMALL);
    EXPECT_EQ(write(p.out, buffer + 2 * SMALL, CAPACITY), 2 * SMALL);
    EXPECT_EQ(read(p.in, buffer, SMALL), SMALL);
    EXPECT_EQ(fcntl(p.in, F_SETPIPE_SZ, 1 * MB), 1 * MB);
    EXPECT_EQ(read(p.in, buffer, sizeof(buffer)), 3 * SMALL);
    EXPECT(are_bytes(buffer, SMALL, 3 * SMALL));
    EXPECT_EQ(fcntl(p.in, F_SETPIPE_SZ, 1), SMALL);
    EXPECT_ERROR(fcntl(file, F_GETPIPE_SZ), EBADF);
    EXPECT_ERROR(fcntl(file, F_SETPIPE_SZ, SMALL), EBADF);
    close(file);
    close_pipe(p);
}

/* Whoever is blocked in a write goes on when the pipe becomes larger. */
static void write_much(void *arg)
{
    EXPECT_EQ(write(((struct ends *)arg)->out, buffer, sizeof(buffer)), sizeof(buffer));
}

static void growing_wakes(void)
{
    struct ends p = open_pipe(0);
    pid_t writer = start_child(write_much, &p);

    wait_until(writer, 'S');
    EXPECT_EQ(fcntl(p.in, F_SETPIPE_SZ, sizeof(buffer)), sizeof(buffer));
    EXPECT_CHILD(writer);
    EXPECT_EQ(content(p.in), sizeof(buffer));
    close_pipe(p);
}

/* The ends */

/* An ordinary user's pipes have 64 MiB in all; further ones are small. */
static void room_of_a_user(void)
{
    enum { MOST = 64 };
    struct ends p[MOST], small;

    become_user(ANN, STAFF);
    for (size_t i = 0; i < MOST; i++) {
        p[i] = open_pipe(0);
        EXPECT_EQ(fcntl(p[i].in, F_SETPIPE_SZ, 1 * MB), 1 * MB);
    }
    small = open_pipe(O_NONBLOCK);
    EXPECT_EQ(fcntl(small.in, F_GETPIPE_SZ), 2 * SMALL);
    EXPECT_ERROR(fcntl(small.in, F_SETPIPE_SZ, 4 * SMALL), EPERM);
    EXPECT_EQ(write(small.out, buffer, CAPACITY), 2 * SMALL);
    EXPECT_EQ(fcntl(p[0].in, F_SETPIPE_SZ, SMALL), SMALL);
    EXPECT_EQ(fcntl(small.in, F_SETPIPE_SZ, CAPACITY), CAPACITY);
    close_pipe(p[1]);
    close_pipe(small);
    small = open_pipe(0);
    EXPECT_EQ(fcntl(small.in, F_GETPIPE_SZ), CAPACITY);
}

static void end_of_file(void)
{
    struct ends p = open_pipe(0);
    int second = dup(p.out);

    EXPECT_EQ(write(p.out, "abc", 3), 3);
    EXPECT_EQ(read(p.in, buffer, 0), 0);
    close(p.out);
    EXPECT_EQ(write(second, "def", 3), 3);
    close(second);
    EXPECT_EQ(read(p.in, buffer, 100), 6);
    EXPECT_EQ(memcmp(buffer, "abcdef", 6), 0);
    EXPECT_EQ(read(p.in, buffer, 100), 0);
    EXPECT_EQ(read(p.in, buffer, 100), 0);
    close(p.in);
}

static void write_without_reader(void *arg)
{
    struct ends *p = arg;

    write(p->out, "", 1);
}

static void broken_pipe(void)
{
    struct ends p = open_pipe(0);

    close(p.in);
    EXPECT_KILLED(write_without_reader, &p, SIGPIPE);
    handle_info(SIGPIPE, record_info, 0);
    EXPECT_ERROR(write(p.out, "", 1), EPIPE);
    EXPECT_SEEN(SIGPIPE);
    EXPECT_EQ(last_info.si_pid, getpid());
    EXPECT_EQ(write(p.out, "", 0), 0);
    EXPECT_EQ(nseen, 0);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_ERROR(write(p.out, "", 1), EPIPE);
    close(p.out);
}

static void read_some_and_leave(void *arg)
{
    struct ends *p = arg;

    close(p->out);
    wait_until(getppid(), 'S');
    EXPECT_EQ(read(p->in, buffer, SMALL), SMALL);
}

/* The reader goes in the middle of a large write, which tells how far it came, and is told. */
static void broken_in_between(void)
{
    struct ends p = open_pipe(0);
    pid_t reader = start_child(read_some_and_leave, &p);

    close(p.in);
    handle_info(SIGPIPE, record_info, 0);
    EXPECT_RANGE(write(p.out, buffer, sizeof(buffer)), CAPACITY, CAPACITY + SMALL);
    EXPECT_SEEN(SIGPIPE);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_ERROR(write(p.out, buffer, 1), EPIPE);
    EXPECT_CHILD(reader);
    close(p.out);
}

static void wrong_ends(void)
{
    struct ends p = open_pipe(0);

    EXPECT_ERROR(write(p.in, "", 1), EBADF);
    EXPECT_ERROR(read(p.out, buffer, 1), EBADF);
    EXPECT_ERROR(lseek(p.in, 0, SEEK_SET), ESPIPE);
    EXPECT_ERROR(pread(p.in, buffer, 1, 0), ESPIPE);
    EXPECT_ERROR(pwrite(p.out, buffer, 1, 0), ESPIPE);
    EXPECT_ERROR(ftruncate(p.out, 0), EINVAL);
    EXPECT_ERROR(fsync(p.out), EINVAL);
    close_pipe(p);
}

static void making(void)
{
    struct ends p = open_pipe(O_CLOEXEC | O_NONBLOCK);
    int first_free = dup(0);

    close(first_free);
    EXPECT_EQ(fcntl(p.in, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(fcntl(p.out, F_GETFD), FD_CLOEXEC);
    EXPECT(fcntl(p.in, F_GETFL) & O_NONBLOCK);
    EXPECT_EQ(fcntl(p.out, F_GETFL) & O_ACCMODE, O_WRONLY);
    EXPECT_ERROR(read(p.in, buffer, 1), EAGAIN);
    EXPECT_ERROR(syscall(SYS_pipe2, buffer, O_APPEND), EINVAL);
    EXPECT_ERROR(syscall(SYS_pipe2, 1L, 0), EFAULT);
    EXPECT_EQ(dup(0), first_free);              /* nothing was left open */
    close(first_free);
    close_pipe(p);
}

/* Atomicity: records of several writers come out whole, each writer's in order. */

#define WRITERS 4
#define RECORDS 150

struct record {
    uint32_t length, writer, number;
    char data[SMALL - 12];
};

static void write_records(void *arg)
{
    static struct record r;
    struct ends *p = arg;
    uint32_t me = (uint32_t)p->in;

    rand_seed(&test_rand, test_seed + me);
    for (uint32_t i = 0; i < RECORDS; i++) {
        uint32_t n = (uint32_t)rand_range(&test_rand, 12, rand_one_in(&test_rand, 4) ? SMALL : 100);

        r = (struct record){ .length = n, .writer = me, .number = i };
        memset(r.data, (int)(me * 50 + i), n - 12);
        EXPECT_EQ(write(p->out, &r, n), n);
    }
}

static void check_record(const struct record *r, uint32_t *next)
{
    REQUIRE(r->writer < WRITERS && r->length <= SMALL);
    EXPECT_EQ(r->number, next[r->writer]);
    next[r->writer]++;
    for (uint32_t i = 0; i < r->length - 12; i++)
        if (r->data[i] != (char)(r->writer * 50 + r->number)) {
            fail(__FILE__, __LINE__, "record %u of %u is torn", r->number, r->writer);
            give_up();
        }
}

static void read_records(int fd)
{
    static char stream[4 * sizeof(struct record)] __attribute__((aligned(8)));
    static struct record r;
    uint32_t next[WRITERS] = { 0 };
    size_t have = 0;
    ssize_t n;

    while ((n = read(fd, stream + have, rand_range(&test_rand, 1, sizeof(stream) - have))) > 0) {
        have += (size_t)n;
        while (have >= 12) {
            memcpy(&r, stream, 12);
            if (r.length > have)
                break;
            REQUIRE(r.length >= 12 && r.length <= SMALL);
            memcpy(&r, stream, r.length);
            have -= r.length;
            memmove(stream, stream + r.length, have);
            check_record(&r, next);
        }
    }
    EXPECT_EQ(have, 0);
    for (int i = 0; i < WRITERS; i++)
        EXPECT_EQ(next[i], RECORDS);
}

static void atomic_writes(void)
{
    struct ends p = open_pipe(0);
    pid_t writer[WRITERS];

    for (int i = 0; i < WRITERS; i++) {
        struct ends arg = { i, p.out };

        writer[i] = start_child(write_records, &arg);
    }
    close(p.out);
    read_records(p.in);
    for (int i = 0; i < WRITERS; i++)
        EXPECT_CHILD(writer[i]);
    close(p.in);
}

/* A small write for which there is no room leaves nothing behind. */
static void whole_or_nothing(void)
{
    struct ends p = open_pipe(O_NONBLOCK);

    EXPECT_EQ(write(p.out, buffer, CAPACITY - SMALL), CAPACITY - SMALL);
    EXPECT_EQ(write(p.out, buffer, 1000), 1000);
    EXPECT_ERROR(write(p.out, buffer, SMALL), EAGAIN);
    EXPECT_ERROR(write(p.out, buffer, SMALL - 999), EAGAIN);
    EXPECT_EQ(content(p.in), CAPACITY - SMALL + 1000);
    EXPECT_EQ(write(p.out, buffer, SMALL - 1000), SMALL - 1000);
    close_pipe(p);
}

/* ... and one for which there is goes in, though its pages are not in memory yet. */
static void write_untouched(void)
{
    struct ends p = open_pipe(O_NONBLOCK);
    char *pages = map_anon(2 * PAGE);

    EXPECT_EQ(write(p.out, buffer, CAPACITY - SMALL), CAPACITY - SMALL);
    EXPECT_EQ(write(p.out, pages + PAGE / 2, SMALL), SMALL);
    EXPECT_EQ(content(p.in), CAPACITY);
    munmap(pages, 2 * PAGE);
    close_pipe(p);
}

/* Bad pointers: what was moved is what the result says, and not a byte is lost. */

static void bad_write(struct ends p, char *hole, size_t good)
{
    ssize_t n = write(p.out, hole - good, 2 * PAGE);

    if (n < 0)
        EXPECT_EQ(errno, EFAULT);
    EXPECT_RANGE(n, -1, good);
    n = n < 0 ? 0 : n;
    EXPECT_EQ(content(p.in), n);
    if (n) {
        EXPECT_EQ(read(p.in, buffer, sizeof(buffer)), n);
        EXPECT(are_bytes(buffer, 2 * PAGE - good, (size_t)n));
    }
}

static void bad_read(struct ends p, char *hole, size_t good)
{
    ssize_t n;

    make_bytes(buffer, 100, 2 * PAGE);
    EXPECT_EQ(write(p.out, buffer, 2 * PAGE), 2 * PAGE);
    n = read(p.in, hole - good, 2 * PAGE);
    if (n < 0)
        EXPECT_EQ(errno, EFAULT);
    EXPECT_RANGE(n, -1, good);
    n = n < 0 ? 0 : n;
    EXPECT(are_bytes(hole - good, 100, (size_t)n));
    EXPECT_EQ(read(p.in, buffer, sizeof(buffer)), 2 * (ssize_t)PAGE - n);
    EXPECT(are_bytes(buffer, 100 + (uint64_t)n, 2 * PAGE - (size_t)n));
}

static void bad_pointers(void)
{
    static const size_t good[] = { 0, 1, 100, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1 };
    struct ends p = open_pipe(O_NONBLOCK);
    char *area = map_anon(4 * PAGE), *hole = area + 2 * PAGE;

    munmap(hole, 2 * PAGE);
    for (size_t i = 0; i < COUNT(good); i++) {
        make_bytes(area, 0, 2 * PAGE);
        bad_write(p, hole, good[i]);
        bad_read(p, hole, good[i]);
    }
    munmap(area, 2 * PAGE);
    close_pipe(p);
}

/* FIFOs */

#define FIFO "pipetest.fifo"

static void make_fifo(void)
{
    unlink(FIFO);
    REQUIRE(mkfifo(FIFO, 0600) == 0);
}

static void opening(void)
{
    int in, out;

    make_fifo();
    EXPECT_ERROR(open(FIFO, O_WRONLY | O_NONBLOCK), ENXIO);
    EXPECT_ERROR(open(FIFO, O_ACCMODE), EINVAL);                /* for neither end */
    in = open(FIFO, O_RDONLY | O_NONBLOCK);
    EXPECT(in >= 0);
    EXPECT_EQ(read(in, buffer, 1), 0);          /* nobody writes: the end */
    out = open(FIFO, O_WRONLY | O_NONBLOCK);
    EXPECT(out >= 0);
    EXPECT_ERROR(read(in, buffer, 1), EAGAIN);
    EXPECT_EQ(write(out, "x", 1), 1);
    close(out);
    EXPECT_EQ(read(in, buffer, 10), 1);
    EXPECT_EQ(read(in, buffer, 10), 0);
    out = open(FIFO, O_WRONLY);                 /* and another begins */
    EXPECT_EQ(write(out, "y", 1), 1);
    EXPECT_EQ(read(in, buffer, 10), 1);
    close(in);
    signal(SIGPIPE, SIG_IGN);
    EXPECT_ERROR(write(out, "z", 1), EPIPE);
    close(out);
    unlink(FIFO);
}

static void both_ways(void)
{
    int fd;

    make_fifo();
    fd = open(FIFO, O_RDWR);                    /* waits for nobody */
    EXPECT(fd >= 0);
    EXPECT_EQ(write(fd, "abc", 3), 3);
    unlink(FIFO);
    EXPECT_EQ(read(fd, buffer, 10), 3);
    close(fd);
    make_fifo();
    fd = open(FIFO, O_RDWR | O_NONBLOCK);
    EXPECT_EQ(write(fd, "abc", 3), 3);
    close(fd);
    fd = open(FIFO, O_RDONLY | O_NONBLOCK);     /* what nobody kept open is gone */
    EXPECT_EQ(read(fd, buffer, 10), 0);
    close(fd);
    unlink(FIFO);
}

static void open_and_write(void *arg)
{
    int fd;

    (void)arg;
    wait_until(getppid(), 'S');
    fd = open(FIFO, O_WRONLY);
    EXPECT_EQ(write(fd, "hello", 5), 5);
}

static void open_and_read(void *arg)
{
    int fd;

    (void)arg;
    wait_until(getppid(), 'S');
    fd = open(FIFO, O_RDONLY);
    EXPECT_EQ(read(fd, buffer, 10), 5);
}

static void meeting(void)
{
    pid_t child;
    int fd;

    make_fifo();
    for (int turn = 0; turn < 5; turn++) {
        child = start_child(open_and_write, NULL);
        fd = open(FIFO, O_RDONLY);
        EXPECT_EQ(read(fd, buffer, 10), 5);
        EXPECT_CHILD(child);
        close(fd);
        child = start_child(open_and_read, NULL);
        fd = open(FIFO, O_WRONLY);
        EXPECT_EQ(write(fd, "hello", 5), 5);
        EXPECT_CHILD(child);
        close(fd);
    }
    unlink(FIFO);
}

/* Random operations against a model: the number of bytes ever written and read. */

#define OPERATIONS 4000

struct model {
    struct ends p;
    uint64_t written, taken;
    size_t size;
};

static void random_write(struct model *m)
{
    size_t n = rand_range(&test_rand, 1, rand_one_in(&test_rand, 3) ? 3 * SMALL : 200);
    size_t used = m->written - m->taken;
    ssize_t r;

    make_bytes(buffer, m->written, n);
    r = write(m->p.out, buffer, n);
    if (r < 0) {
        EXPECT_EQ(errno, EAGAIN);
        EXPECT(used > 0);
        return;
    }
    EXPECT_RANGE(r, n <= SMALL || used == 0 ? (n < m->size ? n : m->size) : 1, n);
    m->written += (uint64_t)r;
    EXPECT(m->written - m->taken <= m->size);
}

static void random_read(struct model *m)
{
    size_t n = rand_range(&test_rand, 1, rand_one_in(&test_rand, 3) ? 5 * SMALL : 200);
    size_t used = m->written - m->taken;
    ssize_t r = read(m->p.in, buffer, n);

    if (used == 0) {
        EXPECT_EQ(r, -1);
        return;
    }
    EXPECT_EQ(r, n < used ? n : used);
    EXPECT(are_bytes(buffer, m->taken, (size_t)r));
    m->taken += (uint64_t)r;
}

static void random_resize(struct model *m)
{
    size_t size = SMALL << rand_below(&test_rand, 6);
    int r = fcntl(m->p.in, F_SETPIPE_SZ, (int)size);

    if (r < 0)
        EXPECT(errno == EBUSY && m->written > m->taken);
    else
        EXPECT_EQ(r, m->size = size);
}

static void look(const struct model *m)
{
    struct pollfd in = { .fd = m->p.in, .events = POLLIN };
    struct pollfd out = { .fd = m->p.out, .events = POLLOUT };
    bool some = m->written != m->taken;

    EXPECT_EQ(content(m->p.in), m->written - m->taken);
    EXPECT_EQ(poll(&in, 1, 0), some);
    EXPECT_EQ(poll(&out, 1, 0) == 1 || some, 1);
}

static void random_operations(void)
{
    struct model m = { .p = open_pipe(O_NONBLOCK), .size = CAPACITY };

    for (int i = 0; i < OPERATIONS && !test_failures(); i++) {
        if (rand_one_in(&test_rand, 50))
            random_resize(&m);
        else if (rand_one_in(&test_rand, 20))
            look(&m);
        else if (rand_one_in(&test_rand, 2))
            random_write(&m);
        else
            random_read(&m);
    }
    close_pipe(m.p);
}

static const struct test tests[] = {
    TEST(capacity),
    TEST(resizing),
    TEST(growing_wakes),
    CHILD_TEST(room_of_a_user),
    TEST(end_of_file),
    CHILD_TEST(broken_pipe),
    CHILD_TEST(broken_in_between),
    TEST(wrong_ends),
    TEST(making),
    TEST(atomic_writes),
    TEST(whole_or_nothing),
    TEST(write_untouched),
    TEST(bad_pointers),
    CHILD_TEST(opening),
    TEST(both_ways),
    TEST(meeting),
    TEST(random_operations),
};

TEST_MAIN(tests)
