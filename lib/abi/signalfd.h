/* SPDX-License-Identifier: MIT */
/* abi/signalfd.h - signals read from a file: flags of signalfd4, and what a read gives. */
#pragma once
#include "lib/abi/fcntl.h"
#include "lib/types.h"

#define SFD_NONBLOCK O_NONBLOCK
#define SFD_CLOEXEC O_CLOEXEC

/* One signal; of what follows si_code, that stands which the kind of signal has. */
struct signalfd_siginfo {
    uint32_t ssi_signo;
    int32_t ssi_errno;
    int32_t ssi_code;
    uint32_t ssi_pid;
    uint32_t ssi_uid;
    int32_t ssi_fd;             /* SIGIO                                       */
    uint32_t ssi_tid;           /* of a timer                                  */
    uint32_t ssi_band;          /* SIGIO                                       */
    uint32_t ssi_overrun;
    uint32_t ssi_trapno;
    int32_t ssi_status;         /* SIGCHLD                                     */
    int32_t ssi_int;
    uint64_t ssi_ptr;
    uint64_t ssi_utime;         /* SIGCHLD, in ticks of 1/100 s                */
    uint64_t ssi_stime;
    uint64_t ssi_addr;          /* of a fault                                  */
    uint16_t ssi_addr_lsb;
    uint8_t ssi_pad[46];
};
_Static_assert(sizeof(struct signalfd_siginfo) == 128, "the layout that programs read");
