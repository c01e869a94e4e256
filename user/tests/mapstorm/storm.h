/* SPDX-License-Identifier: MIT */
/*
 * storm.h - what the files of mapstorm share: the arena, its model, and the changes.
 */
#pragma once
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define ARENA 96                /* pages                                  */
#define LONGEST 14              /* pages of one change                    */

/* Objects: number 0 is a file, the others shared memory.  NOBODY's are private pages. */
#define OBJECTS 24
#define OBJECT_PAGES 40
#define THE_FILE 0
#define NOBODY OBJECTS

struct object {
    size_t npages, users;       /* users: pages of the arena that show it */
    uint8_t value[OBJECT_PAGES];
};

struct record {
    bool mapped, shared;
    uint8_t prot;
    uint8_t object;
    uint8_t index;              /* page of the object                     */
    bool own;                   /* private and written, or of no object   */
    uint8_t value;              /* its byte then                          */
};

extern struct object objects[OBJECTS];
extern struct record model[ARENA];
extern char *arena;
extern struct gate probes;      /* for system calls that try memory */
extern int file;                /* THE_FILE */

/* What is being done, for the report of a failure. */
struct doing {
    const char *what;
    unsigned long step, first, count, size, to, flags;
};
extern struct doing doing;

/* ---- model.c ------------------------------------------------------------------------------ */

void explain(void);
char *page(size_t i);

bool is_readable(const struct record *r);
bool is_writable(const struct record *r);
void put(size_t i, struct record r);
void clear(size_t first, size_t count);
/* The page that stands N behind R in the same mapping, as it was at first. */
struct record fresh(struct record r, size_t n);
/* Whether [FIRST, FIRST + COUNT) looks like part of one mapping. */
bool is_uniform(size_t first, size_t count);
bool are_holes(size_t first, size_t end);

bool can_be_written(char *p);
void check_page(size_t i);
void check_pages(size_t first, size_t count);
/* The picture that /proc/self/maps gives. */
void check_maps(void);

/* ---- changes.c, remap.c: something random, in the arena and in the model ------------------------ */

/* A range for the next change, in doing. */
void choose_range(void);
void do_map(void);
void do_unmap(void);
void do_protect(void);
void do_store(void);
void do_advise(void);
void do_fork(void);
void do_exec(void);
void do_remap(void);
