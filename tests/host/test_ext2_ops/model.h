/* SPDX-License-Identifier: MIT */
/*
 * model.h - what a file system should look like: a tree of nodes in memory, and the
 * operations of the storm, which change both.
 */
#pragma once
#include "tests/host/ext2_setup.h"

/* A random number below N. */
uint32_t below(uint32_t n);

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

extern struct node nodes[NODES];
extern unsigned norphans;           /* without a name, but open                         */
extern bool excuses_wanted;         /* operations may fail, having done a part          */
extern unsigned failure_odds;       /* of allocations; 0: none fails                    */

/* ---- model.c ---------------------------------------------------------------------- */

void model_init(void);

/* The text of name I; the next calls but three overwrite it. */
const char *name_of(int i);

void forget_content(struct node *n);

/* The inode of node I, referenced, found by walking from the root. */
struct inode *get_inode(int i);

/* ---- content.c -------------------------------------------------------------------- */

void model_write(struct node *n, const uint8_t *data, size_t len, uint64_t pos);
void model_truncate(struct node *n, uint64_t size);
void model_punch(struct node *n, uint64_t off, uint64_t end);
void model_allocate(struct node *n, uint64_t off, uint64_t end, bool keep_size);

/* ---- compare.c -------------------------------------------------------------------- */

/* All that can be seen of node I is as the model has it; and of all nodes. */
void check_node(int i);
void check_all(void);

/* ---- operations.c ----------------------------------------------------------------- */

/* One operation, on the file system and on the model. */
void random_op(void);

/* Let go of what is held open. */
void close_all(void);
