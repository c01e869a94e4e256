/* SPDX-License-Identifier: MIT */
/*
 * compare.c - compare all that can be seen of a file system with its model.
 */
#include "lib/bitops.h"
#include "tests/host/test_ext2_ops/model.h"

static unsigned nlink_of(const struct node *n)
{
    unsigned links = n == &nodes[0] ? 3 : 2;    /* lost+found */

    if (!S_ISDIR(n->mode))
        return n->links;
    for (int name = 0; name < NAMES; name++)
        links += n->child[name] >= 0 && S_ISDIR(nodes[n->child[name]].mode);
    return links;
}

static uint64_t pages_in(const struct node *n, uint64_t first, uint64_t end)
{
    uint64_t sum = 0;

    for (; first < end; first++)
        sum += n->page[first] != NULL;
    return sum;
}

/* Blocks of a file with exactly the model's pages, its tables included. */
static uint64_t blocks_of(const struct node *n)
{
    uint64_t below = pages_in(n, 0, 12), single = pages_in(n, 12, 12 + 1024);
    uint64_t twice = pages_in(n, 12 + 1024, PAGES);

    return below + single + (single > 0) + twice + 2 * (twice > 0);
}

/* Compare everything that can be seen of a file with its model. */
static void check_content(struct inode *inode, const struct node *n)
{
    static uint8_t page[PAGE_SIZE], zero[PAGE_SIZE];

    cr_assert(inode->size == n->size);
    if (!excuses_wanted)
        cr_assert(inode->blocks == blocks_of(n) * EXT2_SECTORS, "inode %lu: %lu sectors, not %lu",
                  inode->ino, inode->blocks, blocks_of(n) * EXT2_SECTORS);
    for (uint64_t i = 0; i * PAGE_SIZE < n->size; i++) {
        size_t len = min_u64(PAGE_SIZE, n->size - i * PAGE_SIZE);
        ssize_t got = fake_read(inode, page, PAGE_SIZE, i * PAGE_SIZE);

        cr_assert(got == (ssize_t)len, "%zd instead of %zu", got, len);
        cr_assert(memcmp(page, n->page[i] ? n->page[i] : zero, len) == 0,
                  "inode %lu, page %lu", inode->ino, i);
    }
}

static uint8_t d_type(uint32_t mode)
{
    return fs()->geo.filetype ? (uint8_t)(mode >> 12) : 0;
}

struct listing {
    struct dir_context ctx;
    const struct node *dir;
    unsigned seen, stop_after;
    bool name_seen[NAMES];
};

static bool check_entry(struct dir_context *ctx, const char *name, size_t len, uint64_t ino,
                        uint8_t type, uint64_t next_pos)
{
    struct listing *l = container_of(ctx, struct listing, ctx);

    cr_assert(next_pos > ctx->pos || len == 0);
    if (l->stop_after-- == 0)
        return false;
    if (len <= 2 && name[0] == '.') {
        uint64_t expected = len == 1 ? l->dir->ino : nodes[l->dir->parent].ino;

        cr_assert(ino == expected && type == d_type(S_IFDIR));
        return true;
    }
    if (l->dir == &nodes[0] && len == 10 && memcmp(name, "lost+found", len) == 0)
        return true;
    for (int i = 0; i < NAMES; i++) {
        if (strlen(name_of(i)) != len || memcmp(name_of(i), name, len) != 0)
            continue;
        cr_assert(l->dir->child[i] >= 0 && !l->name_seen[i]);
        cr_assert(nodes[l->dir->child[i]].ino == ino);
        cr_assert(d_type(nodes[l->dir->child[i]].mode) == type);
        l->name_seen[i] = true;
        l->seen++;
        return true;
    }
    cr_assert_fail("a stranger: %.*s", (int)len, name);
    return false;
}

static void check_listing(struct inode *inode, const struct node *n)
{
    struct listing l = { .ctx.emit = check_entry, .dir = n };
    unsigned expected = 0;
    uint64_t last;

    do {
        last = l.ctx.pos;
        l.stop_after = 1 + below(5);
        cr_assert(fake_iterate(inode, &l.ctx) == 0);
    } while (l.ctx.pos != last);
    for (int i = 0; i < NAMES; i++)
        expected += n->child[i] >= 0;
    cr_assert(l.seen == expected);
}

void check_node(int i)
{
    const struct node *n = &nodes[i];
    struct inode *inode = get_inode(i);
    char text[300];

    cr_assert(inode->mode == n->mode && inode->nlink == (n->links || i == 0 ? nlink_of(n) : 0),
              "mode %o, %u links instead of %u", inode->mode, inode->nlink, nlink_of(n));
    if (S_ISREG(n->mode))
        check_content(inode, n);
    if (S_ISDIR(n->mode) && (n->links || i == 0))
        check_listing(inode, n);
    if (S_ISLNK(n->mode)) {
        cr_assert(inode->ops->readlink(inode, text, sizeof(text)) == (ssize_t)strlen(n->text));
        cr_assert_str_eq(text, n->text);
    }
    if (S_ISCHR(n->mode))
        cr_assert(inode->rdev == dev_make((uint32_t)i * 9, (uint32_t)i * 999));
    inode_put(inode);
}

void check_all(void)
{
    for (int i = 0; i < NODES; i++)
        if (nodes[i].mode)
            check_node(i);
}
