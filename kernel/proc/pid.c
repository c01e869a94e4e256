/* SPDX-License-Identifier: MIT */
/*
 * pid.c - numbers for processes and threads.
 *
 * Numbers rise until PID_MAX and then start again, so that one just freed is
 * not given out again soon: a late kill(2) should miss rather than hit another.
 *
 * A group or session has the number of who began it, and may outlive him.  His
 * number is nobody else's until then: of one that ever was a leader's it is
 * asked whether there are members, before it is given out.
 */
#include "kernel/port/port.h"
#include "kernel/proc/pid.h"
#include "kernel/proc/process_impl.h"
#include "lib/bitmap.h"
#include "lib/bitops.h"

#define RESERVED 300            /* after wrapping, low numbers stay with the early daemons */

/* Interrupts are off where it is held: it is taken under proc_lock, which their handlers take. */
static struct spinlock lock = SPINLOCK_INIT(RANK_TRACE, "pid map");
static uint64_t used[PID_MAX / 64] = { 1 };     /* 0 is nobody's */
static uint64_t led[PID_MAX / 64];
static int last;

static int take_next(void)
{
    uint64_t flags = spin_lock_irqsave(&lock);
    size_t pid;

    pid = bitmap_find_next_zero(used, PID_MAX, (size_t)last + 1);
    if (pid >= PID_MAX)
        pid = bitmap_find_next_zero(used, PID_MAX, RESERVED);
    if (pid < PID_MAX) {
        bitmap_set(used, pid);
        last = (int)pid;
    }
    spin_unlock_irqrestore(&lock, flags);
    return pid < PID_MAX ? (int)pid : 0;
}

/* Whether a group or session has PID, which is ours, as its number. */
static bool is_leaders(int pid)
{
    uint64_t flags;

    if (!bitmap_test(led, (size_t)pid))
        return false;
    if (group_has_members(pid))
        return true;
    flags = spin_lock_irqsave(&lock);
    bitmap_clear(led, (size_t)pid);
    spin_unlock_irqrestore(&lock, flags);
    return false;
}

int pid_alloc(void)
{
    for (int i = 0; i < PID_MAX; i++) {
        int pid = take_next();

        if (!pid || !is_leaders(pid))
            return pid;
        pid_free(pid);
    }
    return 0;
}

void pid_free(int pid)
{
    uint64_t flags = spin_lock_irqsave(&lock);

    bitmap_clear(used, (size_t)pid);
    spin_unlock_irqrestore(&lock, flags);
}

void pid_note_leader(int pid)
{
    uint64_t flags = spin_lock_irqsave(&lock);

    bitmap_set(led, (size_t)pid);
    spin_unlock_irqrestore(&lock, flags);
}

int pid_last(void)
{
    return last;
}

void pid_set_last(int pid)
{
    uint64_t flags = spin_lock_irqsave(&lock);

    last = MIN(pid, PID_MAX - 1);
    spin_unlock_irqrestore(&lock, flags);
}
