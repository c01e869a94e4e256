/* SPDX-License-Identifier: MIT */
/*
 * Stand-in for lab 5: who reads what was never written gets a frame of its own.
 */
static enum fault_result anon_fault(struct fault *f)
{
    return anon_new_page(f, true);
}
