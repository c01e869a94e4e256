/* SPDX-License-Identifier: MIT */
/*
 * sys.c - /proc/sys: settings that can be read, and some that can be changed.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "kernel/core/version.h"
#include "kernel/fs/super.h"
#include "kernel/mm/slab.h"
#include "kernel/proc/pid.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/mmap.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/strutil.h"

static int store_unsigned(const char *text, unsigned *value, unsigned max)
{
    const char *end;
    uint64_t v;

    if (str_to_u64(text, &end, 10, &v) || v > max || (*end && *end != '\n'))
        return -EINVAL;
    *value = (unsigned)v;
    return 0;
}

#define SETTING(name, variable, max)                                           \
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
        return store_unsigned(text, &(variable), (max));                       \
    }
SETTING(dirty_background_ratio, dirty_background_ratio, 100)
SETTING(dirty_ratio, dirty_ratio, 100)
SETTING(dirty_expire_centisecs, dirty_expire_centisecs, 1000000)
SETTING(dirty_interval, dirty_writeback_centisecs, 1000000)
#undef SETTING

/* The flusher may be asleep for as long as was said before. */
static int store_interval(const char *text, size_t n, struct process *p)
{
    int err = store_dirty_interval(text, n, p);

    if (!err)
        writeback_new_interval();
    return err;
}

static int store_drop_caches(const char *text, size_t n, struct process *p)
{
    unsigned what;
    int err = store_unsigned(text, &what, 4);

    (void)n;
    (void)p;
    if (err || !what)
        return -EINVAL;
    if (what & 2) {
        while (dentry_cache_shrink(1024) || inode_cache_shrink(1024))
            continue;
        kmem_cache_shrink_all();
        count_vm_event(VM_DROP_SLAB);
    }
    if (what & 1) {
        page_cache_drop_all();
        count_vm_event(VM_DROP_PAGECACHE);
    }
    return 0;
}

static int show_max_map_count(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%d\n", MAX_MAP_COUNT);
    return 0;
}

static int show_mmap_min_addr(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%lu\n", MMAP_MIN_ADDR);
    return 0;
}

static int show_pid_max(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%d\n", PID_MAX);
    return 0;
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

#define SETTING(name_)                                                         \
    { .name = #name_, .mode = S_IFREG | 0644, .show = show_##name_, .store = store_##name_ }

static const struct proc_entry vm_entries[] = {
    SETTING(dirty_background_ratio),
    SETTING(dirty_expire_centisecs),
    SETTING(dirty_ratio),
    { .name = "dirty_writeback_centisecs", .mode = S_IFREG | 0644, .show = show_dirty_interval,
      .store = store_interval },
    { .name = "drop_caches", .mode = S_IFREG | 0200, .store = store_drop_caches },
    PROC_FILE("max_map_count", show_max_map_count),
    PROC_FILE("mmap_min_addr", show_mmap_min_addr),
};

static const struct proc_entry kernel_entries[] = {
    PROC_FILE("osrelease", show_osrelease),
    PROC_FILE("ostype", show_ostype),
    PROC_FILE("pid_max", show_pid_max),
};

const struct proc_entry proc_sys_entries[] = {
    { .name = "kernel", .mode = S_IFDIR | 0555, .entries = kernel_entries,
      .nentries = ARRAY_SIZE(kernel_entries) },
    { .name = "vm", .mode = S_IFDIR | 0555, .entries = vm_entries,
      .nentries = ARRAY_SIZE(vm_entries) },
};
const size_t proc_sys_nentries = ARRAY_SIZE(proc_sys_entries);
