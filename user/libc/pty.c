/* SPDX-License-Identifier: MIT */
/* pty.c - pseudo terminals: a master from /dev/ptmx, and the name of its slave. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

int posix_openpt(int flags)
{
    return open("/dev/ptmx", flags);
}

/* The number of the pair; -1 with EINVAL: FD is no master. */
static int get_number(int fd, unsigned *number)
{
    if (ioctl(fd, TIOCGPTN, number) == 0)
        return 0;
    if (errno == ENOTTY)
        errno = EINVAL;
    return -1;
}

/* The kernel made the slave ours. */
int grantpt(int fd)
{
    unsigned number;

    return get_number(fd, &number);
}

int unlockpt(int fd)
{
    int locked = 0;

    if (ioctl(fd, TIOCSPTLCK, &locked) == 0)
        return 0;
    if (errno == ENOTTY)
        errno = EINVAL;
    return -1;
}

int ptsname_r(int fd, char *to, size_t size)
{
    unsigned number;

    if (ioctl(fd, TIOCGPTN, &number) < 0)
        return errno;
    return (size_t)snprintf(to, size, "/dev/pts/%u", number) < size ? 0 : (errno = ERANGE);
}

char *ptsname(int fd)
{
    static char name[32];

    return ptsname_r(fd, name, sizeof(name)) == 0 ? name : NULL;
}
