// sources: @ext2
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_ext2_ops.c - the whole of ext2 on the page cache, against a model, with
 * the host's e2fsck and debugfs as judges.
 *
 * The model is a tree of nodes in memory.  A storm picks random operations,
 * predicts what each must answer, compares now and then everything that can be
 * seen, forgets caches, mounts anew, and asks e2fsck.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "tests/host/ext2_setup.h"
#include "tests/host/shim.h"

static uint32_t below(uint32_t n)
{
    return (uint32_t)(port_random() % n);
}

/* ---- the model ------------------------------------------------------------------- */

#define NODES 60
#define NAMES 14
#define PAGES 1100              /* of a file: into the double indirect ones */

struct node {
    uint32_t mode;              /* 0: not in use                            */
    unsigned links;             /* names; a directory's own kept by rules   */
    int parent;                 /* of a directory                           */
    int child[NAMES];           /* of a directory: node, or -1              */
    uint64_t size;
    uint8_t *page[PAGES];       /* of a file: NULL is a hole                */
    char text[300];             /* of a symlink                             */
    struct inode *open;         /* held by somebody                         */
    uint64_t ino;
};
static struct node nodes[NODES];
static unsigned norphans;
static bool excuses_wanted;         /* operations may fail, having done a part */

static const char *name_of(int i)
{
    static char name[4][256];
    static unsigned turn;
    char *s = name[turn++ % 4];

    /* A long one now and then, to fill directory blocks. */
    snprintf(s, 256, i % 3 == 0 ? "%d-%0200d" : "n%d", i, 7);
    return s;
}

static void model_init(void)
{
    memset(nodes, 0, sizeof(nodes));
    nodes[0] = (struct node){ .mode = S_IFDIR | 0755, .ino = EXT2_ROOT_INO };
    memset(nodes[0].child, -1, sizeof(nodes[0].child));
    norphans = 0;
}

static int free_node(void)
{
    for (int i = 1; i < NODES; i++)
        if (nodes[i].mode == 0)
            return i;
    return -1;
}

static void forget_content(struct node *n)
{
    for (int i = 0; i < PAGES; i++)
        free(n->page[i]);
    memset(n->page, 0, sizeof(n->page));
}

static int find_name(int dir, int i)
{
    for (int name = 0; name < NAMES; name++)
        if (nodes[dir].child[name] == i)
            return name;
    return -1;
}

/* The inode of node I, referenced, found by walking from the root. */
static struct inode *get_inode(int i)
{
    struct inode *parent, *inode;
    int dir, err;

    if (i == 0 || nodes[i].open) {
        inode = i == 0 ? sb->root : nodes[i].open;
        inode_get(inode);
        return inode;
    }
    for (dir = 0; dir < NODES; dir++)
        if (S_ISDIR(nodes[dir].mode) && find_name(dir, i) >= 0)
            break;
    cr_assert(dir < NODES);
    parent = get_inode(dir);
    err = fake_lookup(parent, name_of(find_name(dir, i)), &inode);
    cr_assert(err == 0, "%d", err);
    cr_assert(inode->ino == nodes[i].ino);
    inode_put(parent);
    return inode;
}

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

static void check_node(int i)
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

static void check_all(void)
{
    for (int i = 0; i < NODES; i++)
        if (nodes[i].mode)
            check_node(i);
}

/* ---- random operations ------------------------------------------------------------ */

static int random_dir(void)
{
    int i;

    do
        i = (int)below(NODES);
    while (!S_ISDIR(nodes[i].mode) || (i != 0 && !nodes[i].links));
    return i;
}

/* A failure that a full disk or missing memory may cause; the model stays as it is. */
static bool is_excused(long err)
{
    return err == -ENOSPC || err == -ENOMEM || err == -EIO;
}

static unsigned failure_odds;       /* of allocations; 0: none fails */

static void arm(void)
{
    shim_fail_one_in(FAIL_PAGE, failure_odds);
    shim_fail_one_in(FAIL_SLAB, failure_odds);
}

static long disarm(long result)
{
    shim_fail_one_in(FAIL_PAGE, 0);
    shim_fail_one_in(FAIL_SLAB, 0);
    return result;
}

/* The value of the operation E, carried out while memory may be short. */
#define TRY(e) (arm(), disarm(e))

static void put(struct inode *inode)
{
    arm();
    inode_put(inode);
    disarm(0);
}

/* True if the operation was done; it must have been unless something was short. */
static bool done(long err)
{
    if (err == 0)
        return true;
    cr_assert(excuses_wanted && is_excused(err), "error %ld", err);
    return false;
}

static void new_node(int dir, int name, int i, uint32_t mode, struct inode *inode)
{
    nodes[i] = (struct node){ .mode = mode, .links = 1, .parent = dir, .ino = inode->ino };
    memset(nodes[i].child, -1, sizeof(nodes[i].child));
    nodes[dir].child[name] = i;
    cr_assert(inode->mode == mode);
    if (below(4) == 0)
        nodes[i].open = inode;
    else
        inode_put(inode);
}

static void op_create(int dir, int name)
{
    static const uint32_t kinds[] = { S_IFREG, S_IFREG, S_IFREG, S_IFDIR, S_IFLNK, S_IFIFO,
                                      S_IFCHR };
    uint32_t mode = kinds[below(7)] | (below(2) ? 0644 : 0755);
    struct inode *parent, *inode;
    int i = free_node(), err;
    char text[300];

    if (i < 0 || nodes[dir].child[name] >= 0)
        return;
    parent = get_inode(dir);
    memset(text, 'a' + i % 26, sizeof(text));
    text[1 + below(sizeof(text) - 1)] = '\0';
    text[sizeof(text) - 1] = '\0';
    if (S_ISDIR(mode)) {
        mode = S_IFDIR | 0755;
        err = TRY(fake_mkdir(parent, name_of(name), &inode));
    } else if (S_ISLNK(mode)) {
        mode = S_IFLNK | 0777;
        err = TRY(fake_symlink(parent, name_of(name), text, &inode));
    } else {
        err = TRY(fake_create(parent, name_of(name), mode,
                          S_ISCHR(mode) ? dev_make((uint32_t)i * 9, (uint32_t)i * 999) : 0,
                          &inode));
    }
    inode_put(parent);
    if (!done(err))
        return;
    new_node(dir, name, i, mode, inode);
    if (S_ISLNK(mode))
        strcpy(nodes[i].text, text);
    nodes[i].size = S_ISLNK(mode) ? strlen(text) : 0;
}

/* The last name of node I is gone. */
static void drop_node(int i)
{
    if (nodes[i].open) {
        norphans++;
        return;
    }
    forget_content(&nodes[i]);
    nodes[i].mode = 0;
}

static bool is_empty_dir(int i)
{
    for (int name = 0; name < NAMES; name++)
        if (nodes[i].child[name] >= 0)
            return false;
    return true;
}

static void op_unlink(int dir, int name)
{
    int i = nodes[dir].child[name], err;
    struct inode *parent, *inode;

    if (i < 0)
        return;
    parent = get_inode(dir);
    inode = get_inode(i);
    if (S_ISDIR(nodes[i].mode)) {
        err = TRY(fake_rmdir(parent, name_of(name), inode));
        if (!is_empty_dir(i)) {
            cr_assert(err == -ENOTEMPTY || (excuses_wanted && is_excused(err)));
            err = -ENOTEMPTY;
        }
    } else {
        err = TRY(fake_unlink(parent, name_of(name), inode));
    }
    put(inode);
    put(parent);
    if (err == -ENOTEMPTY || !done(err))
        return;
    nodes[dir].child[name] = -1;
    if (--nodes[i].links == 0)
        drop_node(i);
}

static void op_link(int dir, int name)
{
    int i = (int)below(NODES);
    struct inode *parent, *inode;

    if (nodes[dir].child[name] >= 0 || !nodes[i].links || S_ISDIR(nodes[i].mode))
        return;
    parent = get_inode(dir);
    inode = get_inode(i);
    if (done(TRY(fake_link(parent, name_of(name), inode)))) {
        nodes[dir].child[name] = i;
        nodes[i].links++;
    }
    inode_put(inode);
    inode_put(parent);
}

static bool is_below(int i, int ancestor)
{
    for (; i != 0; i = nodes[i].parent)
        if (i == ancestor)
            return true;
    return ancestor == 0;
}

/* What the VFS would not let through, or would not ask. */
static bool rename_is_sane(int from, int child, int to, int victim, bool exchange)
{
    bool child_is_dir, victim_is_dir;

    if (child < 0 || child == victim || (exchange && victim < 0))
        return false;
    child_is_dir = S_ISDIR(nodes[child].mode);
    victim_is_dir = victim >= 0 && S_ISDIR(nodes[victim].mode);
    if (child_is_dir && is_below(to, child))
        return false;
    if (victim_is_dir && is_below(from, victim))
        return false;
    return exchange || victim < 0 || child_is_dir == victim_is_dir;
}

static void model_rename(int from, int oname, int to, int nname, bool exchange)
{
    int child = nodes[from].child[oname], victim = nodes[to].child[nname];

    nodes[to].child[nname] = child;
    nodes[from].child[oname] = exchange ? victim : -1;
    if (S_ISDIR(nodes[child].mode))
        nodes[child].parent = to;
    if (victim < 0)
        return;
    if (exchange) {
        if (S_ISDIR(nodes[victim].mode))
            nodes[victim].parent = from;
    } else if (--nodes[victim].links == 0) {
        drop_node(victim);
    }
}

static void op_rename(int from, int oname)
{
    int to = random_dir(), nname = (int)below(NAMES), err;
    int child = nodes[from].child[oname], victim = nodes[to].child[nname];
    bool exchange = below(3) == 0;
    struct inode *a, *b, *c, *v = NULL;

    if (!rename_is_sane(from, child, to, victim, exchange))
        return;
    a = get_inode(from);
    b = get_inode(to);
    c = get_inode(child);
    if (victim >= 0)
        v = get_inode(victim);
    err = TRY(fake_rename(a, name_of(oname), c, b, name_of(nname), v, exchange ? 2 : 0));
    inode_put(a);
    inode_put(b);
    inode_put(c);
    if (v)
        inode_put(v);
    if (victim >= 0 && !exchange && S_ISDIR(nodes[victim].mode) && !is_empty_dir(victim)) {
        cr_assert(err == -ENOTEMPTY || (excuses_wanted && is_excused(err)), "%d", err);
        return;
    }
    if (done(err))
        model_rename(from, oname, to, nname, exchange);
}

static void model_write(struct node *n, const uint8_t *data, size_t len, uint64_t pos)
{
    for (size_t i = 0; i < len; i++, pos++) {
        uint8_t **page = &n->page[pos / PAGE_SIZE];

        if (!*page)
            *page = calloc(1, PAGE_SIZE);
        (*page)[pos % PAGE_SIZE] = data[i];
    }
    n->size = MAX(n->size, pos);
}

static void model_truncate(struct node *n, uint64_t size)
{
    for (uint64_t i = div_round_up(size, PAGE_SIZE); i < PAGES; i++) {
        free(n->page[i]);
        n->page[i] = NULL;
    }
    if (size % PAGE_SIZE && n->page[size / PAGE_SIZE])
        memset(n->page[size / PAGE_SIZE] + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
    n->size = size;
}

static void model_punch(struct node *n, uint64_t off, uint64_t end)
{
    if (end > n->size)
        end = align_up(n->size, PAGE_SIZE);
    for (uint64_t i = off / PAGE_SIZE; i * PAGE_SIZE < end; i++) {
        uint64_t from = MAX(off, i * PAGE_SIZE), to = MIN(end, (i + 1) * PAGE_SIZE);

        if (n->page[i] && to - from == PAGE_SIZE) {
            free(n->page[i]);
            n->page[i] = NULL;
        } else if (n->page[i]) {
            memset(n->page[i] + from % PAGE_SIZE, 0, to - from);
        }
    }
}

static void model_allocate(struct node *n, uint64_t off, uint64_t end, bool keep_size)
{
    for (uint64_t i = off / PAGE_SIZE; i * PAGE_SIZE < end; i++)
        if (!n->page[i])
            n->page[i] = calloc(1, PAGE_SIZE);
    if (!keep_size)
        n->size = MAX(n->size, end);
}

/* A place in a file: most are near the start, some where levels of tables begin. */
static uint64_t random_pos(void)
{
    static const uint64_t edges[] = { 12, 12 + 1024, 20, 100 };
    uint64_t pos = below(5) == 0 ? edges[below(4)] * PAGE_SIZE : 0;

    return pos + below(60000);
}

static void op_write(int i)
{
    static uint8_t data[40000];
    size_t len = 1 + below(below(4) == 0 ? sizeof(data) : 5000);
    uint64_t pos = random_pos();
    struct inode *inode = get_inode(i);
    ssize_t n;

    for (size_t at = 0; at < len; at++)
        data[at] = (uint8_t)(port_random() >> 8);
    n = TRY(fake_write(inode, data, len, pos));
    inode_put(inode);
    cr_assert(n == (ssize_t)len || excuses_wanted, "%zd", n);
    if (n > 0)
        model_write(&nodes[i], data, (size_t)n, pos);
    else
        done((int)n);
}

static void op_truncate(int i)
{
    uint64_t size = below(3) == 0 ? 0 : random_pos();
    struct inode *inode = get_inode(i);
    int err = TRY(fake_truncate(inode, size));

    inode_put(inode);
    if (done(err))
        model_truncate(&nodes[i], size);
}

static void op_punch(int i)
{
    uint64_t off = random_pos(), len = 1 + below(below(4) == 0 ? 3000000 : 30000);
    struct inode *inode = get_inode(i);
    int err = TRY(fake_allocate(inode, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, off, len));

    inode_put(inode);
    if (done(err))
        model_punch(&nodes[i], off, off + len);
}

static void op_allocate(int i)
{
    bool keep_size = below(2);
    uint64_t off = random_pos(), len = 1 + below(30000);
    bool impossible = keep_size && off + len > align_up(nodes[i].size, PAGE_SIZE);
    struct inode *inode = get_inode(i);
    int err = TRY(fake_allocate(inode, keep_size ? FALLOC_FL_KEEP_SIZE : 0, off, len));

    if (impossible)
        cr_assert(err == -EOPNOTSUPP, "%d", err);
    else if (done(err))
        model_allocate(&nodes[i], off, off + len, keep_size);
    else
        nodes[i].size = inode->size;        /* as far as it got */
    inode_put(inode);
}

static void op_file(int i)
{
    struct inode *inode;

    if (!S_ISREG(nodes[i].mode))
        return;
    switch (below(10)) {
    case 0:
        op_truncate(i);
        break;
    case 8:
        op_punch(i);
        break;
    case 9:
        op_allocate(i);
        break;
    case 1:
        inode = get_inode(i);
        done(TRY(fake_fsync(inode)));
        inode_put(inode);
        break;
    case 2:
        check_node(i);
        break;
    default:
        op_write(i);
    }
}

static void close_node(int i)
{
    if (!nodes[i].open)
        return;
    put(nodes[i].open);
    nodes[i].open = NULL;
    if (nodes[i].links == 0) {
        norphans--;
        drop_node(i);
    }
}

static void close_all(void)
{
    for (int i = 1; i < NODES; i++)
        close_node(i);
}

static void random_op(void)
{
    int dir = random_dir(), name = (int)below(NAMES);

    switch (below(16)) {
    case 0: case 1: case 2: case 3:
        op_create(dir, name);
        break;
    case 4: case 5:
        op_unlink(dir, name);
        break;
    case 6:
        op_link(dir, name);
        break;
    case 7: case 8:
        op_rename(dir, name);
        break;
    case 9:
        close_node((int)below(NODES));
        break;
    default:
        op_file((int)below(NODES));
    }
}

static void judge(void)
{
    check_all();
    ext2_alloc_check(&fs()->alloc);
    cr_assert(shim_locks_held() == 0);
    if (norphans == 0) {
        cr_assert(fake_sync(sb) == 0);
        cr_assert(image_is_sound(image));
    }
}

static void storm(unsigned steps, uint64_t seed)
{
    shim_seed(seed);
    model_init();
    for (unsigned i = 1; i <= steps; i++) {
        random_op();
        if (below(100) == 0)
            fake_drop_caches(sb);
        if (i % 500 == 0)
            judge();
        if (i % 1500 == 0) {
            close_all();
            remount();
            judge();
        }
    }
    close_all();
    check_all();
    for (int i = 0; i < NODES; i++)
        forget_content(&nodes[i]);
}

Test(ext2_ops, storm_on_what_mke2fs_makes_by_default)
{
    start("-t ext2 -b 4096", 64 * MiB);
    storm(6000, 1);
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_with_small_inodes_and_many_groups)
{
    start("-t ext2 -b 4096 -I 128 -g 512 -N 256", 24 * MiB);
    cr_assert(fs()->geo.ngroups == 12);
    storm(6000, 2);
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_on_a_full_disk)
{
    start("-t ext2 -b 4096 -g 256 -N 64 -m 0", 3 * MiB);
    excuses_wanted = true;
    storm(6000, 3);
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_with_memory_short)
{
    start("-t ext2 -b 4096 -g 1024 -N 256", 16 * MiB);
    excuses_wanted = true;
    failure_odds = 5;
    storm(6000, 5);
    cr_assert(shim_fail_hits(FAIL_SLAB) > 100 && shim_fail_hits(FAIL_PAGE) > 100, "%u %u",
              shim_fail_hits(FAIL_SLAB), shim_fail_hits(FAIL_PAGE));
    cr_assert(fs()->nerrors == 0);
    finish();
}

Test(ext2_ops, storm_without_features)
{
    start("-t ext2 -b 4096 -O none -I 128 -g 1024", 16 * MiB);
    cr_assert(!fs()->geo.filetype && !fs()->geo.sparse_super);
    storm(4500, 4);
    finish();
}
