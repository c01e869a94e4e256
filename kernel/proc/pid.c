/* SPDX-License-Identifier: MIT */
/*
 * pid.c - numbers for processes and threads.
 *
 * Numbers rise until PID_MAX and then start again, so that one just freed is
 * not given out again soon: a late kill(2) should miss rather than hit another.
 */
#include "kernel/port/port.h"
#include "kernel/proc/pid.h"
#include "lib/bitmap.h"

#define RESERVED 300            /* after wrapping, low numbers stay with the early daemons */

static struct spinlock lock = SPINLOCK_INIT(RANK_TRACE, "pid map");
static uint64_t used[PID_MAX / 64] = { 1 };     /* 0 is nobody's */
static int last;

int pid_alloc(void)
{
    size_t pid;

    spin_lock(&lock);
    pid = bitmap_find_next_zero(used, PID_MAX, (size_t)last + 1);
    if (pid >= PID_MAX)
        pid = bitmap_find_next_zero(used, PID_MAX, RESERVED);
    if (pid < PID_MAX) {
        bitmap_set(used, pid);
        last = (int)pid;
    }
    spin_unlock(&lock);
    return pid < PID_MAX ? (int)pid : 0;
}

void pid_free(int pid)
{
    spin_lock(&lock);
    bitmap_clear(used, (size_t)pid);
    spin_unlock(&lock);
}

int pid_last(void)
{
    return last;
}
