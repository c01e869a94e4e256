/* SPDX-License-Identifier: MIT */
/*
 * names.c - names of sockets: paths, abstract ones, and those that are chosen.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"
#include "user/tests/sockettest/sockettest.h"

static void kinds(void)
{
    int fd;

    EXPECT_ERROR(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
    EXPECT_ERROR(socket(77, 11, 0), EAFNOSUPPORT);
    EXPECT_ERROR(socket(AF_UNIX, 11, 0), EINVAL);
    EXPECT_ERROR(socket(AF_UNIX, 4, 0), ESOCKTNOSUPPORT);
    EXPECT_ERROR(socket(AF_UNIX, 4, 7), EPROTONOSUPPORT);
    EXPECT_ERROR(socket(AF_UNIX, SOCK_STREAM | 0x100, 0), EINVAL);
    fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, AF_UNIX);
    EXPECT_EQ(fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK);
    EXPECT_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(option_of(fd, SO_TYPE), SOCK_SEQPACKET);
    close(fd);
    fd = new_socket(SOCK_RAW);
    EXPECT_EQ(option_of(fd, SO_TYPE), SOCK_DGRAM);
    close(fd);
}

/* FD, or its peer, tells this as its name. */
static void expect_name(int fd, bool of_peer, const struct name *n)
{
    struct sockaddr_un un = { 0 };
    socklen_t len = sizeof(un);

    EXPECT_OK((of_peer ? getpeername : getsockname)(fd, &un, &len));
    EXPECT_EQ(len, n->len);
    EXPECT(!memcmp(&un, &n->un, n->len));
}

static void paths(void)
{
    struct name n = path_name("paths"), other = path_name("other");
    int fd = new_socket(SOCK_STREAM), second = new_socket(SOCK_STREAM);
    struct stat st;
    mode_t old = umask(027);

    EXPECT_OK(bind_to(fd, &n));
    umask(old);
    EXPECT_OK(lstat(n.un.sun_path, &st));
    EXPECT_EQ(st.st_mode, S_IFSOCK | 0750);
    EXPECT_EQ(st.st_size, 0);
    expect_name(fd, false, &n);
    EXPECT_ERROR(open(n.un.sun_path, O_RDWR), ENXIO);
    EXPECT_ERROR(bind_to(second, &n), EADDRINUSE);
    EXPECT_ERROR(bind_to(fd, &other), EINVAL);              /* it has one */
    EXPECT_ERROR(lstat(other.un.sun_path, &st), ENOENT);    /* and left no file */
    close(fd);
    EXPECT_ERROR(bind_to(second, &n), EADDRINUSE);          /* the file stays */
    remove_name(&n);
    EXPECT_OK(bind_to(second, &n));
    remove_name(&n);
    close(second);
}

static void wrong_names(void)
{
    struct name n = path_name("x/y");
    int fd = new_socket(SOCK_STREAM);
    char big[200] = { AF_UNIX, 0 };

    EXPECT_ERROR(bind_to(fd, &n), ENOENT);
    EXPECT_ERROR(bind(fd, &n.un, 1), EINVAL);
    EXPECT_ERROR(bind(fd, big, sizeof(struct sockaddr_un) + 1), EINVAL);
    EXPECT_ERROR(bind(fd, big, sizeof(big)), EINVAL);
    EXPECT_ERROR(bind(fd, (void *)PAGE, 10), EFAULT);
    n.un.sun_family = AF_INET;
    EXPECT_ERROR(bind_to(fd, &n), EINVAL);
    EXPECT_ERROR(connect_to(fd, &n), EINVAL);
    EXPECT_ERROR(bind(0, &n.un, n.len), ENOTSOCK);
    EXPECT_ERROR(bind(999, &n.un, n.len), EBADF);
    close(fd);
}

/* A path without a NUL at its end, as long as it can be: it is told with one. */
static void longest_path(void)
{
    struct name n = { .un.sun_family = AF_UNIX, .len = sizeof(n.un) };
    struct {
        struct sockaddr_un un;
        char more[8];
    } told = { 0 };
    socklen_t len = sizeof(told);
    char path[UNIX_PATH_MAX + 1] = "";
    int fd = new_socket(SOCK_DGRAM);

    memset(n.un.sun_path, 'x', UNIX_PATH_MAX);
    memcpy(n.un.sun_path, "/tmp/", 5);
    memcpy(path, n.un.sun_path, UNIX_PATH_MAX);
    EXPECT_OK(bind_to(fd, &n));
    EXPECT_OK(getsockname(fd, &told, &len));
    EXPECT_EQ(len, sizeof(n.un) + 1);
    EXPECT(!strcmp(told.un.sun_path, path));
    len = 4;                                                /* cut, but its length is told */
    EXPECT(getsockname(fd, &told, &len) == 0 && len == sizeof(n.un) + 1);
    len = (socklen_t)-1;
    EXPECT_ERROR(getsockname(fd, &told, &len), EINVAL);
    EXPECT_OK(connect_to(fd, &n));
    EXPECT_EQ(sendto(fd, "a", 1, 0, &n.un, n.len), 1);
    EXPECT_OK(unlink(path));
    EXPECT_ERROR(connect_to(fd, &n), ENOENT);
    EXPECT_ERROR(sendto(fd, "a", 1, 0, &n.un, n.len), ENOENT);
    close(fd);
}

static void abstract_names(void)
{
    struct name n = abstract_name("test\0ab"), longer = n;
    int fd = bound_socket(SOCK_STREAM, &n), second = new_socket(SOCK_STREAM);
    int third = bound_socket(SOCK_DGRAM, &n);               /* each kind has its own */

    longer.len++;
    expect_name(fd, false, &n);
    EXPECT_ERROR(bind_to(second, &n), EADDRINUSE);
    EXPECT_ERROR(connect_to(second, &n), ECONNREFUSED);     /* it does not listen */
    EXPECT_ERROR(connect_to(second, &longer), ECONNREFUSED);
    EXPECT_OK(bind_to(second, &longer));
    close(fd);
    close(second);
    fd = bound_socket(SOCK_STREAM, &n);                     /* it went with its socket */
    close(fd);
    close(third);
}

static void chosen_names(void)
{
    const unsigned short family = AF_UNIX;
    struct sockaddr_un a = { 0 }, b = { 0 };
    socklen_t len = sizeof(a);
    int fd = new_socket(SOCK_STREAM), second = new_socket(SOCK_STREAM);

    EXPECT_OK(bind(fd, &family, sizeof(family)));
    EXPECT(getsockname(fd, &a, &len) == 0 && len == 8);
    EXPECT(a.sun_path[0] == 0 && strlen(a.sun_path + 1) == 5);
    EXPECT_EQ(strspn(a.sun_path + 1, "0123456789abcdef"), 5);
    EXPECT_OK(bind(fd, &family, sizeof(family)));           /* it has one: nothing to do */
    EXPECT_OK(bind(second, &family, sizeof(family)));
    EXPECT_OK(getsockname(second, &b, &len));
    EXPECT(memcmp(&a, &b, 8));
    close(fd);
    close(second);
}

static void fail_as_ann(void *arg)
{
    const struct name *n = arg;
    int fd = new_socket(SOCK_STREAM);

    become_user(ANN, ANN);
    EXPECT_ERROR(connect_to(fd, n), EACCES);
}

static void connect_as_ann(void *arg)
{
    const struct name *n = arg;
    int fd = new_socket(SOCK_STREAM);

    become_user(ANN, ANN);
    EXPECT_OK(connect_to(fd, n));
}

/* Who may write to the file may connect. */
static void rights(void)
{
    struct name n = path_name("rights");
    int fd = listener(SOCK_STREAM, &n, 1);

    EXPECT_OK(chmod(n.un.sun_path, 0555));
    EXPECT_EQ(run_child(fail_as_ann, &n), 0);
    EXPECT_OK(chmod(n.un.sun_path, 0002));
    EXPECT_EQ(run_child(connect_as_ann, &n), 0);
    remove_name(&n);
    close(fd);
}

/* The name leads to an inode, and that to the socket. */
static void moved_and_removed(void)
{
    struct name n = path_name("old"), moved = path_name("new"), plain = path_name("plain");
    int fd = listener(SOCK_STREAM, &n, 5), a = new_socket(SOCK_STREAM), b = new_socket(SOCK_STREAM);

    EXPECT_OK(rename(n.un.sun_path, moved.un.sun_path));
    EXPECT_ERROR(connect_to(a, &n), ENOENT);
    EXPECT_OK(connect_to(a, &moved));
    expect_name(a, true, &n);                               /* as it was bound */
    remove_name(&moved);
    EXPECT_ERROR(connect_to(b, &moved), ENOENT);
    close(fd);
    close(open(plain.un.sun_path, O_CREAT | O_RDWR, 0600));
    EXPECT_ERROR(connect_to(b, &plain), ECONNREFUSED);
    remove_name(&plain);
    EXPECT_OK(mknod(plain.un.sun_path, S_IFSOCK | 0600, 0));
    EXPECT_ERROR(connect_to(b, &plain), ECONNREFUSED);      /* no socket is behind it */
    remove_name(&plain);
    close(a);
    close(b);
}

static const struct test tests[] = {
    TEST(kinds), TEST(paths), TEST(wrong_names), TEST(longest_path), TEST(abstract_names),
    TEST(chosen_names), TEST(rights), TEST(moved_and_removed),
};

const struct test_list name_tests = TEST_LIST(tests);
