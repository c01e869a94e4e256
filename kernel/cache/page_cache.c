/* SPDX-License-Identifier: MIT */
/*
 * page_cache.c - the tree of a mapping's pages: find, add, dirty, remove.
 *
 * Finding takes the tree lock for the length of a walk and returns a reference;
 * whoever needs the page to stay where it is takes the page lock and looks at
 * page->mapping again, because truncation or reclaim may have come in between.
 *
 * Tree nodes come from a kmem cache without sleeping, since the tree lock spins.
 * When there is none at once, the lock is dropped, some are made with sleeping
 * allowed and given back to the cache, and the insertion starts again: with one
 * more each time, since it may need one for every level of the tree.
 */
#include "kernel/cache/page_cache_impl.h"
#include "kernel/cache/swap.h"
#include "kernel/core/counters.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/slab.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/interval.h"

/* How often an insertion starts again for want of nodes, which others may take first. */
#define NODE_RETRIES (2 * RADIX_HEIGHT_MAX)
#define GANG 16
#define LOOK_MAX ((size_t)1024)         /* items that are looked at with the tree locked */

struct page_cache_figures page_cache_figures;
const struct mapping_ops *mapping_ops;
static struct kmem_cache *node_cache;

void mapping_ops_register(const struct mapping_ops *ops)
{
    mapping_ops = ops;
}

static struct radix_node *alloc_node(struct radix_tree *tree)
{
    (void)tree;
    return kmem_cache_alloc(node_cache, GFP_NOWAIT | __GFP_NOWARN);
}

static void free_node(struct radix_tree *tree, struct radix_node *node)
{
    (void)tree;
    kmem_cache_free(node_cache, node);
}

/* Have N nodes at hand for alloc_node: all at the same time, or it would be one N times.  0 or
 * -ENOMEM. */
static int set_nodes_aside(int n, gfp_t gfp)
{
    void *node = NULL, *last = NULL;

    for (; n > 0; n--) {
        node = kmem_cache_alloc(node_cache, gfp & ~(__GFP_MOVABLE | __GFP_ZERO));
        if (!node)
            break;
        *(void **)node = last;
        last = node;
    }
    while ((node = last)) {
        last = *(void **)node;
        kmem_cache_free(node_cache, node);
    }
    return n > 0 ? -ENOMEM : 0;
}

void address_space_init(struct address_space *as, struct inode *host,
                        const struct address_space_operations *ops, gfp_t gfp, bool writes_back)
{
    *as = (struct address_space){
        .host = host, .ops = ops, .gfp = gfp, .writes_back = writes_back,
    };
    radix_init(&as->pages, alloc_node, free_node, NULL);
    spin_init(&as->tree_lock, RANK_PAGE_TREE, "page tree");
    list_init(&as->wb_link);
    rwsem_init(&as->invalidate, RANK_INVALIDATE, "invalidate");
    spin_init(&as->mmap_lock, RANK_RMAP, "mappings of a file");
    interval_tree_init(&as->mmap_tree);
}

bool page_cache_is_empty(struct address_space *as)
{
    bool is_empty;

    spin_lock(&as->tree_lock);
    is_empty = radix_is_empty(&as->pages);
    spin_unlock(&as->tree_lock);
    return is_empty;
}

void address_space_fini(struct address_space *as)
{
    ASSERT(as->npages == 0 && as->nswapped == 0 && radix_is_empty(&as->pages));
    ASSERT(as->ndirty == 0 && !as->wb_listed);
    ASSERT(rb_is_empty(&as->mmap_tree));
}

int page_cache_no_bracket(struct address_space *as)
{
    (void)as;
    return 0;
}

void page_cache_no_bracket_end(struct address_space *as)
{
    (void)as;
}

int page_cache_no_room(struct address_space *as, struct page *page, size_t to)
{
    (void)as, (void)page, (void)to;
    return 0;
}

void page_cache_no_forget(struct address_space *as, struct page *page)
{
    (void)as, (void)page;
}

int page_cache_no_place(struct address_space *as, pgoff_t index, size_t want,
                        struct block_device **dev, uint64_t *sector)
{
    (void)as, (void)index, (void)want, (void)dev, (void)sector;
    return -EINVAL;
}

void page_cache_nothing_swapped(struct address_space *as)
{
    panic("inode of %p has nothing in swap", (void *)as);
}

void page_cache_count(const struct address_space *as, long n)
{
    figure_add(&page_cache_figures.pages, n);
    if (as->metadata)
        figure_add(&page_cache_figures.buffers, n);
    if (!as->writes_back)
        figure_add(&page_cache_figures.shmem, n);
}

/* ---- finding -------------------------------------------------------------- */

struct page *page_cache_find(struct address_space *as, pgoff_t index)
{
    struct page *page;

    spin_lock(&as->tree_lock);
    page = radix_lookup(&as->pages, index);
    if (page_swap_is_entry(page))
        page = NULL;
    if (page)
        get_page(page);
    spin_unlock(&as->tree_lock);
    return page;
}

struct page *page_cache_find_lock(struct address_space *as, pgoff_t index)
{
    struct page *page;

    while ((page = page_cache_find(as, index))) {
        page_lock(page);
        if (page->mapping == as)
            break;
        /* It left the mapping while we waited: what is there now? */
        page_unlock(page);
        put_page(page);
    }
    return page;
}

size_t page_cache_gang(struct address_space *as, pgoff_t index, size_t n, struct page **pages)
{
    size_t found = 0;

    spin_lock(&as->tree_lock);
    while (found < n) {
        struct page *page = radix_next(&as->pages, &index, RADIX_PRESENT);

        if (!page)
            break;
        if (!page_swap_is_entry(page)) {
            get_page(page);
            pages[found++] = page;
        }
        if (++index == 0)
            break;
    }
    spin_unlock(&as->tree_lock);
    return found;
}

/* Whether ITEM of a tree is content, in memory or in swap; if not, there may be a page that
 * somebody fills. */
static bool is_content(const void *item)
{
    return item && (page_swap_is_entry(item) || page_is_uptodate(item));
}

/* The first page from INDEX on that is, or END. */
static pgoff_t find_content_locked(struct address_space *as, pgoff_t index, pgoff_t end)
{
    const void *item = radix_next(&as->pages, &index, RADIX_PRESENT);

    while (item && index < end && !is_content(item)) {
        index++;
        item = radix_next(&as->pages, &index, RADIX_PRESENT);
    }
    return item && index < end ? index : end;
}

size_t page_cache_count_alike(struct address_space *as, pgoff_t index, size_t want, bool *is_hole)
{
    size_t n = 0;

    spin_lock(&as->tree_lock);
    *is_hole = !is_content(radix_lookup(&as->pages, index));
    if (*is_hole)
        n = find_content_locked(as, index, index + want) - index;
    else
        for (n = 1; n < MIN(want, LOOK_MAX); n++)
            if (!is_content(radix_lookup(&as->pages, index + n)))
                break;
    spin_unlock(&as->tree_lock);
    return n;
}

void page_cache_for_each_ready(struct address_space *as, pgoff_t index, size_t n,
                               void (*fn)(struct page *page, size_t i, void *arg), void *arg)
{
    size_t left;

    spin_lock(&as->tree_lock);
    for (size_t i = 0; i < n; ) {
        void *const *slot = radix_slots(&as->pages, index + i, &left);

        if (!slot)
            i += left;
        for (; slot && left > 0 && i < n; slot++, left--, i++)
            if (*slot && !page_swap_is_entry(*slot) && page_is_uptodate(*slot))
                fn(*slot, i, arg);
    }
    spin_unlock(&as->tree_lock);
}

/* ---- adding and removing -------------------------------------------------- */

/* Put PAGE into the tree.  0, -EEXIST, -ENOMEM (no node at hand); -ENOENT: there is no entry of
 * swap, which is all that is wanted. */
static int insert_locked(struct address_space *as, struct page *page, pgoff_t index, bool swapped)
{
    int err = 0;

    ASSERT(spin_is_mine(&as->tree_lock));
    if (as->nswapped == 0 || !page_swap_take_over(as, page, index))
        err = swapped ? -ENOENT : radix_insert(&as->pages, index, page);
    if (err)
        return err;
    get_page(page);
    page->mapping = as;
    page->index = index;
    page_set_identity_last(page, PAGE_CACHE);
    as->npages++;
    return 0;
}

/* What AS keeps in memory alone can go to swap only. */
static uint32_t flags_of_new(const struct address_space *as)
{
    return 1u << PG_LOCKED | (as->metadata ? 1u << PG_METADATA : 0)
           | (as->writes_back ? 0 : 1u << PG_SWAPBACKED);
}

int page_cache_add(struct address_space *as, pgoff_t index, gfp_t gfp, bool swapped,
                   struct page **out)
{
    struct page *page = alloc_page(gfp);
    int err = -ENOMEM;

    if (!page)
        return -ENOMEM;
    page->flags = flags_of_new(as);
    for (int tries = 0; err == -ENOMEM && tries < NODE_RETRIES; tries++) {
        if (set_nodes_aside(tries, gfp) != 0)
            break;
        spin_lock(&as->tree_lock);
        err = insert_locked(as, page, index, swapped);
        spin_unlock(&as->tree_lock);
    }
    if (err) {
        page->flags = 0;
        put_page(page);
        return err;
    }
    page_cache_count(as, 1);
    lru_add(page);
    *out = page;
    return 0;
}

int page_cache_get_lock(struct address_space *as, pgoff_t index, struct page **page)
{
    int err;

    do {
        *page = page_cache_find_lock(as, index);
        if (*page)
            return 0;
        err = page_cache_add(as, index, as->gfp, false, page);
    } while (err == -EEXIST);
    if (err == 0)
        page_lock_take_over(*page);
    return err;
}

void page_cache_undirty_locked(struct address_space *as, struct page *page)
{
    if (!page_test_and_clear(page, PG_DIRTY) || !as->writes_back)
        return;
    radix_tag_clear(&as->pages, page->index, RADIX_DIRTY);
    as->ndirty--;
    figure_add(&page_cache_figures.dirty, -1);
    writeback_note_room();
}

static void count_failed(struct address_space *as, int32_t n)
{
    __atomic_fetch_add(&as->nfailed, (uint32_t)n, __ATOMIC_RELAXED);
}

/* Whether PAGE has content that exists nowhere else. */
static bool is_needed(const struct address_space *as, const struct page *page)
{
    return page_test(page, PG_DIRTY) || (as->keeps_failed && page_test(page, PG_ERROR));
}

bool page_cache_remove(struct address_space *as, struct page *page, bool alone)
{
    ASSERT(page_is_locked(page) && !page_test(page, PG_WRITEBACK));
    spin_lock(&as->tree_lock);
    ASSERT(page->mapping == as);
    if (__atomic_load_n(&page->mapcount, __ATOMIC_ACQUIRE) > 0
        || (alone && (is_needed(as, page)
                      || __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE) != 2))) {
        spin_unlock(&as->tree_lock);
        return false;
    }
    as->ops->forget_page(as, page);
    if (page_test(page, PG_SWAPCACHE))
        swap_cache_remove(page);
    page_cache_undirty_locked(as, page);
    if (page_test_and_clear(page, PG_ERROR))
        count_failed(as, -1);
    radix_delete(&as->pages, page->index);
    page->mapping = NULL;
    as->npages--;
    page_cache_count(as, -1);
    spin_unlock(&as->tree_lock);
    /* From here on AS may be gone: only the page and the figures. */
    page_clear(page, PG_MAPPED_BLOCK);
    page_set_identity(page, PAGE_OWNED);
    put_page(page);
    return true;
}

bool page_cache_evict(struct page *page)
{
    return page_cache_remove(page->mapping, page, true);
}

/* What a page is, whatever the frame. */
#define MOVED_FLAGS                                                                         \
    (1u << PG_UPTODATE | 1u << PG_DIRTY | 1u << PG_REFERENCED | 1u << PG_SEEN                 \
     | 1u << PG_SWAPBACKED | 1u << PG_ERROR | 1u << PG_MAPPED_BLOCK)

/* NEW, a copy of OLD in all but its place in the tree, takes over its slot of swap, if it has one. */
static bool take_slot_locked(struct page *old, struct page *new)
{
    return !page_test(old, PG_SWAPCACHE) || swap_cache_replace(old, new);
}

bool page_cache_replace(struct page *old, struct page *new)
{
    struct address_space *as = old->mapping;
    bool done;

    ASSERT(page_is_locked(old) && page_is_locked(new) && !as->metadata);
    spin_lock(&as->tree_lock);
    done = !page_test(old, PG_WRITEBACK)
           && __atomic_load_n(&old->refcount, __ATOMIC_ACQUIRE)
              == __atomic_load_n(&old->mapcount, __ATOMIC_ACQUIRE) + 2;
    if (done) {
        page_set_identity(new, PAGE_CACHE);
        __atomic_fetch_or(&new->flags, old->flags & MOVED_FLAGS, __ATOMIC_RELAXED);
        new->mapping = as;
        new->index = old->index;
        new->block = old->block;
        done = take_slot_locked(old, new);
    }
    if (done) {
        get_page(new);
        radix_replace(&as->pages, old->index, new);
        old->mapping = NULL;
        page_clear(old, PG_DIRTY);
    } else if (new->identity == PAGE_CACHE) {
        __atomic_fetch_and(&new->flags, ~MOVED_FLAGS, __ATOMIC_RELAXED);
        page_set_identity(new, PAGE_OWNED);
    }
    spin_unlock(&as->tree_lock);
    if (!done)
        return false;
    lru_replace(old, new);
    put_page(old);
    return true;
}

/* ---- dirtying ------------------------------------------------------------- */

static __attribute__((noinline)) void become_dirty(struct address_space *as, struct page *page)
{
    bool first = false;

    spin_lock(&as->tree_lock);
    if (page->mapping == as && !page_test_and_set(page, PG_DIRTY)) {
        radix_tag_set(&as->pages, page->index, RADIX_DIRTY);
        first = as->ndirty++ == 0;
        figure_add(&page_cache_figures.dirty, 1);
        count_vm_event(VM_DIRTIED);
    }
    if (first)
        writeback_note_mapping(as);
    spin_unlock(&as->tree_lock);
}

void page_cache_dirty(struct page *page)
{
    struct address_space *as = page->mapping;

    if (page_test(page, PG_DIRTY) || !as)
        return;
    if (as->writes_back)
        become_dirty(as, page);
    else
        page_set(page, PG_DIRTY);
}

/* The next page of AS from *INDEX to END whose last write failed, referenced, or NULL. */
static struct page *next_failed(struct address_space *as, pgoff_t *index, pgoff_t end)
{
    struct page *pages[GANG], *found = NULL;
    size_t n;

    while (!found && *index <= end && (n = page_cache_gang(as, *index, GANG, pages)) > 0) {
        for (size_t i = 0; i < n; i++) {
            pgoff_t at = pages[i]->index;

            if (!found && at <= end && page_test(pages[i], PG_ERROR)) {
                found = pages[i];
                *index = at;
            } else {
                put_page(pages[i]);
            }
            if (!found)
                *index = at + 1;
        }
        if (*index == 0)
            break;
        cond_resched();
    }
    return found;
}

void page_cache_retry_failed(struct address_space *as, pgoff_t start, pgoff_t end)
{
    struct page *page;

    if (__atomic_load_n(&as->nfailed, __ATOMIC_RELAXED) == 0)
        return;
    while ((page = next_failed(as, &start, end))) {
        page_cache_dirty(page);
        put_page(page);
        if (start++ == UINT64_MAX)
            break;
    }
}

bool page_cache_has_failed(struct address_space *as, pgoff_t start, pgoff_t end)
{
    struct page *page = NULL;

    if (__atomic_load_n(&as->nfailed, __ATOMIC_RELAXED) > 0)
        page = next_failed(as, &start, end);
    if (page)
        put_page(page);
    return page;
}

void page_cache_end_writeback(struct page *page, int error)
{
    /* In writeback the page cannot leave its mapping. */
    struct address_space *as = page->mapping;

    if (error) {
        __atomic_fetch_add(&as->write_errors, 1, __ATOMIC_RELEASE);
        if (!page_test_and_set(page, PG_ERROR))
            count_failed(as, 1);
    } else if (page_test(page, PG_ERROR) && page_test_and_clear(page, PG_ERROR)) {
        count_failed(as, -1);
    }
    figure_add(&page_cache_figures.writeback, -1);
    count_vm_event(VM_WRITTEN);
    writeback_note_end(as, error);
    page_end_writeback_bit(page);
}

/* ---- figures -------------------------------------------------------------- */

static size_t figure_read(const size_t *figure)
{
    size_t n = __atomic_load_n(figure, __ATOMIC_RELAXED);

    /* Harts add and subtract in any order: a moment below zero is zero. */
    return (long)n < 0 ? 0 : n;
}

size_t nr_file_pages(void)
{
    return figure_read(&page_cache_figures.pages);
}

size_t nr_dirty_pages(void)
{
    return figure_read(&page_cache_figures.dirty);
}

size_t nr_writeback_pages(void)
{
    return figure_read(&page_cache_figures.writeback);
}

size_t nr_swapping_pages(void)
{
    return figure_read(&page_cache_figures.swapping);
}

size_t nr_buffer_pages(void)
{
    return figure_read(&page_cache_figures.buffers);
}

size_t nr_shmem_pages(void)
{
    return figure_read(&page_cache_figures.shmem);
}

void page_cache_init(void)
{
    page_lock_init();
    node_cache = kmem_cache_create("radix_node", sizeof(struct radix_node), 0,
                                   SLAB_RECLAIMABLE, NULL);
    if (!node_cache)
        panic("no memory for the page cache");
}
