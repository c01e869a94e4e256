/* SPDX-License-Identifier: MIT */
/*
 * open_files.c - how files are opened, written at their end, cut, and left with holes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "user/tests/filetest/filetest.h"
#include "user/tests/lib/watch.h"

#define GB (1024 * MB)

static void open_flags(void)
{
    int fd;

    EXPECT_ERROR(open("f", O_RDONLY), ENOENT);
    write_file("f", "content");
    EXPECT_ERROR(open("f", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
    EXPECT_ERROR(open("f/", O_RDONLY), ENOTDIR);
    EXPECT_ERROR(open("f/g", O_RDONLY), ENOTDIR);
    EXPECT_ERROR(open("f", O_RDONLY | O_DIRECTORY), ENOTDIR);
    EXPECT_ERROR(open(".", O_WRONLY), EISDIR);
    EXPECT_ERROR(open("g/", O_WRONLY | O_CREAT, 0600), EISDIR);
    EXPECT_ERROR(open("f/", O_WRONLY | O_CREAT | O_EXCL, 0600), EISDIR);
    EXPECT_ERROR(open(".", O_RDONLY | O_CREAT | O_EXCL, 0600), EEXIST);
    EXPECT_ERROR(open("", O_RDONLY), ENOENT);
    fd = open("f", O_RDWR | O_TRUNC);
    EXPECT_EQ(stat_of("f").st_size, 0);
    EXPECT_EQ(write(fd, "new", 3), 3);
    close(fd);
    fd = open("f", O_RDONLY);
    EXPECT_ERROR(write(fd, "x", 1), EBADF);
    close(fd);
    fd = open("f", O_WRONLY);
    EXPECT_ERROR(read(fd, &fd, 1), EBADF);
    close(fd);
    expect_content("f", "new");
    unlink("f");
}

static void append_mode(void)
{
    int a, b;

    write_file("f", "begin ");
    a = open("f", O_WRONLY | O_APPEND);
    b = open("f", O_WRONLY | O_APPEND);
    EXPECT_EQ(write(a, "a1 ", 3), 3);
    EXPECT_EQ(write(b, "b1 ", 3), 3);
    EXPECT_EQ(lseek(a, 0, SEEK_SET), 0);
    EXPECT_EQ(write(a, "a2", 2), 2);
    EXPECT_EQ(lseek(a, 0, SEEK_CUR), 14);
    expect_content("f", "begin a1 b1 a2");
    close(a);
    close(b);
    unlink("f");
}

static void unlink_while_open(void)
{
    struct stat st;
    char buf[16];
    int fd;

    write_file("f", "still here");
    fd = open("f", O_RDWR);
    EXPECT_OK(unlink("f"));
    EXPECT_ERROR(open("f", O_RDONLY), ENOENT);
    write_file("f", "another");
    EXPECT_OK(fstat(fd, &st));
    EXPECT_EQ(st.st_nlink, 0);
    EXPECT_EQ(pread(fd, buf, sizeof(buf), 0), 10);
    EXPECT(memcmp(buf, "still here", 10) == 0);
    EXPECT_EQ(pwrite(fd, "more", 4, 100000), 4);
    EXPECT_OK(fsync(fd));
    EXPECT_EQ(pread(fd, buf, 4, 100000), 4);
    close(fd);
    expect_content("f", "another");
    unlink("f");
}

static void holes(void)
{
    static const off_t places[] = { 0, 5 * GB, 5 * GB - 3, 13 * MB, 47 * GB + 1 };
    char buf[64];
    struct stat st;
    int fd = open("f", O_RDWR | O_CREAT | O_EXCL, 0644);

    REQUIRE(fd >= 0);
    for (size_t i = 0; i < COUNT(places); i++)
        EXPECT_EQ(pwrite(fd, &"0123456789"[i], 3, places[i]), 3);
    EXPECT_EQ(lseek(fd, 0, SEEK_END), places[4] + 3);
    EXPECT_OK(fsync(fd));
    EXPECT_OK(fstat(fd, &st));
    EXPECT_RANGE(st.st_blocks, 8, 8 * 40);
    if (has_debug_call())
        debug_call(DEBUG_QUIESCE, 0, 0);
    for (size_t i = 1; i < COUNT(places); i++) {
        EXPECT_EQ(pread(fd, buf, 3, places[i]), 3);
        EXPECT(memcmp(buf, &"0123456789"[i], 3) == 0);
    }
    memset(buf, 'x', sizeof(buf));
    EXPECT_EQ(pread(fd, buf, sizeof(buf), 2 * GB - 20), sizeof(buf));
    for (size_t i = 0; i < sizeof(buf); i++)
        EXPECT_EQ(buf[i], 0);
    EXPECT_OK(ftruncate(fd, 4 * GB + 1));
    EXPECT_EQ(lseek(fd, 0, SEEK_END), 4 * GB + 1);
    EXPECT_OK(ftruncate(fd, 6 * GB));
    EXPECT_EQ(pread(fd, buf, 3, 5 * GB), 3);
    EXPECT_EQ(buf[0] | buf[1] | buf[2], 0);
    close(fd);
    EXPECT_OK(unlink("f"));
}

static void seeking(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0644);
    char c;

    EXPECT_EQ(write(fd, "abc", 3), 3);
    EXPECT_EQ(lseek(fd, -2, SEEK_CUR), 1);
    EXPECT_EQ(read(fd, &c, 1), 1);
    EXPECT_EQ(c, 'b');
    EXPECT_ERROR(lseek(fd, -1, SEEK_SET), EINVAL);
    EXPECT_ERROR(lseek(fd, -4, SEEK_END), EINVAL);
    EXPECT_ERROR(lseek(fd, INT64_MAX, SEEK_END), EINVAL);
    EXPECT_ERROR(lseek(fd, 0, 77), EINVAL);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 2);
    EXPECT_EQ(lseek(fd, 1000, SEEK_END), 1003);
    EXPECT_EQ(read(fd, &c, 1), 0);
    EXPECT_EQ(stat_of("f").st_size, 3);
    EXPECT_EQ(write(fd, "d", 1), 1);
    EXPECT_EQ(stat_of("f").st_size, 1004);
    EXPECT_ERROR(ftruncate(fd, -1), EINVAL);
    EXPECT_ERROR(pread(fd, &c, 1, -1), EINVAL);
    EXPECT_ERROR(pread(fd, &c, 1, INT64_MAX), EINVAL);          /* its end would be behind all */
    EXPECT_ERROR(pwrite(fd, &c, 1, INT64_MAX), EINVAL);
    EXPECT_EQ(pread(fd, &c, 0, INT64_MAX), 0);
    close(fd);
    unlink("f");
}

/* Of two mistakes Linux tells the same one each time. */
static void which_mistake_is_told(void)
{
    struct timespec times[2] = { { 0, -1 }, { 0, -1 } };
    struct iovec one = { (char[1]){ 0 }, 1 }, two[] = { { (char *)INT64_MIN, 1 }, { &one, -1UL } };
    int ends[2], nowhere[2];
    off_t at = 0;
    char c;

    REQUIRE(pipe(ends) == 0 && pipe(nowhere) == 0);
    EXPECT_ERROR(pread(ends[1], &c, 1, 0), ESPIPE);
    EXPECT_ERROR(pread(ends[0], (char *)INT64_MIN, 1, 0), ESPIPE);
    EXPECT_ERROR(read(ends[1], (char *)INT64_MIN, 1), EBADF);
    EXPECT_ERROR(read(ends[0], (char *)INT64_MIN, 1), EFAULT);
    EXPECT_ERROR(write(ends[1], &c, SIZE_MAX / 2), EFAULT);     /* not all of it is the caller's */
    EXPECT_ERROR(pwrite(ends[0], &c, 1, 0), ESPIPE);
    EXPECT_ERROR(readv(-1, &one, -1), EBADF);
    EXPECT_ERROR(readv(ends[1], &one, -1), EBADF);
    EXPECT_ERROR(preadv(ends[0], &one, -1, 0), ESPIPE);
    EXPECT_ERROR(readv(ends[0], two, 2), EINVAL);               /* lengths before places */
    EXPECT_ERROR(readv(ends[0], two, 1), EFAULT);
    EXPECT_ERROR(splice(ends[1], &at, nowhere[0], NULL, 1, 0), ESPIPE);
    EXPECT_ERROR(sendfile(ends[0], ends[0], &at, 1), ESPIPE);
    EXPECT_ERROR(syscall(SYS_getdents64, ends[1], &c, 1), ENOTDIR);
    EXPECT_ERROR(utimensat(AT_FDCWD, "missing", times, 0), ENOENT);
    EXPECT_ERROR(utimensat(AT_FDCWD, ".", times, 0), EINVAL);
    for (size_t i = 0; i < 2; i++) {
        close(ends[i]);
        close(nowhere[i]);
    }
}

/* Not even a directory minds. */
static void a_vector_of_nothing(void)
{
    struct iovec none = { NULL, 0 };
    int fd = open(".", O_RDONLY);

    EXPECT_EQ(readv(fd, &none, 1), 0);
    EXPECT_EQ(preadv(fd, NULL, 0, 0), 0);
    EXPECT_ERROR(writev(fd, &none, 1), EBADF);
    EXPECT_ERROR(read(fd, NULL, 0), EISDIR);
    close(fd);
}

static void how_much_is_left(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0644), left = -1;

    EXPECT_EQ(write(fd, "abcdef", 6), 6);
    EXPECT_OK(ioctl(fd, FIONREAD, &left));
    EXPECT_EQ(left, 0);
    EXPECT_EQ(lseek(fd, 2, SEEK_SET), 2);
    EXPECT_OK(ioctl(fd, FIONREAD, &left));
    EXPECT_EQ(left, 4);
    close(fd);
    EXPECT_OK(unlink("f"));
}

/* What O_APPEND and O_SYNC say of a file, flags say of one call. */
static void flags_of_one_call(void)
{
    int fd = open("f", O_RDWR | O_CREAT, 0644), appends = open("f", O_RDWR | O_APPEND);
    struct iovec abc = { "abc", 3 }, none = { "", 0 }, in = { (char[4]){ 0 }, 4 };

    EXPECT_EQ(pwritev2(fd, &abc, 1, 0, RWF_SYNC | RWF_HIPRI), 3);
    EXPECT_EQ(pwritev2(fd, &abc, 1, 0, RWF_APPEND), 3);
    EXPECT_EQ(pwritev2(fd, &abc, 1, 90000, RWF_APPEND), 3);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 0);
    EXPECT_EQ(pwritev2(fd, &(struct iovec){ "-", 1 }, 1, -1, RWF_DSYNC), 1);
    EXPECT_EQ(preadv2(fd, &in, 1, -1, RWF_HIPRI), 4);
    EXPECT(memcmp(in.iov_base, "bcab", 4) == 0);
    EXPECT_EQ(preadv2(fd, &in, 1, 6, 0), 3);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 5);
    EXPECT_EQ(pwritev2(fd, &abc, 1, -1, RWF_APPEND), 3);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), 12);
    EXPECT_EQ(pwritev2(appends, &(struct iovec){ "+", 1 }, 1, 4, RWF_NOAPPEND), 1);
    EXPECT_EQ(pwritev2(appends, &(struct iovec){ "!", 1 }, 1, 4, 0), 1);
    expect_content("f", "-bca+cabcabc!");
    EXPECT_ERROR(pwritev2(fd, &abc, 1, -2, 0), EINVAL);
    EXPECT_ERROR(preadv2(fd, &in, 1, -2, 0), EINVAL);
    EXPECT_ERROR(pwritev2(fd, &abc, 1, 0, RWF_APPEND | RWF_NOAPPEND), EINVAL);
    EXPECT_ERROR(pwritev2(fd, &abc, 1, 0, 0x4000), EOPNOTSUPP);
    EXPECT_ERROR(preadv2(fd, &in, 1, 0, 0x4000), EOPNOTSUPP);
    EXPECT_EQ(pwritev2(fd, &none, 1, 0, 0x4000), 0);
    EXPECT_ERROR(pwritev2(-1, &abc, 1, 0, 0), EBADF);
    close(appends);
    close(fd);
    unlink("f");
}

/* Whether PATH, opened with FLAGS and read or listed, has a new time of access. */
static bool touches(const char *path, int flags)
{
    struct timespec old[2] = { { 1000, 0 }, { 2000, 0 } };
    char buf[512];
    int fd = open(path, flags);

    REQUIRE(fd >= 0);
    EXPECT_OK(utimensat(AT_FDCWD, path, old, 0));
    if (flags & O_DIRECTORY)
        EXPECT(syscall(SYS_getdents64, fd, buf, sizeof(buf)) > 0);
    else
        EXPECT_EQ(read(fd, buf, sizeof(buf)), 7);
    close(fd);
    return stat_of(path).st_atim.tv_sec != 1000;
}

static void quiet_reading(void)
{
    write_file("f", "content");
    EXPECT(touches("f", O_RDONLY));
    EXPECT(!touches("f", O_RDONLY | O_NOATIME));
    EXPECT(touches(".", O_RDONLY | O_DIRECTORY));
    EXPECT(!touches(".", O_RDONLY | O_DIRECTORY | O_NOATIME));
    unlink("f");
}

/* What a stream could not do once is no reason not to read the lines that it can. */
static void old_error_of_a_stream(void)
{
    char *line = NULL;
    char buf[16];
    size_t size = 0;
    FILE *f;

    write_file("f", "one\ntwo\nthree");
    f = fopen("f", "r");
    REQUIRE(f != NULL);
    EXPECT_EQ(fputc('x', f), EOF);
    EXPECT(ferror(f));
    EXPECT(fgets(buf, sizeof(buf), f) == buf && strcmp(buf, "one\n") == 0);
    EXPECT_EQ(getline(&line, &size, f), 4);
    EXPECT(strcmp(line, "two\n") == 0);
    EXPECT_EQ(getline(&line, &size, f), 5);
    EXPECT_EQ(getline(&line, &size, f), -1);
    EXPECT(fgets(buf, sizeof(buf), f) == NULL && feof(f) && ferror(f));
    free(line);
    fclose(f);
    unlink("f");
}

#define RULES(X)                                                               \
    X(open_flags) X(append_mode) X(unlink_while_open) X(holes) X(seeking)       \
    X(which_mistake_is_told) X(a_vector_of_nothing) X(how_much_is_left)             \
    X(flags_of_one_call) X(old_error_of_a_stream) X(quiet_reading)

RULES(ON_BOTH)

static const struct test tests[] = { RULES(BOTH) };

const struct test_list open_file_tests = TEST_LIST(tests);
