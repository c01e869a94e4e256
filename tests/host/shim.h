/* SPDX-License-Identifier: MIT */
/*
 * shim.h - what a host test can ask of the world it runs in.
 *
 * shim.c answers kernel/port/port.h on the host, stricter than the kernel: lock
 * ranks, double locking and foreign unlocking always end the test, and any
 * operation that asks port_should_fail() can be made to fail.
 */
#pragma once
#include "kernel/port/port.h"

/*
 * Fault injection.  The NTH call from now at SITE fails (1: the next one), and
 * only that one; 0 takes the order back.
 */
void shim_fail_nth(enum fail_site site, unsigned nth);
/* From now on one call in N fails at SITE, by chance from the seed; 0: none. */
void shim_fail_one_in(enum fail_site site, unsigned n);
/* How often SITE has asked, and how often it was told to fail. */
unsigned shim_fail_calls(enum fail_site site);
unsigned shim_fail_hits(enum fail_site site);
/* No site fails any more; all counts are zero. */
void shim_fail_reset(void);

/* The calling thread is hart INDEX from now on (it starts as hart 0). */
void shim_set_hart(unsigned index);
/* The calling hart serves an interrupt: port_in_atomic() says true. */
void shim_set_interrupt(bool serving);
/* Restart port_random() from SEED. */
void shim_seed(uint64_t seed);

/* Locks held by the calling hart; a test ends with none. */
unsigned shim_locks_held(void);

/*
 * Simulated RAM: NPAGES zeroed frames from FIRST_PFN on, with their struct
 * pages zeroed, reached through frames.  One arena at a time.
 */
void shim_ram_create(pfn_t first_pfn, size_t npages);
void shim_ram_destroy(void);

/* TLB flushes asked for, by the smallest call that covers them. */
struct shim_flushes {
    unsigned page, range, all, local, kernel;
    vaddr_t start, end;         /* of the last one with a range */
};
extern struct shim_flushes shim_flushes;

/* printk() stays silent (true is the default): tests print what matters. */
void shim_set_quiet(bool quiet);
