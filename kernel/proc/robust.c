/* SPDX-License-Identifier: MIT */
/*
 * robust.c - futexes whose owner ends.
 *
 * A thread links the futexes it holds in a list in its own memory, and tells the
 * kernel where the list begins.  When the thread ends, each word that still bears
 * its number is marked FUTEX_OWNER_DIED and one waiter is woken, who finds out
 * from the mark.  The list is the program's: it may be circular, broken or unmapped,
 * and the walk gives up at the first word that cannot be had.
 */
#include "kernel/proc/process_impl.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/futex.h"

#define LIST_MAX 2048           /* links that are followed, as in Linux */
#define PI_BIT 1UL              /* in a link: its futex lends priority */

/* One futex: 0, or -EFAULT.  A lock that was being taken or given back just now
 * (PENDING) may be free already, and its next owner not yet woken. */
static int owner_died(uintptr_t addr, uint32_t tid, bool pi, bool pending)
{
    uint32_t word, seen;

    if (addr % sizeof(word) || copy_from_user(&word, addr, sizeof(word)))
        return -EFAULT;
    for (;;) {
        if (pending && !pi && word == 0)
            futex_call(addr, FUTEX_WAKE, 1, 0, 0, 0, 0);
        if ((word & FUTEX_TID_MASK) != tid)
            return 0;
        seen = word;
        if (cmpxchg_user(addr, &seen, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED))
            return -EFAULT;
        if (seen == word)
            break;
        word = seen;
    }
    if (!pi && (word & FUTEX_WAITERS))
        futex_call(addr, FUTEX_WAKE, 1, 0, 0, 0, 0);
    return 0;
}

static void walk(uintptr_t begin, const struct robust_list_head *head, uint32_t tid)
{
    uintptr_t link = (uintptr_t)head->list.next;
    uintptr_t pending = (uintptr_t)head->list_op_pending & ~PI_BIT;

    for (int n = 0; n < LIST_MAX && (link & ~PI_BIT) != begin; n++) {
        uintptr_t at = link & ~PI_BIT, next;
        int unreadable = copy_from_user(&next, at, sizeof(next));   /* a waiter may unlink it */

        if (at != pending
            && owner_died(at + (uintptr_t)head->futex_offset, tid, link & PI_BIT, false))
            return;
        if (unreadable)
            return;
        link = next;
        cond_resched();
    }
}

void task_leave_robust_list(struct task *t)
{
    struct robust_list_head head;
    uintptr_t begin = t->robust_list, pending;
    uint32_t tid = (uint32_t)t->tid & FUTEX_TID_MASK;

    t->robust_list = 0;
    if (!begin || copy_from_user(&head, begin, sizeof(head)))
        return;
    walk(begin, &head, tid);
    pending = (uintptr_t)head.list_op_pending;
    if (pending & ~PI_BIT)
        owner_died((pending & ~PI_BIT) + (uintptr_t)head.futex_offset, tid, pending & PI_BIT, true);
}
