/* SPDX-License-Identifier: MIT */
/*
 * names.c - making pairs: numbers, names, the lock, and settings.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include "user/tests/ptytest/ptytest.h"

#define SLAVE_MAJOR 136
#define DEVPTS_MAGIC 0x1cd1
#define MANY 40

static unsigned number_of(const struct pair *p)
{
    unsigned n = ~0U;

    EXPECT_OK(ioctl(p->master, TIOCGPTN, &n));
    return n;
}

static void a_slave_has_a_name(void)
{
    struct pair p = open_pair();
    struct stat st, by_name;
    struct statfs fs;
    char expected[32];

    snprintf(expected, sizeof(expected), "/dev/pts/%u", number_of(&p));
    EXPECT(strcmp(p.name, expected) == 0);
    EXPECT_OK(stat(p.name, &by_name));
    EXPECT_OK(fstat(p.slave, &st));
    EXPECT_EQ(st.st_ino, by_name.st_ino);
    EXPECT_EQ(st.st_mode, S_IFCHR | 0600);
    EXPECT_EQ(st.st_uid, geteuid());
    EXPECT_EQ(major(st.st_rdev), SLAVE_MAJOR);
    EXPECT_EQ(minor(st.st_rdev), number_of(&p));
    EXPECT_OK(statfs("/dev/pts", &fs));
    EXPECT_EQ(fs.f_type, DEVPTS_MAGIC);
    EXPECT(ttyname(p.slave) && strcmp(ttyname(p.slave), p.name) == 0);
    EXPECT(isatty(p.master) && isatty(p.slave));
    close_pair(&p);
    EXPECT_ERROR(stat(p.name, &st), ENOENT);
}

static void ptmx_is_a_device(void)
{
    struct stat st;

    EXPECT_OK(stat("/dev/ptmx", &st));
    EXPECT_EQ(st.st_mode, S_IFCHR | 0666);
    EXPECT_EQ(st.st_rdev, makedev(5, 2));
}

/* How many slaves the directory shows; each only once. */
static int count_listed(void)
{
    DIR *d = opendir("/dev/pts");
    bool seen[256] = { false };
    struct dirent *e;
    int count = 0;

    REQUIRE(d);
    while ((e = readdir(d))) {
        int n = atoi(e->d_name);

        if (e->d_name[0] < '0' || e->d_name[0] > '9')
            continue;
        EXPECT_EQ(e->d_type, DT_CHR);
        EXPECT(n < 256 && !seen[n]);
        seen[n & 255] = true;
        count++;
    }
    closedir(d);
    return count;
}

static void many_pairs(void)
{
    struct pair p[MANY];
    int before = count_listed();
    unsigned middle;

    for (int i = 0; i < MANY; i++)
        p[i] = open_pair();
    EXPECT_EQ(count_listed(), before + MANY);
    middle = number_of(&p[MANY / 2]);
    close_pair(&p[MANY / 2]);
    EXPECT_EQ(count_listed(), before + MANY - 1);
    p[MANY / 2] = open_pair();
    EXPECT_EQ(number_of(&p[MANY / 2]), middle);         /* the lowest that is free */
    for (int i = 0; i < MANY; i++)
        close_pair(&p[i]);
    EXPECT_EQ(count_listed(), before);
}

/* A number is in use as long as the slave is open, though its name is gone. */
static void a_number_again(void)
{
    struct pair old = open_pair(), new;
    char path[32];

    close(old.master);
    EXPECT_ERROR(open(old.name, O_RDWR | O_NOCTTY), ENOENT);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", old.slave);
    EXPECT_ERROR(open(path, O_RDWR | O_NOCTTY), EIO);
    new = open_pair();
    EXPECT(strcmp(old.name, new.name) != 0);
    close(old.slave);
    close_pair(&new);
    new = open_pair();
    EXPECT(strcmp(old.name, new.name) == 0);
    put(new.master, "new\n");
    EXPECT_TEXT(new.slave, "new\n");
    close_pair(&new);
}

static void locked_at_first(void)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), locked = -1, fd;
    char name[32];

    REQUIRE(master >= 0 && ptsname_r(master, name, sizeof(name)) == 0);
    EXPECT_OK(ioctl(master, TIOCGPTLCK, &locked));
    EXPECT_EQ(locked, 1);
    EXPECT_ERROR(open(name, O_RDWR | O_NOCTTY), EIO);
    EXPECT_ERROR(ioctl(master, TIOCGPTPEER, (long)(O_RDWR | O_NOCTTY)), EIO);
    EXPECT_OK(unlockpt(master));
    EXPECT_OK(ioctl(master, TIOCGPTLCK, &locked));
    EXPECT_EQ(locked, 0);
    fd = open(name, O_RDWR | O_NOCTTY);
    EXPECT(fd >= 0);
    close(fd);
    close(master);
}

/* The slave from the master, without a name. */
static void peer(void)
{
    struct pair p = open_master();
    char name[64] = "", path[32];

    p.slave = ioctl(p.master, TIOCGPTPEER, (long)(O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(p.slave >= 0);
    EXPECT_EQ(fcntl(p.slave, F_GETFD), FD_CLOEXEC);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", p.slave);
    EXPECT(readlink(path, name, sizeof(name) - 1) > 0);
    EXPECT(strcmp(name, p.name) == 0);
    put(p.slave, "peer\n");
    EXPECT_TEXT(p.master, "peer\r\n");
    close_pair(&p);
}

static void not_a_master(void)
{
    struct pair p = open_pair();
    int null = open("/dev/null", O_RDWR), number;

    EXPECT_ERROR(ioctl(p.slave, TIOCGPTN, &number), ENOTTY);
    EXPECT_ERROR(ioctl(p.slave, TIOCSPTLCK, &number), ENOTTY);
    EXPECT_ERROR(ioctl(p.slave, TIOCGPTPEER, (long)O_RDWR), EIO);
    EXPECT_ERROR(ioctl(null, TIOCGPTPEER, (long)O_RDWR), ENOTTY);
    EXPECT_ERROR(grantpt(null), EINVAL);
    EXPECT_ERROR(ioctl(p.master, TIOCGPTN, (int *)8), EFAULT);
    EXPECT_ERROR(lseek(p.master, 0, SEEK_CUR), ESPIPE);
    EXPECT_ERROR(lseek(p.slave, 0, SEEK_CUR), ESPIPE);
    close(null);
    close_pair(&p);
}

static void names_are_the_kernel_s(void)
{
    struct pair p = open_pair();

    EXPECT_ERROR(open("/dev/pts/file", O_RDWR | O_CREAT, 0600), EACCES);
    EXPECT_ERROR(mkdir("/dev/pts/directory", 0700), EPERM);
    EXPECT_ERROR(unlink(p.name), EPERM);
    EXPECT_ERROR(open("/dev/pts/00", O_RDWR | O_NOCTTY), ENOENT);
    EXPECT_ERROR(open("/dev/pts/4096", O_RDWR | O_NOCTTY), ENOENT);
    EXPECT_OK(chmod(p.name, 0620));
    EXPECT_OK(chown(p.name, 5, 6));
    close_pair(&p);
    p = open_pair();
    close_pair(&p);
}

static void settings(void)
{
    static const unsigned char control[] = {
        3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0,
    };
    struct pair p = open_pair();
    struct termios t, by_master;

    EXPECT_OK(tcgetattr(p.slave, &t));
    EXPECT_EQ(t.c_iflag, ICRNL | IXON);
    EXPECT_EQ(t.c_oflag, OPOST | ONLCR);
    EXPECT_EQ(t.c_cflag, B38400 | CS8 | CREAD);
    EXPECT_EQ(t.c_lflag, ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN);
    EXPECT(memcmp(t.c_cc, control, sizeof(control)) == 0);
    make_raw(&p);
    EXPECT_OK(tcgetattr(p.slave, &t));
    EXPECT_OK(tcgetattr(p.master, &by_master));         /* the slave's */
    EXPECT(memcmp(&t, &by_master, sizeof(t)) == 0);
    t.c_lflag |= ECHO;
    EXPECT_OK(tcsetattr(p.master, TCSADRAIN, &t));
    EXPECT_OK(tcgetattr(p.slave, &by_master));
    EXPECT(memcmp(&t, &by_master, sizeof(t)) == 0);
    close_pair(&p);
}

static void size_of_the_window(void)
{
    struct pair p = open_pair();
    struct winsize size = { .ws_row = 1 };

    EXPECT_OK(ioctl(p.slave, TIOCGWINSZ, &size));
    EXPECT(size.ws_row == 0 && size.ws_col == 0);
    size = (struct winsize){ .ws_row = 24, .ws_col = 80, .ws_xpixel = 640, .ws_ypixel = 480 };
    EXPECT_OK(ioctl(p.master, TIOCSWINSZ, &size));
    size = (struct winsize){ 0 };
    EXPECT_OK(ioctl(p.slave, TIOCGWINSZ, &size));
    EXPECT(size.ws_row == 24 && size.ws_col == 80 && size.ws_xpixel == 640);
    size.ws_row = 50;
    EXPECT_OK(ioctl(p.slave, TIOCSWINSZ, &size));
    EXPECT_OK(ioctl(p.master, TIOCGWINSZ, &size));
    EXPECT_EQ(size.ws_row, 50);
    close_pair(&p);
}

static const struct test tests[] = {
    TEST(a_slave_has_a_name), TEST(ptmx_is_a_device), TEST(many_pairs), TEST(a_number_again),
    TEST(locked_at_first), TEST(peer), TEST(not_a_master), TEST(names_are_the_kernel_s),
    TEST(settings), TEST(size_of_the_window),
};

const struct test_list name_tests = TEST_LIST(tests);
