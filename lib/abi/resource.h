/* SPDX-License-Identifier: MIT */
/*
 * abi/resource.h - limits on a process, and what it has used.
 */
#pragma once
#include "lib/types.h"
#include "lib/abi/time.h"

struct rlimit {
    uint64_t rlim_cur;          /* what counts                             */
    uint64_t rlim_max;          /* how far it may be raised                */
};

#define RLIM_INFINITY (~0UL)

#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIMIT_LOCKS 10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE 12
#define RLIMIT_NICE 13
#define RLIMIT_RTPRIO 14
#define RLIMIT_RTTIME 15
#define RLIM_NLIMITS 16

struct rusage {
    struct timeval ru_utime;
    struct timeval ru_stime;
    long ru_maxrss;             /* in KiB                                  */
    long ru_ixrss;
    long ru_idrss;
    long ru_isrss;
    long ru_minflt;             /* faults served without I/O               */
    long ru_majflt;             /* ... and with                            */
    long ru_nswap;
    long ru_inblock;
    long ru_oublock;
    long ru_msgsnd;
    long ru_msgrcv;
    long ru_nsignals;
    long ru_nvcsw;              /* switches: it waited                     */
    long ru_nivcsw;             /* ... it was preempted                    */
};

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

_Static_assert(sizeof(struct rlimit) == 16, "struct rlimit");
_Static_assert(sizeof(struct rusage) == 144 && offsetof(struct rusage, ru_maxrss) == 32 &&
               offsetof(struct rusage, ru_minflt) == 64 &&
               offsetof(struct rusage, ru_majflt) == 72 &&
               offsetof(struct rusage, ru_nvcsw) == 128 &&
               offsetof(struct rusage, ru_nivcsw) == 136, "struct rusage");
