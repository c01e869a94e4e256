/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include "kernel/mm/policy.h"

Test(clock2, something_is_wrong)
{
    cr_assert(false, "there is always something wrong");
}

Test(clock2, something_else_is_wrong)
{
    cr_assert_null(policy_clock2.name);
}
