/* SPDX-License-Identifier: MIT */
/*
 * sys_vm.c - /proc/sys/vm: the settings of memory.
 */
#include "kernel/cache/page_cache.h"
#include "kernel/cache/writeback.h"
#include "kernel/core/counters.h"
#include "kernel/fs/super.h"
#include "kernel/mm/lru.h"
#include "kernel/mm/slab.h"
#include "kernel/mm/zone.h"
#include "kernel/procfs/setting.h"
#include "kernel/vm/compact.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/oom.h"
#include "kernel/vm/reclaim.h"
#include "kernel/vm/scan_balance.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"
#include "lib/strutil.h"

PROC_SETTING(background_ratio, dirty_settings.background_ratio, 100)
PROC_SETTING(hard_ratio, dirty_settings.ratio, 100)
PROC_SETTING(dirty_expire_centisecs, dirty_expire_centisecs, 1000000)
PROC_SETTING(dirty_interval, dirty_writeback_centisecs, 1000000)
PROC_SETTING(max_map_count, max_map_count, INT32_MAX)
PROC_SETTING(lowest_address, mmap_min_addr, INT32_MAX)
PROC_SETTING(commit_mode, overcommit_memory, COMMIT_NEVER)
PROC_SETTING(commit_ratio, overcommit_ratio, INT32_MAX)
PROC_SETTING(commit_kbytes, overcommit_kbytes, UINT32_MAX)
PROC_SETTING(scale_factor, watermark_scale_factor, WATERMARK_SCALE_MAX)
PROC_SETTING(vfs_cache_pressure, vfs_cache_pressure, INT32_MAX)
PROC_SETTING(swappiness, swappiness, SWAPPINESS_MAX)
PROC_SETTING(oom_dump_tasks, oom_dump_tasks, INT32_MAX)
PROC_SETTING(oom_kill_allocating_task, oom_kill_allocating_task, INT32_MAX)
PROC_SETTING(panic_on_oom, panic_on_oom, 2)
PROC_SETTING(user_reserve_kbytes, user_reserve_kbytes, UINT32_MAX)
PROC_SETTING(admin_reserve_kbytes, admin_reserve_kbytes, UINT32_MAX)

/* Writing back */

/* Of a share and a number of bytes the one that was written last counts. */
static int store_background_share(const char *text, size_t n, struct process *p)
{
    int err = store_background_ratio(text, n, p);

    if (!err)
        dirty_settings.background_bytes = 0;
    return err;
}

static int store_hard_share(const char *text, size_t n, struct process *p)
{
    int err = store_hard_ratio(text, n, p);

    if (!err)
        dirty_settings.bytes = 0;
    return err;
}

static int show_u64(struct synth_buf *b, uint64_t value)
{
    synth_printf(b, "%lu\n", value);
    return 0;
}

static int show_background_bytes(struct synth_buf *b, struct process *p)
{
    (void)p;
    return show_u64(b, dirty_settings.background_bytes);
}

static int store_background_bytes(const char *text, size_t n, struct process *p)
{
    int err = proc_store_u64(text, &dirty_settings.background_bytes, 1, INT64_MAX);

    (void)n;
    (void)p;
    if (!err)
        dirty_settings.background_ratio = 0;
    return err;
}

static int show_hard_bytes(struct synth_buf *b, struct process *p)
{
    (void)p;
    return show_u64(b, dirty_settings.bytes);
}

static int store_hard_bytes(const char *text, size_t n, struct process *p)
{
    int err = proc_store_u64(text, &dirty_settings.bytes, 2 * PAGE_SIZE, INT64_MAX);

    (void)n;
    (void)p;
    if (!err)
        dirty_settings.ratio = 0;
    return err;
}

/* The flusher may be asleep for as long as was said before. */
static int store_interval(const char *text, size_t n, struct process *p)
{
    int err = store_dirty_interval(text, n, p);

    if (!err)
        writeback_new_interval();
    return err;
}

/* What stays free */

static int show_min_free_kbytes(struct synth_buf *b, struct process *p)
{
    (void)p;
    return show_u64(b, min_free_kbytes);
}

static int store_min_free_kbytes(const char *text, size_t n, struct process *p)
{
    unsigned kib;
    int err = proc_store_unsigned(text, &kib, INT32_MAX);

    (void)n;
    (void)p;
    if (!err)
        zones_choose_min_free(kib);
    return err;
}

static int store_scale(const char *text, size_t n, struct process *p)
{
    unsigned value;
    int err = proc_store_unsigned(text, &value, WATERMARK_SCALE_MAX);

    if (!err && value == 0)
        return -EINVAL;
    err = err ? err : store_scale_factor(text, n, p);
    if (!err)
        zones_set_marks();
    return err;
}

static int show_lowmem_reserve_ratio(struct synth_buf *b, struct process *p)
{
    (void)p;
    synth_printf(b, "%u\t%u\n", lowmem_reserve_ratio[ZONE_DMA32],
                 lowmem_reserve_ratio[ZONE_NORMAL]);
    return 0;
}

static const char *skip_blanks(const char *text)
{
    while (*text && strchr(" \t\n", *text))
        text++;
    return text;
}

/* One number for each zone, or for the first ones only. */
static int store_lowmem_reserve_ratio(const char *text, size_t n, struct process *p)
{
    unsigned ratio[ZONES];
    size_t given = 0;

    (void)n;
    (void)p;
    while (*(text = skip_blanks(text))) {
        uint64_t value;

        if (given == ZONES || str_to_u64(text, &text, 10, &value) || value > INT32_MAX
            || (*text && !strchr(" \t\n", *text)))
            return -EINVAL;
        ratio[given++] = (unsigned)value;
    }
    if (!given)
        return -EINVAL;
    memcpy(lowmem_reserve_ratio, ratio, given * sizeof(ratio[0]));
    zones_set_marks();
    return 0;
}

/* What may be promised */

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
    int err = proc_store_unsigned(text, &value, INT32_MAX);

    if (!err && value < MMAP_MIN_ADDR)
        return -EINVAL;
    return err ? err : store_lowest_address(text, n, p);
}

/* Caches, policy, figures */

static int store_drop_caches(const char *text, size_t n, struct process *p)
{
    unsigned what;
    int err = proc_store_unsigned(text, &what, 4);

    (void)n;
    (void)p;
    if (err || !what)
        return -EINVAL;
    if (what & 2) {
        fs_drop_unused();
        kmem_cache_shrink_all();
        count_vm_event(VM_DROP_SLAB);
    }
    if (what & 1) {
        reclaim_drop_caches();
        count_vm_event(VM_DROP_PAGECACHE);
    }
    return 0;
}

static int store_compact_memory(const char *text, size_t n, struct process *p)
{
    unsigned value;
    int err = proc_store_unsigned(text, &value, 1);

    (void)n;
    (void)p;
    if (err || value != 1)
        return -EINVAL;
    compact_memory();
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

/* Figures are summed up when somebody reads them: they are always fresh. */
static int show_stat_refresh(struct synth_buf *b, struct process *p)
{
    (void)b;
    (void)p;
    return 0;
}

static int store_stat_refresh(const char *text, size_t n, struct process *p)
{
    (void)text;
    (void)n;
    (void)p;
    return 0;
}

#define SETTING_BY(name_, show_, store_)                                       \
    { .name = #name_, .mode = S_IFREG | 0644, .show = show_, .store = store_ }
#define SETTING(name_) SETTING_BY(name_, show_##name_, store_##name_)

const struct proc_entry proc_sys_vm_entries[] = {
    SETTING(admin_reserve_kbytes),
    { .name = "compact_memory", .mode = S_IFREG | 0200, .store = store_compact_memory },
    SETTING_BY(dirty_background_bytes, show_background_bytes, store_background_bytes),
    SETTING_BY(dirty_background_ratio, show_background_ratio, store_background_share),
    SETTING_BY(dirty_bytes, show_hard_bytes, store_hard_bytes),
    SETTING(dirty_expire_centisecs),
    SETTING_BY(dirty_ratio, show_hard_ratio, store_hard_share),
    SETTING_BY(dirty_writeback_centisecs, show_dirty_interval, store_interval),
    { .name = "drop_caches", .mode = S_IFREG | 0200, .store = store_drop_caches },
    SETTING(lowmem_reserve_ratio),
    SETTING(max_map_count),
    SETTING(min_free_kbytes),
    SETTING_BY(mmap_min_addr, show_lowest_address, store_min_addr),
    SETTING(oom_dump_tasks),
    SETTING(oom_kill_allocating_task),
    SETTING_BY(overcommit_kbytes, show_commit_kbytes, store_kbytes),
    SETTING_BY(overcommit_memory, show_commit_mode, store_mode),
    SETTING_BY(overcommit_ratio, show_commit_ratio, store_ratio),
    SETTING(panic_on_oom),
    SETTING(policy),
    { .name = "stat_refresh", .mode = S_IFREG | 0600, .show = show_stat_refresh,
      .store = store_stat_refresh },
    SETTING(swappiness),
    SETTING(user_reserve_kbytes),
    SETTING(vfs_cache_pressure),
    SETTING_BY(watermark_scale_factor, show_scale_factor, store_scale),
};
const size_t proc_sys_vm_nentries = ARRAY_SIZE(proc_sys_vm_entries);
