/* SPDX-License-Identifier: MIT */
/*
 * strings.c - /proc/<pid>/cmdline, environ and auxv: what the program was started with.
 *
 * The strings are read where the program has them, on its stack, and may be its own by now.
 */
#include "kernel/mm/kvmalloc.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define STRINGS_PART (8 * PAGE_SIZE)

/* The next of the bytes [START, END), of which *AT have been shown.  1: there are more. */
static int show_strings(struct synth_buf *b, struct mm *mm, vaddr_t start, vaddr_t end,
                        uint64_t *at)
{
    size_t left = end - start > *at ? end - start - *at : 0, n = MIN(left, STRINGS_PART), got;
    char *text = n ? kvmalloc(n) : NULL;

    if (!n)
        return 0;
    if (!text)
        return -ENOMEM;
    got = mm_read(mm, start + *at, text, n);
    synth_write(b, text, got);
    kvfree(text);
    *at += got;
    return got == n && left > n;
}

/* Where the text that begins at START ends, behind its 0; it is no longer than a page. */
static vaddr_t end_of_title(struct mm *mm, vaddr_t start, vaddr_t end)
{
    size_t n = MIN((size_t)(end - start), PAGE_SIZE);
    char *text = kvmalloc(n);

    if (!text)
        return start;
    n = mm_read(mm, start, text, n);
    end = start + MIN(strnlen(text, n) + 1, n);
    kvfree(text);
    return end;
}

/* A program that writes over the 0 behind its arguments has given itself a title, which may
 * go on where the environment was. */
static vaddr_t end_of_arguments(struct mm *mm)
{
    char last = '\0';

    if (mm->arg_end == mm->arg_start || mm->env_start != mm->arg_end
        || mm_read(mm, mm->arg_end - 1, &last, 1) != 1 || !last)
        return mm->arg_end;
    return end_of_title(mm, mm->arg_start, mm->env_end);
}

int proc_part_pid_cmdline(struct synth_buf *b, struct process *p, uint64_t *at)
{
    struct mm *mm = process_get_mm(p);
    int r;

    if (!mm)
        return 0;
    r = show_strings(b, mm, mm->arg_start, end_of_arguments(mm), at);
    mm_put(mm);
    return r;
}

int proc_part_pid_environ(struct synth_buf *b, struct process *p, uint64_t *at)
{
    struct mm *mm = process_get_mm(p);
    int r;

    if (!mm)
        return 0;
    r = show_strings(b, mm, mm->env_start, mm->env_end, at);
    mm_put(mm);
    return r;
}

int proc_show_pid_auxv(struct synth_buf *b, struct process *p)
{
    struct mm *mm = process_get_mm(p);
    size_t n = 0;

    if (!mm)
        return 0;
    while (n + 2 < ARRAY_SIZE(mm->auxv) && mm->auxv[n])
        n += 2;
    synth_write(b, mm->auxv, (n + 2) * 8);
    mm_put(mm);
    return 0;
}
