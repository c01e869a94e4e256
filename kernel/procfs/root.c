/* SPDX-License-Identifier: MIT */
/*
 * root.c - what lies directly in /proc.
 */
#include "kernel/procfs/procfs.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/fmt.h"

static ssize_t link_self(struct process *p, char *buf, size_t size)
{
    (void)p;
    if (!current_process())
        return -ENOENT;
    return (ssize_t)fmt_snprintf(buf, size, "%d", current_process()->pid);
}

static ssize_t link_thread_self(struct process *p, char *buf, size_t size)
{
    (void)p;
    if (!current_process())
        return -ENOENT;
    return (ssize_t)fmt_snprintf(buf, size, "%d/task/%d", current_process()->pid, current->tid);
}

static ssize_t link_mounts(struct process *p, char *buf, size_t size)
{
    (void)p;
    return (ssize_t)fmt_snprintf(buf, size, "self/mounts");
}

const struct proc_entry proc_root_entries[] = {
    PROC_FILE("buddyinfo", proc_show_buddyinfo),
    { .name = "call_trace", .mode = S_IFREG | 0600, .fops = &proc_call_trace_fops },
    PROC_FILE("cmdline", proc_show_cmdline),
    PROC_FILE("cpuinfo", proc_show_cpuinfo),
    PROC_FILE("devices", proc_show_devices),
    PROC_FILE("diskstats", proc_show_diskstats),
    PROC_FILE("filesystems", proc_show_filesystems),
    PROC_FILE("interrupts", proc_show_interrupts),
    { .name = "kmsg", .mode = S_IFREG | 0400, .show = proc_show_kmsg },
    { .name = "kpagecount", .mode = S_IFREG | 0400, .fops = &proc_kpagecount_fops },
    { .name = "kpageflags", .mode = S_IFREG | 0400, .fops = &proc_kpageflags_fops },
    PROC_FILE("loadavg", proc_show_loadavg),
    PROC_FILE("meminfo", proc_show_meminfo),
    { .name = "mounts", .mode = S_IFLNK | 0777, .link = link_mounts },
    { .name = "page_trace", .mode = S_IFREG | 0600, .fops = &proc_page_trace_fops },
    { .name = "pagetypeinfo", .mode = S_IFREG | 0400, .show = proc_show_pagetypeinfo },
    PROC_FILE("partitions", proc_show_partitions),
    { .name = "pressure", .mode = S_IFDIR | 0555, .entries = proc_pressure_entries,
      .nentries = &proc_pressure_nentries },
    { .name = "self", .mode = S_IFLNK | 0777, .link = link_self },
    { .name = "slabinfo", .mode = S_IFREG | 0400, .show = proc_show_slabinfo },
    PROC_FILE("stat", proc_show_stat),
    PROC_FILE("swaps", proc_show_swaps),
    { .name = "sys", .mode = S_IFDIR | 0555, .entries = proc_sys_entries,
      .nentries = &proc_sys_nentries },
    { .name = "thread-self", .mode = S_IFLNK | 0777, .link = link_thread_self },
    PROC_FILE("uptime", proc_show_uptime),
    PROC_FILE("version", proc_show_version),
    { .name = "vmallocinfo", .mode = S_IFREG | 0400, .show = proc_show_vmallocinfo },
    PROC_FILE("vmstat", proc_show_vmstat),
    PROC_FILE("zoneinfo", proc_show_zoneinfo),
};
const size_t proc_root_nentries = ARRAY_SIZE(proc_root_entries);
