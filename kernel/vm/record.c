/* SPDX-License-Identifier: MIT */
/*
 * record.c - the order in which a program uses its pages.
 *
 * An entry without access keeps its frame, as one of PROT_NONE does; a fault on it gives
 * the access back (fault.c), but for W, which is given by the fault of the first store
 * as after fork.  So nothing depends on the recording going on: entries that were
 * revoked when it ended come back one by one.
 */
#include "kernel/mm/vmalloc.h"
#include "kernel/vm/record.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define RING_SIZE 8192              /* records                                */
#define LOT (RING_SIZE / 4)         /* its reader is woken when there are so many */

static struct {
    struct spinlock lock;           /* RANK_RMAP                                      */
    struct mm *mm;                  /* recorded; it calls record_leave at its end [l] */
    struct record *ring;            /* NULL: nobody records                       [l] */
    uint64_t first, end;            /* records taken, and made                    [l] */
    uint64_t nlost;                 /* a signal came before there was room        [l] */
    vaddr_t window[RECORD_WINDOW_MAX];  /* the oldest at `oldest`, wrapping       [l] */
    size_t oldest, nwindow;         /*                                            [l] */
    size_t limit;                   /* pages of the window                        [l] */
    struct wait_queue changed;      /* there is a record, room, or an end             */
} recording = {
    .lock = SPINLOCK_INIT(RANK_RMAP, "recorded references"),
    .changed = WAIT_QUEUE_INIT(recording.changed),
};

/* ---- entries ------------------------------------------------------------------------------ */

/* Take the access away from an entry; the page-table lock is held. */
static void revoke_entry(struct pte *p)
{
    struct pte e;

    do {
        e = pte_read(p);
        if (!pte_is_present(e) || !pfn_is_valid(pte_pfn(e)))
            return;
    } while (!pte_cmpxchg(p, e, pte_make_protnone(pte_pfn(e), e.bits)));
}

static void revoke(struct mm *mm, vaddr_t va)
{
    struct pte *pte;

    rwsem_read_lock(&mm->lock);
    pte = pt_find(&mm->ctx.pt, va, 0);
    if (pte) {
        spin_lock(&mm->pt_lock);
        revoke_entry(pte);
        spin_unlock(&mm->pt_lock);
        tlb_flush_page(&mm->ctx, va);
    }
    rwsem_read_unlock(&mm->lock);
}

static void revoke_all(struct mm *mm)
{
    struct pte *pte;
    size_t n;

    rwsem_read_lock(&mm->lock);
    for (vaddr_t va = 0; (pte = pt_next_run(&mm->ctx.pt, &va, USER_END, &n)); va += n * PAGE_SIZE) {
        spin_lock(&mm->pt_lock);
        for (size_t i = 0; i < n; i++)
            revoke_entry(&pte[i]);
        spin_unlock(&mm->pt_lock);
    }
    tlb_flush_all(&mm->ctx);
    rwsem_read_unlock(&mm->lock);
}

/* ---- the window --------------------------------------------------------------------------- */

static bool is_in_window(vaddr_t va)
{
    for (size_t i = 0; i < recording.nwindow; i++)
        if (recording.window[(recording.oldest + i) % RECORD_WINDOW_MAX] == va)
            return true;
    return false;
}

static vaddr_t take_oldest(void)
{
    vaddr_t va = recording.window[recording.oldest];

    recording.oldest = (recording.oldest + 1) % RECORD_WINDOW_MAX;
    recording.nwindow--;
    return va;
}

/* VA comes into the window, in which there is room. */
static void enter_window(vaddr_t va)
{
    recording.window[(recording.oldest + recording.nwindow++) % RECORD_WINDOW_MAX] = va;
}

/* A page that has to leave MM's window; false: none. */
static bool take_surplus(struct mm *mm, bool by_program, vaddr_t *va)
{
    bool found;

    spin_lock(&recording.lock);
    found = recording.mm == mm
            && recording.nwindow > (by_program ? recording.limit : RECORD_WINDOW_MAX - 1);
    if (found)
        *va = take_oldest();
    spin_unlock(&recording.lock);
    return found;
}

/* ---- recording ---------------------------------------------------------------------------- */

static size_t nrecords_locked(void)
{
    return recording.end - recording.first;
}

static bool has_room(const struct mm *mm)
{
    bool room;

    spin_lock(&recording.lock);
    room = recording.mm != mm || nrecords_locked() < RING_SIZE;
    spin_unlock(&recording.lock);
    return room;
}

/* A use of the page at VA is recorded, and the page is in the window. */
static void append_locked(vaddr_t va, enum access access)
{
    if (nrecords_locked() < RING_SIZE)
        recording.ring[recording.end++ % RING_SIZE] = (struct record){ va >> PAGE_SHIFT, access };
    else
        recording.nlost++;
    if (!is_in_window(va))
        enter_window(va);
}

/* True if it is time for the reader. */
static bool append(struct mm *mm, vaddr_t va, enum access access)
{
    bool full = false;

    spin_lock(&recording.lock);
    if (recording.mm == mm) {
        append_locked(va, access);
        full = nrecords_locked() >= LOT;
    }
    spin_unlock(&recording.lock);
    return full;
}

void record_note(struct mm *mm, vaddr_t va, enum access access, bool by_program)
{
    vaddr_t out;

    va &= PAGE_MASK;
    wait_event_interruptible(&recording.changed, has_room(mm));
    while (take_surplus(mm, false, &out))
        revoke(mm, out);
    if (append(mm, va, access))
        wake_up_all(&recording.changed);
    while (by_program && take_surplus(mm, true, &out))
        revoke(mm, out);
}

/* MM, NULL for none, is what is recorded.  The lock is held. */
static void set_mm_locked(struct mm *mm)
{
    if (recording.mm)
        recording.mm->recorded = false;
    recording.mm = mm;
    recording.oldest = recording.nwindow = 0;
    if (mm)
        mm->recorded = true;
}

/* MM instead of FROM; false: FROM is not recorded. */
static bool change_mm(struct mm *from, struct mm *to)
{
    bool was;

    spin_lock(&recording.lock);
    was = recording.mm == from;
    if (was)
        set_mm_locked(to);
    spin_unlock(&recording.lock);
    return was;
}

void record_follow(struct mm *from, struct mm *to)
{
    bool alone = from && __atomic_load_n(&from->users, __ATOMIC_RELAXED) == 1;

    if (alone && from->recorded && change_mm(from, to))
        revoke_all(to);
}

void record_leave(struct mm *mm)
{
    if (mm->recorded && change_mm(mm, NULL))
        wake_up_all(&recording.changed);
}

int record_start(struct mm *mm, size_t npages)
{
    struct record *ring;
    bool busy;

    if (npages < RECORD_WINDOW_MIN || npages > RECORD_WINDOW_MAX / 2)
        return -EINVAL;
    ring = vmalloc(RING_SIZE * sizeof(*ring));
    if (!ring)
        return -ENOMEM;
    spin_lock(&recording.lock);
    busy = recording.ring != NULL;
    if (!busy) {
        recording.ring = ring;
        recording.first = recording.end = recording.nlost = 0;
        recording.limit = npages;
        set_mm_locked(mm);
    }
    spin_unlock(&recording.lock);
    if (busy)
        vfree(ring);
    else
        revoke_all(mm);
    return busy ? -EBUSY : 0;
}

void record_stop(void)
{
    struct record *ring;

    spin_lock(&recording.lock);
    set_mm_locked(NULL);
    ring = recording.ring;
    recording.ring = NULL;
    spin_unlock(&recording.lock);
    wake_up_all(&recording.changed);
    vfree(ring);
}

/* ---- its reader --------------------------------------------------------------------------- */

static bool has_news(void)
{
    bool news;

    spin_lock(&recording.lock);
    news = nrecords_locked() >= LOT || !recording.mm;
    spin_unlock(&recording.lock);
    return news;
}

ssize_t record_take(struct record *out, size_t n)
{
    int err = wait_event_interruptible(&recording.changed, has_news());

    if (err)
        return err;
    spin_lock(&recording.lock);
    n = MIN(n, nrecords_locked());
    for (size_t i = 0; i < n; i++)
        out[i] = recording.ring[recording.first++ % RING_SIZE];
    spin_unlock(&recording.lock);
    wake_up_all(&recording.changed);
    return (ssize_t)n;
}

uint64_t record_nlost(void)
{
    return recording.nlost;
}
