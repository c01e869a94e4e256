/* SPDX-License-Identifier: MIT */
/*
 * mlocktest.h - what the files of mlocktest share.
 */
#pragma once
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

/* Pages that this process has locked: VmLck. */
long locked(void);

/* A file of NPAGES pages of 'a', without a name. */
int file_of(size_t npages);

/* What may be locked from now on; become_limited_user() is no longer root then. */
void set_limit(size_t bytes);
void become_limited_user(size_t bytes);

extern const struct test_list locking_tests, change_tests, everything_tests, limit_tests,
                              process_tests, figure_tests;
