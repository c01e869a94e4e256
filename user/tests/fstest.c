/* SPDX-License-Identifier: MIT */
/*
 * fstest.c - random operations on files, compared with a model in memory.
 *
 * The model is a table of names, each of which stands for one of a few nodes
 * or for nothing, and the bytes of each node.  A node may also be held open
 * after its last name is gone.  An operation is done on the file system and on
 * the model, and must succeed or fail on both alike; between operations, and
 * at the end, everything that can be read is compared.
 *
 * FSTEST_ROUNDS in the environment says how many operations; the long run also
 * drops the caches now and then, so that what the disk holds is what counts.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "user/tests/lib/watch.h"

#define NAMES 6                 /* in each directory */
#define DIRS 3                  /* the top and two below it */
#define NODES 14
#define HELD 3
#define NODE_MAX (160 * KB)     /* bytes of one file, holes included */
#define PIECE (20 * KB)         /* bytes of one read or write, at most */

struct node {
    enum { NONE, REGULAR, SYMLINK } kind;
    int links;                  /* names */
    int holders;                /* open descriptors kept in held[] */
    size_t size;
    uint8_t data[NODE_MAX];
};

static struct node nodes[NODES];
static struct node *names[DIRS][NAMES];
static bool dir_exists[DIRS];
static struct {
    struct node *node;
    int fd;
} held[HELD];

static uint8_t piece[PIECE];
static char top[64];            /* where it all happens */
static long operation;          /* how many have been done */

/* Names */

struct name {
    int dir, index;
    char path[96];
};

static void path_of_dir(char *path, size_t size, int dir)
{
    if (dir == 0)
        snprintf(path, size, "%s", top);
    else
        snprintf(path, size, "%s/d%d", top, dir);
}

static struct name random_name(void)
{
    struct name n = { (int)rand_below(&test_rand, DIRS), (int)rand_below(&test_rand, NAMES), "" };
    size_t len;

    path_of_dir(n.path, sizeof(n.path), n.dir);
    len = strlen(n.path);
    snprintf(n.path + len, sizeof(n.path) - len, "/n%d%s", n.index,
             n.index % 2 ? "-with-a-longer-name" : "");
    return n;
}

static struct node **slot(const struct name *n)
{
    return &names[n->dir][n->index];
}

static struct node *node_of(const struct name *n)
{
    return dir_exists[n->dir] ? *slot(n) : NULL;
}

/* A name that stands for a node of this kind, after a few attempts; or any. */
static struct name likely_name(int kind)
{
    struct name n = random_name();

    for (int i = 0; i < 20; i++) {
        struct node *node = node_of(&n);

        if (node && node->kind == (unsigned)kind)
            break;
        n = random_name();
    }
    return n;
}

/* Nodes */

static struct node *free_node(void)
{
    for (int i = 0; i < NODES; i++)
        if (nodes[i].kind == NONE)
            return &nodes[i];
    return NULL;
}

static void release(struct node *node)
{
    if (node->links == 0 && node->holders == 0) {
        memset(node->data, 0, node->size);
        node->size = 0;
        node->kind = NONE;
    }
}

static void drop_name(struct name *n)
{
    struct node *node = *slot(n);

    *slot(n) = NULL;
    node->links--;
    release(node);
}

static void set_size(struct node *node, size_t size)
{
    if (size < node->size)
        memset(node->data + size, 0, node->size - size);
    node->size = size;
}

/* Comparing */

#define AGREE(call, result, error)                                             \
    do {                                                                       \
        long result_, should_ = (long)(result);                                \
        int errno_;                                                            \
                                                                               \
        errno = 0;                                                             \
        result_ = (long)(call);                                                \
        errno_ = result_ == -1 ? errno : 0;                                    \
        if (result_ != should_ || errno_ != (error)) {                         \
            fail(__FILE__, __LINE__, "operation %ld: %s is %ld (errno %d), not %ld (errno %d)", \
                 operation, #call, result_, errno_, should_, (int)(error));    \
            give_up();                                                         \
        }                                                                      \
    } while (0)

static void compare_bytes(const struct node *node, size_t at, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != node->data[at + i]) {
            fail(__FILE__, __LINE__, "operation %ld: node %ld: byte %zu of %zu is %02x, not %02x",
                 operation, (long)(node - nodes), at + i, node->size, bytes[i],
                 node->data[at + i]);
            give_up();
        }
}

static size_t readable(const struct node *node, size_t at, size_t n)
{
    if (at >= node->size)
        return 0;
    return n < node->size - at ? n : node->size - at;
}

static void compare_range(const struct node *node, int fd, size_t at, size_t n)
{
    size_t expected = readable(node, at, n);

    AGREE(pread(fd, piece, n, (off_t)at), expected, 0);
    compare_bytes(node, at, piece, expected);
}

static void compare_all_bytes(const struct node *node, int fd)
{
    for (size_t at = 0; at <= node->size; at += PIECE)
        compare_range(node, fd, at, PIECE);
}

static void compare_attributes(const struct node *node, const struct stat *st)
{
    EXPECT_EQ(st->st_nlink, node->links);
    EXPECT_EQ(st->st_size, node->size);
    EXPECT_EQ(st->st_mode & S_IFMT, node->kind == REGULAR ? S_IFREG : S_IFLNK);
    if (test_failures())
        give_up();
}

/* Operations on one name */

static int expected_error(const struct name *n)
{
    return dir_exists[n->dir] && *slot(n) ? 0 : ENOENT;
}

static void do_create(void)
{
    struct name n = random_name();
    struct node *node = free_node();
    int fd;

    if (!dir_exists[n.dir]) {
        AGREE(open(n.path, O_RDWR | O_CREAT | O_EXCL, 0644), -1, ENOENT);
        return;
    }
    if (*slot(&n)) {
        AGREE(open(n.path, O_RDWR | O_CREAT | O_EXCL, 0644), -1, EEXIST);
        return;
    }
    if (!node)
        return;
    fd = open(n.path, O_RDWR | O_CREAT | O_EXCL, 0644);
    REQUIRE(fd >= 0);
    close(fd);
    node->kind = REGULAR;
    node->links = 1;
    *slot(&n) = node;
}

/* Open an existing regular file: its node, or NULL after checking the failure. */
static struct node *open_file(int flags, int *fd)
{
    struct name n = likely_name(REGULAR);
    struct node *node = node_of(&n);

    if (!node) {
        AGREE(open(n.path, flags), -1, ENOENT);
        return NULL;
    }
    if (node->kind == SYMLINK) {
        AGREE(open(n.path, flags | O_NOFOLLOW), -1, ELOOP);
        return NULL;
    }
    *fd = open(n.path, flags);
    REQUIRE(*fd >= 0);
    return node;
}

static size_t fill_piece(size_t at)
{
    size_t n = rand_one_in(&test_rand, 3) ? PAGE - at % PAGE : rand_range(&test_rand, 1, PIECE);
    uint64_t key = rand_next(&test_rand);

    for (size_t i = 0; i < n; i++)
        piece[i] = (uint8_t)(key >> i % 56) ^ (uint8_t)i;
    return n;
}

static void write_node(struct node *node, int fd, size_t at, bool append)
{
    size_t n = fill_piece(at);

    if (append && node->size + n > NODE_MAX)
        return;
    if (append)
        at = node->size;
    if (at + n > NODE_MAX)
        n = NODE_MAX - at;
    if (append)
        AGREE(write(fd, piece, n), n, 0);
    else
        AGREE(pwrite(fd, piece, n, (off_t)at), n, 0);
    memcpy(node->data + at, piece, n);
    if (at + n > node->size)
        node->size = at + n;
}

/* Where a file is likely to be interesting: near its end, near a page's edge. */
static size_t random_place(const struct node *node)
{
    size_t at = rand_below(&test_rand, NODE_MAX - 1);

    if (rand_one_in(&test_rand, 3))
        at = node->size ? rand_below(&test_rand, node->size) : 0;
    if (rand_one_in(&test_rand, 4))
        at -= at % PAGE;
    return at;
}

static void do_write(void)
{
    int fd;
    struct node *node = open_file(O_RDWR, &fd);

    if (!node)
        return;
    write_node(node, fd, random_place(node), false);
    close(fd);
}

static void do_append(void)
{
    int fd;
    struct node *node = open_file(O_WRONLY | O_APPEND, &fd);

    if (!node)
        return;
    write_node(node, fd, 0, true);
    if (rand_one_in(&test_rand, 3))
        AGREE(fsync(fd), 0, 0);
    close(fd);
}

static void do_read(void)
{
    int fd;
    struct node *node = open_file(O_RDONLY, &fd);

    if (!node)
        return;
    compare_range(node, fd, random_place(node), rand_range(&test_rand, 1, PIECE));
    AGREE(lseek(fd, -1, SEEK_END), node->size ? (long)node->size - 1 : -1,
          node->size ? 0 : EINVAL);
    close(fd);
}

static void do_truncate(void)
{
    struct name n = likely_name(REGULAR);
    struct node *node = node_of(&n);
    size_t size = node ? random_place(node) : 0;
    int fd;

    if (node && node->kind == SYMLINK)
        return;
    if (node && rand_one_in(&test_rand, 4)) {
        fd = open(n.path, O_WRONLY | O_TRUNC);
        REQUIRE(fd >= 0);
        close(fd);
        set_size(node, 0);
        return;
    }
    AGREE(truncate(n.path, (off_t)size), node ? 0 : -1, node ? 0 : ENOENT);
    if (node)
        set_size(node, size);
}

static void do_unlink(void)
{
    struct name n = random_name();
    int error = expected_error(&n);

    AGREE(unlink(n.path), error ? -1 : 0, error);
    if (!error)
        drop_name(&n);
}

static void do_stat(void)
{
    struct name n = random_name();
    int error = expected_error(&n);
    struct stat st;

    AGREE(lstat(n.path, &st), error ? -1 : 0, error);
    if (!error)
        compare_attributes(*slot(&n), &st);
}

static void do_symlink(void)
{
    struct name n = random_name();
    struct node *node = free_node();
    size_t len = rand_range(&test_rand, 1, rand_one_in(&test_rand, 2) ? 59 : 900);

    if (!node)
        return;
    for (size_t i = 0; i < len; i++)
        piece[i] = (uint8_t)('a' + (i + len) % 26);
    piece[len] = '\0';
    if (!dir_exists[n.dir]) {
        AGREE(symlink((char *)piece, n.path), -1, ENOENT);
        return;
    }
    AGREE(symlink((char *)piece, n.path), *slot(&n) ? -1 : 0, *slot(&n) ? EEXIST : 0);
    if (*slot(&n))
        return;
    node->kind = SYMLINK;
    node->links = 1;
    node->size = len;
    memcpy(node->data, piece, len);
    *slot(&n) = node;
}

static void do_readlink(void)
{
    struct name n = likely_name(SYMLINK);
    struct node *node = node_of(&n);
    bool link = node && node->kind == SYMLINK;

    AGREE(readlink(n.path, (char *)piece, PIECE), link ? (long)node->size : -1,
          link ? 0 : node ? EINVAL : ENOENT);
    if (link)
        compare_bytes(node, 0, piece, node->size);
}

/* Operations on two names */

static void do_link(void)
{
    struct name old = random_name(), new = random_name();
    struct node *node = node_of(&old);
    int error = !node ? ENOENT : !dir_exists[new.dir] ? ENOENT : *slot(&new) ? EEXIST : 0;

    AGREE(link(old.path, new.path), error ? -1 : 0, error);
    if (error)
        return;
    *slot(&new) = node;
    node->links++;
}

static void do_rename(void)
{
    struct name old = random_name(), new = random_name();
    struct node *node = node_of(&old);
    int error = !node || !dir_exists[new.dir] ? ENOENT : 0;

    AGREE(rename(old.path, new.path), error ? -1 : 0, error);
    if (error || *slot(&new) == node)           /* two names of one file both stay */
        return;
    if (*slot(&new))
        drop_name(&new);
    *slot(&new) = node;
    *slot(&old) = NULL;
}

/* Directories */

static bool dir_is_empty(int dir)
{
    for (int i = 0; i < NAMES; i++)
        if (names[dir][i])
            return false;
    return true;
}

static void do_mkdir(void)
{
    int dir = (int)rand_range(&test_rand, 1, DIRS - 1);
    char path[96];

    path_of_dir(path, sizeof(path), dir);
    AGREE(mkdir(path, 0755), dir_exists[dir] ? -1 : 0, dir_exists[dir] ? EEXIST : 0);
    dir_exists[dir] = true;
}

static void do_rmdir(void)
{
    int dir = (int)rand_range(&test_rand, 1, DIRS - 1);
    int error = !dir_exists[dir] ? ENOENT : !dir_is_empty(dir) ? ENOTEMPTY : 0;
    char path[96];

    path_of_dir(path, sizeof(path), dir);
    AGREE(rmdir(path), error ? -1 : 0, error);
    dir_exists[dir] = dir_exists[dir] && error;
}

static void do_rename_dir(void)
{
    int old = (int)rand_range(&test_rand, 1, DIRS - 1);
    int new = (int)rand_range(&test_rand, 1, DIRS - 1);
    char from[96], to[96];
    int error;

    if (old == new)
        return;
    path_of_dir(from, sizeof(from), old);
    path_of_dir(to, sizeof(to), new);
    error = !dir_exists[old] ? ENOENT : dir_exists[new] && !dir_is_empty(new) ? ENOTEMPTY : 0;
    AGREE(rename(from, to), error ? -1 : 0, error);
    if (error)
        return;
    memcpy(names[new], names[old], sizeof(names[new]));
    memset(names[old], 0, sizeof(names[old]));
    dir_exists[new] = true;
    dir_exists[old] = false;
}

/* Files that stay open, with or without a name */

static void do_hold(void)
{
    size_t h = rand_below(&test_rand, HELD);

    if (held[h].node) {
        compare_all_bytes(held[h].node, held[h].fd);
        close(held[h].fd);
        held[h].node->holders--;
        release(held[h].node);
        held[h].node = NULL;
        return;
    }
    held[h].node = open_file(O_RDWR, &held[h].fd);
    if (held[h].node)
        held[h].node->holders++;
}

static void do_held(void)
{
    size_t h = rand_below(&test_rand, HELD), size;
    struct node *node = held[h].node;
    struct stat st;

    if (!node)
        return;
    switch (rand_below(&test_rand, 4)) {
    case 0:
        write_node(node, held[h].fd, random_place(node), false);
        return;
    case 1:
        compare_range(node, held[h].fd, random_place(node), PIECE);
        return;
    case 2:
        size = random_place(node);
        AGREE(ftruncate(held[h].fd, (off_t)size), 0, 0);
        set_size(node, size);
        return;
    default:
        AGREE(fstat(held[h].fd, &st), 0, 0);
        compare_attributes(node, &st);
    }
}

/* Everything */

static bool is_in_model(int dir, const char *name, bool *seen)
{
    struct name n = { dir, 0, "" };
    char *end;

    if (dir == 0 && name[0] == 'd') {
        n.dir = (int)strtol(name + 1, &end, 10);
        return *end == '\0' && n.dir > 0 && n.dir < DIRS && dir_exists[n.dir];
    }
    if (name[0] != 'n')
        return false;
    n.index = (int)strtol(name + 1, &end, 10);
    if (n.index >= NAMES || !names[dir][n.index] || seen[n.index])
        return false;
    seen[n.index] = true;
    return true;
}

static void compare_dir(int dir)
{
    bool seen[NAMES] = { false };
    char path[96];
    struct dirent *entry;
    DIR *stream;

    path_of_dir(path, sizeof(path), dir);
    stream = opendir(path);
    REQUIRE(stream != NULL);
    while ((entry = readdir(stream)))
        if (entry->d_name[0] != '.' && !is_in_model(dir, entry->d_name, seen))
            fail(__FILE__, __LINE__, "operation %ld: %s: '%s' should not be there", operation,
                 path, entry->d_name);
    closedir(stream);
    for (int i = 0; i < NAMES; i++)
        EXPECT(seen[i] == (names[dir][i] != NULL));
}

static void compare_everything(void)
{
    for (int dir = 0; dir < DIRS; dir++)
        if (dir_exists[dir])
            compare_dir(dir);
    for (int i = 0; i < DIRS * NAMES * 2; i++) {
        struct name n = random_name();
        struct node *node = node_of(&n);
        int fd;

        if (!node || node->kind != REGULAR)
            continue;
        fd = open(n.path, O_RDONLY);
        REQUIRE(fd >= 0);
        compare_all_bytes(node, fd);
        close(fd);
    }
}

static void remove_everything(void)
{
    for (size_t h = 0; h < HELD; h++)
        if (held[h].node)
            close(held[h].fd);
    for (int i = 0; i < 400; i++) {
        struct name n = random_name();

        unlink(n.path);
    }
    for (int dir = DIRS - 1; dir >= 0; dir--) {
        char path[96];

        path_of_dir(path, sizeof(path), dir);
        rmdir(path);
    }
    memset(nodes, 0, sizeof(nodes));
    memset(names, 0, sizeof(names));
    memset(held, 0, sizeof(held));
    memset(dir_exists, 0, sizeof(dir_exists));
}

/* What is done, and how often: of all weights together. */
static const struct {
    void (*run)(void);
    unsigned weight;
} operations[] = {
    { do_create, 10 }, { do_write, 20 },   { do_append, 8 },   { do_read, 12 },
    { do_truncate, 6 }, { do_unlink, 5 },  { do_stat, 6 },     { do_symlink, 3 },
    { do_readlink, 3 }, { do_link, 4 },    { do_rename, 6 },   { do_mkdir, 3 },
    { do_rmdir, 2 },    { do_rename_dir, 2 }, { do_hold, 4 },  { do_held, 8 },
};

static void do_something(void)
{
    unsigned total = 0, pick;
    size_t i = 0;

    for (size_t j = 0; j < COUNT(operations); j++)
        total += operations[j].weight;
    pick = (unsigned)rand_below(&test_rand, total);
    while (pick >= operations[i].weight)
        pick -= operations[i++].weight;
    operations[i].run();
}

static void run_in(const char *dir)
{
    const char *rounds = getenv("FSTEST_ROUNDS");
    long count = rounds ? atol(rounds) : 600;

    snprintf(top, sizeof(top), "%s/fstest", dir);
    remove_everything();                        /* of a run that failed */
    REQUIRE(mkdir(top, 0755) == 0);
    dir_exists[0] = true;
    for (operation = 0; operation < count; operation++) {
        do_something();
        if (operation % 300 == 299) {
            sync();
            if (has_debug_call())
                debug_call(DEBUG_QUIESCE, 0, 0);
            compare_everything();
        }
    }
    compare_everything();
    remove_everything();
    EXPECT_ERROR(access(top, F_OK), ENOENT);
}

static void on_disk(void)
{
    run_in("/var/tmp");
}

static void in_memory(void)
{
    run_in("/tmp");
}

static const struct test tests[] = {
    TEST(on_disk),
    TEST(in_memory),
};

TEST_MAIN(tests)
