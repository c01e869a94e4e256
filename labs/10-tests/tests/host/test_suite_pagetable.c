// sources: kernel/mm/pagetable.c tests/host/suite_pagetable.c
// cflags: -DPAGODA_DEBUG=1
/* SPDX-License-Identifier: MIT */
/*
 * test_suite_pagetable.c - what the tests in suite_pagetable.c are linked with.
 */
