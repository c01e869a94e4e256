/* SPDX-License-Identifier: MIT */
/*
 * filerace.c - several threads do different things to one file at the same time.
 *
 * Each race is run again and again until it has been given some time; what was written
 * must be there afterwards, and nobody may wait for ever.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/threads.h"

#define ON_DISK "/filerace.file"
#define FIFO "/tmp/filerace.fifo"
#define RACE_MS 300L
#define RECORD 24UL
#define SMALL (8 * KB)          /* where a file begins anew */

static int file;
static uint32_t round_begun, round_ended, over;

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint32_t look(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static void tell(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static void open_file(const char *path)
{
    file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    REQUIRE(file >= 0 && unlink(path) == 0);
    tell(&over, 0);
    tell(&round_begun, 0);
    tell(&round_ended, 0);
}

static void end_race(pid_t other)
{
    tell(&over, 1);
    EXPECT_CHILD(other);
    close(file);
}

/* ---- a file grows while it is written to the disk ----------------------------------------- */

static int keep_writing_out(void *arg)
{
    (void)arg;
    while (!look(&over))
        if (sync_file_range(file, 0, 0, SYNC_FILE_RANGE_WRITE) < 0)
            _exit(1);
    _exit(0);
}

/* The first byte of NBYTES that is not what append() put there; NBYTES: there is none. */
static size_t first_wrong(size_t nbytes)
{
    static char all[SMALL + RECORD];

    REQUIRE(pread(file, all, nbytes, 0) == (ssize_t)nbytes);
    for (size_t i = 0; i < nbytes; i++)
        if (all[i] != (char)(1 + i / RECORD % 100))
            return i;
    return nbytes;
}

static void growing_while_written_out(void)
{
    long end = now_ms() + RACE_MS;
    char record[RECORD];
    size_t size = 0;
    pid_t other;

    open_file(ON_DISK);
    other = start_thread(1, keep_writing_out);
    while (now_ms() < end && !test_failures()) {
        for (size = 0; size < SMALL; size += RECORD) {
            memset(record, (int)(1 + size / RECORD % 100), RECORD);
            EXPECT_EQ(pwrite(file, record, RECORD, (off_t)size), RECORD);
        }
        EXPECT_EQ(first_wrong(size), size);
        EXPECT_OK(ftruncate(file, 0));
    }
    end_race(other);
}

/* ---- several bring the same inode to the disk ---------------------------------------------- */

static int keep_syncing(void *arg)
{
    (void)arg;
    while (!look(&over))
        if (fsync(file) < 0)
            _exit(1);
    _exit(0);
}

static int keep_syncing_all(void *arg)
{
    (void)arg;
    while (!look(&over))
        sync();
    _exit(0);
}

static void several_sync_one_file(void)
{
    long end = now_ms() + RACE_MS;
    struct stat st;
    pid_t others[2];

    open_file(ON_DISK);
    others[0] = start_thread(1, keep_syncing);
    others[1] = start_thread(2, keep_syncing_all);
    for (off_t size = 1; now_ms() < end; size++) {
        EXPECT_OK(ftruncate(file, size));
        EXPECT_OK(fsync(file));
        EXPECT_OK(fstat(file, &st));
        EXPECT_EQ(st.st_size, size);
    }
    tell(&over, 1);
    EXPECT_CHILD(others[0]);
    end_race(others[1]);
}

/* ---- one writes behind the end, another far behind it ------------------------------------- */

#define FIRST 100               /* bytes that are there */
#define FAR (3 * PAGE)

static int keep_writing_far_behind(void *arg)
{
    uint32_t n = 0;

    (void)arg;
    while (!look(&over)) {
        if (look(&round_begun) == n)
            continue;
        n++;
        if (pwrite(file, "far", 3, FAR) != 3)
            _exit(1);
        tell(&round_ended, n);
    }
    _exit(0);
}

static void a_gap_beside_a_writer(void)
{
    long end = now_ms() + RACE_MS;
    char text[FIRST], back[FIRST];
    pid_t other;

    open_file(ON_DISK);
    memset(text, 'x', sizeof(text));
    other = start_thread(1, keep_writing_far_behind);
    for (uint32_t n = 1; now_ms() < end && !test_failures(); n++) {
        EXPECT_OK(ftruncate(file, 0));
        EXPECT_EQ(pwrite(file, text, FIRST, 0), FIRST);
        tell(&round_begun, n);
        for (uint64_t wait = rand_below(&test_rand, 1000); wait > 0; wait--)
            __asm__ volatile("");
        EXPECT_EQ(pwrite(file, text, FIRST, FIRST), FIRST);
        while (look(&round_ended) != n)
            continue;
        EXPECT_EQ(pread(file, back, FIRST, FIRST), FIRST);
        EXPECT(memcmp(text, back, FIRST) == 0);
    }
    end_race(other);
}

/* ---- a hole is read while somebody fails to fill it ----------------------------------------- */

#define HOLE FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE

/* Free a page full of letters, and take one for a write that comes to nothing. */
static int fail_to_fill(void *arg)
{
    static char letters[PAGE];

    (void)arg;
    memset(letters, 'x', PAGE);
    while (!look(&over)) {
        if (pwrite(file, letters, PAGE, PAGE) != (ssize_t)PAGE
            || fallocate(file, HOLE, PAGE, PAGE) != 0
            || pwrite(file, (void *)8, PAGE, 0) != -1)
            _exit(1);
    }
    _exit(0);
}

static int punch(void *arg)
{
    (void)arg;
    while (!look(&over))
        if (fallocate(file, HOLE, 0, PAGE) != 0)
            _exit(1);
    _exit(0);
}

static void a_hole_that_nobody_fills(void)
{
    static const char zeros[PAGE];
    static char seen_there[PAGE];
    long end = now_ms() + RACE_MS;
    pid_t filler, puncher;

    open_file("/tmp/filerace.hole");
    EXPECT_OK(ftruncate(file, 2 * PAGE));
    filler = start_thread(1, fail_to_fill);
    puncher = start_thread(2, punch);
    while (now_ms() < end && !test_failures()) {
        EXPECT_EQ(pread(file, seen_there, PAGE, 0), PAGE);
        EXPECT(memcmp(seen_there, zeros, PAGE) == 0);
    }
    tell(&over, 1);
    EXPECT_CHILD(puncher);
    end_race(filler);
}

/* ---- a lock that is granted after its descriptor was closed -------------------------------- */

static struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

static int wait_for_lock(void *arg)
{
    (void)arg;
    errno = 0;
    _exit(fcntl(file, F_SETLKW, &whole) == -1 && errno == EBADF ? 0 : 1);
}

static void hold_lock(void *arg)
{
    struct gate *gates = arg;

    EXPECT_OK(fcntl(file, F_SETLK, &whole));
    signal_gate(&gates[0]);
    wait_gate(&gates[1]);
}

static void a_lock_of_a_closed_file(void)
{
    struct gate gates[2];
    pid_t holder, waiter;
    int again;

    open_gate(&gates[0]);
    open_gate(&gates[1]);
    open_file(ON_DISK);
    holder = start_child(hold_lock, gates);
    wait_gate(&gates[0]);
    again = dup(file);
    waiter = start_thread(1, wait_for_lock);
    wait_until(waiter, 'S');
    close(file);
    signal_gate(&gates[1]);
    EXPECT_CHILD(holder);
    EXPECT_CHILD(waiter);
    file = again;
    holder = start_child(hold_lock, gates);     /* nobody has it */
    wait_gate(&gates[0]);
    signal_gate(&gates[1]);
    EXPECT_CHILD(holder);
    close(file);
    close_gate(&gates[0]);
    close_gate(&gates[1]);
}

/* ---- both ends of a fifo are opened and closed at once -------------------------------------- */

#define MEETINGS 300

/* Open one end and close it, again and again; each time wait until both are closed. */
static void meet(int how, struct gate *closed, struct gate *other)
{
    for (int i = 0; i < MEETINGS; i++) {
        int fd = open(FIFO, how);

        EXPECT(fd >= 0);
        close(fd);
        signal_gate(closed);
        wait_gate(other);
    }
}

static void meet_as_writer(void *arg)
{
    struct gate *gates = arg;

    meet(O_WRONLY, &gates[0], &gates[1]);
}

static void meetings_at_a_fifo(void)
{
    struct gate gates[2];
    pid_t child;

    unlink(FIFO);
    REQUIRE(mkfifo(FIFO, 0600) == 0);
    open_gate(&gates[0]);
    open_gate(&gates[1]);
    child = start_child(meet_as_writer, gates);
    meet(O_RDONLY, &gates[1], &gates[0]);
    EXPECT_CHILD(child);
    close_gate(&gates[0]);
    close_gate(&gates[1]);
    EXPECT_OK(unlink(FIFO));
}

/* ---- a disk's position moves while it is read ------------------------------------------------- */

static int keep_rewinding(void *arg)
{
    (void)arg;
    while (!look(&over))
        if (lseek(file, 0, SEEK_SET) != 0)
            _exit(1);
    _exit(0);
}

static void a_disk_that_is_rewound(void)
{
    char *buf = map_shared(MB / PAGE);
    long end = now_ms() + RACE_MS;
    pid_t other;

    file = open("/dev/vda", O_RDONLY);
    if (file < 0)
        skip("no disk");
    tell(&over, 0);
    other = start_thread(1, keep_rewinding);
    while (now_ms() < end) {
        lseek(file, 2 * MB, SEEK_SET);
        EXPECT_EQ(read(file, buf, MB), (long)MB);
    }
    end_race(other);
    unmap(buf, MB / PAGE);
}

static const struct test tests[] = {
    TEST(growing_while_written_out),
    TEST(several_sync_one_file),
    TEST(a_gap_beside_a_writer),
    TEST(a_hole_that_nobody_fills),
    TEST(a_lock_of_a_closed_file),
    TEST(meetings_at_a_fifo),
    TEST(a_disk_that_is_rewound),
};

TEST_MAIN(tests)
