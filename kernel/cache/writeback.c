/* SPDX-License-Identifier: MIT */
/*
 * writeback.c - the flusher, and who waits for it.
 *
 * Mappings with dirty pages stand on one list.  The flusher thread sleeps while
 * the list is empty and no inode is dirty; otherwise it looks every few seconds
 * for what has become old, and works at once while more pages are dirty than the
 * background limit allows or somebody asked.  Writers above the hard limit sleep
 * until writes have ended.
 *
 * A mapping at work is marked busy; its owner waits in writeback_forget before
 * it frees it.
 */
#include "kernel/cache/writeback.h"
#include "kernel/cache/page_cache_impl.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

/* Pages of one mapping before the flusher turns to the next. */
#define FAIR_SHARE 1024
#define NS_PER_CENTISEC 10000000UL
/* How often anybody looks at the limits, in pages written. */
#define LIMIT_PERIOD 32

struct dirty_settings dirty_settings = { .background_ratio = 10, .ratio = 20 };
unsigned dirty_expire_centisecs = 3000, dirty_writeback_centisecs = 500;

static struct {
    struct spinlock lock;               /* RANK_LRU: taken under a tree lock   */
    struct list mappings;               /*                                 [l] */
    uint32_t inodes_dirty;              /*                                 [a] */
    bool asleep;                        /* the flusher, without a limit    [a] */
    size_t requested;                   /* pages that memory wants out     [a] */
    struct dirty_limits limits;         /* as last worked out              [a] */
    uint32_t calls;                     /* of throttle                     [a] */
    struct thread *thread;              /*                                 [c] */
    struct wait_queue work;             /* the flusher sleeps here             */
    struct wait_queue room;             /* writers above the hard limit        */
    struct wait_queue progress;         /* reclaimers                          */
    struct wait_queue idle;             /* those who wait for !wb_busy         */
    bool (*write_inodes)(uint64_t older_than);  /*                         [c] */
} wb = {
    .lock = SPINLOCK_INIT(RANK_LRU, "dirty mappings"),
    .limits = { .background = DIRTY_FLOOR / 2, .hard = DIRTY_FLOOR },
};

/* ---- limits --------------------------------------------------------------- */

struct dirty_limits writeback_limits(void)
{
    size_t files = nr_file_pages(), shmem = nr_shmem_pages();

    return dirty_limits_of(&dirty_settings,
                           nr_available_pages() + files - min_u64(shmem, files));
}

static void refresh_limits(void)
{
    struct dirty_limits l = writeback_limits();

    __atomic_store_n(&wb.limits.background, l.background, __ATOMIC_RELAXED);
    __atomic_store_n(&wb.limits.hard, l.hard, __ATOMIC_RELAXED);
}

static bool is_above(const size_t *limit)
{
    return nr_dirty_pages() + nr_writeback_pages() > __atomic_load_n(limit, __ATOMIC_RELAXED);
}

/* Dirty ones only: what is on its way needs no flusher. */
static bool has_background_work(void)
{
    return nr_dirty_pages() > __atomic_load_n(&wb.limits.background, __ATOMIC_RELAXED)
           || __atomic_load_n(&wb.requested, __ATOMIC_RELAXED) > 0;
}

static void wait_for_room(void)
{
    bool began = pressure_enter(PRESSURE_IO);

    wait_event(&wb.room, !is_above(&wb.limits.hard));
    pressure_leave(PRESSURE_IO, began);
}

static __attribute__((noinline)) void heed_limits(void)
{
    refresh_limits();
    if (!is_above(&wb.limits.background))
        return;
    if (has_background_work())
        wake_up_all(&wb.work);
    if (current != wb.thread && is_above(&wb.limits.hard))
        wait_for_room();
}

void writeback_throttle(void)
{
    if (__atomic_add_fetch(&wb.calls, 1, __ATOMIC_RELAXED) % LIMIT_PERIOD == 0)
        heed_limits();
}

void writeback_wake(size_t npages)
{
    __atomic_store_n(&wb.requested, npages, __ATOMIC_RELAXED);
    wake_up_all(&wb.work);
}

void writeback_new_interval(void)
{
    wake_up_all(&wb.work);
}

void writeback_note_room(void)
{
    if (!is_above(&wb.limits.hard))
        wake_up_all(&wb.room);
}

void writeback_note_end(struct address_space *as, int error)
{
    if (error)
        errseq_set(&as->wb_errors, error);
    writeback_note_room();
    wake_up_all(&wb.progress);
}

void writeback_note_swapped(struct page *page)
{
    figure_add(&page_cache_figures.swapping, -1);
    page_end_writeback_bit(page);
    wake_up_all(&wb.progress);
}

void writeback_wait_progress(void)
{
    struct waiter w = { 0 };
    bool began;

    if (current == wb.thread)
        return;
    began = pressure_enter(PRESSURE_IO);
    wait_begin(&wb.progress, &w, THREAD_BLOCKED);
    if (nr_writeback_pages() + nr_swapping_pages() + nr_dirty_pages() > 0)
        schedule_until(clock_monotonic_ns() + 10 * NS_PER_CENTISEC);
    wait_end(&wb.progress, &w);
    pressure_leave(PRESSURE_IO, began);
}

/* ---- the list of dirty mappings ------------------------------------------- */

static void wake_from_long_sleep(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);        /* with the flusher's, in sleep_until_due */
    if (__atomic_load_n(&wb.asleep, __ATOMIC_RELAXED))
        wake_up_all(&wb.work);
}

void writeback_note_mapping(struct address_space *as)
{
    spin_lock(&wb.lock);
    if (!as->wb_listed) {
        as->wb_listed = true;
        as->dirtied_when = clock_monotonic_ns();
        list_insert_tail(&wb.mappings, &as->wb_link);
    }
    spin_unlock(&wb.lock);
    wake_from_long_sleep();
}

void writeback_note_inode(void)
{
    __atomic_store_n(&wb.inodes_dirty, 1, __ATOMIC_SEQ_CST);
    wake_from_long_sleep();
}

void writeback_hurry_inodes(void)
{
    __atomic_store_n(&wb.inodes_dirty, 1, __ATOMIC_SEQ_CST);
    wake_up_all(&wb.work);
}

void writeback_set_inode_writer(bool (*write_inodes)(uint64_t older_than))
{
    wb.write_inodes = write_inodes;
}

/* The first mapping dirtied before OLDER_THAN, marked busy; NULL: there is none. */
static struct address_space *take_mapping(uint64_t older_than)
{
    struct address_space *as, *found = NULL;

    spin_lock(&wb.lock);
    list_for_each_entry(as, &wb.mappings, wb_link) {
        if (as->dirtied_when <= older_than) {
            as->wb_busy = true;
            found = as;
            break;
        }
    }
    spin_unlock(&wb.lock);
    return found;
}

/* AS was written, ALL of it or a share: it leaves the list if it is clean, else
 * goes to its end. */
static void give_back_mapping(struct address_space *as, bool all)
{
    spin_lock(&as->tree_lock);
    spin_lock(&wb.lock);
    as->wb_busy = false;
    list_remove(&as->wb_link);
    as->wb_listed = as->ndirty > 0;
    if (as->wb_listed) {
        list_insert_tail(&wb.mappings, &as->wb_link);
        if (all)
            as->dirtied_when = clock_monotonic_ns();
    }
    spin_unlock(&as->tree_lock);
    spin_unlock(&wb.lock);
    /* AS, which writeback_forget kept, may be gone from here on. */
    wake_up_all(&wb.idle);
}

static bool is_busy(const struct address_space *as)
{
    return __atomic_load_n(&as->wb_busy, __ATOMIC_ACQUIRE);
}

void writeback_forget(struct address_space *as)
{
    for (;;) {
        wait_event(&wb.idle, !is_busy(as));
        spin_lock(&wb.lock);
        if (!as->wb_busy)
            break;
        spin_unlock(&wb.lock);
    }
    list_remove(&as->wb_link);
    as->wb_listed = false;
    spin_unlock(&wb.lock);
}

/* ---- a range -------------------------------------------------------------- */

int writeback_range(struct address_space *as, pgoff_t start, pgoff_t end, bool wait)
{
    if (!as->writes_back)
        return 0;
    page_cache_retry_failed(as, start, end);
    page_cache_write_dirty(as, start, end);
    if (!wait)
        return 0;
    page_cache_wait_written(as, start, end);
    return page_cache_has_failed(as, start, end) ? -EIO : 0;
}

void writeback_wait_range(struct address_space *as, pgoff_t start, pgoff_t end)
{
    if (as->writes_back)
        page_cache_wait_written(as, start, end);
}

/* ---- the flusher ---------------------------------------------------------- */

/* Everything dirtied before OLDER_THAN. */
static void flush_old(uint64_t older_than)
{
    struct address_space *as;

    if (wb.write_inodes && __atomic_exchange_n(&wb.inodes_dirty, 0, __ATOMIC_ACQ_REL)
        && !wb.write_inodes(older_than))
        __atomic_store_n(&wb.inodes_dirty, 1, __ATOMIC_RELEASE);
    while ((as = take_mapping(older_than))) {
        page_cache_write_dirty(as, 0, UINT64_MAX);
        give_back_mapping(as, true);
    }
}

/* A share of each mapping in turn until the limits are kept. */
static void flush_background(void)
{
    uint64_t now = clock_monotonic_ns();
    struct address_space *as;

    while (has_background_work() && (as = take_mapping(now))) {
        size_t sent = page_cache_write_some(as, FAIR_SHARE);
        size_t wanted = __atomic_load_n(&wb.requested, __ATOMIC_RELAXED);

        give_back_mapping(as, sent < FAIR_SHARE);
        __atomic_store_n(&wb.requested, wanted - min_u64(wanted, sent), __ATOMIC_RELAXED);
        refresh_limits();
    }
    __atomic_store_n(&wb.requested, 0, __ATOMIC_RELAXED);
}

static bool has_anything(void)
{
    return !list_is_empty(&wb.mappings) || __atomic_load_n(&wb.inodes_dirty, __ATOMIC_RELAXED);
}

/* When to look at ages again; an interval of 0: never. */
static uint64_t next_look(void)
{
    unsigned interval = dirty_writeback_centisecs;

    if (!interval)
        return UINT64_MAX;
    return clock_monotonic_ns() + max_u64(interval, 10) * NS_PER_CENTISEC;
}

/* Until the next look at ages, or work comes. */
static void sleep_until_due(void)
{
    struct waiter w = { 0 };
    uint64_t due = UINT64_MAX;

    wait_begin(&wb.work, &w, THREAD_SLEEPING);
    __atomic_store_n(&wb.asleep, true, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (has_anything()) {
        __atomic_store_n(&wb.asleep, false, __ATOMIC_RELAXED);
        due = next_look();
    }
    if (!has_background_work())
        schedule_until(due);
    wait_end(&wb.work, &w);
    __atomic_store_n(&wb.asleep, false, __ATOMIC_RELAXED);
}

/* What was dirtied before this is old.  0, if nobody is to look at ages: then flush_old writes
 * only inodes that are in a hurry. */
static uint64_t age_limit(void)
{
    uint64_t now = clock_monotonic_ns(), age = dirty_expire_centisecs * NS_PER_CENTISEC;

    return dirty_writeback_centisecs && now > age ? now - age : 0;
}

static void flusher(void *arg)
{
    (void)arg;
    wb.thread = current;
    for (;;) {
        refresh_limits();
        flush_old(age_limit());
        flush_background();
        sleep_until_due();
    }
}

void writeback_init(void)
{
    list_init(&wb.mappings);
    wait_queue_init(&wb.work);
    wait_queue_init(&wb.room);
    wait_queue_init(&wb.progress);
    wait_queue_init(&wb.idle);
    if (kthread_run(flusher, NULL, "flusher") != 0)
        panic("no memory for the flusher");
}
