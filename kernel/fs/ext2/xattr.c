/* SPDX-License-Identifier: MIT */
/*
 * xattr.c - extended attributes of an inode: in its place in the table if there is room, in a
 * block of their own otherwise.
 *
 * An attribute is in one of the two places, and each is an area (xattr_area.h).  Both new areas
 * are composed in memory; then the block is brought to the disk's cache, which may fail while
 * nothing has changed; then the inode's part, which cannot.
 *
 * Other systems let inodes with the same attributes share a block, and count them.  We make no
 * such blocks.  An inode whose attributes change leaves a shared one for a block of its own.
 * A block with one user belongs to that inode, whose lock is held; the page's lock guards the
 * count against others that leave.
 */
#include "kernel/cache/writeback.h"
#include "kernel/fs/ext2/ext2.h"
#include "kernel/fs/ext2/xattr_area.h"
#include "kernel/fs/xattr.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

static const uint8_t index_of[] = {
    [XATTR_USER] = EXT2_XATTR_USER,
    [XATTR_TRUSTED] = EXT2_XATTR_TRUSTED,
    [XATTR_SECURITY] = EXT2_XATTR_SECURITY,
};

/* One of the two places. */
struct place {
    struct page *page;                  /* referenced; NULL: there is none     */
    struct ext2_xattr_area area;        /* within PAGE                         */
    bool is_used;                       /* there is something in it, and it is sound */
};

struct places {
    struct inode *inode;
    struct place body, block;           /* of the inode; of its own            */
};

/* ---- reading ---------------------------------------------------------------------------- */

/* The magic before what an inode has of attributes. */
static struct le32 *body_magic(const struct place *body)
{
    return (struct le32 *)body->area.bytes - 1;
}

static int read_body(struct inode *inode, struct place *body)
{
    uint32_t magic = sizeof(struct le32), size;
    uint8_t *bytes;
    int err = ext2_inode_rest(inode, &body->page, &bytes, &size);

    if (err || !body->page)
        return err;
    if (size <= magic + sizeof(struct ext2_xattr_entry)) {
        put_page(body->page);
        body->page = NULL;
        return 0;
    }
    body->area = (struct ext2_xattr_area){ bytes + magic, 0, size - magic };
    body->is_used = le32_get(*body_magic(body)) == EXT2_XATTR_MAGIC;
    return 0;
}

/* The block BLOCK that INODE claims, referenced.  Why waiting may be NEEDED: ext2_read_meta. */
static int read_page(struct inode *inode, uint32_t block, bool needed, struct page **page)
{
    struct ext2_fs *fs = ext2_fs_of(inode);

    if (ext2_is_data_block(&fs->alloc, block))
        return ext2_read_meta(fs, block, "attributes", needed, page);
    ext2_error(fs, "block %u cannot have the attributes of inode %lu", block, inode->ino);
    return -EIO;
}

static bool is_header(const struct ext2_xattr_header *header)
{
    return le32_get(header->magic) == EXT2_XATTR_MAGIC && le32_get(header->refcount) != 0
           && le32_get(header->blocks) == 1;
}

static int read_block(struct inode *inode, struct place *block)
{
    uint32_t number = ext2_of(inode)->file_acl;
    int err;

    if (number == 0)
        return 0;
    err = read_page(inode, number, false, &block->page);
    if (err)
        return err;
    block->area = ext2_xattr_block(page_address(block->page));
    block->is_used = true;
    if (is_header(page_address(block->page)))
        return 0;
    ext2_error(ext2_fs_of(inode), "block %u should hold attributes", number);
    return -EIO;
}

static int check_place(struct inode *inode, const struct place *place)
{
    const char *fault = place->is_used ? ext2_xattr_find_fault(&place->area) : NULL;

    if (fault)
        ext2_error(ext2_fs_of(inode), "inode %lu %s", inode->ino, fault);
    return fault ? -EIO : 0;
}

static void places_put(struct places *p)
{
    if (p->body.page)
        put_page(p->body.page);
    if (p->block.page)
        put_page(p->block.page);
}

/* Both places of INODE, checked.  0, until places_put; -EIO, -ENOMEM. */
static int places_get(struct places *p, struct inode *inode)
{
    int err;

    *p = (struct places){ .inode = inode };
    err = read_body(inode, &p->body);
    if (!err)
        err = check_place(inode, &p->body);
    if (!err)
        err = read_block(inode, &p->block);
    if (!err)
        err = check_place(inode, &p->block);
    if (err)
        places_put(p);
    return err;
}

static const struct ext2_xattr_entry *find(const struct place *place,
                                           const struct ext2_xattr_key *key)
{
    return place->is_used ? ext2_xattr_find(&place->area, key) : NULL;
}

static struct ext2_xattr_key key_of(const struct xattr_name *name)
{
    return (struct ext2_xattr_key){ index_of[name->space], name->rest, name->len };
}

static ssize_t get(struct inode *inode, const struct xattr_name *name, void *buf, size_t size)
{
    struct ext2_xattr_key key = key_of(name);
    const struct ext2_xattr_entry *entry;
    const struct place *place;
    struct places p;
    ssize_t r = places_get(&p, inode);

    if (r)
        return r;
    place = find(&p.body, &key) ? &p.body : &p.block;
    entry = find(place, &key);
    r = entry ? xattr_copy(buf, size, ext2_xattr_value(&place->area, entry),
                           le32_get(entry->value_size))
              : -ENODATA;
    places_put(&p);
    return r;
}

/* Names of kinds that we do not know are kept, but not told. */
static void list_place(const struct place *place, struct xattr_list *list)
{
    const struct ext2_xattr_entry *entry = NULL;

    while (place->is_used && (entry = ext2_xattr_next(&place->area, entry)))
        for (unsigned space = 0; space < ARRAY_SIZE(index_of); space++)
            if (entry->name_index == index_of[space] && entry->name_len > 0)
                xattr_list_add(list, (enum xattr_space)space, entry->name, entry->name_len);
}

static int list(struct inode *inode, struct xattr_list *names)
{
    struct places p;
    int err = places_get(&p, inode);

    if (err)
        return err;
    list_place(&p.body, names);
    list_place(&p.block, names);
    places_put(&p);
    return 0;
}

/* ---- the block ---------------------------------------------------------------------------- */

/* One user less; true if it was the last. */
static bool drop_user(struct ext2_fs *fs, struct page *page)
{
    struct ext2_xattr_header *header = page_address(page);
    uint32_t users;
    bool last = false;

    page_lock(page);
    users = le32_get(header->refcount);
    if (le32_get(header->magic) != EXT2_XATTR_MAGIC || users == 0) {
        ext2_error(fs, "block %lu should hold attributes", page->index);
    } else if (users == 1) {
        last = true;
    } else {
        header->refcount = le32_make(users - 1);
        page_cache_dirty(page);
    }
    page_unlock(page);
    return last;
}

/* INODE leaves its block, of which PAGE, referenced, is put. */
static void leave_block(struct ext2_fs *fs, uint32_t block, struct page *page)
{
    bool last = drop_user(fs, page);

    put_page(page);
    if (!last)
        return;
    page_cache_drop(fs->meta, block);
    ext2_free_blocks(&fs->alloc, block, 1);
}

/* INODE's attributes are in BLOCK from now on, 0: in none. */
static void set_block(struct inode *inode, uint32_t block)
{
    struct ext2_inode *e = ext2_of(inode);

    rwsem_write_lock(&e->map_lock);
    if (e->file_acl)
        inode->blocks -= MIN(inode->blocks, (uint64_t)EXT2_SECTORS);
    if (block)
        inode->blocks += EXT2_SECTORS;
    e->file_acl = block;
    rwsem_write_unlock(&e->map_lock);
    inode_mark_dirty(inode);
}

/* Bring IMAGE into the cache as BLOCK, which nobody has. */
static int fill_block(struct ext2_fs *fs, uint32_t block, const void *image)
{
    struct page *page;
    int err = page_cache_get_lock(fs->meta, block, &page);

    if (err)
        return err;
    memcpy(page_address(page), image, EXT2_BLOCK_SIZE);
    page_set(page, PG_UPTODATE);
    page_cache_dirty(page);
    page_unlock(page);
    put_page(page);
    return 0;
}

/* A new block that is IMAGE. */
static int make_block(struct inode *inode, const void *image, uint32_t *block)
{
    struct ext2_fs *fs = ext2_fs_of(inode);
    uint32_t group = ext2_ino_group(&fs->geo, (uint32_t)inode->ino);
    int err = ext2_alloc_block(&fs->alloc, ext2_group_first_block(&fs->geo, group),
                               inode->uid == fs->geo.reserve_uid, block);

    if (err)
        return err;
    err = fill_block(fs, *block, image);
    if (err)
        ext2_free_blocks(&fs->alloc, *block, 1);
    return err;
}

static bool is_own(const struct place *block)
{
    const struct ext2_xattr_header *header = page_address(block->page);

    return le32_get(header->refcount) == 1;
}

/* Let IMAGE, a sealed block or NULL, be INODE's block.  0, -ENOSPC, -EIO, -ENOMEM. */
static int replace_block(struct places *p, const void *image)
{
    uint32_t old = ext2_of(p->inode)->file_acl, block = 0;
    int err;

    if (image && old && is_own(&p->block)) {
        page_lock(p->block.page);
        memcpy(page_address(p->block.page), image, EXT2_BLOCK_SIZE);
        page_cache_dirty(p->block.page);
        page_unlock(p->block.page);
        return 0;
    }
    if (image) {
        err = make_block(p->inode, image, &block);
        if (err)
            return err;
    }
    set_block(p->inode, block);
    if (old) {
        leave_block(ext2_fs_of(p->inode), old, p->block.page);
        p->block = (struct place){ 0 };
    }
    return 0;
}

void ext2_xattr_drop(struct inode *inode)
{
    uint32_t block = ext2_of(inode)->file_acl;
    struct page *page;

    if (block == 0)
        return;
    set_block(inode, 0);
    if (read_page(inode, block, true, &page) == 0)
        leave_block(ext2_fs_of(inode), block, page);
}

/* ---- changing ----------------------------------------------------------------------------- */

/* What the two places are to be. */
struct change {
    struct ext2_xattr_area body, block;
    bool changes_body, changes_block;
};

static void change_fini(struct change *c)
{
    kfree(c->body.bytes);
    kfree(c->block.bytes);
}

/* Room for both.  0, until change_fini, or -ENOMEM. */
static int change_init(struct change *c, const struct places *p)
{
    uint32_t size = p->body.area.size;

    *c = (struct change){
        .body = { size ? kmalloc(size, GFP_NOFS) : NULL, 0, size },
        .block = ext2_xattr_block(kmalloc(EXT2_BLOCK_SIZE, GFP_NOFS)),
    };
    if (c->block.bytes && (c->body.bytes || size == 0))
        return 0;
    change_fini(c);
    return -ENOMEM;
}

static bool is_empty(const struct ext2_xattr_area *area)
{
    return !ext2_xattr_next(area, NULL);
}

/* PLACE with KEY's VALUE, or without KEY, in TO.  False: it does not fit. */
static bool compose(const struct place *place, const struct ext2_xattr_key *key,
                    const void *value, size_t size, struct ext2_xattr_area *to)
{
    return ext2_xattr_compose(place->is_used ? &place->area : NULL, key, value, size, to);
}

/* Decide where KEY's VALUE goes; it leaves the other place. */
static int plan(const struct places *p, const struct ext2_xattr_key *key, const void *value,
                size_t size, struct change *c)
{
    bool fits = true;

    c->changes_body = find(&p->body, key);
    c->changes_block = find(&p->block, key);
    if (value && p->body.page && compose(&p->body, key, value, size, &c->body)) {
        c->changes_body = true;
        value = NULL;
    } else if (c->changes_body) {
        fits = compose(&p->body, key, NULL, 0, &c->body);
    }
    c->changes_block = c->changes_block || value;
    if (c->changes_block)
        fits = fits && compose(&p->block, key, value, size, &c->block);
    return fits ? 0 : -ENOSPC;
}

static void replace_body(struct place *body, const struct ext2_xattr_area *area)
{
    page_lock(body->page);
    memcpy(body->area.bytes, area->bytes, area->size);
    *body_magic(body) = le32_make(is_empty(area) ? 0 : EXT2_XATTR_MAGIC);
    page_cache_dirty(body->page);
    page_unlock(body->page);
}

static int carry_out(struct places *p, struct change *c)
{
    int err = 0;

    if (c->changes_block) {
        ext2_xattr_seal(&c->block);
        err = replace_block(p, is_empty(&c->block) ? NULL : c->block.bytes);
    }
    if (!err && c->changes_body)
        replace_body(&p->body, &c->body);
    return err;
}

static int change(struct places *p, const struct ext2_xattr_key *key, const void *value,
                  size_t size)
{
    struct change c;
    int err = change_init(&c, p);

    if (err)
        return err;
    err = plan(p, key, value, size, &c);
    if (!err)
        err = carry_out(p, &c);
    change_fini(&c);
    return err;
}

static int set(struct inode *inode, const struct xattr_name *name, const void *value, size_t size,
               uint32_t flags)
{
    struct ext2_xattr_key key = key_of(name);
    struct places p;
    int err = places_get(&p, inode);

    if (err)
        return err;
    err = xattr_check_flags(find(&p.body, &key) || find(&p.block, &key), flags);
    if (!err)
        err = change(&p, &key, value, size);
    places_put(&p);
    if (err)
        return err;
    if (value)
        __atomic_store_n(&ext2_fs_of(inode)->has_attributes, true, __ATOMIC_RELAXED);
    inode->ctime = inode_now();
    inode_mark_dirty(inode);
    return 0;
}

int ext2_sync_xattr(struct inode *inode)
{
    uint32_t block = ext2_of(inode)->file_acl;

    return block ? writeback_range(ext2_fs_of(inode)->meta, block, block, true) : 0;
}

const struct xattr_operations ext2_xattr_ops = {
    .get = get,
    .set = set,
    .list = list,
};
