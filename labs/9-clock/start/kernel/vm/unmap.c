/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 9: no entry is asked.
 */

static bool look(struct mm *mm, vaddr_t va, void *arg)
{
    (void)mm, (void)va, (void)arg;
    return false;
}
