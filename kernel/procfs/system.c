/* SPDX-License-Identifier: MIT */
/*
 * system.c - /proc files about the machine: time, harts, disks, log.
 */
#include "kernel/core/bootargs.h"
#include "kernel/cache/swap.h"
#include "kernel/core/counters.h"
#include "kernel/core/machine.h"
#include "kernel/core/printk.h"
#include "kernel/core/version.h"
#include "kernel/dev/block.h"
#include "kernel/dev/irq.h"
#include "kernel/fs/super.h"
#include "kernel/proc/pid.h"
#include "kernel/procfs/procfs.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define NS_PER_TICK 10000000UL          /* /proc counts in 1/100 s */

static uint64_t clock_ticks(uint64_t timebase_ticks)
{
    return timebase_ticks / (machine.timebase / 100);
}

int proc_show_version(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_puts(b, "Linux version " PAGODA_RELEASE " (Pagoda) " PAGODA_VERSION "\n");
    return 0;
}

int proc_show_cmdline(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%s\n", bootargs_line());
    return 0;
}

int proc_show_uptime(struct synth_buf *b, struct process *p)
{
    uint64_t idle = 0, up = clock_monotonic_ns() / NS_PER_TICK;

    (void)p;
    for (unsigned hart = 0; hart < nr_harts; hart++) {
        uint64_t user, system, rest;

        sched_hart_times(hart, &user, &system, &rest);
        idle += clock_ticks(rest);
    }
    synth_printf(b, "%lu.%02lu %lu.%02lu\n", up / 100, up % 100, idle / 100, idle % 100);
    return 0;
}

int proc_show_loadavg(struct synth_buf *b, struct process *p)
{
    uint64_t load[3];

    (void)p;
    sched_loadavg(load);
    for (int i = 0; i < 3; i++) {
        uint64_t hundredths = (load[i] * 100 + (1 << 10)) >> 11;

        synth_printf(b, "%lu.%02lu ", hundredths / 100, hundredths % 100);
    }
    synth_printf(b, "%lu/%lu %d\n", sched_nr_running(), thread_count(), pid_last());
    return 0;
}

static void add_interrupts(const struct irq_info *info, void *arg)
{
    for (unsigned hart = 0; hart < nr_harts; hart++)
        *(uint64_t *)arg += info->count[hart];
}

/* Those of devices, and those that a hart's own timer and the other harts cause. */
static uint64_t nr_interrupts(void)
{
    uint64_t n = 0;

    irq_for_each(add_interrupts, &n);
    for (unsigned hart = 0; hart < nr_harts; hart++) {
        n += harts[hart].ntimer;
        for (int reason = 0; reason < IPI_REASONS; reason++)
            n += harts[hart].nipi[reason];
    }
    return n;
}

/* Linux counts who waits for a disk; who waits and cannot be interrupted, that is. */
static void add_blocked(struct thread *t, void *arg)
{
    *(size_t *)arg += t->process && t->state == THREAD_BLOCKED && !t->queued;
}

static void show_times(struct synth_buf *b, const char *name, uint64_t user, uint64_t system,
                       uint64_t idle)
{
    synth_printf(b, "%s %lu 0 %lu %lu 0 0 0 0 0 0\n", name, clock_ticks(user), clock_ticks(system),
                 clock_ticks(idle));
}

int proc_show_stat(struct synth_buf *b, struct process *p)
{
    uint64_t user[MAX_HARTS], system[MAX_HARTS], idle[MAX_HARTS], sum[3] = { 0 };
    char name[] = "cpu0";
    size_t blocked = 0;

    (void)p;
    for (unsigned hart = 0; hart < nr_harts; hart++) {
        sched_hart_times(hart, &user[hart], &system[hart], &idle[hart]);
        sum[0] += user[hart];
        sum[1] += system[hart];
        sum[2] += idle[hart];
    }
    show_times(b, "cpu ", sum[0], sum[1], sum[2]);
    for (unsigned hart = 0; hart < nr_harts; hart++) {
        name[3] = (char)('0' + hart);
        show_times(b, name, user[hart], system[hart], idle[hart]);
    }
    thread_for_each(add_blocked, &blocked);
    synth_printf(b, "intr %lu\nctxt %lu\nbtime %lu\nprocesses %lu\nprocs_running %lu\n"
                    "procs_blocked %lu\n", nr_interrupts(), sched_nr_switches(),
                 (clock_realtime_ns() - clock_monotonic_ns()) / 1000000000,
                 process_forks(), sched_nr_running(), blocked);
    return 0;
}

int proc_show_cpuinfo(struct synth_buf *b, struct process *p)
{
    (void)p;
    for (unsigned hart = 0; hart < nr_harts; hart++)
        synth_printf(b, "processor\t: %u\nhart\t\t: %lu\nisa\t\t: rv64imafdc_zicsr_zifencei%s\n"
                        "mmu\t\t: sv39\n\n", hart, harts[hart].hartid,
                     machine.harts[hart].sstc ? "_sstc" : "");
    return 0;
}

static void show_interrupt(const struct irq_info *info, void *arg)
{
    synth_printf(arg, "%3u: ", info->irq);
    for (unsigned hart = 0; hart < nr_harts; hart++)
        synth_printf(arg, "%10lu ", info->count[hart]);
    synth_printf(arg, " %s  %s\n", info->chip, info->name);
}

static void show_timers(struct synth_buf *b)
{
    synth_puts(b, "LOC: ");
    for (unsigned hart = 0; hart < nr_harts; hart++)
        synth_printf(b, "%10lu ", harts[hart].ntimer);
    synth_puts(b, " Local timer interrupts\n");
}

static void show_ipis(struct synth_buf *b)
{
    static const char *const names[IPI_REASONS] = {
        [IPI_RESCHED] = "Rescheduling", [IPI_TLB] = "TLB flush", [IPI_STOP] = "CPU stop",
        [IPI_CLOCK] = "Clock set",
    };

    for (int reason = 0; reason < IPI_REASONS; reason++) {
        synth_printf(b, "IPI%d:", reason);
        for (unsigned hart = 0; hart < nr_harts; hart++)
            synth_printf(b, "%10lu ", harts[hart].nipi[reason]);
        synth_printf(b, " %s interrupts\n", names[reason]);
    }
}

int proc_show_interrupts(struct synth_buf *b, struct process *p)
{
    size_t mark;

    (void)p;
    synth_puts(b, "           ");
    for (unsigned hart = 0; hart < nr_harts; hart++)
        synth_printf(b, "CPU%-8u", hart);
    synth_puts(b, "\n");
    do {
        mark = synth_begin_atomic(b);
        irq_for_each(show_interrupt, b);
    } while (synth_end_atomic(b, mark));
    show_timers(b);
    show_ipis(b);
    return 0;
}

int proc_show_kmsg(struct synth_buf *b, struct process *p)
{
    uint64_t pos = log_start();
    char chunk[256];
    size_t n;

    (void)p;
    while ((n = log_read(&pos, chunk, sizeof(chunk))))
        synth_write(b, chunk, n);
    return 0;
}

/* Those that the device saw: bios that others joined are one request with them. */
static uint64_t requests(const struct block_stats *s, enum bio_op op)
{
    return s->ios[op] - MIN(s->ios[op], s->merges[op]);
}

int proc_show_diskstats(struct synth_buf *b, struct process *p)
{
    struct block_stats s;

    (void)p;
    for (struct block_device *d = block_next(NULL); d; d = block_next(d)) {
        block_get_stats(d, &s);
        synth_printf(b, "%4u %7u %s %lu %lu %lu %lu %lu %lu %lu %lu %u %lu %lu 0 0 0 0 %lu %lu\n",
                     d->major, d->minor, d->name, requests(&s, BIO_READ), s.merges[BIO_READ],
                     s.sectors[BIO_READ], s.ns[BIO_READ] / 1000000, requests(&s, BIO_WRITE),
                     s.merges[BIO_WRITE], s.sectors[BIO_WRITE], s.ns[BIO_WRITE] / 1000000,
                     s.in_flight, s.busy_ns / 1000000,
                     (s.ns[BIO_READ] + s.ns[BIO_WRITE] + s.ns[BIO_FLUSH]) / 1000000, s.ios[BIO_FLUSH],
                     s.ns[BIO_FLUSH] / 1000000);
    }
    return 0;
}

int proc_show_partitions(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_puts(b, "major minor  #blocks  name\n\n");
    for (struct block_device *d = block_next(NULL); d; d = block_next(d))
        synth_printf(b, "%4u  %7u %10lu %s\n", d->major, d->minor, d->capacity / 2, d->name);
    return 0;
}

int proc_show_devices(struct synth_buf *b, struct process *p)
{
    struct block_device *d = block_next(NULL);

    (void)p;
    synth_puts(b, "Character devices:\n  1 mem\n  4 ttyS\n  5 /dev/tty\n  5 /dev/console\n"
                  "  5 /dev/ptmx\n136 pts\n"
                  "\nBlock devices:\n");
    if (d)
        synth_printf(b, "%3u virtblk\n", d->major);
    return 0;
}

static int show_filesystem(const struct file_system_type *type, void *arg)
{
    synth_printf(arg, "%s\t%s\n", type->needs_device ? "" : "nodev", type->name);
    return 0;
}

int proc_show_filesystems(struct synth_buf *b, struct process *p)
{
    (void)p;
    filesystem_for_each(show_filesystem, b);
    return 0;
}

#define PATH_COLUMNS 40                 /* and a blank behind a longer one */

int proc_show_swaps(struct synth_buf *b, struct process *p)
{
    struct swap_area_info area;

    (void)p;
    synth_puts(b, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    for (unsigned n = 0; swap_area_info(n, &area); n++) {
        size_t column = b->len;

        synth_put_word(b, area.path, " \t\n\\");
        column = b->len - column;
        do
            synth_puts(b, " ");
        while (++column < PATH_COLUMNS);
        synth_printf(b, "%s%lu\t%s%lu\t%s%d\n",
                     area.is_file ? "file\t\t" : "partition\t", area.npages << (PAGE_SHIFT - 10),
                     area.npages << (PAGE_SHIFT - 10) < 10000000 ? "\t" : "",
                     area.nused << (PAGE_SHIFT - 10),
                     area.nused << (PAGE_SHIFT - 10) < 10000000 ? "\t" : "", area.prio);
    }
    return 0;
}
