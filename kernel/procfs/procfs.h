/* SPDX-License-Identifier: MIT */
/*
 * procfs.h - what the files of /proc have in common.
 *
 * An entry is a name, a mode and a function.  The fixed part of the tree is made
 * of tables of entries; a process's directory uses one table for all of them.
 * To add a file: write a show function, name it in a table.
 */
#pragma once
#include "kernel/fs/synth.h"
#include "kernel/proc/process.h"

struct proc_entry {
    const char *name;
    uint32_t mode;                          /* S_IF* | permissions               */
    bool guarded;                           /* text for who may see the process only */
    /* Regular files: print the content.  P is NULL outside <pid>/. */
    int (*show)(struct synth_buf *b, struct process *p);
    /* Or, where threads differ: of P's thread TID, or with TID 0 of P as a whole. */
    int (*show_thread)(struct synth_buf *b, struct process *p, int tid);
    /* Or, if the content may be very long: print what stands at *AT (synth_open_parts). */
    int (*part)(struct synth_buf *b, struct process *p, uint64_t *at);
    /* Writable ones: take N bytes, NUL-terminated; 0 or an errno. */
    int (*store)(const char *text, size_t n, struct process *p);
    int (*store_thread)(const char *text, size_t n, struct process *p, int tid);
    /* Files that are no text: their operations. */
    const struct file_operations *fops;
    /* Directories of <pid>/. */
    const struct proc_folder *folder;
    /* Directories of the fixed tree. */
    const struct proc_entry *entries;
    const size_t *nentries;
    /* Links: a referenced path (follow) or a text (link); either may be NULL. */
    int (*follow)(struct process *p, struct path *out);
    ssize_t (*link)(struct process *p, char *buf, size_t size);
};

#define PROC_FILE(name_, show_) { .name = (name_), .mode = S_IFREG | 0444, .show = (show_) }

/* The process that INODE, of <pid>/, tells of; it lives as long as INODE. */
struct process *proc_inode_process(const struct inode *inode);

extern const struct proc_entry proc_root_entries[];
extern const size_t proc_root_nentries;
extern const struct proc_entry proc_pid_entries[];
extern const size_t proc_pid_nentries;
extern const struct proc_folder proc_fd_folder, proc_fdinfo_folder, proc_task_folder;

/* The files, by what they tell of. */
int proc_show_meminfo(struct synth_buf *b, struct process *p);
int proc_show_vmstat(struct synth_buf *b, struct process *p);
int proc_show_buddyinfo(struct synth_buf *b, struct process *p);
int proc_show_pagetypeinfo(struct synth_buf *b, struct process *p);
int proc_show_zoneinfo(struct synth_buf *b, struct process *p);
int proc_show_slabinfo(struct synth_buf *b, struct process *p);
int proc_show_vmallocinfo(struct synth_buf *b, struct process *p);
int proc_show_cmdline(struct synth_buf *b, struct process *p);
int proc_show_cpuinfo(struct synth_buf *b, struct process *p);
int proc_show_devices(struct synth_buf *b, struct process *p);
int proc_show_diskstats(struct synth_buf *b, struct process *p);
int proc_show_filesystems(struct synth_buf *b, struct process *p);
int proc_show_interrupts(struct synth_buf *b, struct process *p);
int proc_show_kmsg(struct synth_buf *b, struct process *p);
int proc_show_loadavg(struct synth_buf *b, struct process *p);
int proc_show_partitions(struct synth_buf *b, struct process *p);
int proc_show_stat(struct synth_buf *b, struct process *p);
int proc_show_swaps(struct synth_buf *b, struct process *p);
int proc_show_uptime(struct synth_buf *b, struct process *p);
int proc_show_version(struct synth_buf *b, struct process *p);
int proc_part_pid_maps(struct synth_buf *b, struct process *p, uint64_t *at);
int proc_part_pid_smaps(struct synth_buf *b, struct process *p, uint64_t *at);
int proc_show_pid_smaps_rollup(struct synth_buf *b, struct process *p);
int proc_part_pid_cmdline(struct synth_buf *b, struct process *p, uint64_t *at);
int proc_part_pid_environ(struct synth_buf *b, struct process *p, uint64_t *at);
int proc_show_pid_auxv(struct synth_buf *b, struct process *p);
int proc_store_pid_clear_refs(const char *text, size_t n, struct process *p);
int proc_show_pid_comm(struct synth_buf *b, struct process *p, int tid);
int proc_store_pid_comm(const char *text, size_t n, struct process *p, int tid);
int proc_show_pid_stat(struct synth_buf *b, struct process *p, int tid);
int proc_show_pid_statm(struct synth_buf *b, struct process *p);
int proc_show_pid_status(struct synth_buf *b, struct process *p, int tid);
int proc_show_pid_mounts(struct synth_buf *b, struct process *p);
int proc_show_pid_mountinfo(struct synth_buf *b, struct process *p);
int proc_show_pid_limits(struct synth_buf *b, struct process *p);
int proc_show_pid_oom_adj(struct synth_buf *b, struct process *p);
int proc_show_pid_oom_score(struct synth_buf *b, struct process *p);
int proc_show_pid_oom_score_adj(struct synth_buf *b, struct process *p);
int proc_store_pid_oom_adj(const char *text, size_t n, struct process *p);
int proc_store_pid_oom_score_adj(const char *text, size_t n, struct process *p);

extern const struct file_operations proc_pagemap_fops, proc_kpagecount_fops, proc_kpageflags_fops,
    proc_page_trace_fops, proc_call_trace_fops;

/* /proc/pressure. */
extern const struct proc_entry proc_pressure_entries[];
extern const size_t proc_pressure_nentries;

/* /proc/sys. */
extern const struct proc_entry proc_sys_entries[];
extern const size_t proc_sys_nentries;

void procfs_init(void);
