/* SPDX-License-Identifier: MIT */
/*
 * memfdtest.c - files without a name, and the seals that say what will not happen to
 * them any more.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define ALL_WRITES (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)
#define NAME_LIMIT 249

static int make(unsigned flags)
{
    int fd = memfd_create("test", flags);

    REQUIRE(fd >= 0);
    return fd;
}

/* One that can be sealed, of NPAGES pages of 'a'. */
static int make_filled(size_t npages)
{
    int fd = make(MFD_ALLOW_SEALING);
    char page[PAGE];

    memset(page, 'a', PAGE);
    for (size_t i = 0; i < npages; i++)
        REQUIRE(write(fd, page, PAGE) == (ssize_t)PAGE);
    return fd;
}

static int seal(int fd, int seals)
{
    return fcntl(fd, F_ADD_SEALS, seals);
}

static int seals_of(int fd)
{
    return fcntl(fd, F_GET_SEALS);
}

static char *map(int fd, size_t npages, int prot, int flags)
{
    return mmap(NULL, npages * PAGE, prot, flags, fd, 0);
}

static off_t size_of(int fd)
{
    struct stat st;

    REQUIRE(fstat(fd, &st) == 0);
    return st.st_size;
}

static mode_t mode_of(int fd)
{
    struct stat st;

    REQUIRE(fstat(fd, &st) == 0);
    return st.st_mode;
}

/* The file */

static void expect_link(int fd, const char *should)
{
    char path[64], text[512];
    ssize_t n;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    n = readlink(path, text, sizeof(text) - 1);
    REQUIRE(n > 0);
    text[n] = '\0';
    if (strcmp(text, should) != 0)
        fail(__FILE__, __LINE__, "the link is \"%s\", not \"%s\"", text, should);
}

static void names_are_shown(void)
{
    const char *shown = "/memfd:a name (deleted)";
    int fd = memfd_create("a name", 0);
    char line[512], *p;

    REQUIRE(fd >= 0);
    expect_link(fd, shown);
    EXPECT_OK(ftruncate(fd, PAGE));
    p = map(fd, 1, RW, MAP_SHARED);
    close(fd);
    REQUIRE(find_mapping(p, line, sizeof(line)));
    EXPECT(strlen(line) > strlen(shown)
           && strcmp(line + strlen(line) - strlen(shown), shown) == 0);
    munmap(p, PAGE);
    fd = memfd_create("", 0);
    expect_link(fd, "/memfd: (deleted)");
    close(fd);
}

static void lengths_of_names(void)
{
    char name[NAME_LIMIT + 2], shown[NAME_LIMIT + 64];
    int fd;

    memset(name, 'n', sizeof(name));
    name[NAME_LIMIT + 1] = '\0';
    EXPECT_ERROR(memfd_create(name, 0), EINVAL);
    name[NAME_LIMIT] = '\0';
    fd = memfd_create(name, 0);
    REQUIRE(fd >= 0);
    snprintf(shown, sizeof(shown), "/memfd:%s (deleted)", name);
    expect_link(fd, shown);
    close(fd);
    EXPECT_ERROR(memfd_create((char *)PAGE, 0), EFAULT);
    EXPECT_ERROR(memfd_create(NULL, 0), EFAULT);
}

static void unknown_flags(void)
{
    EXPECT_ERROR(memfd_create("test", 0x20), EINVAL);
    EXPECT_ERROR(memfd_create("test", 0x80000000), EINVAL);
    EXPECT_ERROR(memfd_create("test", MFD_EXEC | MFD_NOEXEC_SEAL), EINVAL);
    EXPECT_ERROR(memfd_create(NULL, 0x20), EINVAL);     /* looked at first */
}

static void large_pages_are_refused(void)
{
    need_debug_call();                                  /* Linux may have them */
    EXPECT_ERROR(memfd_create("test", MFD_HUGETLB), EINVAL);
}

static void starts_as_nothing(void)
{
    int fd = make(0), other = make(MFD_CLOEXEC | MFD_EXEC);
    struct stat st, st2;

    REQUIRE(fstat(fd, &st) == 0 && fstat(other, &st2) == 0);
    EXPECT_EQ(st.st_mode, S_IFREG | 0777);
    EXPECT_EQ(st2.st_mode, S_IFREG | 0777);
    EXPECT_EQ(st.st_size, 0);
    EXPECT_EQ(st.st_nlink, 0);
    EXPECT(st.st_ino != st2.st_ino);
    EXPECT_EQ(fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK), O_RDWR);
    EXPECT_EQ(fcntl(fd, F_GETFD), 0);
    EXPECT_EQ(fcntl(other, F_GETFD), FD_CLOEXEC);
    close(fd);
    close(other);
}

static void belongs_to_its_maker(void)
{
    struct stat st;
    int fd;

    REQUIRE(setgid(1234) == 0 && setuid(4321) == 0);
    fd = make(0);
    REQUIRE(fstat(fd, &st) == 0);
    EXPECT_EQ(st.st_uid, 4321);
    EXPECT_EQ(st.st_gid, 1234);
    EXPECT_OK(fchmod(fd, 0600));
}

static void store_to_it(void *arg)
{
    int fd = *(int *)arg;
    char *p = map(fd, 2, RW, MAP_SHARED);

    EXPECT(p[0] == 'x');
    p[PAGE] = 'y';
    EXPECT_EQ(pwrite(fd, "z", 1, 3 * PAGE), 1);
}

static void is_a_file_of_memory(void)
{
    int fd = make(0);
    char *p, c = 0;

    EXPECT_EQ(write(fd, "x", 1), 1);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    p = map(fd, 2, RW, MAP_SHARED);
    EXPECT_EQ(run_child(store_to_it, &fd), 0);
    EXPECT(p[0] == 'x' && p[1] == 0 && p[PAGE] == 'y');
    EXPECT_EQ(size_of(fd), 3 * PAGE + 1);
    EXPECT_EQ(pread(fd, &c, 1, 3 * PAGE), 1);
    EXPECT_EQ(c, 'z');
    EXPECT_EQ(lseek(fd, 0, SEEK_END), 3 * PAGE + 1);
    EXPECT_OK(fallocate(fd, 0, 0, 8 * PAGE));
    EXPECT_EQ(size_of(fd), 8 * PAGE);
    munmap(p, 2 * PAGE);
    close(fd);
}

/* Which seals */

static void seals_at_birth(void)
{
    int fd = make(0);

    EXPECT_EQ(seals_of(fd), F_SEAL_SEAL);
    EXPECT_ERROR(seal(fd, F_SEAL_GROW), EPERM);
    EXPECT_OK(ftruncate(fd, PAGE));                     /* and nothing is forbidden */
    close(fd);
    fd = make(MFD_ALLOW_SEALING);
    EXPECT_EQ(seals_of(fd), 0);
    close(fd);
    fd = make(MFD_NOEXEC_SEAL);
    EXPECT_EQ(seals_of(fd), F_SEAL_EXEC);
    EXPECT_EQ(mode_of(fd), S_IFREG | 0666);
    EXPECT_OK(seal(fd, F_SEAL_SHRINK));
    EXPECT_EQ(seals_of(fd), F_SEAL_EXEC | F_SEAL_SHRINK);
    close(fd);
}

static void seals_become_more(void)
{
    int fd = make(MFD_ALLOW_SEALING), copy = dup(fd);

    EXPECT_ERROR(seal(fd, 0x40), EINVAL);
    EXPECT_ERROR(seal(fd, -1), EINVAL);
    EXPECT_OK(seal(fd, 0));
    EXPECT_OK(seal(fd, F_SEAL_GROW));
    EXPECT_OK(seal(copy, F_SEAL_SHRINK));
    EXPECT_OK(seal(fd, F_SEAL_GROW));
    EXPECT_EQ(seals_of(fd), F_SEAL_GROW | F_SEAL_SHRINK);
    EXPECT_OK(seal(fd, F_SEAL_SEAL | F_SEAL_WRITE));
    EXPECT_ERROR(seal(fd, F_SEAL_FUTURE_WRITE), EPERM);
    EXPECT_ERROR(seal(fd, 0), EPERM);
    EXPECT_ERROR(seal(fd, 0x40), EINVAL);
    EXPECT_EQ(seals_of(copy), F_SEAL_SEAL | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_WRITE);
    close(fd);
    close(copy);
}

static void other_files_have_none(void)
{
    int pipes[2], fd = open("/dev/memfdtest", O_RDWR | O_CREAT, 0600);

    REQUIRE(pipe(pipes) == 0 && fd >= 0);
    EXPECT_ERROR(seals_of(pipes[0]), EINVAL);
    EXPECT_ERROR(seal(pipes[1], F_SEAL_GROW), EINVAL);
    EXPECT_ERROR(seal(pipes[0], F_SEAL_GROW), EPERM);   /* not open for writing */
    EXPECT_EQ(seals_of(fd), F_SEAL_SEAL);
    EXPECT_ERROR(seal(fd, F_SEAL_GROW), EPERM);
    close(fd);
    fd = open("/dev/memfdtest", O_RDONLY);
    EXPECT_ERROR(seal(fd, 0x40), EPERM);
    unlink("/dev/memfdtest");
    close(fd);
    fd = open("/proc/self/exe", O_RDONLY);
    EXPECT_ERROR(seals_of(fd), EINVAL);
    close(fd);
    close(pipes[0]);
    close(pipes[1]);
    EXPECT_ERROR(seals_of(fd), EBADF);
}

/* Size */

static void may_not_shrink(void)
{
    int fd = make_filled(2);

    EXPECT_OK(seal(fd, F_SEAL_SHRINK));
    EXPECT_ERROR(ftruncate(fd, PAGE), EPERM);
    EXPECT_ERROR(ftruncate(fd, 0), EPERM);
    EXPECT_OK(ftruncate(fd, 2 * PAGE));
    EXPECT_OK(ftruncate(fd, 3 * PAGE));
    EXPECT_ERROR(ftruncate(fd, 2 * PAGE), EPERM);
    EXPECT_EQ(pwrite(fd, "b", 1, 4 * PAGE), 1);
    EXPECT_OK(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE));
    EXPECT_EQ(size_of(fd), 4 * PAGE + 1);
    close(fd);
}

static void may_not_grow(void)
{
    int fd = make_filled(2);

    EXPECT_OK(seal(fd, F_SEAL_GROW));
    EXPECT_ERROR(ftruncate(fd, 2 * PAGE + 1), EPERM);
    EXPECT_ERROR(pwrite(fd, "b", 1, 2 * PAGE), EPERM);
    EXPECT_EQ(pwrite(fd, "b", 1, 2 * PAGE - 1), 1);
    EXPECT_ERROR(write(fd, "b", 1), EPERM);
    EXPECT_EQ(write(fd, "b", 0), 0);
    EXPECT_ERROR(fallocate(fd, 0, PAGE, 2 * PAGE), EPERM);
    EXPECT_ERROR(fallocate(fd, FALLOC_FL_KEEP_SIZE, PAGE, 2 * PAGE), EPERM);
    EXPECT_OK(fallocate(fd, 0, 0, 2 * PAGE));
    EXPECT_OK(fcntl(fd, F_SETFL, O_APPEND));
    EXPECT_ERROR(write(fd, "b", 1), EPERM);
    EXPECT_EQ(size_of(fd), 2 * PAGE);
    EXPECT_OK(ftruncate(fd, PAGE));
    EXPECT_ERROR(ftruncate(fd, 2 * PAGE), EPERM);
    close(fd);
}

/* Of a write over the end whole pages are done: as many as the kernel takes at a time. */
static void writes_over_the_end(void)
{
    int fd = make_filled(2);
    char three[3 * PAGE], c = 0;
    ssize_t done;

    memset(three, 'b', sizeof(three));
    EXPECT_OK(ftruncate(fd, PAGE + 100));
    EXPECT_OK(seal(fd, F_SEAL_GROW));
    done = pwrite(fd, three, sizeof(three), 0);
    EXPECT(done == PAGE || (done == -1 && errno == EPERM));
    EXPECT_ERROR(pwrite(fd, three, PAGE, PAGE), EPERM);
    EXPECT_EQ(pwrite(fd, three, 100, PAGE), 100);
    EXPECT_EQ(pwrite(fd, three, 10, PAGE + 90), 10);
    EXPECT_ERROR(pwrite(fd, three, 11, PAGE + 90), EPERM);
    EXPECT_EQ(pread(fd, &c, 1, 0), 1);
    EXPECT_EQ(c, done == -1 ? 'a' : 'b');
    EXPECT_EQ(size_of(fd), PAGE + 100);
    close(fd);
}

/* Stores */

static void may_not_be_written(void)
{
    int fd = make_filled(2);
    char *p;

    EXPECT_OK(seal(fd, F_SEAL_WRITE));
    EXPECT_ERROR(pwrite(fd, "b", 1, 0), EPERM);
    EXPECT_ERROR(write(fd, "b", 1), EPERM);
    EXPECT_EQ(write(fd, "b", 0), 0);
    EXPECT_ERROR(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE), EPERM);
    EXPECT_OK(fallocate(fd, 0, 0, 3 * PAGE));
    EXPECT_OK(ftruncate(fd, PAGE));
    EXPECT_ERROR(map(fd, 1, RW, MAP_SHARED), EPERM);
    p = map(fd, 1, RW, MAP_PRIVATE);
    REQUIRE(p != MAP_FAILED);
    p[0] = 'b';                                         /* the copy's */
    munmap(p, PAGE);
    p = map(fd, 1, PROT_READ, MAP_SHARED);
    REQUIRE(p != MAP_FAILED);
    EXPECT_EQ(p[0], 'a');
    EXPECT_ERROR(mprotect(p, PAGE, RW), EACCES);
    munmap(p, PAGE);
    close(fd);
}

static void mappings_that_write_come_first(void)
{
    int fd = make_filled(4);
    char *p = map(fd, 4, RW, MAP_SHARED), *q = map(fd, 4, RW, MAP_PRIVATE);

    EXPECT_ERROR(seal(fd, F_SEAL_WRITE | F_SEAL_GROW), EBUSY);
    EXPECT_EQ(seals_of(fd), 0);
    EXPECT_OK(seal(fd, F_SEAL_SHRINK));
    EXPECT_OK(mprotect(p, 4 * PAGE, PROT_READ));        /* but may again */
    EXPECT_ERROR(seal(fd, F_SEAL_WRITE), EBUSY);
    EXPECT_OK(munmap(p + PAGE, PAGE));
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_ERROR(seal(fd, F_SEAL_WRITE), EBUSY);
    p = mremap(p + 2 * PAGE, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p + 256 * PAGE);
    REQUIRE(p != MAP_FAILED);
    EXPECT_ERROR(seal(fd, F_SEAL_WRITE), EBUSY);
    EXPECT_OK(munmap(p, 2 * PAGE));
    EXPECT_OK(seal(fd, F_SEAL_WRITE));
    q[0] = 'b';
    munmap(q, 4 * PAGE);
    close(fd);
}

static void children_hold_it_open(void)
{
    struct late_child child;
    int fd = make_filled(1);
    char *p = map(fd, 1, RW, MAP_SHARED);

    start_late_child(&child, NULL, NULL);
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_ERROR(seal(fd, F_SEAL_WRITE), EBUSY);
    end_late_child(&child);
    EXPECT_OK(seal(fd, F_SEAL_WRITE));
    close(fd);
}

static void old_mappings_may_go_on(void)
{
    int fd = make_filled(2);
    char *p = map(fd, 2, RW, MAP_SHARED), *q;

    EXPECT_OK(mprotect(p + PAGE, PAGE, PROT_READ));
    EXPECT_OK(seal(fd, F_SEAL_FUTURE_WRITE));
    p[0] = 'b';
    EXPECT_OK(mprotect(p + PAGE, PAGE, RW));
    p[PAGE] = 'b';
    EXPECT_ERROR(pwrite(fd, "c", 1, 0), EPERM);
    EXPECT_ERROR(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE), EPERM);
    EXPECT_ERROR(madvise(p, PAGE, MADV_REMOVE), EPERM);
    EXPECT_ERROR(map(fd, 1, RW, MAP_SHARED), EPERM);
    q = map(fd, 2, PROT_READ, MAP_SHARED);
    REQUIRE(q != MAP_FAILED);
    EXPECT(q[0] == 'b' && q[PAGE] == 'b');
    EXPECT_ERROR(mprotect(q, PAGE, RW), EACCES);
    EXPECT_ERROR(seal(fd, F_SEAL_WRITE), EBUSY);
    munmap(p, 2 * PAGE);
    EXPECT_OK(seal(fd, F_SEAL_WRITE));                  /* q will never write */
    EXPECT_OK(ftruncate(fd, 3 * PAGE));
    munmap(q, 2 * PAGE);
    close(fd);
}

/* Programs */

static void execute_bits_stay(void)
{
    int fd = make(MFD_NOEXEC_SEAL);

    EXPECT_ERROR(fchmod(fd, 0700), EPERM);
    EXPECT_OK(fchmod(fd, 0640));
    EXPECT_EQ(mode_of(fd), S_IFREG | 0640);
    EXPECT_EQ(write(fd, "a", 1), 1);
    close(fd);
    fd = make_filled(1);
    EXPECT_OK(fchmod(fd, 0600));
    EXPECT_OK(fchmod(fd, 0711));
    EXPECT_OK(seal(fd, F_SEAL_EXEC));                   /* a program: as it is for good */
    EXPECT_EQ(seals_of(fd), F_SEAL_EXEC | ALL_WRITES);
    EXPECT_ERROR(fchmod(fd, 0611), EPERM);
    EXPECT_OK(fchmod(fd, 0111));
    close(fd);
}

/* At once */

#define FILES 24

struct contest {
    int fd[FILES];
};

/* Store to each file through mappings until that is refused. */
static void store_until_refused(void *arg)
{
    struct contest *c = arg;

    for (int i = 0; i < FILES; i++) {
        char *p;

        for (char n = 1; (p = map(c->fd[i], 1, RW, MAP_SHARED)) != MAP_FAILED; n++) {
            *p = n;
            munmap(p, PAGE);
        }
        EXPECT_EQ(errno, EPERM);
    }
}

static char first_byte(int fd)
{
    char c = 0;

    EXPECT_EQ(pread(fd, &c, 1, 0), 1);
    return c;
}

/* Once the seal is there, no mapping writes, however close it was. */
static void sealing_meets_mapping(void)
{
    struct contest c;
    char value[FILES];
    pid_t child;

    for (int i = 0; i < FILES; i++)
        c.fd[i] = make_filled(1);
    child = start_child(store_until_refused, &c);
    for (int i = 0; i < FILES; i++) {
        while (first_byte(c.fd[i]) == 'a')              /* let it begin */
            sched_yield();
        while (seal(c.fd[i], F_SEAL_WRITE) < 0) {
            EXPECT_EQ(errno, EBUSY);
            sched_yield();
        }
        value[i] = first_byte(c.fd[i]);
    }
    EXPECT_CHILD(child);
    for (int i = 0; i < FILES; i++) {
        EXPECT_EQ(first_byte(c.fd[i]), value[i]);
        close(c.fd[i]);
    }
}

static const struct test tests[] = {
    TEST(names_are_shown), TEST(lengths_of_names), TEST(unknown_flags),
    TEST(large_pages_are_refused), TEST(starts_as_nothing), CHILD_TEST(belongs_to_its_maker),
    TEST(is_a_file_of_memory),
    TEST(seals_at_birth), TEST(seals_become_more), TEST(other_files_have_none),
    TEST(may_not_shrink), TEST(may_not_grow), TEST(writes_over_the_end),
    TEST(may_not_be_written), TEST(mappings_that_write_come_first), TEST(children_hold_it_open),
    TEST(old_mappings_may_go_on), TEST(execute_bits_stay), TEST(sealing_meets_mapping),
};
TEST_MAIN(tests)
