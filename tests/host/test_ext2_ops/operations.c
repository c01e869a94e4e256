/* SPDX-License-Identifier: MIT */
/*
 * operations.c - random operations: what each must answer, and what it makes of the model.
 */
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "tests/host/test_ext2_ops/model.h"
#include "tests/host/shim.h"

static int free_node(void)
{
    for (int i = 1; i < NODES; i++)
        if (nodes[i].mode == 0)
            return i;
    return -1;
}

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

void close_all(void)
{
    for (int i = 1; i < NODES; i++)
        close_node(i);
}

void random_op(void)
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
