/* SPDX-License-Identifier: MIT */
/*
 * abi/time.h - how programs and the kernel write down time.
 *
 * The C library of the host has struct timespec and timeval too, with the same
 * layout, and brings them in with <stdlib.h>; so each is left to whoever comes
 * first, by the guard that glibc uses.
 */
#pragma once

#ifndef _STRUCT_TIMESPEC
#define _STRUCT_TIMESPEC 1
struct timespec {
    long tv_sec;
    long tv_nsec;               /* 0 to 999,999,999                        */
};
#endif

#ifndef __timeval_defined
#define __timeval_defined 1
struct timeval {
    long tv_sec;
    long tv_usec;               /* 0 to 999,999                            */
};
#endif

struct itimerspec {
    struct timespec it_interval;
    struct timespec it_value;
};

struct itimerval {
    struct timeval it_interval; /* 0: once                                 */
    struct timeval it_value;    /* 0: stopped                              */
};

struct timezone {
    int tz_minuteswest;
    int tz_dsttime;
};

/* times(): in ticks of 1/100 s, AT_CLKTCK */
struct tms {
    long tms_utime;
    long tms_stime;
    long tms_cutime;
    long tms_cstime;
};

#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_MONOTONIC_RAW 4
#define CLOCK_REALTIME_COARSE 5
#define CLOCK_MONOTONIC_COARSE 6
#define CLOCK_BOOTTIME 7
#define CLOCK_REALTIME_ALARM 8
#define CLOCK_BOOTTIME_ALARM 9
#define CLOCK_TAI 11

/* Clocks of processor time of other processes and threads are negative numbers. */
#define CPU_CLOCK_ALL 0             /* time in user mode and in the kernel     */
#define CPU_CLOCK_USER 1
#define CPU_CLOCK_SCHED 2           /* as the first, but finer on some systems */
#define CPU_CLOCK_KINDS 3
#define CPU_CLOCK_THREAD 4          /* of the thread with that number only     */
#define CPU_CLOCK(pid, kind) ((int)(~(unsigned)(pid) << 3 | (kind)))
#define CPU_CLOCK_PID(clock) (~((clock) >> 3))

#define TIMER_ABSTIME 1

#define ITIMER_REAL 0
#define ITIMER_VIRTUAL 1
#define ITIMER_PROF 2

/* utimensat, in tv_nsec */
#define UTIME_NOW ((1L << 30) - 1L)
#define UTIME_OMIT ((1L << 30) - 2L)

#define NSEC_PER_SEC 1000000000L
#define NSEC_PER_USEC 1000L
#define USEC_PER_SEC 1000000L

_Static_assert(sizeof(struct timespec) == 16, "struct timespec");
_Static_assert(sizeof(struct timeval) == 16, "struct timeval");
_Static_assert(sizeof(struct tms) == 32, "struct tms");
