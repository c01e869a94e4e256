/* SPDX-License-Identifier: MIT */
/*
 * fault.h - making an address accessible.
 */
#pragma once
#include "kernel/vm/mm.h"

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_EXEC };

/*
 * One fault on its way.  Each field names the stage that sets it.
 */
struct fault {
    struct mm *mm;              /* caller                                         */
    vaddr_t va;                 /* caller: page aligned                           */
    struct vma *vma;            /* find                                           */
    struct pte *pte;            /* walk: the level-0 entry                        */
    struct pte old;             /* walk: what it was; enter re-checks it          */
    struct page *page;          /* kind: referenced until entered or released     */
    struct page *cache_page;    /* kind: locked until release, so it stays cached */
    enum access access;         /* caller                                         */
    bool cache_ref;             /* kind: and referenced until then                */
    bool special;               /* kind: the zero page, counted nowhere           */
    bool writable;              /* kind: may be entered writable                  */
    bool major;                 /* kind: needed I/O                               */
    bool map_locked;            /* find: the map lock is held for reading         */
    bool changing;              /* kind: the file system's bracket is open        */
    bool dirtied;               /* kind: a page of a file has become dirty        */
};

/* Make VA accessible for ACCESS in MM.  Nothing held; may sleep.  Never FAULT_RETRY. */
enum fault_result handle_mm_fault(struct mm *mm, vaddr_t va, enum access access);

/* The page of MM at VA, made present for ACCESS, with a reference; NULL if it
 * cannot be, or is a device's.  For access from outside the process.  May sleep. */
struct page *mm_get_page(struct mm *mm, vaddr_t va, enum access access);

/* Bring back the page that the swap entry of MM at VA stands for, if there is one, whatever the
 * rights.  FAULT_OK, FAULT_OOM or FAULT_SIGBUS.  Nothing held; may sleep. */
enum fault_result fault_swap_in(struct mm *mm, vaddr_t va);

/* The rights of VMA against ACCESS. */
bool vma_allows(const struct vma *vma, enum access access);

/* A user-mode fault at ADDR: handle it, or send SIGSEGV or SIGBUS to the thread.  If there was
 * no memory, it comes again.  Interrupts on; may sleep. */
void fault_user(vaddr_t addr, enum access access);

/* What becomes of a thread whose access cannot be: registered by proc/signal. */
struct fault_signal_ops {
    void (*bad_access)(enum fault_result r, vaddr_t addr);
    bool (*is_killed)(void);            /* the running thread must end, and soon */
};
void fault_set_signal_ops(const struct fault_signal_ops *ops);
/* Whether the running thread is to end: what would take long may be left undone. */
bool fault_is_killed(void);

void fault_init(void);          /* boot arguments */
