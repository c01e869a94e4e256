// sources: kernel/mm/policy_clock2.c kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_random.c lib/string.c lib/strutil.c tests/host/suite_clock2.c
/* SPDX-License-Identifier: MIT */
/*
 * test_suite_clock2.c - what the tests in suite_clock2.c are linked with.
 */
