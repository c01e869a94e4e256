/* SPDX-License-Identifier: MIT */
/*
 * fake_vfs.c - enough of a kernel for a file system to run in a host process.
 */
#include <stdlib.h>
#include <string.h>
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/swap.h"
#include "kernel/cache/writeback.h"
#include "kernel/fs/locks.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/slab.h"
#include "kernel/sched/pressure.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/host/fake_vfs.h"
#include "tests/host/image.h"
#include "tests/host/shim.h"

#define BLOCK 4096u

struct fake_disk fake_disk;
const struct cred fake_root;
const struct cred *fake_cred = &fake_root;

/* ---- memory ------------------------------------------------------------------ */

static struct list free_frames = LIST_INIT(free_frames);
static size_t frames_in_use;

struct page *alloc_pages(gfp_t gfp, unsigned order)
{
    struct list *link;
    struct page *page;

    ASSERT(order == 0 && !port_in_atomic());
    if (!(gfp & __GFP_NOFAIL) && port_should_fail(FAIL_PAGE))
        return NULL;
    link = list_pop_head(&free_frames);
    if (!link)
        return NULL;
    page = list_entry(link, struct page, link);
    page->identity = PAGE_OWNED;
    page->refcount = 1;
    page->flags = 0;
    memset(page_address(page), gfp & __GFP_ZERO ? 0 : 0xa5, PAGE_SIZE);
    frames_in_use++;
    return page;
}

void put_page(struct page *page)
{
    ASSERT(page->refcount > 0);
    if (--page->refcount > 0)
        return;
    ASSERT(page->identity == PAGE_OWNED && !page_test(page, PG_WRITEBACK));
    page->identity = PAGE_FREE;
    memset(page_address(page), 0xd6, PAGE_SIZE);
    list_insert_tail(&free_frames, &page->link);
    frames_in_use--;
}

static size_t live_blocks;

void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
    (void)gfp;
    if (port_should_fail(FAIL_SLAB))
        return NULL;
    live_blocks++;
    return calloc(n, size);
}

void *kzalloc(size_t size, gfp_t gfp)
{
    return kcalloc(1, size, gfp);
}

void kfree(void *p)
{
    live_blocks -= p != NULL;
    free(p);
}

struct kmem_cache {
    size_t size, live;
    const char *name;
};
static struct kmem_cache caches[8];
static size_t ncaches;

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
                                     uint32_t flags, void (*ctor)(void *obj))
{
    (void)align, (void)flags;
    ASSERT(!ctor && ncaches < ARRAY_SIZE(caches));
    caches[ncaches] = (struct kmem_cache){ .size = size, .name = name };
    return &caches[ncaches++];
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
    if ((gfp & __GFP_RECLAIM) && port_in_atomic())
        panic("%s: an allocation that may sleep in atomic context", cache->name);
    if (!(gfp & __GFP_NOFAIL) && port_should_fail(FAIL_SLAB))
        return NULL;
    cache->live++;
    return malloc(cache->size);
}

void kmem_cache_free(struct kmem_cache *cache, void *obj)
{
    cache->live--;
    free(obj);
}

void lru_add(struct page *page)
{
    page_set(page, PG_LRU);
}

/* ---- there is no swap ---------------------------------------------------------- */

void swap_cache_bind(struct page *page, uint64_t entry)
{
    panic("page %p to be bound to swap entry %lx", (void *)page, entry);
}

void swap_cache_unbind(struct page *page)
{
    panic("page %p has a swap entry", (void *)page);
}

void swap_cache_remove(struct page *page)
{
    panic("page %p has a swap entry", (void *)page);
}

bool swap_cache_replace(struct page *old, struct page *new)
{
    panic("page %p, to be replaced by %p, has a swap entry", (void *)old, (void *)new);
}

/* Nothing is on a list of evictable pages here. */
void lru_replace(struct page *old, struct page *new)
{
    (void)old;
    (void)new;
}

void swap_put(uint64_t entry)
{
    panic("swap entry %lx put", entry);
}

bool swap_area_has(const struct swap_area *area, uint64_t entry)
{
    panic("swap area %p asked for entry %lx", (const void *)area, entry);
}

/* ---- one thread -------------------------------------------------------------- */

static bool disk_run_one(void);

void schedule(void)
{
    ASSERT(!port_in_atomic());
    if (!disk_run_one())
        panic("sleeping, and nothing will ever wake us");
}

bool pressure_enter(enum pressure_kind k)
{
    (void)k;
    return false;
}

void pressure_leave(enum pressure_kind k, bool began)
{
    (void)k;
    (void)began;
}

void cond_resched(void)
{
    ASSERT(!port_in_atomic());
}

void wait_queue_init(struct wait_queue *wq)
{
    list_init(&wq->waiters);
}

void wait_begin(struct wait_queue *wq, struct waiter *w, enum thread_state s)
{
    (void)wq, (void)w, (void)s;
}

void wait_end(struct wait_queue *wq, struct waiter *w)
{
    (void)wq, (void)w;
}

void wake_waiters(struct wait_queue *wq, bool all)
{
    (void)wq, (void)all;
}

void rwsem_init(struct rwsem *s, enum lock_rank rank, const char *name)
{
    *s = (struct rwsem){ .rank = (uint8_t)rank, .name = name };
}

void rwsem_read_lock(struct rwsem *s)
{
    rank_acquire(s->rank, s->name);
    ASSERT(turns_try_read(&s->turns));
}

void rwsem_read_unlock(struct rwsem *s)
{
    ASSERT(turns_end_read(&s->turns));
    rank_release(s->rank, s->name);
}

static void write_lock(struct rwsem *s)
{
    ASSERT(turns_try_write(&s->turns));
}

void rwsem_write_lock(struct rwsem *s)
{
    rank_acquire(s->rank, s->name);
    write_lock(s);
}

void rwsem_write_lock_nested(struct rwsem *s)
{
    rank_acquire_pair(s->rank, s->name);
    write_lock(s);
}

void rwsem_write_unlock(struct rwsem *s)
{
    ASSERT(turns_end_write(&s->turns));
    rank_release(s->rank, s->name);
}

/* A clock that never stands still and has odd nanoseconds. */
static uint64_t clock = 1700000000000000000;

/* Nobody has a limit. */
uint64_t inode_max_size(const struct inode *inode)
{
    return inode->sb->max_size;
}

uint64_t clock_realtime_ns(void)
{
    return clock += 1000003;
}

uint64_t clock_monotonic_ns(void)
{
    return clock_realtime_ns();
}

/* ---- the disk ---------------------------------------------------------------- */

static struct list in_flight = LIST_INIT(in_flight);

void bio_init(struct bio *bio, struct block_device *dev, enum bio_op op, uint64_t sector,
              struct bio_segment *segs, unsigned max_segs)
{
    *bio = (struct bio){ .dev = dev, .op = op, .sector = sector, .segs = segs,
                         .max_segs = (uint16_t)max_segs };
    list_init(&bio->link);
}

bool bio_add_page(struct bio *bio, struct page *page, uint32_t offset, uint32_t len)
{
    if (bio->nsegs == bio->max_segs || bio->nsectors + len / SECTOR_SIZE > bio->dev->max_sectors)
        return false;
    bio->segs[bio->nsegs++] = (struct bio_segment){ page, offset, len };
    bio->nsectors += len / SECTOR_SIZE;
    return true;
}

static int transfer(enum bio_op op, uint64_t sector, uint8_t *memory, size_t len)
{
    uint64_t block = sector * SECTOR_SIZE / BLOCK;
    uint64_t bad = op == BIO_READ ? fake_disk.bad_read : fake_disk.bad_write;
    uint8_t *place = fake_disk.bytes + sector * SECTOR_SIZE;

    ASSERT(sector + len / SECTOR_SIZE <= fake_disk.dev.capacity);
    fake_disk.reads += op == BIO_READ;
    fake_disk.writes += op == BIO_WRITE;
    if (port_should_fail(FAIL_DISK) || (bad && block == bad)) {
        fake_disk.failed++;
        return -EIO;
    }
    if (op == BIO_READ)
        memcpy(memory, place, len);
    else
        memcpy(place, memory, len);
    return 0;
}

static void carry_out(struct bio *bio)
{
    uint64_t sector = bio->sector;
    int err = 0;

    bio->failed = 0;
    for (unsigned i = 0; i < bio->nsegs; i++) {
        struct bio_segment *s = &bio->segs[i];

        if (transfer(bio->op, sector, (uint8_t *)page_address(s->page) + s->offset, s->len)) {
            bio->failed |= 1UL << i;
            err = -EIO;
        }
        sector += s->len / SECTOR_SIZE;
    }
    list_remove(&bio->link);
    fake_disk.in_flight--;
    bio->end(bio, err);
}

/* End one transfer, whichever; false: there is none. */
static bool disk_run_one(void)
{
    struct list *link = in_flight.next;

    if (list_is_empty(&in_flight))
        return false;
    for (uint64_t n = port_random() % list_length(&in_flight); n > 0; n--)
        link = link->next;
    carry_out(list_entry(link, struct bio, link));
    return true;
}

static void check_no_overlap(const struct bio *bio)
{
    struct bio *other;

    list_for_each_entry(other, &in_flight, link)
        if (other->sector < bio->sector + bio->nsectors &&
            bio->sector < other->sector + other->nsectors &&
            (bio->op == BIO_WRITE || other->op == BIO_WRITE))
            panic("block %lu is on its way twice", bio->sector * SECTOR_SIZE / BLOCK);
}

void block_submit(struct bio *bio)
{
    ASSERT(!port_in_atomic() && bio->nsegs > 0);
    if (!fake_disk.may_overlap)
        check_no_overlap(bio);
    list_insert_tail(&in_flight, &bio->link);
    fake_disk.transfers++;
    if (++fake_disk.in_flight > fake_disk.max_in_flight)
        fake_disk.max_in_flight = fake_disk.in_flight;
    while (fake_disk.at_once && disk_run_one())
        ;
}

void block_submit_list(struct list *list)
{
    struct list *link;

    while ((link = list_pop_head(list)))
        block_submit(list_entry(link, struct bio, link));
}

int block_rw_sync(struct block_device *dev, enum bio_op op, uint64_t sector, void *buf,
                  size_t len)
{
    ASSERT(dev == &fake_disk.dev && !port_in_atomic());
    return transfer(op, sector, buf, len);
}

int block_flush(struct block_device *dev)
{
    ASSERT(dev == &fake_disk.dev && !port_in_atomic());
    fake_disk.flushes++;
    return 0;
}

static void open_disk(const char *image)
{
    size_t size;

    fake_disk = (struct fake_disk){ .bytes = image_map(image, &size) };
    strcpy(fake_disk.dev.name, "fake");
    fake_disk.dev.capacity = size / SECTOR_SIZE;
    fake_disk.dev.max_sectors = 256;
    fake_disk.dev.max_segs = 64;
}

/* ---- its blocks in the page cache ---------------------------------------------- */

static struct address_space meta;

static int meta_read_page(struct address_space *as, struct page *page)
{
    (void)as;
    if (block_rw_sync(&fake_disk.dev, BIO_READ, page->index * (BLOCK / SECTOR_SIZE),
                      page_address(page), BLOCK) != 0)
        return -EIO;
    page_set(page, PG_UPTODATE);
    return 0;
}

static void meta_read_pages(struct address_space *as, struct page **pages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int err = meta_read_page(as, pages[i]);

        page_cache_end_read(pages[i], err);
    }
}

struct meta_write {
    struct bio bio;
    struct bio_segment seg;
};

static void meta_write_end(struct bio *bio, int error)
{
    page_cache_end_writeback(bio->segs[0].page, error);
    free(container_of(bio, struct meta_write, bio));
}

static void meta_write_pages(struct address_space *as, struct page **pages, size_t n)
{
    (void)as;
    for (size_t i = 0; i < n; i++) {
        struct meta_write *w = malloc(sizeof(*w));

        bio_init(&w->bio, &fake_disk.dev, BIO_WRITE, pages[i]->index * (BLOCK / SECTOR_SIZE),
                 &w->seg, 1);
        bio_add_page(&w->bio, pages[i], 0, BLOCK);
        w->bio.end = meta_write_end;
        block_submit(&w->bio);
    }
}

static const struct address_space_operations meta_ops = {
    .read_page = meta_read_page,
    .read_pages = meta_read_pages,
    .change_begin = page_cache_no_bracket,
    .change_end = page_cache_no_bracket_end,
    .make_room = page_cache_no_room,
    .write_pages = meta_write_pages,
    .forget_page = page_cache_no_forget,
    .forget_swapped = page_cache_nothing_swapped,
    .locate = page_cache_no_place,
};

struct address_space *bdev_mapping(struct block_device *dev)
{
    ASSERT(dev == &fake_disk.dev);
    return &meta;
}

/* ---- writeback ----------------------------------------------------------------- */

static void write_run(struct address_space *as, struct page **run, size_t n)
{
    if (n > 0)
        as->ops->write_pages(as, run, n);
    for (size_t i = 0; i < n; i++)
        put_page(run[i]);
}

static void start_writing(struct address_space *as, pgoff_t index, pgoff_t end)
{
    struct page *run[24], *page;
    size_t n = 0;

    while ((page = radix_next(&as->pages, &index, RADIX_DIRTY)) && index <= end) {
        get_page(page);
        page_lock(page);
        page_wait_writeback(page);
        if (page_cache_begin_writeback(as, page)) {
            if (n == ARRAY_SIZE(run) || (n > 0 && run[n - 1]->index + 1 != page->index)) {
                write_run(as, run, n);
                n = 0;
            }
            run[n++] = page;
            page_unlock(page);
        } else {
            page_unlock(page);
            put_page(page);
        }
        if (++index == 0)
            break;
    }
    write_run(as, run, n);
}

int file_check_errors(struct file *f)
{
    return errseq_check(&f->inode->mapping->wb_errors, &f->wb_seen);
}

int writeback_range(struct address_space *as, pgoff_t start, pgoff_t end, bool wait)
{
    pgoff_t index = start;
    struct page *page;

    page_cache_retry_failed(as, start, end);
    start_writing(as, start, end);
    while (wait && (page = radix_next(&as->pages, &index, RADIX_PRESENT)) && index <= end) {
        page_wait_writeback(page);
        if (++index == 0)
            break;
    }
    return wait && page_cache_has_failed(as, start, end) ? -EIO : 0;
}

void writeback_note_end(struct address_space *as, int error)
{
    if (error)
        errseq_set(&as->wb_errors, error);
}

void writeback_throttle(void)
{
}

void writeback_note_room(void)
{
}

void writeback_note_mapping(struct address_space *as)
{
    (void)as;
}

void writeback_note_inode(void)
{
}

void writeback_hurry_inodes(void)
{
}

void writeback_forget(struct address_space *as)
{
    (void)as;
}

void writeback_set_inode_writer(bool (*write_inodes)(uint64_t older_than))
{
    (void)write_inodes;
}

/* ---- files --------------------------------------------------------------------- */

const struct file_operations file_ops_default;

void inode_init_special(struct inode *inode, dev_t rdev)
{
    inode->rdev = rdev;
}

void inode_free_locks(struct inode *inode)
{
    (void)inode;
}

ssize_t file_op_read_cache(struct file *f, struct uio *uio, uint64_t *pos)
{
    return page_cache_read_iter(f->inode->mapping, pos, inode_size(f->inode), &f->ra, uio);
}

static void grow(struct inode *inode, uint64_t size)
{
    inode_set_size(inode, size);
}

ssize_t file_op_write_cache(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct inode *inode = f->inode;
    ssize_t n;

    if (*pos >= inode->sb->max_size)
        return -EFBIG;
    rwsem_write_lock(&inode->lock);
    n = page_cache_write_iter(inode->mapping, pos, inode->size, uio, grow);
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
    rwsem_write_unlock(&inode->lock);
    return n;
}

ssize_t file_op_read_refuse(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EINVAL;
}

ssize_t file_op_read_isdir(struct file *f, struct uio *uio, uint64_t *pos)
{
    (void)f, (void)uio, (void)pos;
    return -EISDIR;
}

ssize_t file_op_write_refuse(struct file *f, struct uio *uio, uint64_t *pos)
{
    return file_op_read_refuse(f, uio, pos);
}

int64_t file_op_seek_size(struct file *f, int64_t offset, int whence)
{
    (void)f, (void)offset, (void)whence;
    return -EINVAL;
}

int file_op_iterate_notdir(struct file *f, struct dir_context *ctx)
{
    (void)f, (void)ctx;
    return -ENOTDIR;
}

uint32_t file_op_poll_ready(struct file *f, struct poll_table *pt)
{
    (void)f, (void)pt;
    return 0;
}

int file_op_ioctl_refuse(struct file *f, uint32_t cmd, uintptr_t arg)
{
    (void)f, (void)cmd, (void)arg;
    return -ENOTTY;
}

int file_op_mmap_cache(struct file *f, struct mmap_request *req)
{
    (void)f, (void)req;
    return 0;
}

int file_op_mmap_refuse(struct file *f, struct mmap_request *req)
{
    (void)f, (void)req;
    return -ENODEV;
}

int file_op_open_accept(struct inode *inode, struct file *f)
{
    (void)inode, (void)f;
    return 0;
}

void file_op_release_nothing(struct file *f)
{
    (void)f;
}

int file_op_flush_nothing(struct file *f)
{
    (void)f;
    return 0;
}

int file_op_fallocate_refuse(struct file *f, int mode, uint64_t off, uint64_t len)
{
    (void)f, (void)mode, (void)off, (void)len;
    return -EOPNOTSUPP;
}

/* ---- mounting ------------------------------------------------------------------ */

static struct file_system_type *type;

void filesystem_register(struct file_system_type *t)
{
    type = t;
}

void super_op_no_options(struct super_block *sb, char *buf, size_t size)
{
    (void)sb, (void)size;
    buf[0] = '\0';
}

struct super_block *super_create(const struct file_system_type *t, struct block_device *dev,
                                 uint32_t flags)
{
    struct super_block *sb = kzalloc(sizeof(*sb), GFP_KERNEL);

    if (!sb)
        return NULL;
    sb->type = t;
    sb->bdev = dev;
    sb->flags = flags;
    list_init(&sb->inodes);
    return sb;
}

/* Nobody refers to an inode any more but what the cache keeps. */
void super_destroy(struct super_block *sb)
{
    size_t left = inode_evict_unused(sb);

    ASSERT(left == 0);
    kfree(sb);
}

void fs_op_begin(struct super_block *sb, unsigned credits)
{
    (void)credits;
    rank_acquire_pair(RANK_FS_OP, "fs op");
    sb->fs_ops++;
}

void fs_op_end(struct super_block *sb)
{
    sb->fs_ops--;
    rank_release(RANK_FS_OP, "fs op");
}

void super_stop(struct super_block *sb)
{
    sb->internal_flags |= SB_STOPPED;
}

int fake_mount(uint32_t flags, struct super_block **sb)
{
    int err = type->mount(type, &fake_disk.dev, flags, NULL, sb);

    if (err)
        page_cache_truncate(&meta, 0, UINT64_MAX);
    return err;
}

int fake_remount(struct super_block *sb, uint32_t flags)
{
    int err = fake_sync(sb);

    if (!err)
        err = sb->ops->remount(sb, flags, NULL);
    if (!err)
        sb->flags = flags;
    return err;
}

int fake_sync(struct super_block *sb)
{
    int err = inode_sync_all(sb, true), e = sb->ops->sync(sb, true);

    return err ? err : e;
}

int fake_unmount(struct super_block *sb)
{
    int err = fake_sync(sb);

    if (inode_evict_unused(sb) > 1)
        return -EBUSY;
    inode_put(sb->root);
    sb->ops->unmount(sb);
    super_destroy(sb);
    while (disk_run_one())
        ;
    page_cache_truncate(&meta, 0, UINT64_MAX);
    return err;
}

void fake_drop_caches(struct super_block *sb)
{
    struct inode *inode;

    fake_sync(sb);
    while (disk_run_one())
        ;
    list_for_each_entry(inode, &sb->inodes, sb_link)
        page_cache_invalidate(&inode->data, 0, UINT64_MAX);
    inode_cache_shrink(SIZE_MAX);
    page_cache_invalidate(&meta, 0, UINT64_MAX);
}

void fake_start(const char *image, size_t npages)
{
    static bool once;

    shim_ram_create(0x80000, npages);
    for (size_t i = 0; i < npages; i++) {
        frames.pages[i].identity = PAGE_FREE;
        list_insert_tail(&free_frames, &frames.pages[i].link);
    }
    open_disk(image);
    if (!once) {
        page_cache_init();
        inode_cache_init();
    }
    once = true;
    address_space_init(&meta, NULL, &meta_ops, GFP_NOFS, true);
    meta.metadata = true;
}

void fake_stop(void)
{
    while (disk_run_one())
        ;
    page_cache_truncate(&meta, 0, UINT64_MAX);
    address_space_fini(&meta);
    if (frames_in_use || live_blocks)
        panic("%zu pages and %zu blocks of memory left behind", frames_in_use, live_blocks);
    for (size_t i = 0; i < ncaches; i++)
        if (caches[i].live)
            panic("%zu objects of %s left behind", caches[i].live, caches[i].name);
    if (shim_locks_held())
        panic("%u locks left behind", shim_locks_held());
    image_unmap(fake_disk.bytes, fake_disk.dev.capacity * SECTOR_SIZE);
    list_init(&free_frames);
    shim_ram_destroy();
}

/* ---- operations ------------------------------------------------------------------ */

int fake_lookup(struct inode *dir, const char *name, struct inode **child)
{
    int err;

    rwsem_read_lock(&dir->lock);
    err = dir->ops->lookup(dir, name, strlen(name), child);
    rwsem_read_unlock(&dir->lock);
    return err;
}

static void change_begin(struct inode *dir)
{
    rwsem_write_lock(&dir->lock);
    fs_op_begin(dir->sb, 16);
}

static void change_end(struct inode *dir)
{
    fs_op_end(dir->sb);
    rwsem_write_unlock(&dir->lock);
}

int fake_create(struct inode *dir, const char *name, uint32_t mode, dev_t rdev,
                struct inode **child)
{
    int err;

    change_begin(dir);
    err = dir->ops->create(dir, name, strlen(name), mode, rdev, fake_cred, child);
    change_end(dir);
    return err;
}

int fake_mkdir(struct inode *dir, const char *name, struct inode **child)
{
    int err;

    change_begin(dir);
    err = dir->ops->mkdir(dir, name, strlen(name), 0755, fake_cred, child);
    change_end(dir);
    return err;
}

int fake_symlink(struct inode *dir, const char *name, const char *target, struct inode **child)
{
    int err;

    change_begin(dir);
    err = dir->ops->symlink(dir, name, strlen(name), target, fake_cred, child);
    change_end(dir);
    return err;
}

/* The same with a second inode locked. */
static int change_name(struct inode *dir, const char *name, struct inode *child,
                       int (*op)(struct inode *dir, const char *name, size_t len,
                                 struct inode *child))
{
    int err;

    rwsem_write_lock(&dir->lock);
    rwsem_write_lock_nested(&child->lock);
    fs_op_begin(dir->sb, 16);
    err = op(dir, name, strlen(name), child);
    fs_op_end(dir->sb);
    rwsem_write_unlock(&child->lock);
    rwsem_write_unlock(&dir->lock);
    return err;
}

int fake_link(struct inode *dir, const char *name, struct inode *target)
{
    return change_name(dir, name, target, dir->ops->link);
}

int fake_unlink(struct inode *dir, const char *name, struct inode *child)
{
    return change_name(dir, name, child, dir->ops->unlink);
}

int fake_rmdir(struct inode *dir, const char *name, struct inode *child)
{
    return change_name(dir, name, child, dir->ops->rmdir);
}

int fake_rename(struct inode *from, const char *oname, struct inode *child, struct inode *to,
                const char *nname, struct inode *victim, uint32_t flags)
{
    int err;

    rwsem_write_lock(&from->lock);
    if (to != from)
        rwsem_write_lock_nested(&to->lock);
    if (victim)
        rwsem_write_lock_nested(&victim->lock);
    fs_op_begin(from->sb, 32);
    err = from->ops->rename(from, oname, strlen(oname), child, to, nname, strlen(nname), victim,
                            flags);
    fs_op_end(from->sb);
    if (victim)
        rwsem_write_unlock(&victim->lock);
    if (to != from)
        rwsem_write_unlock(&to->lock);
    rwsem_write_unlock(&from->lock);
    return err;
}

int fake_truncate(struct inode *inode, uint64_t size)
{
    int err;

    rwsem_write_lock(&inode->lock);
    rwsem_write_lock(&inode->data.invalidate);
    fs_op_begin(inode->sb, 16);
    err = inode->ops->truncate(inode, size);
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
    fs_op_end(inode->sb);
    rwsem_write_unlock(&inode->data.invalidate);
    rwsem_write_unlock(&inode->lock);
    return err;
}

int fake_allocate(struct inode *inode, int mode, uint64_t off, uint64_t len)
{
    struct file f = { .inode = inode, .ops = inode->fops };
    int err;

    rwsem_write_lock(&inode->lock);
    err = f.ops->fallocate(&f, mode, off, len);
    inode->mtime = inode->ctime = inode_now();
    inode_mark_dirty(inode);
    rwsem_write_unlock(&inode->lock);
    return err;
}

ssize_t fake_read(struct inode *inode, void *buf, size_t n, uint64_t pos)
{
    struct file f = { .inode = inode, .ops = inode->fops };
    struct uio_segment seg;
    struct uio uio;

    uio_init_kernel(&uio, &seg, buf, n);
    return f.ops->read(&f, &uio, &pos);
}

ssize_t fake_write(struct inode *inode, const void *buf, size_t n, uint64_t pos)
{
    struct file f = { .inode = inode, .ops = inode->fops };
    struct uio_segment seg;
    struct uio uio;

    uio_init_kernel(&uio, &seg, (void *)buf, n);
    return f.ops->write(&f, &uio, &pos);
}

int fake_fsync(struct inode *inode)
{
    struct file f = {
        .inode = inode, .ops = inode->fops, .wb_seen = errseq_sample(&inode->mapping->wb_errors),
    };

    return f.ops->fsync(&f, false);
}

int fake_iterate(struct inode *dir, struct dir_context *ctx)
{
    struct file f = { .inode = dir, .ops = dir->fops };
    int err;

    rwsem_read_lock(&dir->lock);
    err = f.ops->iterate(&f, ctx);
    rwsem_read_unlock(&dir->lock);
    return err;
}
