/* SPDX-License-Identifier: MIT */
/*
 * spaces.h - address spaces for tests of the reverse map: the kernel's own sets of VMAs,
 * anon_vma.c and rmap.c, below calls that do to them what the system calls do.
 *
 * A space has SPACE_PAGES pages and, instead of a page table, an array of entries.  Pages
 * are frames of the shim; there are OBJECTS files of OBJECT_PAGES pages.  Memory for
 * VMAs, spans and anon_vmas can be told to run out.
 */
#pragma once
#include "kernel/cache/page_cache.h"
#include "kernel/vm/mm.h"
#include "kernel/vm/rmap.h"

#define SPACES       8
#define SPACE_PAGES  64UL
#define SPACE_BASE   (USER_END / 2)
#define OBJECTS      2
#define OBJECT_PAGES 128UL

struct space {
    struct mm mm;
    bool alive;
    struct pte pte[SPACE_PAGES];
};
extern struct space spaces[SPACES];
extern struct address_space objects[OBJECTS];
extern const struct mapping_ops *mapping_ops;           /* of rmap.c */

static inline vaddr_t space_va(size_t page)
{
    return SPACE_BASE + page * PAGE_SIZE;
}
static inline size_t space_page(vaddr_t va)
{
    return (va - SPACE_BASE) >> PAGE_SHIFT;
}
static inline struct space *space_of(struct mm *mm)
{
    return container_of(mm, struct space, mm);
}
static inline struct page *page_of(struct pte e)
{
    return pfn_to_page(pte_pfn(e));
}
struct page *object_page(size_t object, uint64_t index);

void spaces_init(void);
/* Everything ends; panics if an anon_vma or a span is left. */
void spaces_fini(void);
/* anon_vmas and spans that exist. */
size_t spaces_objects(void);
/* Of N allocations one fails; 0: none. */
void spaces_fail_one_in(unsigned n);

/* A new space, or NULL. */
struct space *space_create(void);
void space_exit(struct space *s);
/* NULL: no memory, or no space left. */
struct space *space_fork(struct space *s);

/* Map [FIRST, FIRST+N), a hole: anonymous (OBJECT is negative), or pages of an object from
 * INDEX on. */
void space_map(struct space *s, size_t first, size_t n, int object, uint64_t index,
               uint32_t flags);
bool space_unmap(struct space *s, size_t first, size_t n);
bool space_protect(struct space *s, size_t first, size_t n, uint32_t flags);
/* Move N pages of one VMA to TO, where nothing may be; the ranges do not meet. */
bool space_move(struct space *s, size_t first, size_t n, size_t to);
/* Read or write a page, if it is mapped. */
void space_touch(struct space *s, size_t page, bool write);

/* Take the entry of PAGE away. */
void space_clear(struct space *s, size_t page);
