/* SPDX-License-Identifier: MIT */
/*
 * sys.c - /proc/sys: settings that can be read, and some that can be changed.
 */
#include "kernel/core/version.h"
#include "kernel/proc/pid.h"
#include "kernel/procfs/setting.h"
#include "kernel/vm/layout.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/strutil.h"

static const char *skip_blanks(const char *s)
{
    while (*s == ' ' || *s == '\t' || *s == '\n')
        s++;
    return s;
}

int proc_store_u64(const char *text, uint64_t *value, uint64_t min, uint64_t max)
{
    const char *end;
    uint64_t v;

    if (str_to_u64(skip_blanks(text), &end, 10, &v) || v < min || v > max || *skip_blanks(end))
        return -EINVAL;
    *value = v;
    return 0;
}

int proc_store_unsigned(const char *text, unsigned *value, unsigned max)
{
    uint64_t v;
    int err = proc_store_u64(text, &v, 0, max);

    if (!err)
        *value = (unsigned)v;
    return err;
}

PROC_SETTING(randomize_va_space, randomize_va_space, INT32_MAX)

static int show_pid_max(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%d\n", PID_MAX);
    return 0;
}

static int show_last_pid(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%d\n", pid_last());
    return 0;
}

static int store_last_pid(const char *text, size_t n, struct process *p)
{
    unsigned pid;
    int err = current_process()->cred.euid ? -EPERM : proc_store_unsigned(text, &pid, PID_MAX);

    (void)n;
    (void)p;
    if (!err)
        pid_set_last((int)pid);
    return err;
}

static int show_osrelease(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_puts(b, PAGODA_RELEASE "\n");
    return 0;
}

static int show_ostype(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_puts(b, "Linux\n");
    return 0;
}

static const struct proc_entry kernel_entries[] = {
    { .name = "ns_last_pid", .mode = S_IFREG | 0666, .show = show_last_pid,
      .store = store_last_pid },
    PROC_FILE("osrelease", show_osrelease),
    PROC_FILE("ostype", show_ostype),
    PROC_FILE("pid_max", show_pid_max),
    { .name = "randomize_va_space", .mode = S_IFREG | 0644, .show = show_randomize_va_space,
      .store = store_randomize_va_space },
};
static const size_t kernel_nentries = ARRAY_SIZE(kernel_entries);

const struct proc_entry proc_sys_entries[] = {
    { .name = "kernel", .mode = S_IFDIR | 0555, .entries = kernel_entries,
      .nentries = &kernel_nentries },
    { .name = "vm", .mode = S_IFDIR | 0555, .entries = proc_sys_vm_entries,
      .nentries = &proc_sys_vm_nentries },
};
const size_t proc_sys_nentries = ARRAY_SIZE(proc_sys_entries);
