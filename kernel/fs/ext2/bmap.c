/* SPDX-License-Identifier: MIT */
/*
 * bmap.c - from a page of a file to a block of the disk.
 *
 *     inode: block[0] .. block[11]   the first 12 blocks
 *            block[12] -> T          a table of 1024 more
 *            block[13] -> T -> T     1024 tables
 *            block[14] -> T -> T -> T
 *
 * A way through this is a slot number per level.  Walking it ends at the table
 * that has the block's own pointer, or earlier at a pointer that is 0: a hole.
 * Growing fills the hole from below: new tables are complete before the one
 * pointer that makes them part of the file is set, so a failure has nothing to
 * take back but blocks nobody knows.
 *
 * A table is a metadata page of the disk.  When it is freed, its page leaves the
 * cache before its bit leaves the bitmap: otherwise the old page could be written
 * over whatever the block is used for next.
 *
 * Tables and the inode's pointers are guarded by map_lock.
 */
#include "kernel/fs/ext2/ext2.h"
#include "kernel/cache/writeback.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define LEVELS    4             /* the inode's pointers and up to three tables */
#define SLOT_MASK (EXT2_ADDR_PER_BLOCK - 1)

/* 512-byte sectors that the 32 bits of an inode can count. */
#define MAX_SECTORS UINT32_MAX

/* The slots that lead to a page: slot[0] in the inode, the others in tables. */
struct way {
    unsigned depth;                     /* slots that are used                 */
    uint32_t slot[LEVELS];
};

/* As far as it exists. */
struct walk {
    struct way way;
    unsigned level;                     /* of TABLE                            */
    struct le32 *table;                 /* its slot[level] is 0 or the block   */
    struct page *page;                  /* TABLE's, referenced; NULL: the inode's */
};

/* Pages that HEIGHT levels of tables lead to. */
static uint64_t span_of(unsigned height)
{
    return (uint64_t)1 << (height * EXT2_ADDR_SHIFT);
}

/* False: no way leads so far. */
static bool find_way(uint64_t index, struct way *way)
{
    unsigned height;

    *way = (struct way){ .depth = 1, .slot = { (uint32_t)index } };
    if (index < EXT2_NDIR_BLOCKS)
        return true;
    index -= EXT2_NDIR_BLOCKS;
    for (height = 1; height < LEVELS && index >= span_of(height); height++)
        index -= span_of(height);
    if (height == LEVELS)
        return false;
    way->depth = height + 1;
    way->slot[0] = EXT2_NDIR_BLOCKS + height - 1;
    for (unsigned i = 1; i <= height; i++)
        way->slot[i] = (uint32_t)(index >> ((height - i) * EXT2_ADDR_SHIFT)) & SLOT_MASK;
    return true;
}

/* Tables that a file without holes of N pages needs. */
static uint64_t tables_for(uint64_t n)
{
    uint64_t tables = 0;

    if (n <= EXT2_NDIR_BLOCKS)
        return 0;
    n -= EXT2_NDIR_BLOCKS;
    for (unsigned height = 1; height < LEVELS && n > 0; height++) {
        uint64_t part = MIN(n, span_of(height));

        for (unsigned h = 1; h <= height; h++)
            tables += div_round_up(part, span_of(h));
        n -= part;
    }
    return tables;
}

uint64_t ext2_max_size(void)
{
    uint64_t most = MAX_SECTORS / EXT2_SECTORS;

    return (most - tables_for(most)) << EXT2_BLOCK_SHIFT;
}

/* Walking */

static int check_pointer(struct inode *inode, uint32_t block)
{
    struct ext2_fs *fs = ext2_fs_of(inode);

    if (ext2_is_data_block(&fs->alloc, block))
        return 0;
    ext2_error(fs, "inode %lu claims block %u, which holds no data", inode->ino, block);
    return -EIO;
}

static int read_table(struct inode *inode, uint32_t block, bool needed, struct page **page)
{
    int err = check_pointer(inode, block);

    return err ? err : ext2_read_meta(ext2_fs_of(inode), block, "a table", needed, page);
}

static uint32_t walk_pointer(const struct walk *w)
{
    return le32_get(w->table[w->way.slot[w->level]]);
}

static bool is_at_end(const struct walk *w)
{
    return w->level + 1 == w->way.depth;
}

static void walk_end(struct walk *w)
{
    if (w->page)
        put_page(w->page);
}

/* map_lock held.  On success W holds a page until walk_end. */
static int walk_begin(struct inode *inode, const struct way *way, struct walk *w)
{
    struct page *page;
    int err;

    *w = (struct walk){ .way = *way, .table = ext2_of(inode)->block };
    while (!is_at_end(w) && walk_pointer(w) != 0) {
        err = read_table(inode, walk_pointer(w), false, &page);
        walk_end(w);
        if (err)
            return err;
        w->page = page;
        w->table = page_address(page);
        w->level++;
    }
    return 0;
}

/* How many of the next WANT pages, all in W's table, continue what its pointer begins. */
static int count_run(struct inode *inode, const struct walk *w, size_t want)
{
    uint32_t first = walk_pointer(w), slot = w->way.slot[w->way.depth - 1];
    size_t limit = w->way.depth == 1 ? EXT2_NDIR_BLOCKS - slot : EXT2_ADDR_PER_BLOCK - slot;
    size_t n = 1;

    limit = MIN(limit, want);
    if (!is_at_end(w))
        return (int)limit;              /* the whole table is missing */
    while (n < limit && le32_get(w->table[slot + n]) == (first ? first + n : 0))
        n++;
    if (first == 0)
        return (int)n;
    for (size_t i = 0; i < n; i++)
        if (check_pointer(inode, first + (uint32_t)i) != 0)
            return -EIO;
    return (int)n;
}

int ext2_map_run(struct inode *inode, uint64_t index, size_t want, uint32_t *block)
{
    struct ext2_inode *e = ext2_of(inode);
    struct way way;
    struct walk w;
    int n;

    *block = 0;
    if (!find_way(index, &way))
        return 1;
    rwsem_read_lock(&e->map_lock);
    n = walk_begin(inode, &way, &w);
    if (n == 0) {
        *block = is_at_end(&w) ? walk_pointer(&w) : 0;
        n = count_run(inode, &w, want);
        walk_end(&w);
    }
    rwsem_read_unlock(&e->map_lock);
    return n;
}

/* Growing */

/* Where the missing block should be: behind its predecessor, or its table. */
static uint32_t find_goal(struct inode *inode, const struct walk *w, uint64_t index)
{
    const struct ext2_geometry *geo = &ext2_fs_of(inode)->geo;
    const struct ext2_inode *e = ext2_of(inode);
    uint32_t slot = w->way.slot[w->level];

    if (e->last_block != 0 && index == e->last_index + 1)
        return e->last_block + 1;
    if (slot > 0 && le32_get(w->table[slot - 1]) != 0)
        return le32_get(w->table[slot - 1]) + 1;
    if (w->page)
        return (uint32_t)w->page->index + 1;
    return ext2_group_first_block(geo, ext2_ino_group(geo, (uint32_t)inode->ino));
}

/* Make BLOCK a table whose only pointer is that of SLOT. */
static int make_table(struct ext2_fs *fs, uint32_t block, uint32_t slot, uint32_t pointer)
{
    struct page *page;
    struct le32 *table;
    int err = page_cache_get_lock(fs->meta, block, &page);

    if (err)
        return err;
    table = page_address(page);
    memset(table, 0, EXT2_BLOCK_SIZE);
    table[slot] = le32_make(pointer);
    page_set(page, PG_UPTODATE);
    page_cache_dirty(page);
    page_unlock(page);
    put_page(page);
    return 0;
}

/* Take N blocks, one behind the other if possible. */
static int take_blocks(struct inode *inode, uint32_t goal, uint32_t *blocks, unsigned n)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    bool privileged = inode->uid == fs->geo.reserve_uid;

    for (unsigned i = 0; i < n; i++) {
        int err = ext2_alloc_block(&fs->alloc, goal, privileged, &blocks[i]);

        if (err) {
            while (i-- > 0)
                ext2_free_blocks(&fs->alloc, blocks[i], 1);
            return err;
        }
        goal = blocks[i] + 1;
    }
    return 0;
}

/* Chain BLOCKS to each other, the last one being the data: make N - 1 tables. */
static int link_tables(struct inode *inode, const struct walk *w, const uint32_t *blocks,
                       unsigned n)
{
    struct ext2_fs *fs = ext2_fs_of(inode);

    for (unsigned i = n - 1; i-- > 0;) {
        int err = make_table(fs, blocks[i], w->way.slot[w->level + 1 + i], blocks[i + 1]);

        if (err) {
            for (unsigned made = i + 1; made < n - 1; made++)
                page_cache_drop(fs->meta, blocks[made]);
            for (unsigned taken = 0; taken < n; taken++)
                ext2_free_blocks(&fs->alloc, blocks[taken], 1);
            return err;
        }
    }
    return 0;
}

static void mark_map_dirty(struct ext2_inode *e)
{
    __atomic_store_n(&e->map_dirty, 1, __ATOMIC_RELEASE);
}

/* Fill the hole at which W ended: page INDEX gets *BLOCK. */
static int fill_hole(struct inode *inode, struct walk *w, uint64_t index, uint32_t *block)
{
    struct ext2_inode *e = ext2_of(inode);
    unsigned n = w->way.depth - w->level;
    uint32_t blocks[LEVELS];
    int err;

    if (inode->blocks + n * EXT2_SECTORS > MAX_SECTORS)
        return -EFBIG;
    err = take_blocks(inode, find_goal(inode, w, index), blocks, n);
    if (!err)
        err = link_tables(inode, w, blocks, n);
    if (err)
        return err;
    w->table[w->way.slot[w->level]] = le32_make(blocks[0]);
    if (w->page)
        page_cache_dirty(w->page);
    if (w->page || n > 1)
        mark_map_dirty(e);
    inode->blocks += n * EXT2_SECTORS;
    e->last_index = index;
    e->last_block = *block = blocks[n - 1];
    inode_mark_dirty(inode);
    return 0;
}

/* The block of page INDEX, a new one if it has none. */
static int map_or_fill(struct inode *inode, uint64_t index, uint32_t *block)
{
    struct way way;
    struct walk w;
    int err;

    if (!find_way(index, &way))
        return -EFBIG;
    err = walk_begin(inode, &way, &w);
    if (err)
        return err;
    *block = is_at_end(&w) ? walk_pointer(&w) : 0;
    if (*block == 0)
        err = fill_hole(inode, &w, index, block);
    else
        err = check_pointer(inode, *block);
    walk_end(&w);
    return err;
}

/* Give PAGE its place on disk. */
static __attribute__((noinline)) int find_room(struct inode *inode, struct page *page)
{
    struct ext2_inode *e = ext2_of(inode);
    uint32_t block;
    int err;

    rwsem_write_lock(&e->map_lock);
    err = map_or_fill(inode, page->index, &block);
    rwsem_write_unlock(&e->map_lock);
    if (err)
        return err;
    page->block = block;
    page_set(page, PG_MAPPED_BLOCK);
    return 0;
}

int ext2_make_room(struct address_space *as, struct page *page, size_t to)
{
    (void)to;
    return page_test(page, PG_MAPPED_BLOCK) ? 0 : find_room(as->host, page);
}

/* Shrinking */

/* Blocks being freed, gathered into runs. */
struct release {
    struct inode *inode;
    uint32_t first, count;              /* a run not given back yet */
    uint64_t total;
};

static void release_end(struct release *r)
{
    if (r->count > 0)
        ext2_free_blocks(&ext2_fs_of(r->inode)->alloc, r->first, r->count);
    r->count = 0;
}

static void release_block(struct release *r, uint32_t block)
{
    if (r->count == 0 || block != r->first + r->count) {
        release_end(r);
        r->first = block;
    }
    r->count++;
    r->total++;
}

static bool leads_nowhere(const struct le32 *table)
{
    for (unsigned i = 0; i < EXT2_ADDR_PER_BLOCK; i++)
        if (le32_get(table[i]) != 0)
            return false;
    return true;
}

/* Pointers in the table that is BLOCK were taken out.  True if none is left: the page has
 * left the cache, and the block may be freed. */
static bool end_table(struct ext2_fs *fs, uint32_t block, struct page *page)
{
    bool empty = leads_nowhere(page_address(page));

    page_cache_dirty(page);
    put_page(page);
    cond_resched();
    if (empty)
        page_cache_drop(fs->meta, block);
    return empty;
}

/*
 * Free pages [FROM, TO) of what the tree on SLOT, HEIGHT tables high, leads to, and the
 * slot too if nothing is left.  Where a table cannot be read, its tree stays.
 */
static int release_tree(struct release *r, struct le32 *slot, unsigned height, uint64_t from,
                        uint64_t to)
{
    uint64_t span = height > 0 ? span_of(height - 1) : 1;
    uint32_t block = le32_get(*slot);
    struct page *page = NULL;
    int err = 0;

    if (block == 0)
        return 0;
    if (height > 0)
        err = read_table(r->inode, block, true, &page);
    if (err)
        return err;
    for (uint64_t i = from / span, start; page && (start = i * span) < to; i++) {
        struct le32 *child = (struct le32 *)page_address(page) + i;
        int failed = release_tree(r, child, height - 1, from > start ? from - start : 0,
                                  min_u64(to - start, span));

        err = failed ? failed : err;
    }
    if (page && !end_table(ext2_fs_of(r->inode), block, page))
        return err;
    *slot = le32_make(0);
    release_block(r, block);
    return err;
}

int ext2_free_range(struct inode *inode, uint64_t first, uint64_t end)
{
    struct ext2_inode *e = ext2_of(inode);
    struct release r = { .inode = inode };
    uint64_t base = EXT2_NDIR_BLOCKS;
    int err = 0;

    rwsem_write_lock(&e->map_lock);
    for (uint64_t i = first; i < min_u64(end, EXT2_NDIR_BLOCKS); i++)
        release_tree(&r, &e->block[i], 0, 0, 1);
    for (unsigned height = 1; height < LEVELS; height++) {
        uint64_t from = first > base ? first - base : 0;
        uint64_t to = end > base ? min_u64(end - base, span_of(height)) : 0;

        if (from < to) {
            int failed = release_tree(&r, &e->block[EXT2_NDIR_BLOCKS + height - 1], height, from,
                                      to);

            err = failed ? failed : err;
        }
        base += span_of(height);
    }
    release_end(&r);
    inode->blocks -= MIN(inode->blocks, r.total * EXT2_SECTORS);
    e->last_block = 0;
    mark_map_dirty(e);
    inode_mark_dirty(inode);
    rwsem_write_unlock(&e->map_lock);
    return err;
}

/* Syncing */

/* Start, or await, writing the tables of the tree with table BLOCK on top. */
static int sync_tree(struct inode *inode, uint32_t block, unsigned height, bool wait)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    const struct le32 *table;
    struct page *page;
    int err = 0;

    if (height > 1) {
        err = read_table(inode, block, false, &page);
        if (err)
            return err;
        table = page_address(page);
        for (unsigned i = 0; i < EXT2_ADDR_PER_BLOCK && !err; i++)
            if (le32_get(table[i]) != 0)
                err = sync_tree(inode, le32_get(table[i]), height - 1, wait);
        put_page(page);
    }
    return err ? err : writeback_range(fs->meta, block, block, wait);
}

static int sync_tables(struct inode *inode, bool wait)
{
    struct ext2_inode *e = ext2_of(inode);
    int err = 0;

    for (unsigned height = 1; height < LEVELS && !err; height++) {
        uint32_t block = le32_get(e->block[EXT2_NDIR_BLOCKS + height - 1]);

        if (block != 0)
            err = sync_tree(inode, block, height, wait);
    }
    return err;
}

int ext2_sync_map(struct inode *inode)
{
    struct ext2_inode *e = ext2_of(inode);
    int err;

    if (!__atomic_load_n(&e->map_dirty, __ATOMIC_ACQUIRE))
        return 0;
    rwsem_read_lock(&e->map_lock);
    err = sync_tables(inode, false);
    if (!err)
        err = sync_tables(inode, true);
    /* Only now: who syncs at the same time must not find it clean before it is. */
    if (!err)
        __atomic_store_n(&e->map_dirty, 0, __ATOMIC_RELEASE);
    rwsem_read_unlock(&e->map_lock);
    return err;
}
