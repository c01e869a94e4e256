/* SPDX-License-Identifier: MIT */
/*
 * ksyms.c - names for addresses, from the table that tools/ksyms.py puts into
 * the kernel: offsets of functions from _kernel_start, ascending, and names.
 */
#include "kernel/core/panic.h"

extern const uint32_t ksyms_count, ksyms_addrs[], ksyms_names_off[];
extern const char ksyms_names[];
extern const char _kernel_start[], _text_end[];

const char *ksym_find(uintptr_t pc, uintptr_t *offset)
{
    uintptr_t start = (uintptr_t)_kernel_start;
    uint32_t low = 0, high = ksyms_count;

    if (pc < start || pc >= (uintptr_t)_text_end)
        return NULL;
    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (ksyms_addrs[middle] <= pc - start)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    *offset = pc - start - ksyms_addrs[low - 1];
    return ksyms_names + ksyms_names_off[low - 1];
}
