/* SPDX-License-Identifier: MIT */
/*
 * oom_report.c - what the log says about memory that has run out.
 *
 * In Linux's words and order, so that whoever can read one can read the other: who asked for
 * what, where the pages are, what each zone has against its marks, the largest processes, and
 * who was killed.
 *
 * A fork bomb may cost thousands of victims.  A whole report comes a few times in a period,
 * a line for each victim many times; then only how many were left out.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/swap.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/mm/zone.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timer.h"
#include "kernel/vm/oom.h"
#include "lib/bitops.h"

#define PERIOD 10000000000UL        /* ns */

/* So many times in a period; `left_out` since it was last allowed. */
struct rate {
    unsigned max, n, left_out;
    uint64_t start;
};
static struct rate reports = { .max = 2 }, lines = { .max = 60 };      /* by one thread at a time */

static bool allows(struct rate *r)
{
    uint64_t now = clock_monotonic_ns();

    if (!r->n || now - r->start >= PERIOD) {
        r->start = now;
        r->n = 0;
    }
    if (r->n++ < r->max)
        return true;
    r->left_out++;
    return false;
}

static size_t kb(size_t pages)
{
    return pages << (PAGE_SHIFT - 10);
}

/* ---- the parts of a report ------------------------------------------------------------------ */

static const struct {
    gfp_t flags;
    const char *name;
} gfp_names[] = {
    { GFP_KERNEL, "GFP_KERNEL" }, { GFP_NOFS, "GFP_NOFS" }, { GFP_NOIO, "GFP_NOIO" },
    { __GFP_MOVABLE, "__GFP_MOVABLE" }, { __GFP_ZERO, "__GFP_ZERO" },
    { __GFP_DMA32, "__GFP_DMA32" }, { __GFP_CMA, "__GFP_CMA" },
    { __GFP_NOFAIL, "__GFP_NOFAIL" }, { __GFP_NOWARN, "__GFP_NOWARN" },
};

static void tell_request(gfp_t gfp, unsigned order)
{
    const char *bar = "";

    printk("%s invoked oom-killer: gfp_mask=%#x(", current->name, gfp);
    for (size_t i = 0; i < ARRAY_SIZE(gfp_names); i++) {
        if ((gfp & gfp_names[i].flags) != gfp_names[i].flags)
            continue;
        printk("%s%s", bar, gfp_names[i].name);
        gfp &= ~gfp_names[i].flags;
        bar = "|";
    }
    printk("), order=%u\n", order);
}

static void tell_memory(void)
{
    struct lru_figures lru = lru_figures();
    size_t reclaimable, unreclaimable;

    slab_count_pages(&reclaimable, &unreclaimable);
    printk("Mem-Info:\nactive_anon:%lu inactive_anon:%lu active_file:%lu inactive_file:%lu "
           "unevictable:%lu\n", lru.active[KIND_ANON], lru.inactive[KIND_ANON],
           lru.active[KIND_FILE], lru.inactive[KIND_FILE], lru.unevictable);
    printk(" dirty:%lu writeback:%lu shmem:%lu slab_reclaimable:%lu slab_unreclaimable:%lu "
           "pagetables:%lu kernel_stacks:%lu free:%lu\n", nr_dirty_pages(), nr_writeback_pages(),
           nr_shmem_pages(), reclaimable, unreclaimable, nr_page_table_pages(),
           kstack_count() * (KSTACK_SIZE / PAGE_SIZE), nr_free_pages());
}

static void tell_zones(void)
{
    for (unsigned t = 0; t < ZONES; t++) {
        const struct zone *z = &zones[t];

        if (z->managed)
            printk("%s free:%lukB min:%lukB low:%lukB high:%lukB hart_lists:%lukB managed:%lukB\n",
                   z->name, kb(buddy_nfree(&z->buddy, true)), kb(z->mark[MARK_MIN]),
                   kb(z->mark[MARK_LOW]), kb(z->mark[MARK_HIGH]), kb(zone_hart_pages(z)),
                   kb(z->managed));
    }
    printk("Free swap  = %lukB\nTotal swap = %lukB\n", kb(nr_free_swap_pages()),
           kb(nr_swap_pages()));
}

static void tell_processes(const struct oom_choice *choice)
{
    printk("Tasks state (memory values in pages), largest first:\n"
           "[  pid  ]   uid total_vm      rss rss_anon rss_file rss_shmem pgtables swapents "
           "oom_score_adj name\n");
    for (size_t i = 0; i < choice->nrows; i++) {
        const struct oom_candidate *c = &choice->row[i];

        printk("[%7d] %5u %8lu %8lu %8lu %8lu %9lu %8lu %8lu %13d %s\n", c->pid, c->uid, c->total,
               oom_resident(c), c->anon, c->file, c->shmem, c->tables, c->swap, c->adj, c->name);
    }
    if (choice->nothers)
        printk("and %lu smaller ones with %lu pages\n", choice->nothers, choice->others);
}

/* ---- public -------------------------------------------------------------------------------- */

void oom_report(gfp_t gfp, unsigned order, const struct oom_choice *choice)
{
    if (!allows(&reports))
        return;
    if (reports.left_out)
        printk("%u reports of the oom-killer left out\n", reports.left_out);
    reports.left_out = 0;
    tell_request(gfp, order);
    tell_memory();
    tell_zones();
    if (oom_dump_tasks)
        tell_processes(choice);
    if (!choice->found)
        printk("Out of memory and no killable processes...\n");
}

/* Whether one more line may be printed. */
static bool may_tell(void)
{
    if (!allows(&lines))
        return false;
    if (lines.left_out)
        printk("%u lines about victims left out\n", lines.left_out);
    lines.left_out = 0;
    return true;
}

void oom_report_kill(const struct oom_candidate *c)
{
    if (may_tell())
        printk("Out of memory: Killed process %d (%s) total-vm:%lukB, anon-rss:%lukB, "
               "file-rss:%lukB, shmem-rss:%lukB, swap:%lukB, UID:%u pgtables:%lukB "
               "oom_score_adj:%d\n", c->pid, c->name, kb(c->total), kb(c->anon), kb(c->file),
               kb(c->shmem), kb(c->swap), c->uid, kb(c->tables), c->adj);
}

void oom_report_reaped(const struct mm *mm)
{
    if (may_tell())
        printk("oom_reaper: reaped process %d (%s), now anon-rss:%ldkB, file-rss:%ldkB, "
               "shmem-rss:%ldkB\n", mm->reap_pid, mm->reap_name, kb((size_t)mm->rss_anon),
               kb((size_t)mm->rss_file), kb((size_t)mm->rss_shmem));
}

void oom_report_not_reaped(const struct mm *mm)
{
    if (may_tell())
        printk("oom_reaper: unable to reap process %d (%s)\n", mm->reap_pid, mm->reap_name);
}
