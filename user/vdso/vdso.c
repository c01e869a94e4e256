/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - clocks without a system call: code that the kernel lends to every program.
 *
 * C libraries find these functions by their names, as on Linux; each gives what the system
 * call of its name gives.  Monotonic time is a function of the counter alone; real time adds
 * one word, so that a reader needs no lock however often somebody sets the clock.
 */
#include "lib/abi/errno.h"
#include "lib/abi/syscall.h"
#include "lib/abi/time.h"
#include "lib/vdso.h"

#define SECOND 1000000000UL

extern struct vdso_data vdso_data __attribute__((visibility("hidden")));

static long call(long nr, long a, long b, long c)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a7 __asm__("a7") = nr;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return a0;
}

/* As clock_ticks_to_ns in kernel/sched/timer.c. */
static uint64_t monotonic_ns(void)
{
    const struct clock_data *c = &vdso_data.clock;
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    ticks -= c->boot_ticks;
    if (c->ns_per_tick)
        return ticks * c->ns_per_tick;
    return ticks / c->timebase * SECOND + ticks % c->timebase * SECOND / c->timebase;
}

static uint64_t realtime_ns(void)
{
    return monotonic_ns() + __atomic_load_n(&vdso_data.clock.realtime_offset, __ATOMIC_RELAXED);
}

int __vdso_clock_gettime(int clock, struct timespec *ts)
{
    uint64_t ns;

    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_TAI:
        ns = realtime_ns();
        break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
        ns = monotonic_ns();
        break;
    default:
        return (int)call(SYS_clock_gettime, clock, (long)ts, 0);
    }
    ts->tv_sec = (int64_t)(ns / SECOND);
    ts->tv_nsec = (int64_t)(ns % SECOND);
    return 0;
}

int __vdso_gettimeofday(struct timeval *tv, struct timezone *tz)
{
    uint64_t ns = realtime_ns();

    if (tv) {
        tv->tv_sec = (int64_t)(ns / SECOND);
        tv->tv_usec = (int64_t)(ns % SECOND / 1000);
    }
    if (tz)
        *tz = (struct timezone){ 0 };
    return 0;
}

int __vdso_clock_getres(int clock, struct timespec *ts)
{
    return (int)call(SYS_clock_getres, clock, (long)ts, 0);
}

int __vdso_getcpu(unsigned *cpu, unsigned *node, void *unused)
{
    return (int)call(SYS_getcpu, (long)cpu, (long)node, (long)unused);
}

int __vdso_flush_icache(uintptr_t start, uintptr_t end, unsigned long flags)
{
    return (int)call(SYS_riscv_flush_icache, (long)start, (long)end, (long)flags);
}
