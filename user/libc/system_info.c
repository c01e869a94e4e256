/* SPDX-License-Identifier: MIT */
/* system_info.c - system calls about the machine as a whole. */
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <limits.h>
#include <sys/klog.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "user/libc/syscall.h"

#define MAX_CPUS 1024

int uname(struct utsname *name)
{
    return (int)SYSCALL(SYS_uname, name);
}

int gethostname(char *name, size_t size)
{
    struct utsname u;

    if (uname(&u) < 0)
        return -1;
    if (strlcpy(name, u.nodename, size) < size)
        return 0;
    errno = ENAMETOOLONG;
    return -1;
}

int sethostname(const char *name, size_t size)
{
    return (int)SYSCALL(SYS_sethostname, name, size);
}

int sysinfo(struct sysinfo *info)
{
    return (int)SYSCALL(SYS_sysinfo, info);
}

int reboot(int command)
{
    return (int)SYSCALL(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command, 0);
}

int klogctl(int action, char *to, int size)
{
    return (int)SYSCALL(SYS_syslog, action, to, size);
}

ssize_t getrandom(void *to, size_t size, unsigned flags)
{
    return SYSCALL(SYS_getrandom, to, size, flags);
}

/* The processors that this process may run on are those the kernel has on line. */
int get_nprocs(void)
{
    uint64_t mask[MAX_CPUS / 64] = { 0 };
    int count = 0;

    if (sched_getaffinity(0, sizeof(mask), mask) < 0)
        return 1;
    for (unsigned cpu = 0; cpu < MAX_CPUS; cpu++)
        count += mask[cpu / 64] >> (cpu % 64) & 1;
    return count > 0 ? count : 1;
}

static long memory_pages(bool only_free)
{
    struct sysinfo info;

    if (sysinfo(&info) < 0)
        return -1;
    return (long)((only_free ? info.freeram : info.totalram) / PAGE_SIZE * info.mem_unit);
}

static long limit(int resource)
{
    struct rlimit rlimit;

    if (getrlimit(resource, &rlimit) < 0 || rlimit.rlim_cur == RLIM_INFINITY)
        return -1;
    return (long)rlimit.rlim_cur;
}

long sysconf(int name)
{
    switch (name) {
    case _SC_ARG_MAX:
        return ARG_MAX;
    case _SC_CHILD_MAX:
        return limit(RLIMIT_NPROC);
    case _SC_CLK_TCK:
        return 100;
    case _SC_OPEN_MAX:
        return limit(RLIMIT_NOFILE);
    case _SC_PAGESIZE:
        return PAGE_SIZE;
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN:
        return get_nprocs();
    case _SC_PHYS_PAGES:
        return memory_pages(false);
    case _SC_AVPHYS_PAGES:
        return memory_pages(true);
    }
    errno = EINVAL;
    return -1;
}
