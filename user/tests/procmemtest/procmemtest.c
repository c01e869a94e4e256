/* SPDX-License-Identifier: MIT */
/*
 * procmemtest.c - what /proc says of memory is true: each figure follows its cause.
 */
#include "user/tests/procmemtest/causes.h"

static const struct test_list *const lists[] = { &meminfo_tests, &vmstat_tests };
TEST_LISTS_MAIN(lists)
