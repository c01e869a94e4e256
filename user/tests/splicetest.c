/* SPDX-License-Identifier: MIT */
/*
 * splicetest.c - bytes between pipes and files: none is lost, none comes twice, all in order.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"

#define FILE_NAME "/tmp/splicetest"
#define SIZE (40 * PAGE)
#define FULL (16 * PAGE)                /* what a new pipe holds */
#define MIN(x, y) ((x) < (y) ? (x) : (y))
#define NONBLOCK SPLICE_F_NONBLOCK

static _Alignas(PAGE) unsigned char pattern[SIZE];
static int a[2], b[2];                  /* two pipes */

static void begin(void)
{
    for (size_t i = 0; i < SIZE; i++)
        pattern[i] = (unsigned char)(i * 7 + i / PAGE);
    REQUIRE(pipe(a) == 0 && pipe(b) == 0);
}

static void end(void)
{
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static int make_file(int flags)
{
    int fd = open(FILE_NAME, O_RDWR | O_CREAT | O_TRUNC | flags, 0600);

    REQUIRE(fd >= 0 && unlink(FILE_NAME) == 0);
    return fd;
}

static int make_full_file(void)
{
    int fd = make_file(0);

    EXPECT_EQ(pwrite(fd, pattern, SIZE, 0), SIZE);
    return fd;
}

static int bytes_in(int pipe)
{
    int n = -1;

    EXPECT_OK(ioctl(pipe, FIONREAD, &n));
    return n;
}

/* FD gives N bytes, which are those of the pattern from FROM on. */
static void expect_bytes(int fd, size_t from, size_t n)
{
    static unsigned char got[SIZE];
    size_t at = 0;

    while (at < n) {
        ssize_t r = read(fd, got + at, n - at);

        if (r <= 0)
            break;
        at += (size_t)r;
    }
    EXPECT_EQ(at, n);
    EXPECT(memcmp(got, pattern + from, at) == 0);
}

/* Files */

static void from_a_file(void)
{
    int fd;
    off_t at = 100;

    begin();
    fd = make_full_file();
    EXPECT_EQ(splice(fd, &at, a[1], NULL, 5000, 0), 5000);
    EXPECT_EQ(at, 5100);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 0);
    EXPECT_EQ(splice(fd, NULL, a[1], NULL, 300, SPLICE_F_MOVE | SPLICE_F_MORE), 300);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 300);
    expect_bytes(a[0], 100, 5000);
    expect_bytes(a[0], 0, 300);
    at = SIZE - 10;
    EXPECT_EQ(splice(fd, &at, a[1], NULL, 5000, 0), 10);
    EXPECT_EQ(at, SIZE);
    EXPECT_EQ(splice(fd, &at, a[1], NULL, 5000, 0), 0);
    expect_bytes(a[0], SIZE - 10, 10);
    EXPECT_EQ(bytes_in(a[0]), 0);
    close(fd);
    end();
}

static void to_a_file(void)
{
    int fd;
    off_t at = 9000;

    begin();
    fd = make_file(0);
    EXPECT_EQ(write(a[1], pattern, 10000), 10000);
    EXPECT_EQ(splice(a[0], NULL, fd, &at, 4000, 0), 4000);
    EXPECT_EQ(at, 13000);
    EXPECT_EQ(splice(a[0], NULL, fd, NULL, SIZE, 0), 6000);     /* what is there */
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 6000);
    lseek(fd, 0, SEEK_SET);
    expect_bytes(fd, 4000, 6000);
    lseek(fd, 9000, SEEK_SET);
    expect_bytes(fd, 0, 4000);
    EXPECT_EQ(bytes_in(a[0]), 0);
    close(fd);
    end();
}

/* Only what fits is read: the rest still stands in the file. */
static void as_much_as_fits(void)
{
    int fd;
    off_t at = 0;

    begin();
    fd = make_full_file();
    EXPECT_EQ(splice(fd, &at, a[1], NULL, SIZE, 0), FULL);
    EXPECT_EQ(at, FULL);
    EXPECT_ERROR(splice(fd, &at, a[1], NULL, SIZE, NONBLOCK), EAGAIN);
    EXPECT_EQ(at, FULL);
    expect_bytes(a[0], 0, PAGE);
    EXPECT_EQ(splice(fd, &at, a[1], NULL, SIZE, NONBLOCK), PAGE);
    expect_bytes(a[0], PAGE, FULL);
    close(fd);
    end();
}

static void devices(void)
{
    int zero = open("/dev/zero", O_RDONLY), null = open("/dev/null", O_WRONLY);

    begin();
    EXPECT_EQ(splice(zero, NULL, a[1], NULL, 5000, 0), 5000);
    EXPECT_EQ(bytes_in(a[0]), 5000);
    EXPECT_EQ(splice(a[0], NULL, null, NULL, SIZE, 0), 5000);
    EXPECT_EQ(bytes_in(a[0]), 0);
    close(zero);
    close(null);
    end();
}

/* What stands in a stream comes at once; a pipe's bytes stay if the stream is full. */
static void sockets(void)
{
    ssize_t n, sum = 0;
    int s[2];

    begin();
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    EXPECT_EQ(write(s[0], pattern, 6000), 6000);
    EXPECT_EQ(splice(s[1], NULL, a[1], NULL, SIZE, 0), 6000);
    EXPECT_EQ(splice(a[0], NULL, s[0], NULL, SIZE, 0), 6000);
    expect_bytes(s[1], 0, 6000);
    EXPECT_OK(fcntl(s[0], F_SETFL, O_NONBLOCK));
    do {
        while (write(a[1], pattern, PAGE) == PAGE && bytes_in(a[0]) < (int)(8 * PAGE))
            continue;
        n = splice(a[0], NULL, s[0], NULL, SIZE, 0);
        sum += n > 0 ? n : 0;
    } while (n > 0);
    EXPECT(n == -1 && errno == EAGAIN);
    EXPECT_EQ((sum + bytes_in(a[0])) % (ssize_t)PAGE, 0);
    close(s[0]);
    close(s[1]);
    end();
}

/* Two pipes */

static void from_pipe_to_pipe(void)
{
    begin();
    EXPECT_EQ(write(a[1], pattern, 10000), 10000);
    EXPECT_EQ(splice(a[0], NULL, b[1], NULL, 5000, 0), 5000);
    EXPECT_EQ(bytes_in(a[0]), 5000);
    EXPECT_EQ(write(a[1], pattern + 10000, 100), 100);
    EXPECT_EQ(splice(a[0], NULL, b[1], NULL, SIZE, 0), 5100);
    EXPECT_EQ(write(b[1], pattern + 10100, 100), 100);
    expect_bytes(b[0], 0, 10200);
    EXPECT_EQ(bytes_in(a[0]) + bytes_in(b[0]), 0);
    EXPECT_EQ(write(a[1], pattern, FULL), FULL);
    EXPECT_EQ(write(b[1], pattern, FULL - PAGE), FULL - PAGE);
    EXPECT_EQ(splice(a[0], NULL, b[1], NULL, SIZE, 0), PAGE);
    EXPECT_ERROR(splice(a[0], NULL, b[1], NULL, SIZE, NONBLOCK), EAGAIN);
    expect_bytes(a[0], PAGE, FULL - PAGE);
    end();
}

/* The same bytes in both, and what is written to one does not come to the other. */
static void tee_keeps(void)
{
    char x[8] = "", y[8] = "";

    begin();
    EXPECT_EQ(write(a[1], "abcdef", 6), 6);
    EXPECT_EQ(tee(a[0], b[1], 4, 0), 4);
    EXPECT_EQ(write(b[1], "Y", 1), 1);
    EXPECT_EQ(write(a[1], "X", 1), 1);
    EXPECT_EQ(read(a[0], x, 8), 7);
    EXPECT_EQ(read(b[0], y, 8), 5);
    EXPECT(!memcmp(x, "abcdefX", 8) && !memcmp(y, "abcdY", 6));
    EXPECT_EQ(write(a[1], pattern, FULL), FULL);
    EXPECT_EQ(write(b[1], pattern, 1), 1);
    EXPECT_EQ(tee(a[0], b[1], SIZE, 0), FULL - PAGE);
    EXPECT_ERROR(tee(a[0], b[1], SIZE, NONBLOCK), EAGAIN);
    expect_bytes(b[0], 0, 1);
    expect_bytes(b[0], 0, FULL - PAGE);
    expect_bytes(a[0], 0, FULL);
    end();
}

/* Memory */

static void memory(void)
{
    static unsigned char back[4 * PAGE];
    struct iovec out[2] = { { pattern + 1, 2 * PAGE }, { pattern + 1 + 2 * PAGE, PAGE } };
    struct iovec in[2] = { { back, 100 }, { back + 100, sizeof(back) - 100 } };
    struct iovec all = { pattern, SIZE };

    begin();
    EXPECT_EQ(vmsplice(a[1], out, 2, 0), 3 * PAGE);
    EXPECT_EQ(vmsplice(a[0], in, 2, 0), 3 * PAGE);
    EXPECT(memcmp(back, pattern + 1, 3 * PAGE) == 0);
    EXPECT_ERROR(vmsplice(a[0], in, 2, NONBLOCK), EAGAIN);
    EXPECT_EQ(vmsplice(a[1], &all, 1, SPLICE_F_GIFT), FULL);
    EXPECT_ERROR(vmsplice(a[1], &all, 1, NONBLOCK), EAGAIN);
    expect_bytes(a[0], 0, FULL);
    EXPECT_ERROR(vmsplice(a[1], &(struct iovec){ (void *)8, 8 }, 1, 0), EFAULT);
    EXPECT_ERROR(vmsplice(a[1], &all, 1, 16), EINVAL);
    EXPECT_EQ(vmsplice(a[1], &all, 0, 0), 0);
    EXPECT_ERROR(vmsplice(-1, &all, 1, 0), EBADF);
    close(a[0]);
    a[0] = make_file(0);
    EXPECT_ERROR(vmsplice(a[0], &all, 1, 0), EBADF);            /* no pipe */
    block(SIGPIPE, 0);
    EXPECT_ERROR(vmsplice(a[1], &all, 1, 0), EPIPE);
    EXPECT(is_pending(SIGPIPE));
    signal(SIGPIPE, SIG_IGN);
    unblock(SIGPIPE, 0);
    signal(SIGPIPE, SIG_DFL);
    end();
}

/* What is refused */

static void arguments(void)
{
    int fd, appends, events = eventfd(1, 0), folder = open("/", O_RDONLY), s[2];
    off_t at = 0, below = -1;

    begin();
    fd = make_full_file();
    appends = make_file(O_APPEND);
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    EXPECT_EQ(write(a[1], "abc", 3), 3);
    EXPECT_EQ(splice(-1, NULL, -1, NULL, 0, 77), 0);
    EXPECT_ERROR(splice(fd, NULL, a[1], NULL, 1, 16), EINVAL);
    EXPECT_ERROR(splice(-1, NULL, a[1], NULL, 1, 0), EBADF);
    EXPECT_ERROR(splice(fd, NULL, -1, NULL, 1, 0), EBADF);
    EXPECT_ERROR(splice(a[1], NULL, fd, NULL, 1, 0), EBADF);
    EXPECT_ERROR(splice(fd, NULL, a[0], NULL, 1, 0), EBADF);
    EXPECT_ERROR(splice(fd, NULL, appends, NULL, 1, 0), EINVAL);
    EXPECT_ERROR(splice(a[0], NULL, appends, NULL, 1, 0), EINVAL);
    EXPECT_ERROR(splice(a[0], NULL, a[1], NULL, 1, 0), EINVAL);
    EXPECT_ERROR(splice(a[0], &at, fd, NULL, 1, 0), ESPIPE);
    EXPECT_ERROR(splice(fd, NULL, a[1], &at, 1, 0), ESPIPE);
    EXPECT_ERROR(splice(a[0], &at, b[1], NULL, 1, 0), ESPIPE);
    EXPECT_ERROR(splice(a[0], NULL, s[0], &at, 1, 0), EINVAL);
    EXPECT_ERROR(splice(fd, &below, a[1], NULL, 1, 0), EINVAL);
    EXPECT_ERROR(splice(fd, (off_t *)8, a[1], NULL, 1, 0), EFAULT);
    EXPECT_ERROR(splice(a[0], NULL, events, NULL, 1, 0), EINVAL);
    EXPECT_ERROR(splice(folder, NULL, a[1], NULL, 1, 0), EINVAL);
    EXPECT_EQ(tee(a[0], a[1], 0, 0), 0);
    EXPECT_ERROR(tee(a[0], b[1], 1, 16), EINVAL);
    EXPECT_ERROR(tee(a[0], a[1], 1, 0), EINVAL);
    EXPECT_ERROR(tee(a[0], fd, 1, 0), EINVAL);
    EXPECT_ERROR(tee(fd, b[1], 1, 0), EINVAL);
    EXPECT_ERROR(tee(b[1], a[0], 1, 0), EBADF);
    EXPECT_ERROR(tee(-1, b[1], 1, 0), EBADF);
    EXPECT_EQ(bytes_in(a[0]), 3);
    close(s[0]);
    close(s[1]);
    close(events);
    close(folder);
    close(appends);
    close(fd);
    end();
}

static void ends(void)
{
    int fd;

    begin();
    fd = make_full_file();
    EXPECT_ERROR(splice(a[0], NULL, fd, NULL, 1, NONBLOCK), EAGAIN);
    EXPECT_ERROR(splice(a[0], NULL, b[1], NULL, 1, NONBLOCK), EAGAIN);
    EXPECT_OK(fcntl(a[0], F_SETFL, O_NONBLOCK));
    EXPECT_ERROR(splice(a[0], NULL, fd, NULL, 1, 0), EAGAIN);
    EXPECT_ERROR(tee(a[0], b[1], 1, 0), EAGAIN);
    close(a[1]);
    a[1] = -1;
    EXPECT_EQ(splice(a[0], NULL, fd, NULL, 1, 0), 0);
    EXPECT_EQ(splice(a[0], NULL, b[1], NULL, 1, 0), 0);
    EXPECT_EQ(tee(a[0], b[1], 1, 0), 0);
    close(b[0]);
    b[0] = -1;
    block(SIGPIPE, 0);
    EXPECT_ERROR(splice(fd, NULL, b[1], NULL, 1, 0), EPIPE);
    EXPECT(is_pending(SIGPIPE));
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 0);
    signal(SIGPIPE, SIG_IGN);
    unblock(SIGPIPE, 0);
    signal(SIGPIPE, SIG_DFL);
    close(fd);
    end();
}

/* Waiting */

static void to_pipe_b(void *arg)
{
    (void)arg;
    EXPECT_EQ(splice(a[0], NULL, b[1], NULL, SIZE, 0), 3);
}

static void waits_for_bytes(void)
{
    pid_t pid;

    begin();
    pid = start_child(to_pipe_b, NULL);
    wait_until(pid, 'S');
    EXPECT_EQ(write(a[1], pattern, 3), 3);
    EXPECT_CHILD(pid);
    expect_bytes(b[0], 0, 3);
    end();
}

static void from_full_file(void *arg)
{
    off_t at = 0;

    EXPECT_EQ(splice(*(int *)arg, &at, a[1], NULL, SIZE, 0), 2 * PAGE);
}

static void waits_for_room(void)
{
    pid_t pid;
    int fd;

    begin();
    fd = make_full_file();
    EXPECT_EQ(write(a[1], pattern, FULL), FULL);
    pid = start_child(from_full_file, &fd);
    wait_until(pid, 'S');
    EXPECT_EQ(splice(a[0], NULL, b[1], NULL, 2 * PAGE, 0), 2 * PAGE);
    EXPECT_CHILD(pid);
    expect_bytes(a[0], 2 * PAGE, FULL - 2 * PAGE);
    expect_bytes(a[0], 0, 2 * PAGE);
    close(fd);
    end();
}

/* A full stream keeps the bytes at the front of the pipe from nobody who kills. */
static void into_a_full_stream(void *arg)
{
    int *s = arg;

    for (;;) {
        EXPECT_EQ(write(a[1], pattern, PAGE), PAGE);
        splice(a[0], NULL, s[0], NULL, PAGE, 0);
    }
}

static void killed_while_it_waits(void)
{
    pid_t pid;
    int s[2];

    begin();
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, s) == 0);
    pid = start_child(into_a_full_stream, s);
    wait_until(pid, 'S');
    EXPECT_OK(kill(pid, SIGTERM));
    EXPECT_EQ(wait_child(pid), SIGTERM);
    EXPECT_EQ(write(a[1], "x", 1), 1);
    EXPECT_OK(fcntl(a[0], F_SETFL, O_NONBLOCK));
    EXPECT(read(a[0], s, sizeof(s)) > 0);
    close(s[0]);
    close(s[1]);
    end();
}

/* Many at the same pipes: each byte arrives once. */

#define MOVERS 3
#define ROUNDS 60

static void move_on(void *arg)
{
    ssize_t n;

    (void)arg;
    close(a[1]);
    while ((n = splice(a[0], NULL, b[1], NULL, 5000, 0)) > 0)
        continue;
    EXPECT_EQ(n, 0);
}

static void take_to_files(void *arg)
{
    int fd = memfd_create("taken", 0);
    off_t at = 0;
    ssize_t n;

    close(a[1]);
    close(b[1]);
    while ((n = splice(b[0], NULL, fd, &at, 7000, 0)) > 0)
        continue;
    EXPECT_EQ(n, 0);
    __atomic_fetch_add((long *)arg, lseek(fd, 0, SEEK_END), __ATOMIC_RELAXED);
}

static void many_at_once(void)
{
    long *sum = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t movers[MOVERS], takers[MOVERS];

    begin();
    for (int i = 0; i < MOVERS; i++) {
        movers[i] = start_child(move_on, NULL);
        takers[i] = start_child(take_to_files, sum);
    }
    close(b[1]);
    for (int i = 0; i < ROUNDS; i++)
        EXPECT_EQ(write(a[1], pattern, SIZE / 4), SIZE / 4);
    close(a[1]);
    for (int i = 0; i < MOVERS; i++)
        EXPECT_CHILD(movers[i]);
    for (int i = 0; i < MOVERS; i++)
        EXPECT_CHILD(takers[i]);
    EXPECT_EQ(*sum, ROUNDS * (SIZE / 4));
    munmap(sum, PAGE);
    a[1] = b[1] = -1;
    end();
}

/* A stream through two pipes into a file comes out as it went in. */
static void pour(void *arg)
{
    ssize_t n;

    close(a[1]);
    close(b[1]);
    while ((n = splice(b[0], NULL, *(int *)arg, NULL, 777, 0)) > 0)
        continue;
    EXPECT_EQ(n, 0);
}

static void in_order(void)
{
    pid_t mover, pourer;
    int fd;

    begin();
    fd = make_file(0);
    mover = start_child(move_on, NULL);
    pourer = start_child(pour, &fd);
    for (size_t at = 0; at < SIZE; at += 1000)
        EXPECT(write(a[1], pattern + at, MIN(SIZE - at, 1000)) > 0);
    close(a[1]);
    close(b[1]);
    a[1] = b[1] = -1;
    EXPECT_CHILD(mover);
    EXPECT_CHILD(pourer);
    lseek(fd, 0, SEEK_SET);
    expect_bytes(fd, 0, SIZE);
    close(fd);
    end();
}

static const struct test tests[] = {
    TEST(from_a_file), TEST(to_a_file), TEST(as_much_as_fits), TEST(devices), TEST(sockets),
    TEST(from_pipe_to_pipe), TEST(tee_keeps), TEST(memory), TEST(arguments), TEST(ends),
    TEST(waits_for_bytes), TEST(waits_for_room), TEST(killed_while_it_waits), TEST(many_at_once),
    TEST(in_order),
};

TEST_MAIN(tests)
