/* SPDX-License-Identifier: MIT */
/*
 * timerfd.h - timers that are files: a read tells how often they have expired.
 */
#pragma once
#include "kernel/fs/file.h"
#include "kernel/sched/timer.h"
#include "lib/abi/timerfd.h"

/* A timer by CLOCK that is not set; FLAGS may have TFD_NONBLOCK.  0 or -ENOMEM.  May sleep. */
int timerfd_create(enum timer_clock clock, uint32_t flags, const struct cred *cred,
                   struct file **out);
/*
 * timerfd_settime(2) with known FLAGS, and timerfd_gettime(2).  0; -EINVAL (F is no timer);
 * -ECANCELED: F is set all the same, but its clock was set, too, since it was last told of.
 */
int timerfd_set(struct file *f, uint32_t flags, const struct timer_setting *new,
                struct timer_setting *old);
int timerfd_get(struct file *f, struct timer_setting *now);

/* What F is, if it is a timer. */
struct timerfd_info {
    enum timer_clock clock;
    uint32_t flags;                     /* of the last timerfd_set             */
    uint64_t count;                     /* expirations that nobody has read of */
    struct timer_setting setting;
};
bool timerfd_get_info(struct file *f, struct timerfd_info *info);

/* CLOCK_REALTIME has been set: tell those that wait for it. */
void timerfd_clock_was_set(void);
