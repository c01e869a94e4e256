/* SPDX-License-Identifier: MIT */
/*
 * locks.c - advisory locks on files.
 *
 * Each inode with locks has one unsorted list of ranges.  Setting a range first
 * looks for a conflict; then the owner's old ranges give way: those of the same
 * kind that touch the new one melt into it, others are cut, and one that reaches
 * out on both sides is split.  The two entries this can need are allocated before
 * the spinlock is taken.
 *
 * Who waits for a record is listed.  He looks along the list: if who bars his way waits
 * for another, and so on back to him, none of them would ever get his lock, and he gives
 * up.  An OFD or flock lock is nobody's in particular, and not looked for.
 */
#include "kernel/fs/locks.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define LAST_BYTE (uint64_t)INT64_MAX   /* of a range without an end: no file is longer */

enum lock_kind { LOCK_RECORD, LOCK_WHOLE };

struct file_lock {
    struct list link;                   /* inode->locks->ranges                */
    const void *owner;
    int pid;                            /* for F_GETLK                         */
    enum lock_kind kind;
    bool exclusive;
    uint64_t first, last;               /* bytes, both included                */
};

struct record_locks {
    struct spinlock lock;               /* RANK_DENTRY: never with another of it */
    struct list ranges;                 /*                                 [l] */
    struct wait_queue changed;
};

/* The inode's locks, made at first use; NULL: out of memory. */
static struct record_locks *locks_of(struct inode *inode)
{
    struct record_locks *old = __atomic_load_n(&inode->locks, __ATOMIC_ACQUIRE), *new_locks;

    if (old)
        return old;
    new_locks = kzalloc(sizeof(*new_locks), GFP_KERNEL);
    if (!new_locks)
        return NULL;
    spin_init(&new_locks->lock, RANK_DENTRY, "file locks");
    list_init(&new_locks->ranges);
    wait_queue_init(&new_locks->changed);
    if (__atomic_compare_exchange_n(&inode->locks, &old, new_locks, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_ACQUIRE))
        return new_locks;
    kfree(new_locks);
    return old;
}

static bool overlaps(const struct file_lock *a, const struct file_lock *b)
{
    return a->first <= b->last && b->first <= a->last;
}

static bool touches(const struct file_lock *a, const struct file_lock *b)
{
    return a->first <= b->last + 1 && b->first <= a->last + 1;
}

static struct file_lock *find_conflict_locked(struct record_locks *locks,
                                              const struct file_lock *want)
{
    struct file_lock *l;

    list_for_each_entry(l, &locks->ranges, link)
        if (l->kind == want->kind && l->owner != want->owner && overlaps(l, want)
            && (l->exclusive || want->exclusive))
            return l;
    return NULL;
}

/* A range of the owner of WANT itself. */
static struct file_lock *find_own_locked(struct record_locks *locks, const struct file_lock *want)
{
    struct file_lock *l;

    list_for_each_entry(l, &locks->ranges, link)
        if (l->kind == want->kind && l->owner == want->owner && overlaps(l, want))
            return l;
    return NULL;
}

/* Who has the lock that WANT must wait for; NULL: nobody. */
static const void *find_opponent(struct record_locks *locks, const struct file_lock *want)
{
    const struct file_lock *l;
    const void *owner;

    spin_lock(&locks->lock);
    l = find_conflict_locked(locks, want);
    owner = l ? l->owner : NULL;
    spin_unlock(&locks->lock);
    return owner;
}

/*
 * Make room for WANT among its owner's ranges.  Those no longer needed go to GONE;
 * SPARE becomes the right half if one is split: then true.
 */
static bool carve_locked(struct record_locks *locks, struct file_lock *want, bool unlock,
                         struct file_lock *spare, struct list *gone)
{
    struct file_lock *l, *next;
    bool used = false;

    list_for_each_entry_safe(l, next, &locks->ranges, link) {
        if (l->kind != want->kind || l->owner != want->owner)
            continue;
        if (!unlock && l->exclusive == want->exclusive && touches(l, want)) {
            want->first = min_u64(want->first, l->first);
            want->last = max_u64(want->last, l->last);
            list_move_tail(gone, &l->link);
        } else if (!overlaps(l, want)) {
            continue;
        } else if (l->first < want->first && l->last > want->last) {
            *spare = *l;
            spare->first = want->last + 1;
            l->last = want->first - 1;
            list_insert_tail(&locks->ranges, &spare->link);
            used = true;
        } else if (l->first < want->first) {
            l->last = want->first - 1;
        } else if (l->last > want->last) {
            l->first = want->last + 1;
        } else {
            list_move_tail(gone, &l->link);
        }
    }
    return used;
}

static void free_list(struct list *gone)
{
    struct list *link;

    while ((link = list_pop_head(gone)))
        kfree(list_entry(link, struct file_lock, link));
}

/*
 * Set WANT, or take it back if UNLOCK.  0, -EAGAIN (a conflict), -ENOLCK.
 *
 * A conflict takes from a flock what it had: two who share a lock, and both want it for
 * themselves, would wait for each other.
 */
static int try_set(struct record_locks *locks, const struct file_lock *want, bool unlock)
{
    struct file_lock *fresh = kmalloc(sizeof(*fresh), GFP_KERNEL);
    struct file_lock *spare = kmalloc(sizeof(*spare), GFP_KERNEL);
    struct list gone = LIST_INIT(gone);
    int err = fresh && spare ? 0 : -ENOLCK;

    if (!err) {
        *fresh = *want;
        spin_lock(&locks->lock);
        if (!unlock && find_conflict_locked(locks, want))
            err = -EAGAIN;
        if ((!err || want->kind == LOCK_WHOLE)
            && carve_locked(locks, fresh, unlock || err, spare, &gone))
            spare = NULL;
        if (!err && !unlock) {
            list_insert_tail(&locks->ranges, &fresh->link);
            fresh = NULL;
        }
        spin_unlock(&locks->lock);
        if (!err || !list_is_empty(&gone))
            wake_up_all(&locks->changed);
    }
    kfree(fresh);
    kfree(spare);
    free_list(&gone);
    return err;
}

/* ---- waiting ---------------------------------------------------------------------------- */

#define CIRCLE_MAX 10                   /* who are further apart wait, as on Linux */

struct wish {
    struct list link;                   /* in wishes                           */
    struct record_locks *locks;
    const struct file_lock *want;
};
static struct list wishes = LIST_INIT(wishes);          /* [wishes_lock] */
static struct spinlock wishes_lock = SPINLOCK_INIT(RANK_FILES, "wanted locks");

static bool has_owner(const struct file_lock *l)
{
    return l->kind == LOCK_RECORD && l->pid != OFD_LOCK;
}

static const struct wish *find_wish_locked(const void *owner)
{
    struct wish *w;

    list_for_each_entry(w, &wishes, link)
        if (w->want->owner == owner)
            return w;
    return NULL;
}

/* Whether WISH waits for its own owner, over the others' wishes. */
static bool is_circle_locked(const struct wish *wish)
{
    const struct wish *w = wish;

    for (int i = 0; w && i < CIRCLE_MAX; i++) {
        const void *opponent = find_opponent(w->locks, w->want);

        if (opponent == wish->want->owner)
            return true;
        w = opponent ? find_wish_locked(opponent) : NULL;
    }
    return false;
}

/* List W, unless it would close a circle: then false. */
static bool enter(struct wish *w)
{
    bool may;

    spin_lock(&wishes_lock);
    may = !is_circle_locked(w);
    if (may)
        list_insert_tail(&wishes, &w->link);
    spin_unlock(&wishes_lock);
    return may;
}

static void leave(struct wish *w)
{
    spin_lock(&wishes_lock);
    list_remove(&w->link);
    spin_unlock(&wishes_lock);
}

/* Sleep until who bars the way of WANT is another, or nobody.  0, -EDEADLK, -ERESTARTSYS. */
static int wait_for(struct record_locks *locks, const struct file_lock *want)
{
    struct wish w = { .locks = locks, .want = want };
    const void *opponent = find_opponent(locks, want);
    int err;

    if (!opponent)
        return 0;
    if (has_owner(want) && !enter(&w))
        return -EDEADLK;
    err = wait_event_interruptible(&locks->changed, find_opponent(locks, want) != opponent);
    if (has_owner(want))
        leave(&w);
    return err ? -ERESTARTSYS : 0;
}

/* try_set, waiting for conflicts to go if WAIT.  Also -EDEADLK, -ERESTARTSYS. */
static int set(struct record_locks *locks, const struct file_lock *want, bool unlock, bool wait)
{
    int err;

    while ((err = try_set(locks, want, unlock)) == -EAGAIN && wait) {
        err = wait_for(locks, want);
        if (err)
            break;
    }
    return err;
}

static void drop_owner(struct record_locks *locks, const void *owner, bool whole_too)
{
    struct list gone = LIST_INIT(gone);
    struct file_lock *l, *next;

    spin_lock(&locks->lock);
    list_for_each_entry_safe(l, next, &locks->ranges, link)
        if (l->owner == owner && (whole_too || l->kind == LOCK_RECORD))
            list_move_tail(&gone, &l->link);
    spin_unlock(&locks->lock);
    if (list_is_empty(&gone))
        return;
    free_list(&gone);
    wake_up_all(&locks->changed);
}

/* ---- fcntl ---------------------------------------------------------------------------- */

/* The bytes that LK means. */
static int range_of(struct file *f, const struct flock *lk, struct file_lock *out)
{
    int64_t start = lk->l_start, base = 0, last;

    if (lk->l_whence == SEEK_CUR)
        base = (int64_t)f->pos;
    else if (lk->l_whence == SEEK_END)
        base = (int64_t)inode_size(f->inode);
    else if (lk->l_whence != SEEK_SET)
        return -EINVAL;
    if (__builtin_add_overflow(base, start, &start))
        return -EOVERFLOW;
    if (lk->l_len < 0) {
        if (__builtin_add_overflow(start, lk->l_len, &base))
            return -EINVAL;
        last = start - 1;
        start = base;
    } else if (lk->l_len == 0) {
        last = -1;
    } else if (__builtin_add_overflow(start, lk->l_len - 1, &last)) {
        return -EOVERFLOW;
    }
    if (start < 0)
        return -EINVAL;
    out->first = (uint64_t)start;
    out->last = lk->l_len == 0 ? LAST_BYTE : (uint64_t)last;
    return 0;
}

static void describe(const struct file_lock *l, struct flock *lk)
{
    *lk = (struct flock){ .l_type = F_UNLCK, .l_whence = lk->l_whence, .l_start = lk->l_start,
                          .l_len = lk->l_len, .l_pid = lk->l_pid };
    if (!l)
        return;
    lk->l_type = l->exclusive ? F_WRLCK : F_RDLCK;
    lk->l_whence = SEEK_SET;
    lk->l_start = (int64_t)l->first;
    lk->l_len = l->last == LAST_BYTE ? 0 : (int64_t)(l->last - l->first + 1);
    lk->l_pid = l->pid;
}

static void describe_found(struct record_locks *locks, const struct file_lock *want,
                           struct flock *lk)
{
    spin_lock(&locks->lock);
    describe(lk->l_type == F_UNLCK ? find_own_locked(locks, want)
                                   : find_conflict_locked(locks, want), lk);
    spin_unlock(&locks->lock);
}

/* In Linux's order. */
static int check_record(struct file *f, int cmd, const struct flock *lk, int pid,
                        struct file_lock *want)
{
    bool set = cmd == F_SETLK || cmd == F_SETLKW;
    int err;

    if (lk->l_type == F_UNLCK && !set && pid != OFD_LOCK)
        return -EINVAL;
    err = range_of(f, lk, want);
    if (err)
        return err;
    if (lk->l_type != F_RDLCK && lk->l_type != F_WRLCK && lk->l_type != F_UNLCK)
        return -EINVAL;
    if (set && ((lk->l_type == F_RDLCK && !(f->mode & FILE_READ))
                || (lk->l_type == F_WRLCK && !(f->mode & FILE_WRITE))))
        return -EBADF;
    return pid == OFD_LOCK && lk->l_pid != 0 ? -EINVAL : 0;
}

int file_lock_record(struct file *f, int cmd, struct flock *lk, const void *owner, int pid)
{
    struct file_lock want = { .owner = owner, .pid = pid, .kind = LOCK_RECORD,
                              .exclusive = lk->l_type == F_WRLCK };
    int err = check_record(f, cmd, lk, pid, &want);
    struct record_locks *locks;

    if (err)
        return err;
    locks = locks_of(f->inode);
    if (!locks)
        return -ENOLCK;
    if (cmd == F_GETLK) {
        describe_found(locks, &want, lk);
        return 0;
    }
    return set(locks, &want, lk->l_type == F_UNLCK, cmd == F_SETLKW);
}

/* ---- flock ------------------------------------------------------------------------------ */

int file_lock_whole(struct file *f, int op, bool wait)
{
    struct file_lock want = { .owner = f, .kind = LOCK_WHOLE, .last = LAST_BYTE };
    struct record_locks *locks;
    int err;

    locks = locks_of(f->inode);
    if (!locks)
        return -ENOMEM;
    want.exclusive = op == LOCK_EX;
    err = set(locks, &want, op == LOCK_UN, wait);
    return err == -ENOLCK ? -ENOMEM : err;
}

/* ---- letting go ---------------------------------------------------------------------------- */

void file_unlock_owner(struct file *f, const void *owner)
{
    if (f->inode && f->inode->locks)
        drop_owner(f->inode->locks, owner, false);
}

void file_unlock_all(struct file *f)
{
    if (f->inode && f->inode->locks)
        drop_owner(f->inode->locks, f, true);
}

void inode_free_locks(struct inode *inode)
{
    if (!inode->locks)
        return;
    ASSERT(list_is_empty(&inode->locks->ranges));
    kfree(inode->locks);
    inode->locks = NULL;
}
