/* SPDX-License-Identifier: MIT */
/*
 * pressure.c - /proc/pressure: time lost to waiting for memory, disks and harts, in Linux's
 * format.  Nobody is told when a limit is passed (a trigger, written to such a file):
 * -EOPNOTSUPP.
 */
#include "kernel/procfs/procfs.h"
#include "kernel/sched/pressure.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

static int show(struct synth_buf *b, enum pressure_kind kind)
{
    static const char *const names[PRESSURE_LINES] = { "some", "full" };
    struct pressure_figures figures[PRESSURE_LINES];

    pressure_read(kind, figures);
    for (int line = 0; line < PRESSURE_LINES; line++) {
        const uint64_t *a = figures[line].average;

        synth_printf(b, "%s avg10=%lu.%02lu avg60=%lu.%02lu avg300=%lu.%02lu total=%lu\n",
                     names[line], a[0] / 100, a[0] % 100, a[1] / 100, a[1] % 100, a[2] / 100,
                     a[2] % 100, figures[line].total_us);
    }
    return 0;
}

static int show_cpu(struct synth_buf *b, struct process *p)
{
    (void)p;
    return show(b, PRESSURE_CPU);
}

static int show_io(struct synth_buf *b, struct process *p)
{
    (void)p;
    return show(b, PRESSURE_IO);
}

static int show_memory(struct synth_buf *b, struct process *p)
{
    (void)p;
    return show(b, PRESSURE_MEMORY);
}

static int refuse_trigger(const char *text, size_t n, struct process *p)
{
    (void)text;
    (void)n;
    (void)p;
    return -EOPNOTSUPP;
}

#define KIND(name_)                                                            \
    { .name = #name_, .mode = S_IFREG | 0644, .show = show_##name_, .store = refuse_trigger }

const struct proc_entry proc_pressure_entries[] = { KIND(cpu), KIND(io), KIND(memory) };
const size_t proc_pressure_nentries = ARRAY_SIZE(proc_pressure_entries);
