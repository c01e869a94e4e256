/* SPDX-License-Identifier: MIT */
/*
 * locktest.c - advisory locks: a process' records, and those of an open file.
 *
 * Another open file of ours is asked what stands in its way: to it, a lock of this process
 * is another's.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"

#define FOREVER 0               /* l_len: to the end, wherever that will be */

static int file, witness;

static void open_both(void)
{
    file = open("locktest.tmp", O_RDWR | O_CREAT, 0600);
    witness = open("locktest.tmp", O_RDWR);
    REQUIRE(file >= 0 && witness >= 0);
    unlink("locktest.tmp");
}

static void close_both(void)
{
    close(file);
    close(witness);
}

static struct flock range(short type, int64_t start, int64_t len)
{
    return (struct flock){ .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };
}

static int set(int fd, int cmd, short type, int64_t start, int64_t len)
{
    struct flock lk = range(type, start, len);

    return fcntl(fd, cmd, &lk);
}

/* What the witness may not write, from the byte at START on. */
static struct flock opposing(int64_t start, int64_t len)
{
    struct flock lk = range(F_WRLCK, start, len);

    EXPECT_OK(fcntl(witness, F_OFD_GETLK, &lk));
    return lk;
}

/* ---- ranges of records -------------------------------------------------------------------- */

#define BYTES 40
#define REST BYTES              /* stands for all that follows */
#define STEPS 2000

/* One run of the same kind is one lock, however it was made. */
static void check_run(const short *model, int at)
{
    struct flock lk = opposing(at, 1);
    int first = at, last = at;

    if (lk.l_type != model[at]) {
        fail(__FILE__, __LINE__, "byte %d is of kind %d, not %d", at, lk.l_type, model[at]);
        give_up();
    }
    if (lk.l_type == F_UNLCK)
        return;
    while (first > 0 && model[first - 1] == model[at])
        first--;
    while (last < REST && model[last + 1] == model[at])
        last++;
    EXPECT_EQ(lk.l_start, first);
    EXPECT_EQ(lk.l_len, last == REST ? FOREVER : last - first + 1);
    EXPECT_EQ(lk.l_pid, getpid());
}

static void ranges_are_as_in_a_model(void)
{
    static const short kinds[] = { F_RDLCK, F_WRLCK, F_UNLCK };
    short model[BYTES + 1];

    for (int i = 0; i <= REST; i++)
        model[i] = F_UNLCK;
    open_both();
    for (int step = 0; step < STEPS && !test_failures(); step++) {
        int first = (int)rand_below(&test_rand, BYTES);
        int last = first + (int)rand_below(&test_rand, (uint64_t)(REST - first + 1));
        short kind = kinds[rand_below(&test_rand, COUNT(kinds))];

        EXPECT_OK(set(file, F_SETLK, kind, first, last == REST ? FOREVER : last - first + 1));
        for (int i = first; i <= last; i++)
            model[i] = kind;
        check_run(model, (int)rand_below(&test_rand, BYTES + 1));
    }
    for (int i = 0; i <= REST; i++)
        check_run(model, i);
    close_both();
}

static void ranges_are_counted_from_anywhere(void)
{
    struct flock lk = { .l_type = F_WRLCK, .l_whence = SEEK_END, .l_start = -10, .l_len = -5 };

    open_both();
    EXPECT_OK(ftruncate(file, 100));
    EXPECT_OK(fcntl(file, F_SETLK, &lk));
    lk = opposing(0, FOREVER);
    EXPECT_EQ(lk.l_start, 85);
    EXPECT_EQ(lk.l_len, 5);
    EXPECT_OK(set(file, F_SETLK, F_UNLCK, 0, FOREVER));
    EXPECT_EQ(lseek(file, 30, SEEK_SET), 30);
    lk = (struct flock){ .l_type = F_RDLCK, .l_whence = SEEK_CUR, .l_start = 1, .l_len = 2 };
    EXPECT_OK(fcntl(file, F_SETLK, &lk));
    EXPECT_EQ(opposing(0, FOREVER).l_start, 31);
    close_both();
}

/* The last byte that a file could have, and no more, is the end. */
static void the_last_byte_is_the_end(void)
{
    open_both();
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 5, FOREVER));
    EXPECT_OK(set(file, F_SETLK, F_UNLCK, INT64_MAX, 1));
    EXPECT_EQ(opposing(INT64_MAX, FOREVER).l_type, F_UNLCK);
    EXPECT_EQ(opposing(0, FOREVER).l_len, INT64_MAX - 5);
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, INT64_MAX, 1));
    EXPECT_EQ(opposing(0, FOREVER).l_len, FOREVER);
    close_both();
}

static void bad_requests(void)
{
    struct flock lk = range(F_UNLCK, 0, 1);
    int reader, writer;

    open_both();
    EXPECT_ERROR(set(file, F_SETLK, 17, 0, 1), EINVAL);
    EXPECT_ERROR(fcntl(file, F_GETLK, &lk), EINVAL);
    EXPECT_ERROR(set(file, F_SETLK, F_WRLCK, -1, 1), EINVAL);
    EXPECT_ERROR(set(file, F_SETLK, F_WRLCK, 3, -4), EINVAL);
    EXPECT_ERROR(set(file, F_SETLK, F_WRLCK, INT64_MAX, 2), EOVERFLOW);
    lk = range(F_WRLCK, 0, 1);
    lk.l_whence = 9;
    EXPECT_ERROR(fcntl(file, F_SETLK, &lk), EINVAL);
    lk = range(F_WRLCK, 0, 1);
    lk.l_pid = 1;
    EXPECT_ERROR(fcntl(file, F_OFD_SETLK, &lk), EINVAL);
    EXPECT_OK(fcntl(file, F_SETLK, &lk));
    EXPECT_ERROR(flock(file, 17), EINVAL);
    EXPECT_ERROR(flock(-1, 17), EINVAL);
    close_both();
    reader = open("/proc/self/exe", O_RDONLY);
    writer = open("/dev/null", O_WRONLY);
    EXPECT_ERROR(set(reader, F_SETLK, F_WRLCK, 0, 1), EBADF);
    EXPECT_ERROR(set(writer, F_SETLK, F_RDLCK, 0, 1), EBADF);
    EXPECT_ERROR(set(-1, F_SETLK, F_RDLCK, 0, 1), EBADF);
    EXPECT_ERROR(flock(-1, LOCK_SH), EBADF);
    close(reader);
    close(writer);
}

/* ---- whose they are --------------------------------------------------------------------- */

static void is_a_strangers(void *parent)
{
    struct flock lk = range(F_RDLCK, 0, 1);

    EXPECT_OK(fcntl(file, F_GETLK, &lk));
    EXPECT_EQ(lk.l_type, F_WRLCK);
    EXPECT_EQ(lk.l_pid, *(pid_t *)parent);
    EXPECT_ERROR(set(file, F_SETLK, F_RDLCK, 0, 1), EAGAIN);
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 10, 1));
}

/* A child has none of its parent's, and leaves none behind. */
static void records_are_a_process(void)
{
    struct flock lk = range(F_WRLCK, 0, FOREVER);
    pid_t me = getpid();

    open_both();
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 0, 10));
    EXPECT_EQ(run_child(is_a_strangers, &me), 0);
    EXPECT_OK(fcntl(file, F_GETLK, &lk));
    EXPECT_EQ(lk.l_type, F_UNLCK);
    EXPECT_EQ(opposing(0, FOREVER).l_len, 10);
    close_both();
}

static void any_close_ends_records(void)
{
    int again;

    open_both();
    again = dup(file);
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 0, FOREVER));
    close(again);
    EXPECT_EQ(opposing(0, FOREVER).l_type, F_UNLCK);
    close_both();
}

/* The program that a_program_keeps_records runs; the file is descriptor 0. */
static void after_exec(void)
{
    witness = open("/proc/self/fd/0", O_RDWR);
    EXPECT_EQ(opposing(0, FOREVER).l_pid, getpid());
}

static void lock_and_exec(void *arg)
{
    (void)arg;
    EXPECT_OK(dup2(file, 0));
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 0, FOREVER));
    fcntl(file, F_SETFD, 0);
    fcntl(witness, F_SETFD, 0);
    exec_test("/proc/self/exe", "after_exec");
}

static void a_program_keeps_records(void)
{
    open_both();
    EXPECT_EQ(run_child(lock_and_exec, NULL), 0);
    EXPECT_EQ(opposing(0, FOREVER).l_type, F_UNLCK);
    close_both();
}

/* An open file's lock is that of all who have it, and lasts until the last closes it. */
static void open_files_have_locks(void)
{
    int again;

    open_both();
    EXPECT_OK(set(file, F_OFD_SETLK, F_WRLCK, 0, 10));
    EXPECT_EQ(opposing(0, FOREVER).l_pid, -1);
    EXPECT_ERROR(set(witness, F_OFD_SETLK, F_RDLCK, 9, 1), EAGAIN);
    EXPECT_ERROR(set(file, F_SETLK, F_RDLCK, 9, 1), EAGAIN);
    EXPECT_OK(set(witness, F_OFD_SETLK, F_RDLCK, 10, 1));
    again = dup(file);
    close(file);
    EXPECT_EQ(opposing(0, 1).l_type, F_WRLCK);
    close(again);
    EXPECT_EQ(opposing(0, 1).l_type, F_UNLCK);
    close(witness);
}

/* ---- flock ------------------------------------------------------------------------------ */

/* Asked for no kind of lock, F_OFD_GETLK tells the open file's own. */
static void an_open_file_asks_for_its_own(void)
{
    struct flock lk = range(F_UNLCK, 0, 0);

    open_both();
    EXPECT_OK(fcntl(file, F_OFD_GETLK, &lk));
    EXPECT_EQ(lk.l_type, F_UNLCK);
    EXPECT_OK(set(file, F_OFD_SETLK, F_RDLCK, 3, 4));
    EXPECT_OK(fcntl(file, F_OFD_GETLK, &lk));
    EXPECT_EQ(lk.l_type, F_RDLCK);
    EXPECT_EQ(lk.l_start, 3);
    EXPECT_EQ(lk.l_len, 4);
    lk = range(F_UNLCK, 0, 0);
    EXPECT_OK(fcntl(witness, F_OFD_GETLK, &lk));
    EXPECT_EQ(lk.l_type, F_UNLCK);
    EXPECT_ERROR(fcntl(file, F_GETLK, &lk), EINVAL);
    close_both();
}

static void whole_files_are_locked(void)
{
    int again;

    open_both();
    again = dup(file);
    EXPECT_OK(flock(file, LOCK_SH));
    EXPECT_OK(flock(witness, LOCK_SH | LOCK_NB));
    EXPECT_ERROR(flock(again, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    EXPECT_OK(flock(witness, LOCK_UN));
    EXPECT_OK(flock(again, LOCK_EX | LOCK_NB));
    EXPECT_ERROR(flock(witness, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    EXPECT_OK(set(witness, F_OFD_SETLK, F_WRLCK, 0, FOREVER));     /* they do not meet */
    close(file);
    EXPECT_ERROR(flock(witness, LOCK_SH | LOCK_NB), EWOULDBLOCK);
    close(again);
    EXPECT_OK(flock(witness, LOCK_EX | LOCK_NB));
    close(witness);
}

static void a_failed_upgrade_loses_the_lock(void)
{
    open_both();
    EXPECT_OK(flock(file, LOCK_SH));
    EXPECT_OK(flock(witness, LOCK_SH));
    EXPECT_ERROR(flock(file, LOCK_EX | LOCK_NB), EWOULDBLOCK);
    EXPECT_OK(flock(witness, LOCK_EX | LOCK_NB));
    close_both();
}

static void upgrade(void *arg)
{
    (void)arg;
    EXPECT_OK(flock(file, LOCK_EX));
}

/* Two who share the lock want it for themselves: both get it. */
static void upgrades_do_not_wait_for_each_other(void)
{
    pid_t other;

    open_both();
    EXPECT_OK(flock(file, LOCK_SH));
    EXPECT_OK(flock(witness, LOCK_SH));
    other = start_child(upgrade, NULL);
    wait_until(other, 'S');
    EXPECT_OK(flock(witness, LOCK_EX | LOCK_NB));
    EXPECT_OK(flock(witness, LOCK_UN));
    EXPECT_CHILD(other);
    close_both();
}

/* ---- circles ---------------------------------------------------------------------------- */

/* One who has byte HAS and waits for byte WANTS; he goes on as soon as it is his. */
struct link {
    struct gate *ready;
    int has, wants;
};

static void have_and_want(void *arg)
{
    const struct link *l = arg;

    EXPECT_OK(set(file, F_SETLK, F_WRLCK, l->has, 1));
    signal_gate(l->ready);
    EXPECT_OK(set(file, F_SETLKW, F_WRLCK, l->wants, 1));
}

static pid_t start_link(struct gate *ready, int has, int wants)
{
    struct link l = { ready, has, wants };
    pid_t pid = start_child(have_and_want, &l);

    wait_gate(ready);
    wait_until(pid, 'S');
    return pid;
}

/* Each of LENGTH has a byte and waits for the one before: we have the first, and want the last. */
static void try_circle(int length)
{
    struct gate ready;
    pid_t others[8];

    open_both();
    open_gate(&ready);
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 0, 1));
    for (int i = 1; i < length; i++)
        others[i] = start_link(&ready, i, i - 1);
    EXPECT_ERROR(set(file, F_SETLKW, F_WRLCK, length - 1, 1), EDEADLK);
    EXPECT_ERROR(set(file, F_SETLK, F_WRLCK, length - 1, 1), EAGAIN);
    EXPECT_OK(set(file, F_SETLK, F_UNLCK, 0, 1));
    EXPECT_OK(set(file, F_SETLKW, F_WRLCK, length - 1, 1));
    for (int i = 1; i < length; i++)
        EXPECT_CHILD(others[i]);
    close_gate(&ready);
    close_both();
}

static void circles_are_found(void)
{
    try_circle(2);
    try_circle(3);
    try_circle(8);
}

/* One who shares byte 1 until PARENT sleeps: then it is only the other who has it. */
static void share_for_a_while(void *arg)
{
    struct link *l = arg;

    EXPECT_OK(set(file, F_SETLK, F_RDLCK, l->has, 1));
    signal_gate(l->ready);
    wait_until(getppid(), 'S');
}

static void share_and_want(void *arg)
{
    const struct link *l = arg;

    EXPECT_OK(set(file, F_SETLK, F_RDLCK, l->has, 1));
    signal_gate(l->ready);
    EXPECT_OK(set(file, F_SETLKW, F_WRLCK, l->wants, 1));
}

static void a_release_closes_a_circle(void)
{
    struct gate ready;
    struct link l = { &ready, 1, 0 };
    pid_t other, brief;

    open_both();
    open_gate(&ready);
    EXPECT_OK(set(file, F_SETLK, F_WRLCK, 0, 1));
    brief = start_child(share_for_a_while, &l);
    wait_gate(&ready);
    other = start_child(share_and_want, &l);
    wait_gate(&ready);
    wait_until(other, 'S');
    EXPECT_ERROR(set(file, F_SETLKW, F_WRLCK, 1, 1), EDEADLK);
    EXPECT_CHILD(brief);
    EXPECT_OK(set(file, F_SETLK, F_UNLCK, 0, 1));
    EXPECT_CHILD(other);
    close_gate(&ready);
    close_both();
}

static const struct test tests[] = {
    TEST(ranges_are_as_in_a_model),
    TEST(ranges_are_counted_from_anywhere),
    TEST(the_last_byte_is_the_end),
    TEST(bad_requests),
    TEST(records_are_a_process),
    TEST(any_close_ends_records),
    TEST(a_program_keeps_records),
    NAMED_TEST(after_exec),
    TEST(open_files_have_locks),
    TEST(an_open_file_asks_for_its_own),
    TEST(whole_files_are_locked),
    TEST(a_failed_upgrade_loses_the_lock),
    TEST(upgrades_do_not_wait_for_each_other),
    TEST(circles_are_found),
    TEST(a_release_closes_a_circle),
};
TEST_MAIN(tests)
