/* SPDX-License-Identifier: MIT */
/*
 * sharetest.c - shared mappings: of files, and of memory without a file.
 *
 * What is promised: all who map a page see one page, and so do read(2) and
 * write(2); what was stored reaches the file, whoever is gone by then; and what is
 * clean is not written again.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <sys/syscall.h>
#include "lib/abi/futex.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/threads.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define ON_DISK "/sharetest.file"       /* the root is ext2; /tmp is not */

static char *share(int fd, size_t size, int prot)
{
    int flags = MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0);
    char *p = mmap(NULL, size, prot, flags, fd, 0);

    REQUIRE(p != MAP_FAILED);
    return p;
}

/* A new file of SIZE zero bytes. */
static int make_file(const char *path, off_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0644);

    REQUIRE(fd >= 0);
    EXPECT_OK(ftruncate(fd, size));
    return fd;
}

/* Forget what is in memory of files, so that reading must ask the disk. */
static void drop_caches(void)
{
    int fd = open("/proc/sys/vm/drop_caches", O_WRONLY);

    sync();
    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, "3", 1), 1);
    close(fd);
}

static char byte_at(const char *path, off_t at)
{
    int fd = open(path, O_RDONLY);
    char c = -1;

    EXPECT_EQ(pread(fd, &c, 1, at), 1);
    close(fd);
    return c;
}

/* Memory without a file */

static void add_to_each_page(void *arg)
{
    char *p = arg;

    for (size_t i = 0; i < 16; i++)
        p[i * PAGE] += 3;
}

static void children_share(void)
{
    char *p = share(-1, 16 * PAGE, RW), line[256];

    EXPECT(find_mapping(p, line, sizeof(line)) && strstr(line, "rw-s"));
    EXPECT(strstr(line, "/dev/zero (deleted)"));
    for (size_t i = 0; i < 16; i += 2)
        p[i * PAGE] = 1;                /* the others are touched first by a child */
    EXPECT_EQ(run_child(add_to_each_page, p), 0);
    EXPECT_EQ(run_child(add_to_each_page, p), 0);
    for (size_t i = 0; i < 16; i++)
        EXPECT_EQ(p[i * PAGE], i % 2 ? 6 : 7);
    EXPECT_OK(munmap(p, 16 * PAGE));
}

static void dev_zero_is_memory(void)
{
    int fd = open("/dev/zero", O_RDWR);
    char *p = share(fd, PAGE, RW), *q = share(fd, PAGE, RW);

    p[0] = 1;
    EXPECT_EQ(q[0], 0);                 /* each mapping is memory of its own */
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_OK(munmap(q, PAGE));
    close(fd);
}

#define ROUNDS 20000

static void count_up(void *arg)
{
    for (int i = 0; i < ROUNDS; i++)
        __atomic_fetch_add((int *)arg, 1, __ATOMIC_RELAXED);
}

static void all_count_on_one_page(void)
{
    int *n = (int *)share(-1, PAGE, RW);
    pid_t pids[4];

    for (size_t i = 0; i < COUNT(pids); i++)
        pids[i] = start_child(count_up, n);
    for (size_t i = 0; i < COUNT(pids); i++)
        EXPECT_CHILD(pids[i]);
    EXPECT_EQ(*n, ROUNDS * (int)COUNT(pids));
    munmap(n, PAGE);
}

static void wait_for_word(void *arg)
{
    int *word = arg;

    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0)
        syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void futex_refuses(void)
{
    static uint32_t word;
    struct timespec none = { 0 };

    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_REQUEUE, -1, 1, &word, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_CMP_REQUEUE, 1, -1, &word, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_WAKE | FUTEX_CLOCK_REALTIME, 1, NULL, NULL, 0),
                 ENOSYS);
    EXPECT_ERROR(syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 0, &none, NULL, 0),
                 ENOSYS);
}

static void wait_once(void *word)
{
    EXPECT_OK(syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0));
}

/* The number is looked at after one was woken, and it has a sign: as Linux has it. */
static void futex_wakes_one_at_least(void)
{
    static const int numbers[] = { 0, -1, -1000 };
    int *word = (int *)share(-1, PAGE, RW);
    pid_t pids[COUNT(numbers)];

    for (size_t i = 0; i < COUNT(pids); i++) {
        pids[i] = start_child(wait_once, word);
        wait_until(pids[i], 'S');
    }
    for (size_t i = 0; i < COUNT(pids); i++)
        EXPECT_EQ(syscall(SYS_futex, word, FUTEX_WAKE, numbers[i], NULL, NULL, 0), 1);
    for (size_t i = 0; i < COUNT(pids); i++)
        EXPECT_CHILD(pids[i]);
    EXPECT_EQ(syscall(SYS_futex, word, FUTEX_WAKE, 0, NULL, NULL, 0), 0);
    munmap(word, PAGE);
}

/* What is said to be private needs no mapping; what may be others' does. */
static void futex_of_no_memory(void)
{
    char *p = share(-1, PAGE, RW);

    munmap(p, PAGE);
    EXPECT_EQ(syscall(SYS_futex, p, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0), 0);
    EXPECT_ERROR(syscall(SYS_futex, p, FUTEX_WAKE, 1, NULL, NULL, 0), EFAULT);
}

static int *word_that_goes;

static int wait_without_end(void *arg)
{
    (void)arg;
    syscall(SYS_futex, word_that_goes, FUTEX_WAIT, 0, NULL, NULL, 0);
    _exit(0);
}

/* Somebody waits in a mapping that is no more: he is not woken in place of others. */
static void futex_in_a_new_mapping(void)
{
    char *p[16];
    pid_t pid;

    word_that_goes = (int *)share(-1, PAGE, RW);
    pid = start_thread(1, wait_without_end);
    wait_until(pid, 'S');
    EXPECT_OK(munmap(word_that_goes, PAGE));
    for (size_t i = 0; i < COUNT(p); i++) {
        p[i] = share(-1, PAGE, RW);
        EXPECT_EQ(syscall(SYS_futex, p[i], FUTEX_WAKE, 1, NULL, NULL, 0), 0);
    }
    for (size_t i = 0; i < COUNT(p); i++)
        munmap(p[i], PAGE);
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

/* A word is the same for two processes even where their addresses differ. */
static void futex_between_processes(void)
{
    int fd = make_file("/tmp/sharetest.word", PAGE), woken = 0;
    int *here = (int *)share(fd, PAGE, RW), *there = (int *)share(fd, PAGE, RW);
    pid_t pid = start_child(wait_for_word, there);

    __atomic_store_n(here, 1, __ATOMIC_RELEASE);
    while (!woken && waitpid(pid, NULL, WNOHANG) == 0)
        woken = (int)syscall(SYS_futex, here, FUTEX_WAKE, 1, NULL, NULL, 0);
    if (woken)
        EXPECT_CHILD(pid);
    munmap(here, PAGE);
    munmap(there, PAGE);
    close(fd);
    unlink("/tmp/sharetest.word");
}

/* Files */

static void check_coherence(const char *path)
{
    int fd = make_file(path, 4 * PAGE);
    char *p = share(fd, 4 * PAGE, RW), *q = share(fd, 4 * PAGE, PROT_READ), buf[8];
    char *own = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);

    EXPECT_EQ(q[PAGE], 0);
    memcpy(p + PAGE, "stored", 6);
    EXPECT(!memcmp(q + PAGE, "stored", 6));
    EXPECT(!memcmp(own + PAGE, "stored", 6));
    EXPECT_EQ(pread(fd, buf, 6, PAGE), 6);
    EXPECT(!memcmp(buf, "stored", 6));
    EXPECT_EQ(pwrite(fd, "written", 7, 2 * PAGE - 3), 7);
    EXPECT(!memcmp(p + 2 * PAGE - 3, "written", 7));
    EXPECT(!memcmp(own + 2 * PAGE - 3, "written", 7));
    own[PAGE] = 'O';                    /* from here on that page is its own */
    p[PAGE + 1] = 'T';
    EXPECT_EQ(p[PAGE], 's');
    EXPECT_EQ(own[PAGE + 1], 't');
    EXPECT_OK(munmap(p, 4 * PAGE));
    EXPECT_OK(munmap(q, 4 * PAGE));
    EXPECT_OK(munmap(own, 4 * PAGE));
    close(fd);
    EXPECT_EQ(byte_at(path, PAGE + 1), 'T');
    unlink(path);
}

static void mappings_and_files_agree(void)
{
    check_coherence(ON_DISK);
    check_coherence("/tmp/sharetest.file");
}

static void store_and_go(void *arg)
{
    int fd = *(int *)arg;
    char *p = share(fd, 2 * PAGE, RW);

    p[0] = 'a';
    p[PAGE] = 'b';
}

/* Without msync, without munmap: the file has it, and the disk after sync. */
static void stores_outlive_their_process(void)
{
    int fd = make_file(ON_DISK, 2 * PAGE);

    EXPECT_EQ(run_child(store_and_go, &fd), 0);
    close(fd);
    EXPECT_EQ(byte_at(ON_DISK, 0), 'a');
    drop_caches();
    EXPECT_EQ(byte_at(ON_DISK, 0), 'a');
    EXPECT_EQ(byte_at(ON_DISK, PAGE), 'b');
    unlink(ON_DISK);
}

/* A page that was written back is clean, and the next store is noticed. */
static void every_store_is_written_back(void)
{
    int fd = make_file(ON_DISK, PAGE);
    char *p = share(fd, PAGE, RW);

    for (char c = 'a'; c < 'e'; c++) {
        p[7] = c;
        EXPECT_OK(msync(p, PAGE, MS_SYNC));
    }
    p[7] = 'z';
    EXPECT_OK(munmap(p, PAGE));
    close(fd);
    drop_caches();
    EXPECT_EQ(byte_at(ON_DISK, 7), 'z');
    unlink(ON_DISK);
}

static uint64_t disk_writes(void)
{
    sync();
    return read_counters().disk_writes;
}

/* Clean shared pages cost no disk writes, however often one syncs. */
static void clean_pages_stay_clean(void)
{
    int fd;
    char *p;
    uint64_t before;

    need_debug_call();
    fd = make_file(ON_DISK, 64 * PAGE);
    p = share(fd, 64 * PAGE, RW);
    memset(p, 1, 64 * PAGE);
    before = disk_writes();
    for (size_t i = 0; i < 64; i++)
        EXPECT_EQ(p[i * PAGE], 1);
    EXPECT_OK(msync(p, 64 * PAGE, MS_SYNC));
    EXPECT_EQ(disk_writes(), before);
    p[0] = 2;
    EXPECT(disk_writes() > before);
    munmap(p, 64 * PAGE);
    close(fd);
    unlink(ON_DISK);
}

static void stores_find_room(void)
{
    int fd = make_file(ON_DISK, 8 * PAGE);
    char *p = share(fd, 8 * PAGE, RW);
    struct stat before, after;

    EXPECT_OK(fstat(fd, &before));
    EXPECT_EQ(before.st_blocks, 0);     /* a hole */
    EXPECT_EQ(p[3 * PAGE], 0);
    nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);  /* where clocks of files tick */
    p[3 * PAGE] = p[5 * PAGE] = 1;
    EXPECT_OK(fstat(fd, &after));
    EXPECT_EQ(after.st_blocks, 2 * PAGE / 512);
    EXPECT_EQ(after.st_size, 8 * PAGE);
    EXPECT(after.st_mtim.tv_sec > before.st_mtim.tv_sec
           || after.st_mtim.tv_nsec > before.st_mtim.tv_nsec);
    munmap(p, 8 * PAGE);
    close(fd);
    unlink(ON_DISK);
}

/* No room for a page: SIGBUS, and the pages that had room keep what they hold. */
static void full_file_system(void)
{
    char *p;
    int fd;

    EXPECT_OK(mkdir("/tmp/small", 0755));
    EXPECT_OK(mount("none", "/tmp/small", "tmpfs", 0, "size=16k"));
    fd = make_file("/tmp/small/file", 16 * PAGE);
    p = share(fd, 16 * PAGE, RW);
    for (size_t i = 0; i < 4; i++)
        EXPECT_NO_FAULT(try_write(p + i * PAGE));
    EXPECT_FAULT(try_write(p + 9 * PAGE), SIGBUS, BUS_ADRERR, p + 9 * PAGE);
    for (size_t i = 0; i < 4; i++)
        EXPECT_EQ(p[i * PAGE], 1);
    munmap(p, 16 * PAGE);
    close(fd);
    EXPECT_OK(umount("/tmp/small"));
    rmdir("/tmp/small");
}

static void check_end_of_file(const char *path)
{
    int fd = make_file(path, PAGE + 100);
    char *p = share(fd, 4 * PAGE, RW);
    struct stat st;

    p[PAGE + 200] = 'x';                /* in the last page, but not in the file */
    EXPECT_FAULT(try_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EXPECT_FAULT(try_write(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EXPECT_OK(fstat(fd, &st));
    EXPECT_EQ(st.st_size, PAGE + 100);
    EXPECT_OK(ftruncate(fd, 3 * PAGE));
    EXPECT_NO_FAULT(try_write(p + 2 * PAGE + 5));
    EXPECT_OK(ftruncate(fd, PAGE / 2));
    EXPECT_FAULT(try_read(p + 2 * PAGE + 5), SIGBUS, BUS_ADRERR, p + 2 * PAGE + 5);
    EXPECT_OK(ftruncate(fd, 3 * PAGE));
    EXPECT_EQ(p[2 * PAGE + 5], 0);
    EXPECT_EQ(p[PAGE + 200], 0);
    munmap(p, 4 * PAGE);
    close(fd);
    unlink(path);
}

static void end_of_file(void)
{
    check_end_of_file(ON_DISK);
    check_end_of_file("/tmp/sharetest.file");
}

/* A hole is empty for all who share the page; a private copy is nobody else's business. */
static void hole_under_mappings(void)
{
    int fd = make_file("/tmp/sharetest.file", 2 * PAGE);
    char *p = share(fd, 2 * PAGE, RW);
    char *own = mmap(NULL, 2 * PAGE, RW, MAP_PRIVATE, fd, 0);

    REQUIRE(own != MAP_FAILED);
    p[0] = p[PAGE] = 's';
    own[0] = 'o';
    EXPECT_EQ(own[PAGE], 's');
    EXPECT_OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 2 * PAGE));
    EXPECT_EQ(p[0], 0);
    EXPECT_EQ(own[0], 'o');
    EXPECT_EQ(own[PAGE], 0);
    EXPECT_OK(ftruncate(fd, 0));
    EXPECT_FAULT(try_read(own), SIGBUS, BUS_ADRERR, own);
    munmap(p, 2 * PAGE);
    munmap(own, 2 * PAGE);
    close(fd);
    unlink("/tmp/sharetest.file");
}

/* Rights */

static void open_modes(void)
{
    int fd = make_file(ON_DISK, PAGE), reads = open(ON_DISK, O_RDONLY);
    int writes = open(ON_DISK, O_WRONLY);
    char *p;

    EXPECT(mmap(NULL, PAGE, RW, MAP_SHARED, reads, 0) == MAP_FAILED && errno == EACCES);
    EXPECT(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, writes, 0) == MAP_FAILED && errno == EACCES);
    p = share(reads, PAGE, PROT_READ);
    EXPECT_ERROR(mprotect(p, PAGE, RW), EACCES);
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    munmap(p, PAGE);
    close(reads);
    close(writes);
    close(fd);
    unlink(ON_DISK);
}

static void rights_come_and_go(void)
{
    int fd = make_file(ON_DISK, PAGE);
    char *p = share(fd, PAGE, RW);

    p[0] = 'a';
    EXPECT_OK(mprotect(p, PAGE, PROT_READ));
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, PROT_NONE));
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, RW));
    EXPECT_EQ(p[0], 'a');
    p[1] = 'b';
    EXPECT_EQ(byte_at(ON_DISK, 1), 'b');
    munmap(p, PAGE);
    close(fd);
    unlink(ON_DISK);
}

/* System calls whose memory is the file they work on. */
static void calls_on_mapped_memory(void)
{
    int fd = make_file(ON_DISK, 4 * PAGE);
    char *p = share(fd, 4 * PAGE, RW);

    p[0] = 'q';
    EXPECT_EQ(pwrite(fd, p, 2 * PAGE, 2 * PAGE), 2 * PAGE);
    EXPECT_EQ(p[2 * PAGE], 'q');
    drop_caches();
    EXPECT_EQ(pwrite(fd, p + 100, PAGE, 50), PAGE);     /* a page onto itself */
    EXPECT_EQ(pread(fd, p + PAGE, PAGE, 2 * PAGE), PAGE);
    EXPECT_EQ(p[PAGE], 'q');
    munmap(p, 4 * PAGE);
    close(fd);
    unlink(ON_DISK);
}

static const struct test tests[] = {
    TEST(children_share), TEST(dev_zero_is_memory), TEST(all_count_on_one_page),
    TEST(futex_between_processes), TEST(futex_refuses), TEST(futex_wakes_one_at_least),
    TEST(futex_of_no_memory), TEST(futex_in_a_new_mapping), TEST(mappings_and_files_agree),
    TEST(stores_outlive_their_process), TEST(every_store_is_written_back),
    TEST(clean_pages_stay_clean), TEST(stores_find_room), TEST(full_file_system),
    TEST(end_of_file), TEST(hole_under_mappings), TEST(open_modes), TEST(rights_come_and_go),
    TEST(calls_on_mapped_memory),
};
TEST_MAIN(tests)
