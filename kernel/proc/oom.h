/* SPDX-License-Identifier: MIT */
/*
 * oom.h - how a process stands when memory runs out, as /proc/<pid> shows and changes it.
 */
#pragma once
#include "kernel/proc/process.h"

/* P's oom_score. */
uint64_t process_oom_score(struct process *p);

/*
 * Let ADJ, within OOM_ADJ_MIN and _MAX, be P's oom_score_adj, and that of all processes that
 * share its address space: they would die together.  -EACCES: to lower it below what root set
 * last is root's, and so is lowering at all through OLD, the older file oom_adj.
 */
int process_set_oom_adj(struct process *p, int adj, bool old);
