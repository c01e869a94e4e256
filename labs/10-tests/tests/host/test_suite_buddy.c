// sources: kernel/mm/buddy.c kernel/mm/buddy_range.c kernel/mm/buddy_check.c kernel/mm/page.c tests/host/suite_buddy.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_suite_buddy.c - what the tests in suite_buddy.c are linked with.
 */
