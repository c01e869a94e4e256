/* SPDX-License-Identifier: MIT */
/*
 * setting.h - the files of /proc/sys: one number each, mostly.
 */
#pragma once
#include "kernel/procfs/procfs.h"

/* TEXT is a decimal number, 0 to MAX, perhaps with a newline: it goes to *VALUE.  0, or -EINVAL
 * and *VALUE is as it was. */
int proc_store_unsigned(const char *text, unsigned *value, unsigned max);
/* The same, from MIN to MAX. */
int proc_store_u64(const char *text, uint64_t *value, uint64_t min, uint64_t max);

/* show_NAME and store_NAME for VARIABLE, an unsigned from 0 to MAX. */
#define PROC_SETTING(name, variable, max)                                      \
    static int show_##name(struct synth_buf *b, struct process *p)             \
    {                                                                          \
        (void)p;                                                               \
        synth_printf(b, "%u\n", (variable));                                   \
        return 0;                                                              \
    }                                                                          \
    static int store_##name(const char *text, size_t n, struct process *p)     \
    {                                                                          \
        (void)n;                                                               \
        (void)p;                                                               \
        return proc_store_unsigned(text, &(variable), (max));                  \
    }

extern const struct proc_entry proc_sys_vm_entries[];
extern const size_t proc_sys_vm_nentries;
