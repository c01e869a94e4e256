/* SPDX-License-Identifier: MIT */
/*
 * oom.h - what is done when memory has run out and reclaim finds nothing: one process dies.
 *
 * What it has is waited for before another one is killed.  It is an address space that is
 * waited for, because that is where the memory is:
 *
 *   LIFE_NORMAL    nobody waits for it
 *   LIFE_LEAVING   all who use it are dying: its memory is to come      oom_expect
 *   LIFE_GONE      no more will come: reaped, unmapped, or given up     reaper, mm_put
 *
 * The reaper, a kernel thread, takes the private memory of one that is leaving without waiting
 * for its threads, which may sleep in the kernel for long.  From then on the address space is
 * `unstable`: an entry that is missing may have been taken, so no fault enters anything in its
 * place.  Whoever touches it from the kernel fails; programs run in it no more.
 *
 * So each wait ends: the reaper is done after a bounded number of attempts.
 */
#pragma once
#include "kernel/mm/page_alloc.h"
#include "kernel/vm/mm.h"
#include "kernel/vm/oom_score.h"

struct process;

/* Registered by proc/. */
struct oom_ops {
    /* Ask oom_consider about every process, and oom_expect those that are dying by themselves.
     * The victim, referenced, or NULL; with OWN the running process, if it may be killed. */
    struct process *(*choose)(struct oom_choice *choice, bool own);
    /* SIGKILL for all who share the victim's address space, which is expected to go then;
     * drops the reference. */
    void (*kill)(struct process *victim);
    /* If the running process, which is dying, is among the last who use its address space:
     * oom_expect it. */
    void (*expect_own)(void);
};
void oom_set_ops(const struct oom_ops *ops);

/* /proc/sys/vm.  panic_on_oom: panic instead of killing.  oom_kill_allocating_task: whoever
 * asked dies, not the largest.  oom_dump_tasks: reports list processes. */
extern unsigned panic_on_oom, oom_kill_allocating_task, oom_dump_tasks;

/* Pages of memory and of swap: what a footprint is compared with. */
size_t oom_total_pages(void);

/* Reclaim for GFP and ORDER has failed for the ATTEMPT-th time in a row: true if memory is to
 * come, so that it is worth trying again; false: the request fails.  Sleeps for a moment. */
bool oom_handle(gfp_t gfp, unsigned order, unsigned attempt);
/* Somebody has found that there is nothing to reclaim, and is about to kill, or waits for it. */
bool oom_is_led(void);
/* The running process's memory is waited for: it may use the reserve, so that it can end. */
bool oom_may_use_reserve(void);

/* The users of MM, who are all dying, are waited for; the reaper takes what it can.  NAME and
 * PID are for the log.  MM has a user, who cannot leave now; spinlocks may be held. */
void oom_expect(struct mm *mm, int pid, const char *name);
/* The last user of MM has left: its memory comes now.  May wait for the reaper. */
void oom_unmap_begin(struct mm *mm);
/* It has come. */
void oom_unmap_end(void);

/* oom_report.c: tell the log why, with the numbers, and whom.  Bounded in rate and length.
 * CHOICE without a victim: that there is nobody. */
void oom_report(gfp_t gfp, unsigned order, const struct oom_choice *choice);
void oom_report_kill(const struct oom_candidate *victim);
void oom_report_reaped(const struct mm *mm);
void oom_report_not_reaped(const struct mm *mm);

/* oom_reaper.c: address spaces that are LIFE_LEAVING.  TAKE also counts. */
void oom_reaper_take(struct mm *mm, int pid, const char *name);
/* MM, which was LIFE_LEAVING, is LIFE_GONE. */
void oom_gone(struct mm *mm);
/* Wait until the reaper has let go of all of them (quiesce).  Sleeps. */
void oom_reaper_rest(void);
void oom_reaper_init(void);
