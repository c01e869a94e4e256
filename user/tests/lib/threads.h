/* SPDX-License-Identifier: MIT */
/*
 * threads.h - threads of a test in one address space, which may jump back out of faults.
 *
 * Each has a number below MAX_THREADS and is a process of its own, with its own record of
 * time; memory, descriptors and handlers are one.  So is errno: no two of them should look
 * at it.
 */
#pragma once
#include <setjmp.h>
#include "user/tests/lib/test.h"

#define MAX_THREADS 5

/* Start thread N: FUNCTION((void *)N), which ends with _exit().  Its pid, to be waited for. */
pid_t start_thread(size_t n, int (*function)(void *));

/* The same on the stack that ends at TOP, without a number, with ARG. */
pid_t start_thread_on(void *top, int (*function)(void *), void *arg);

/* Where the stack of thread N begins: a forked child may use it, if there is no thread N. */
void *stack_of_thread(size_t n);

/*
 * From now on a SIGSEGV or SIGBUS of thread N within SIZE bytes at START jumps to
 * way_back[N], which it has set by sigsetjmp(way_back[N], 0).  Any other ends the process
 * that has it, with status 1.
 */
extern sigjmp_buf way_back[MAX_THREADS];

void jump_back_from(char *start, size_t size);
