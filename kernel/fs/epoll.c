/* SPDX-License-Identifier: MIT */
/*
 * epoll.c - sets of open files that are waited for together.
 *
 * A member subscribes to the wait queues of its file for as long as it is one.  A wake-up of
 * such a queue only puts the member on its set's list of those to look at, and wakes who
 * waits for the set.  He asks the files on the list, and no others, what they have.
 *
 *      file's queue --notify--> list `ready` --harvest--> poll the file --> events
 *                                   ^                          |
 *                                   +---- level: once more ----+
 *
 * A member that has nothing leaves the list until it is notified again; so does one that
 * reports changes only (EPOLLET), or once (EPOLLONESHOT).  It leaves before its file is
 * asked: what happens in between puts it back.
 *
 * Locks, in this order:
 *   members_lock  who is in which set, for all sets; sleeping
 *   set->lock     one set's members and what they wait for; held while their files are
 *                 asked.  A set in a set is asked with the outer one locked; there is no
 *                 circle, since members_lock is held while one is made and looked for.
 *   (a file's wait queue, when it notifies)
 *   ready_lock    the lists `ready` and `outer` of all sets: one lock, because a set that
 *                 becomes ready makes the sets around it ready as well
 *   set->changed  who waits for the set
 *
 * A member has no reference to its file.  Whoever closes the file for good comes through
 * epoll_forget before anything of it goes, and has to take set->lock: so while a harvest
 * holds that lock, each file of the set can be asked.  He looks for members without a lock:
 * one that leaves takes itself off file->watchers last, when it needs the file no more.
 *
 * A set is freed by its own last close, under members_lock, which keeps it from an
 * epoll_forget that has found it by one of its members; before that it has left the sets
 * around it by an epoll_forget of its own.
 */
#include "kernel/fs/epoll.h"
#include "kernel/fs/anon_file.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/abi/poll.h"
#include "lib/bitops.h"
#include "lib/rbtree.h"

#define MAX_QUEUES 2                    /* that one file waits on              */
#define MAX_NESTING 4                   /* sets below a set                    */

#define HOW (EPOLLEXCLUSIVE | EPOLLWAKEUP | EPOLLONESHOT | EPOLLET)
#define WITH_EXCLUSIVE (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP | HOW)

struct epoll {
    struct mutex lock;                  /* RANK_EPOLL                              */
    struct rb_root members;             /* by file, then number                [l] */
    struct list inner;                  /* members that are sets    [members_lock] */
    struct list outer;                  /* of other sets: this one [members_lock+ready_lock] */
    struct list ready;                  /* members to look at         [ready_lock] */
    struct wait_queue changed;          /* RANK_EPOLL_WAIT                         */
    uint64_t wave;                      /* the last to come by        [ready_lock] */
    uint64_t visit;                     /* the last walk to come by [members_lock] */
    int depth;                          /* what it found                           */
};

struct subscription {
    struct waiter waiter;
    struct wait_queue *wq;
    struct epoll_member *member;
};

struct epoll_member {
    struct rb_node node;
    struct epoll *set;                  /*                                     [c] */
    struct file *file;                  /* not referenced                      [c] */
    int fd;                             /*                                     [c] */
    uint32_t events;                    /* wanted, and HOW; none: told once [l, a] */
    uint64_t data;                      /*                                     [l] */
    bool is_ready;                      /* on a list of its set's     [ready_lock] */
    struct list ready_link;
    struct list inner_link, outer_link; /* of a set in a set                       */
    struct epoll_member *next;          /* of the same file         [members_lock] */
    size_t nqueues;                     /*                                     [c] */
    struct subscription queues[MAX_QUEUES];
};

static struct mutex members_lock;       /* RANK_EPOLL_MEMBERS */
static struct spinlock ready_lock = SPINLOCK_INIT(RANK_EPOLL_READY, "epoll");
static uint64_t wave;                   /* [ready_lock] */
static uint64_t visit;                  /* [members_lock] */

/* ---- becoming ready --------------------------------------------------------------------- */

static uint32_t wanted(const struct epoll_member *m)
{
    return __atomic_load_n(&m->events, __ATOMIC_RELAXED) & ~HOW;
}

/* ready_lock is held.  From a file outwards there may be many ways to a set, but it is gone
 * through once in a wave. */
static void set_ready(struct epoll_member *m)
{
    struct epoll *set = m->set;
    struct epoll_member *outer;

    if (!wanted(m))
        return;
    if (!m->is_ready) {
        m->is_ready = true;
        list_insert_tail(&set->ready, &m->ready_link);
    }
    wake_up_one(&set->changed);
    if (set->wave == wave)
        return;
    set->wave = wave;
    list_for_each_entry(outer, &set->outer, outer_link)
        set_ready(outer);
}

static void make_ready(struct epoll_member *m)
{
    uint64_t flags = spin_lock_irqsave(&ready_lock);

    wave++;
    set_ready(m);
    spin_unlock_irqrestore(&ready_lock, flags);
}

/* A queue was woken.  Any context, the queue is locked. */
static void notify(struct waiter *w)
{
    make_ready(container_of(w, struct subscription, waiter)->member);
}

/* The next member to look at, which is not on the list any more; NULL: none. */
static struct epoll_member *take_ready(struct epoll *set)
{
    uint64_t flags = spin_lock_irqsave(&ready_lock);
    struct list *link = list_pop_head(&set->ready);
    struct epoll_member *m = link ? list_entry(link, struct epoll_member, ready_link) : NULL;

    if (m)
        m->is_ready = false;
    spin_unlock_irqrestore(&ready_lock, flags);
    return m;
}

/* M is to be looked at again: on the list AGAIN, unless it was notified meanwhile. */
static void look_again(struct epoll_member *m, struct list *again)
{
    uint64_t flags = spin_lock_irqsave(&ready_lock);

    if (!m->is_ready) {
        m->is_ready = true;
        list_insert_tail(again, &m->ready_link);
    }
    spin_unlock_irqrestore(&ready_lock, flags);
}

/* What M's file has of what is wanted.  The set is locked. */
static uint32_t ask(struct epoll_member *m)
{
    return m->file->ops->poll(m->file, NULL) & wanted(m);
}

/* A set is readable while a member has events: what has none leaves the list. */
static uint32_t epoll_poll(struct file *f, struct poll_table *pt)
{
    struct epoll *set = f->private;
    struct epoll_member *m;
    uint32_t mask = 0;

    poll_wait(pt, &set->changed);
    mutex_lock_nested(&set->lock);
    while (!mask && (m = take_ready(set))) {
        if (ask(m)) {
            look_again(m, &set->ready);
            mask = POLLIN | POLLRDNORM;
        }
    }
    mutex_unlock(&set->lock);
    return mask;
}

/* ---- members ---------------------------------------------------------------------------- */

/* Where (F, FD) is among the members, or its place. */
static struct epoll_member *find(struct epoll *set, const struct file *f, int fd,
                                 struct rb_node **parent, struct rb_node ***link)
{
    *parent = NULL;
    *link = &set->members.top;
    while (**link) {
        struct epoll_member *m = rb_entry(**link, struct epoll_member, node);
        bool left = f != m->file ? (uintptr_t)f < (uintptr_t)m->file : fd < m->fd;

        if (f == m->file && fd == m->fd)
            return m;
        *parent = **link;
        *link = left ? &(**link)->left : &(**link)->right;
    }
    return NULL;
}

struct member_table {
    struct poll_table table;
    struct epoll_member *member;
};

static void subscribe(struct poll_table *pt, struct wait_queue *wq)
{
    struct epoll_member *m = container_of(pt, struct member_table, table)->member;
    struct subscription *sub = &m->queues[m->nqueues++];

    ASSERT(m->nqueues <= MAX_QUEUES);
    *sub = (struct subscription){ .waiter.notify = notify, .wq = wq, .member = m };
    wait_subscribe(wq, &sub->waiter);
}

/* Let M be notified from now on.  A set tells the sets around it, without a queue. */
static void watch(struct epoll_member *m)
{
    struct member_table t = { .table.wait = subscribe, .member = m };
    struct epoll *inner = m->file->private;
    uint64_t flags;

    m->next = m->file->watchers;
    m->file->watchers = m;
    if (!file_is_epoll(m->file)) {
        m->file->ops->poll(m->file, &t.table);
        return;
    }
    list_insert_tail(&m->set->inner, &m->inner_link);
    flags = spin_lock_irqsave(&ready_lock);
    list_insert_tail(&inner->outer, &m->outer_link);
    spin_unlock_irqrestore(&ready_lock, flags);
}

static void unwatch(struct epoll_member *m)
{
    struct epoll_member **at = &m->file->watchers;
    uint64_t flags;

    for (size_t i = 0; i < m->nqueues; i++)
        wait_unsubscribe(m->queues[i].wq, &m->queues[i].waiter);
    flags = spin_lock_irqsave(&ready_lock);
    if (file_is_epoll(m->file)) {
        list_remove(&m->inner_link);
        list_remove(&m->outer_link);
    }
    if (m->is_ready)
        list_remove(&m->ready_link);
    spin_unlock_irqrestore(&ready_lock, flags);
    while (*at != m)
        at = &(*at)->next;
    __atomic_store_n(at, m->next, __ATOMIC_RELEASE);    /* the file may be freed from here on */
}

/* members_lock and the set's are held. */
static void remove(struct epoll_member *m)
{
    unwatch(m);
    rb_erase(&m->set->members, &m->node);
    kfree(m);
}

/*
 * How many sets there are below SET, in the longest line; more than allowed if one is BANNED.
 * There may be many ways to a set: each remembers what this visit has found.
 */
static int depth_below(struct epoll *set, const struct epoll *banned)
{
    struct epoll_member *m;
    int deepest = 0;

    if (set == banned)
        return MAX_NESTING + 1;
    if (set->visit == visit)
        return set->depth;
    list_for_each_entry(m, &set->inner, inner_link)
        deepest = MAX(deepest, 1 + depth_below(m->file->private, banned));
    set->visit = visit;
    return set->depth = deepest;
}

static int depth_above(struct epoll *set)
{
    struct epoll_member *m;
    int highest = 0;

    if (set->visit == visit)
        return set->depth;
    list_for_each_entry(m, &set->outer, outer_link)
        highest = MAX(highest, 1 + depth_above(m->set));
    set->visit = visit;
    return set->depth = highest;
}

/* Whether F may become a member of SET: neither in a circle, nor too deep. */
static bool can_nest(struct epoll *set, const struct file *f)
{
    int below, above;

    if (!file_is_epoll(f))
        return true;
    visit++;
    below = depth_below(f->private, set);
    visit++;
    above = depth_above(set);
    return below + 1 + above <= MAX_NESTING;
}

/* The set is locked.  What is there already is told as well. */
static void change(struct epoll_member *m, const struct epoll_event *event)
{
    __atomic_store_n(&m->events, event->events | EPOLLERR | EPOLLHUP, __ATOMIC_RELAXED);
    m->data = event->data.u64;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (ask(m))
        make_ready(m);
}

/* M, allocated, becomes a member; else it is still the caller's.  Both locks are held. */
static int enter(struct epoll_member *m, const struct epoll_event *event)
{
    struct rb_node *parent, **link;

    if (find(m->set, m->file, m->fd, &parent, &link))
        return -EEXIST;
    rb_insert(&m->set->members, parent, link, &m->node);
    watch(m);
    change(m, event);
    return 0;
}

static int add(struct epoll *set, struct file *f, int fd, const struct epoll_event *event)
{
    struct epoll_member *m = kzalloc(sizeof(*m), GFP_KERNEL);
    int err = -ELOOP;

    if (!m)
        return -ENOMEM;
    m->set = set;
    m->file = f;
    m->fd = fd;
    mutex_lock(&members_lock);
    if (can_nest(set, f)) {
        mutex_lock(&set->lock);
        err = enter(m, event);
        mutex_unlock(&set->lock);
    }
    mutex_unlock(&members_lock);
    if (err)
        kfree(m);
    return err;
}

static int modify(struct epoll *set, struct file *f, int fd, const struct epoll_event *event)
{
    struct rb_node *parent, **link;
    struct epoll_member *m;
    int err = 0;

    mutex_lock(&set->lock);
    m = find(set, f, fd, &parent, &link);
    if (!m)
        err = -ENOENT;
    else if (m->events & EPOLLEXCLUSIVE)
        err = -EINVAL;
    else
        change(m, event);
    mutex_unlock(&set->lock);
    return err;
}

static int delete(struct epoll *set, struct file *f, int fd)
{
    struct rb_node *parent, **link;
    struct epoll_member *m;

    mutex_lock(&members_lock);
    mutex_lock(&set->lock);
    m = find(set, f, fd, &parent, &link);
    if (m)
        remove(m);
    mutex_unlock(&set->lock);
    mutex_unlock(&members_lock);
    return m ? 0 : -ENOENT;
}

int epoll_control(struct file *file, int op, struct file *f, int fd,
                  const struct epoll_event *event)
{
    uint32_t exclusive = op != EPOLL_CTL_DEL ? event->events & EPOLLEXCLUSIVE : 0;

    if (f->ops->poll == file_op_poll_ready)
        return -EPERM;
    if (file == f || !file_is_epoll(file))
        return -EINVAL;
    if (exclusive && (op == EPOLL_CTL_MOD || file_is_epoll(f)
                      || (event->events & ~WITH_EXCLUSIVE)))
        return -EINVAL;
    if (op == EPOLL_CTL_ADD)
        return add(file->private, f, fd, event);
    if (op == EPOLL_CTL_DEL)
        return delete(file->private, f, fd);
    return op == EPOLL_CTL_MOD ? modify(file->private, f, fd, event) : -EINVAL;
}

void epoll_forget(struct file *f)
{
    mutex_lock(&members_lock);
    while (f->watchers) {
        struct epoll *set = f->watchers->set;

        mutex_lock(&set->lock);
        remove(f->watchers);
        mutex_unlock(&set->lock);
    }
    mutex_unlock(&members_lock);
}

/* ---- waiting ---------------------------------------------------------------------------- */

/* Report what M has, if anything.  1, 0, -EFAULT; what it has is not lost then. */
static int report(struct epoll_member *m, struct uio *uio, struct list *again)
{
    struct epoll_event event = { .events = ask(m), .data.u64 = m->data };
    uint32_t how = m->events & HOW;

    if (!event.events)
        return 0;
    if (uio_write(uio, &event, sizeof(event))) {
        look_again(m, again);
        return -EFAULT;
    }
    if (how & EPOLLONESHOT)
        __atomic_store_n(&m->events, how, __ATOMIC_RELAXED);
    else if (!(how & EPOLLET))
        look_again(m, again);
    return 1;
}

/* Report members until MAX have events: how many, or -EFAULT if none.  Those that go on to
 * be ready stand behind the others from now on, and somebody else may be told of them. */
static int harvest(struct epoll *set, struct uio *uio, int max)
{
    struct list again = LIST_INIT(again);
    struct epoll_member *m;
    uint64_t flags;
    int n = 0, r = 0;

    mutex_lock(&set->lock);
    while (n < max && r >= 0 && (m = take_ready(set))) {
        r = report(m, uio, &again);
        n += r > 0;
    }
    flags = spin_lock_irqsave(&ready_lock);
    list_splice_tail(&set->ready, &again);
    if (!list_is_empty(&set->ready))
        wake_up_one(&set->changed);
    spin_unlock_irqrestore(&ready_lock, flags);
    mutex_unlock(&set->lock);
    return n ? n : MIN(r, 0);
}

/* Sleep until a member is to be looked at.  0, -EINTR, or 1: the time is over. */
static int sleep_until_ready(struct epoll *set, uint64_t deadline)
{
    struct waiter w = { .exclusive = true };
    bool in_time = true;

    if (thread_signal_pending())
        return -EINTR;
    wait_begin(&set->changed, &w, THREAD_SLEEPING);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (list_is_empty(&set->ready) && !thread_signal_pending())
        in_time = schedule_until(deadline);
    wait_end(&set->changed, &w);
    return !in_time;
}

int epoll_wait(struct file *f, struct uio *uio, int max, uint64_t deadline)
{
    struct epoll *set = f->private;
    bool over = deadline == 0;
    int n = harvest(set, uio, max);

    while (n == 0 && !over) {
        int slept = sleep_until_ready(set, deadline);

        over = slept > 0;
        n = slept < 0 ? slept : harvest(set, uio, max);
    }
    return n;
}

void epoll_for_each(struct file *f, bool (*fn)(const struct epoll_member_info *m, void *arg),
                    void *arg)
{
    struct epoll *set = f->private;

    mutex_lock(&set->lock);
    rb_for_each(node, &set->members) {
        const struct epoll_member *m = rb_entry(node, struct epoll_member, node);
        struct epoll_member_info info = { m->file, m->fd, { m->events, { .u64 = m->data } } };

        if (!fn(&info, arg))
            break;
    }
    mutex_unlock(&set->lock);
}

/* ---- life ------------------------------------------------------------------------------- */

static void epoll_release(struct file *f)
{
    struct epoll *set = f->private;
    struct rb_node *node;

    mutex_lock(&members_lock);
    mutex_lock(&set->lock);
    while ((node = rb_first(&set->members)))
        remove(rb_entry(node, struct epoll_member, node));
    mutex_unlock(&set->lock);
    mutex_unlock(&members_lock);
    kfree(set);
}

static const struct file_operations epoll_file_ops = {
    FILE_OPS_ANON,
    .read = file_op_read_refuse,
    .write = file_op_write_refuse,
    .seek = file_op_seek_nowhere,
    .poll = epoll_poll,
    .release = epoll_release,
};

bool file_is_epoll(const struct file *f)
{
    return f->ops == &epoll_file_ops;
}

int epoll_create(const struct cred *cred, struct file **out)
{
    struct epoll *set = kzalloc(sizeof(*set), GFP_KERNEL);
    int err;

    if (!set)
        return -ENOMEM;
    mutex_init(&set->lock, RANK_EPOLL, "epoll set");
    rb_init(&set->members, NULL);
    list_init(&set->inner);
    list_init(&set->outer);
    list_init(&set->ready);
    wait_queue_init(&set->changed);
    spin_init(&set->changed.lock, RANK_EPOLL_WAIT, "epoll waiters");
    err = anon_file_create("[eventpoll]", &epoll_file_ops, O_RDWR, set, cred, out);
    if (err)
        kfree(set);
    return err;
}

void epoll_init(void)
{
    mutex_init(&members_lock, RANK_EPOLL_MEMBERS, "epoll members");
}
