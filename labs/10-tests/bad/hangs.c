/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include "kernel/mm/policy.h"

Test(clock2, waits_for_the_fault)
{
    for (volatile bool found = false; !found;)
        ;
}
