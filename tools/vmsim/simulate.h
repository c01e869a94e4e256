/* SPDX-License-Identifier: MIT */
/*
 * simulate.h - replay references to pages through a replacement policy.
 *
 * Runs the kernel's own policy files (kernel/mm/policy_*.c) on the host: memory has
 * some frames, all empty at first; a reference to a page that is in one marks it
 * used; any other is a miss, for which the policy chooses who goes when no frame is
 * empty.
 */
#pragma once
#include "kernel/mm/policy.h"

/* References in order; pages are numbered from 0 without gaps. */
struct trace {
    const uint32_t *pages;
    size_t length;
    size_t npages;
};

/* Misses of TRACE under POLICY with NFRAMES, at least 1; SIZE_MAX: no memory to find out. */
size_t simulate_policy(const struct policy *policy, const struct trace *trace, size_t nframes);

/* Misses if whatever is used again last, or never, goes first: no policy can have fewer
 * (Belady 1966; Mattson, Gecsei, Slutz and Traiger 1970).  SIZE_MAX as above. */
size_t simulate_optimum(const struct trace *trace, size_t nframes);
