/* SPDX-License-Identifier: MIT */
/*
 * model.c - the nodes of the model, their names, and the inodes that they stand for.
 */
#include <stdio.h>
#include <stdlib.h>
#include "tests/host/test_ext2_ops/model.h"
#include "tests/host/shim.h"

struct node nodes[NODES];
unsigned norphans;
bool excuses_wanted;
unsigned failure_odds;

uint32_t below(uint32_t n)
{
    return (uint32_t)(port_random() % n);
}

const char *name_of(int i)
{
    static char name[4][256];
    static unsigned turn;
    char *s = name[turn++ % 4];

    /* A long one now and then, to fill directory blocks. */
    snprintf(s, 256, i % 3 == 0 ? "%d-%0200d" : "n%d", i, 7);
    return s;
}

void model_init(void)
{
    memset(nodes, 0, sizeof(nodes));
    nodes[0] = (struct node){ .mode = S_IFDIR | 0755, .ino = EXT2_ROOT_INO };
    memset(nodes[0].child, -1, sizeof(nodes[0].child));
    norphans = 0;
}

void forget_content(struct node *n)
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

struct inode *get_inode(int i)
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
