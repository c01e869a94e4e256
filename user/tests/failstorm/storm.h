/* SPDX-License-Identifier: MIT */
/*
 * storm.h - mappings of every kind, and what is done with them while something fails.
 */
#pragma once
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

/* The mapping under attack */

enum kind { ANON, PRIVATE_FILE, SHARED_FILE, SHMEM, MEMFD, DEVICE, KINDS };

#define ON(kind) (1u << (kind))
#define OF_FILE (ON(PRIVATE_FILE) | ON(SHARED_FILE))
#define SHARED (ON(SHARED_FILE) | ON(SHMEM) | ON(MEMFD))
#define MEMORY (ON(ANON) | ON(PRIVATE_FILE) | SHARED)
#define ANYTHING (MEMORY | ON(DEVICE))

#define MOST_PAGES 24           /* of a mapping            */
#define BELOW 2                 /* pages in front of it    */
#define GROWTH 7                /* pages, where it grows   */
#define GONE UINT64_MAX         /* no such page            */

/*
 * Three places far from all else, so that whatever happens there needs tables of its own:
 * of the mapping, where it is moved, and of what the calls need beside it.
 */
#define PLACE ((char *)0x2000000000)
#define ELSEWHERE ((char *)0x2800000000)
#define ASIDE ((char *)0x3000000000)

/* There, too, it lies over a border between tables: some of it moves before the next table
 * is needed. */
#define MOVED_TO (ELSEWHERE + 2 * MB - 3 * PAGE)

struct area {
    enum kind kind;
    char *p;
    char *below;                /* what lies below it where it was made                 */
    size_t npages;
    size_t first, last;         /* a part in the middle: pages FIRST to LAST - 1        */
    uint64_t is[MOST_PAGES];    /* what the words of each page are, or GONE             */
    int fd;                     /* of the file, -1: none                                */
    uint64_t *file_is;          /* the same of the pages of the file, or NULL           */
};

/* What all areas share, for as long as the program runs. */
void open_files(void);
void close_files(void);
/* Fill the files: nobody knows what they contain. */
void fill_files(void);

/* Make A of this kind, in a size, at a place, and touched as DICE say; COLD: no page of it
 * is in memory.  Below it lies private memory that is never to change. */
void make_area(struct area *a, enum kind kind, struct rand *dice, bool cold);
/* Unmap it, and whatever else there is in the three places. */
void drop_area(struct area *a);

/* Map memory like A's at AT: its address, or a negated errno. */
long map_like(const struct area *a, char *at, int flags);

/* A should contain what it is said to.  NAME is for the report. */
void check_area(const struct area *a, const char *name);

/* COUNT pages from A's page FIRST on should now be at P instead. */
void check_moved(struct area *a, size_t first, size_t count, const char *p);

/* Pages FIRST to LAST - 1 are this now. */
void now_is(struct area *a, size_t first, size_t last, uint64_t is);

/* Let the file of A, which lies on the disk, be nothing but a hole. */
void empty_file(struct area *a);

/* Have some of the files' pages leave memory, as far as nobody uses them. */
void evict(int fd);

static inline char *part(const struct area *a)
{
    return a->p + a->first * PAGE;
}

static inline size_t part_size(const struct area *a)
{
    return (a->last - a->first) * PAGE;
}

static inline size_t size_of(const struct area *a)
{
    return a->npages * PAGE;
}

#define RETURN_OFFSET 264       /* where in a page of a file there is code: it returns */

/* What is done with it */

struct action {
    const char *name;
    unsigned kinds;                             /* to which: ON(kind)...                   */
    void (*prepare)(struct area *a);            /* nothing fails; NULL: nothing to prepare */
    long (*act)(struct area *a);                /* 0 or more, or a negated errno           */
    void (*after)(struct area *a, long result); /* look at what came of it and undo it     */
    int errors[3];                              /* what it may say where memory is refused */
    int copy_error, disk_error;                 /* and where a copy or the disk fails      */
    bool kills;                                 /* or it ends the program: SIGKILL         */
    bool in_part;                               /* what it did before it failed stays      */
    bool cold;
    bool in_child;                              /* the action itself calls let_fail()      */
};

extern const struct action calls[], faults[], processes[];
extern const size_t ncalls, nfaults, nprocesses;

/* In the child of an action: the order that stands is this process's from now on. */
void let_fail(void);
/* Take it back; the child's exit status is to be what this returns: ERROR is what it was
 * refused with, 0 nothing. */
int child_status(const struct area *a, int error);
/* The result of an action whose child has ended so. */
long child_result(int status);

static inline long result(long r)
{
    return r == -1 ? -errno : r;
}
