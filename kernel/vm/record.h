/* SPDX-License-Identifier: MIT */
/*
 * record.h - the order in which a program uses its pages.
 *
 * Only so many pages of a recorded address space, its window, can be accessed: those it
 * came to last.  The entry of the page that has been in the window longest is made one
 * without access, so that coming back to it is a fault, which is recorded.
 *
 *     reference ->  window: v7 v2 v9 v4  -> v4 leaves: the next use of it is seen
 *
 * So each use of a page that is not in the window is recorded, in its order; those of a
 * page within the window are not.  For memories much larger than the window that changes
 * few misses (Smith, Two Methods for the Efficient Analysis of Memory Address Trace Data,
 * 1977).  Not seen are read(2) and write(2) in the page cache, pages that mprotect or
 * mremap made accessible elsewhere, and what others do to the address space.
 *
 * One address space of the machine is recorded at a time.  Records wait in a ring; when
 * it is full, the program waits for its reader.
 *
 * Off, a fault of a program pays for the look at a flag.
 */
#pragma once
#include "kernel/vm/fault.h"

#define RECORD_WINDOW_MIN 8     /* what one instruction, and one system call, need at once */
#define RECORD_WINDOW_MAX 512

struct record {
    uint64_t page;              /* number of the virtual page */
    enum access access;
};

/* Record MM from now on; its window has NPAGES.  0, -EBUSY (another one is recorded), -EINVAL
 * (NPAGES), -ENOMEM.  May sleep. */
int record_start(struct mm *mm, size_t npages);
/* Nothing is recorded any more, and what was is forgotten.  May sleep. */
void record_stop(void);
/* Wait until there are many records, or the last ones, and take up to N, oldest first.  How many;
 * 0: there will be no more; -EINTR. */
ssize_t record_take(struct record *out, size_t n);
/* How many are missing, because a signal came while the program waited. */
uint64_t record_nlost(void);

/* A page of MM at VA was made accessible for ACCESS: by an access of the program if BY_PROGRAM,
 * else for the kernel, which may need more pages at once than the window has.  Nothing held;
 * may sleep. */
void record_note(struct mm *mm, vaddr_t va, enum access access, bool by_program);
static inline void record_use(struct mm *mm, vaddr_t va, enum access access, bool by_program)
{
    if (__builtin_expect(mm->recorded, 0))
        record_note(mm, va, access, by_program);
}

/* Who was alone in FROM goes on in TO (exec); MM has lost its last user. */
void record_follow(struct mm *from, struct mm *to);
void record_leave(struct mm *mm);
