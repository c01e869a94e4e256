/* SPDX-License-Identifier: MIT */
/*
 * sys.c - /proc/sys: settings that can be read, and some that can be changed.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "kernel/core/version.h"
#include "kernel/fs/super.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/slab.h"
#include "kernel/proc/pid.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/reclaim.h"
#include "kernel/vm/scan_balance.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"
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
SETTING(max_map_count, max_map_count, INT32_MAX)
SETTING(lowest_address, mmap_min_addr, INT32_MAX)
SETTING(commit_mode, overcommit_memory, COMMIT_NEVER)
SETTING(commit_ratio, overcommit_ratio, INT32_MAX)
SETTING(commit_kbytes, overcommit_kbytes, UINT32_MAX)
SETTING(swappiness, swappiness, SWAPPINESS_MAX)
SETTING(user_reserve_kbytes, user_reserve_kbytes, UINT32_MAX)
SETTING(admin_reserve_kbytes, admin_reserve_kbytes, UINT32_MAX)
#undef SETTING

/* The flusher may be asleep for as long as was said before. */
static int store_interval(const char *text, size_t n, struct process *p)
{
    int err = store_dirty_interval(text, n, p);

    if (!err)
        writeback_new_interval();
    return err;
}

static int store_mode(const char *text, size_t n, struct process *p)
{
    int err = store_commit_mode(text, n, p);

    if (!err)
        commit_mode_changed();
    return err;
}

/* Of ratio and kbytes the one that was written last counts. */
static int store_ratio(const char *text, size_t n, struct process *p)
{
    int err = store_commit_ratio(text, n, p);

    if (!err)
        overcommit_kbytes = 0;
    return err;
}

static int store_kbytes(const char *text, size_t n, struct process *p)
{
    int err = store_commit_kbytes(text, n, p);

    if (!err)
        overcommit_ratio = 0;
    return err;
}

/* The set of VMAs begins at MMAP_MIN_ADDR. */
static int store_min_addr(const char *text, size_t n, struct process *p)
{
    unsigned value;
    int err = store_unsigned(text, &value, INT32_MAX);

    if (!err && value < MMAP_MIN_ADDR)
        return -EINVAL;
    return err ? err : store_lowest_address(text, n, p);
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
        reclaim_drop_caches();
        count_vm_event(VM_DROP_PAGECACHE);
    }
    return 0;
}

static int show_policy(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%s\n", lru_policy()->name);
    return 0;
}

static int store_policy(const char *text, size_t n, struct process *p)
{
    const struct policy *policy;
    char name[16];

    (void)p;
    if (n >= sizeof(name))
        return -EINVAL;
    strlcpy(name, text, sizeof(name));
    if (n > 0 && name[n - 1] == '\n')
        name[n - 1] = '\0';
    policy = policy_find(name);
    if (!policy)
        return -EINVAL;
    lru_set_policy(policy);
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

#define SETTING_BY(name_, show_, store_)                                       \
    { .name = #name_, .mode = S_IFREG | 0644, .show = show_, .store = store_ }
#define SETTING(name_) SETTING_BY(name_, show_##name_, store_##name_)

static const struct proc_entry vm_entries[] = {
    SETTING(admin_reserve_kbytes),
    SETTING(dirty_background_ratio),
    SETTING(dirty_expire_centisecs),
    SETTING(dirty_ratio),
    SETTING_BY(dirty_writeback_centisecs, show_dirty_interval, store_interval),
    { .name = "drop_caches", .mode = S_IFREG | 0200, .store = store_drop_caches },
    SETTING(max_map_count),
    SETTING_BY(mmap_min_addr, show_lowest_address, store_min_addr),
    SETTING_BY(overcommit_kbytes, show_commit_kbytes, store_kbytes),
    SETTING_BY(overcommit_memory, show_commit_mode, store_mode),
    SETTING_BY(overcommit_ratio, show_commit_ratio, store_ratio),
    SETTING(policy),
    SETTING(swappiness),
    SETTING(user_reserve_kbytes),
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
