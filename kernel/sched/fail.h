/* SPDX-License-Identifier: MIT */
/*
 * fail.h - make operations fail on purpose; port_should_fail() in port.h asks.
 */
#pragma once
#include "kernel/port/port.h"

/*
 * The running thread's Nth call at SITE (FAIL_SITES: at any site) fails; 1 is the next
 * one, 0 takes the order back, as the thread's end does.  NEW_STACKS: only calls count
 * that come from where none has failed under such an order, by all callers on the stack;
 * that of the call which fails is remembered.
 */
void fail_set_nth(unsigned site, uint32_t n, bool new_stacks);
/* Calls still to come before the failure; 0: it has happened, or none is ordered. */
uint32_t fail_nth_left(void);

/* How many stacks are remembered, and forget them: nobody has an order for new ones. */
size_t fail_nr_stacks(void);
void fail_forget_stacks(void);

/* One call in N at SITE (FAIL_SITES: any) fails, for everybody; 0: none. */
void fail_set_chance(unsigned site, uint32_t n);
