/* SPDX-License-Identifier: MIT */
/*
 * watch.h - look at the system from a test: /proc, and the debug call.
 */
#pragma once
#include "lib/abi/debugcall.h"
#include "user/tests/lib/test.h"

/* The whole text of a file, in a buffer of the caller; its length.  Gives up on failure. */
size_t read_file(const char *path, char *buf, size_t size);

/*
 * The number behind the first KEY that begins a line of a file, -1 if there is
 * none: proc_number("/proc/meminfo", "MemFree:").
 */
long proc_number(const char *path, const char *key);

/* /proc/self/statm, in pages. */
struct statm {
    long size, resident, shared, text, lib, data, dirty;
};

struct statm read_statm(void);

/* Pages of this process in memory. */
long resident_pages(void);

/* Page faults of this process so far.  To ask causes none that the next answer would count. */
long minor_faults(void);
long major_faults(void);

/* The line of /proc/self/maps whose mapping contains P, in BUF; false if there is none. */
bool find_mapping(const void *p, char *buf, size_t size);

/* The debug call: 0 or more, or a negated errno. */
long debug_call(enum debug_op op, uintptr_t arg1, uintptr_t arg2);

/* Of the caller's allocations at SITES (DEBUG_FAIL_...) let the NTH from now fail, once;
 * 0: none.  Gives up where that cannot be had. */
void fail_nth(uint32_t sites, uint64_t nth);

/* Skip the test if there is no debug call here. */
void need_debug_call(void);
/* Skip the test where another kernel runs, since OTHERS do otherwise, and rightly. */
void need_pagoda(const char *others);
bool has_debug_call(void);

struct debug_counters read_counters(void);
struct debug_page read_page(const void *p);

/* An anonymous private mapping, readable and writable.  Gives up on failure. */
char *map_anon(size_t size);

/* The number of harts. */
long harts(void);
