/* SPDX-License-Identifier: MIT */
/*
 * oom.c - /proc/<pid>/oom_score, oom_score_adj and the older oom_adj.
 */
#include "kernel/proc/oom.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/oom_score.h"
#include "lib/abi/errno.h"
#include "lib/strutil.h"

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A number between MIN and MAX with blanks around it, in any of C's bases. */
static int parse(const char *text, int min, int max, int *value)
{
    const char *end;
    int64_t v;
    int err;

    while (is_blank(*text))
        text++;
    err = str_to_i64(text, &end, 0, &v);
    if (err)
        return err;
    while (is_blank(*end))
        end++;
    if (*end)
        return -EINVAL;
    if (v < INT32_MIN || v > INT32_MAX)
        return -ERANGE;
    if (v < min || v > max)
        return -EINVAL;
    *value = (int)v;
    return 0;
}

int proc_show_pid_oom_score(struct synth_buf *b, struct process *p)
{
    synth_printf(b, "%lu\n", process_oom_score(p));
    return 0;
}

int proc_show_pid_oom_score_adj(struct synth_buf *b, struct process *p)
{
    synth_printf(b, "%d\n", p->oom_score_adj);
    return 0;
}

int proc_store_pid_oom_score_adj(const char *text, size_t n, struct process *p)
{
    int adj, err = parse(text, OOM_ADJ_MIN, OOM_ADJ_MAX, &adj);

    (void)n;
    return err ? err : process_set_oom_adj(p, adj, false);
}

int proc_show_pid_oom_adj(struct synth_buf *b, struct process *p)
{
    synth_printf(b, "%d\n", oom_adj_to_old(p->oom_score_adj));
    return 0;
}

int proc_store_pid_oom_adj(const char *text, size_t n, struct process *p)
{
    int old, err = parse(text, OOM_OLD_NEVER, OOM_OLD_MAX, &old);

    (void)n;
    return err ? err : process_set_oom_adj(p, oom_adj_from_old(old), true);
}
