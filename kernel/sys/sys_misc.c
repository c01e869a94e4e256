/* SPDX-License-Identifier: MIT */
/*
 * sys_misc.c - the machine as a whole: its name, figures, log, end.
 */
#include "kernel/core/panic.h"
#include "kernel/cache/swap.h"
#include "kernel/core/printk.h"
#include "kernel/core/random.h"
#include "kernel/fs/super.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "kernel/core/version.h"
#include "lib/abi/random.h"
#include "lib/abi/reboot.h"
#include "lib/abi/sysinfo.h"
#include "lib/abi/syslog.h"
#include "lib/abi/utsname.h"
#include "lib/bitops.h"
#include "lib/string.h"
#include "lib/strutil.h"

#define NAME_SIZE 65

static struct spinlock names_lock = SPINLOCK_INIT(RANK_FILES, "names of the machine");
static char hostname[NAME_SIZE] = "pagoda";         /* [names_lock] */
static char domainname[NAME_SIZE] = "(none)";       /* [names_lock] */

int64_t sys_uname(const uint64_t *a)
{
    struct utsname u = { .sysname = "Linux", .release = PAGODA_RELEASE, .version = PAGODA_VERSION,
                         .machine = "riscv64" };

    spin_lock(&names_lock);
    strlcpy(u.nodename, hostname, sizeof(u.nodename));
    strlcpy(u.domainname, domainname, sizeof(u.domainname));
    spin_unlock(&names_lock);
    return copy_to_user(a[0], &u, sizeof(u));
}

/* Let NAME, of NAME_SIZE bytes, be the SIZE bytes at USER. */
static int set_name(char *name, uintptr_t user, uint64_t size)
{
    char new[NAME_SIZE] = { 0 };

    if (current_process()->cred.euid)
        return -EPERM;
    if (size >= sizeof(new))
        return -EINVAL;
    if (copy_from_user(new, user, size))
        return -EFAULT;
    spin_lock(&names_lock);
    memcpy(name, new, NAME_SIZE);
    spin_unlock(&names_lock);
    return 0;
}

int64_t sys_sethostname(const uint64_t *a)
{
    return set_name(hostname, a[0], a[1]);
}

int64_t sys_setdomainname(const uint64_t *a)
{
    return set_name(domainname, a[0], a[1]);
}

int64_t sys_sysinfo(const uint64_t *a)
{
    uint64_t load[3];
    struct sysinfo s = {
        .uptime = (int64_t)(clock_monotonic_ns() / NSEC_PER_SEC),
        .totalram = nr_managed_pages() << PAGE_SHIFT,
        .freeram = nr_free_pages() << PAGE_SHIFT,
        .totalswap = nr_swap_pages() << PAGE_SHIFT,
        .freeswap = nr_free_swap_pages() << PAGE_SHIFT,
        .sharedram = nr_shmem_pages() << PAGE_SHIFT,
        .bufferram = nr_buffer_pages() << PAGE_SHIFT,
        .procs = (uint16_t)process_count(),
        .mem_unit = 1,
    };

    sched_loadavg(load);
    for (int i = 0; i < 3; i++)
        s.loads[i] = load[i] << (SI_LOAD_SHIFT - 11);
    return copy_to_user(a[0], &s, sizeof(s));
}

/* The generator is seeded once and never blocks, so the flags make no difference. */
int64_t sys_getrandom(const uint64_t *a)
{
    size_t len = MIN((size_t)a[1], (size_t)INT32_MAX), done = 0;
    uint8_t chunk[256];

    if (a[2] & ~(uint64_t)(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)
        || (a[2] & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
        return -EINVAL;
    while (done < len) {
        size_t n = MIN(len - done, sizeof(chunk));

        random_bytes(chunk, n);
        if (copy_to_user(a[0] + done, chunk, n))
            return done ? (int64_t)done : -EFAULT;
        done += n;
        if (thread_signal_pending())
            break;
        cond_resched();
    }
    return (int64_t)done;
}

static bool is_reboot_magic(uint32_t m1, uint32_t m2)
{
    return m1 == LINUX_REBOOT_MAGIC1
           && (m2 == LINUX_REBOOT_MAGIC2 || m2 == LINUX_REBOOT_MAGIC2A
               || m2 == LINUX_REBOOT_MAGIC2B || m2 == LINUX_REBOOT_MAGIC2C);
}

int64_t sys_reboot(const uint64_t *a)
{
    uint32_t cmd = (uint32_t)a[2];

    if (current_process()->cred.euid)
        return -EPERM;
    if (!is_reboot_magic((uint32_t)a[0], (uint32_t)a[1]))
        return -EINVAL;
    switch (cmd) {
    case LINUX_REBOOT_CMD_CAD_ON:
    case LINUX_REBOOT_CMD_CAD_OFF:
        return 0;                   /* this machine has no such keys */
    case LINUX_REBOOT_CMD_RESTART:
        fs_shutdown();
        machine_reboot();
    case LINUX_REBOOT_CMD_HALT:
    case LINUX_REBOOT_CMD_POWER_OFF:
        fs_shutdown();
        machine_exit(0);
    }
    return -EINVAL;
}

/* The log */

static uint64_t cleared;                /* syslog's readers start here */

static int64_t read_log(uintptr_t user, size_t size, uint64_t from)
{
    size_t len = MIN(size, (size_t)LOG_SIZE), got;
    char *buf = kvmalloc(LOG_SIZE);
    uint64_t pos = MAX(from, log_start());
    int64_t r;

    if (!buf)
        return -ENOMEM;
    if (log_end() - pos > len)
        pos = log_end() - len;          /* the newest part */
    got = log_read(&pos, buf, len);
    r = copy_to_user(user, buf, got) ? -EFAULT : (int64_t)got;
    kvfree(buf);
    return r;
}

/* Everybody may read the log, and learn how much room it has. */
static bool is_roots(int action)
{
    return action != SYSLOG_ACTION_READ_ALL && action != SYSLOG_ACTION_SIZE_BUFFER;
}

int64_t sys_syslog(const uint64_t *a)
{
    int64_t r;

    if (is_roots((int)a[0]) && current_process()->cred.euid)
        return -EPERM;
    switch ((int)a[0]) {
    case SYSLOG_ACTION_CLOSE:
    case SYSLOG_ACTION_OPEN:
        return 0;
    case SYSLOG_ACTION_READ_ALL:
    case SYSLOG_ACTION_READ_CLEAR:
        if (!a[1] || (int)a[2] < 0)
            return -EINVAL;
        r = read_log(a[1], (uint32_t)a[2], cleared);
        if (r >= 0 && (int)a[0] == SYSLOG_ACTION_READ_CLEAR)
            cleared = log_end();
        return r;
    case SYSLOG_ACTION_CLEAR:
        cleared = log_end();
        return 0;
    case SYSLOG_ACTION_SIZE_UNREAD:
        return (int64_t)(log_end() - MAX(cleared, log_start()));
    case SYSLOG_ACTION_SIZE_BUFFER:
        return (int64_t)LOG_SIZE;
    }
    return -EINVAL;
}

/* riscv_hwprobe: what a program may use beyond the base. */

struct hwprobe {
    int64_t key;
    uint64_t value;
};

#define HWPROBE_KEY_MVENDORID     0
#define HWPROBE_KEY_MARCHID       1
#define HWPROBE_KEY_MIMPID        2
#define HWPROBE_KEY_BASE_BEHAVIOR 3
#define HWPROBE_BASE_IMA          1
#define HWPROBE_KEY_IMA_EXT_0     4
#define HWPROBE_IMA_FD            1
#define HWPROBE_IMA_C             2
#define HWPROBE_KEY_CPUPERF_0     5

static void answer_probe(struct hwprobe *p)
{
    switch (p->key) {
    case HWPROBE_KEY_MVENDORID:
    case HWPROBE_KEY_MARCHID:
    case HWPROBE_KEY_MIMPID:
    case HWPROBE_KEY_CPUPERF_0:         /* 0: unknown */
        p->value = 0;
        return;
    case HWPROBE_KEY_BASE_BEHAVIOR:
        p->value = HWPROBE_BASE_IMA;
        return;
    case HWPROBE_KEY_IMA_EXT_0:
        p->value = HWPROBE_IMA_FD | HWPROBE_IMA_C;
        return;
    }
    p->key = -1;
    p->value = 0;
}

/* All harts are alike, but those that are asked for must be some.  No set means all. */
static int check_asked(uintptr_t set, size_t size)
{
    uint64_t asked = 0;

    if (!set && !size)
        return 0;
    if (copy_from_user(&asked, set, MIN(size, sizeof(asked))))
        return -EFAULT;
    return asked & ((1UL << nr_harts) - 1) ? 0 : -EINVAL;
}

int64_t sys_riscv_hwprobe(const uint64_t *a)
{
    struct hwprobe p;
    int err = a[4] ? -EINVAL : check_asked(a[3], a[2]);

    if (err)
        return err;
    for (uint64_t i = 0; i < a[1]; i++) {
        if (copy_from_user(&p, a[0] + i * sizeof(p), sizeof(p)))
            return -EFAULT;
        answer_probe(&p);
        if (copy_to_user(a[0] + i * sizeof(p), &p, sizeof(p)))
            return -EFAULT;
        cond_resched();
    }
    return 0;
}
