/* SPDX-License-Identifier: MIT */
/*
 * mounts.c - /proc/<pid>/mounts and mountinfo: what is mounted below a process's root.
 *
 * A super block has one mount here, so that both have the same flags; devtmpfs, of which
 * there is one only, may have more, and they agree.
 */
#include "kernel/fs/super.h"
#include "kernel/procfs/procfs.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

/* A line of a table that begins like a comment would be taken for one. */
static void show_source(struct synth_buf *b, const struct mount_info *info)
{
    synth_put_word(b, info->source, " \t\n\\#");
}

static void show_point(struct synth_buf *b, const struct mount_info *info)
{
    synth_put_word(b, info->point, " \t\n\\");
}

static const char *access_of(const struct super_block *sb)
{
    return super_is_read_only(sb) ? "ro" : "rw";
}

/* What the mount allows. */
static void show_mount_flags(struct synth_buf *b, const struct super_block *sb)
{
    static const struct {
        uint32_t flag;
        const char *name;
    } flags[] = {
        { MS_NOSUID, ",nosuid" }, { MS_NODEV, ",nodev" }, { MS_NOEXEC, ",noexec" },
        { MS_NOATIME, ",noatime" }, { MS_NODIRATIME, ",nodiratime" },
    };

    for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
        if (sb->flags & flags[i].flag)
            synth_puts(b, flags[i].name);
    if (!(sb->flags & (MS_NOATIME | MS_STRICTATIME)))
        synth_puts(b, ",relatime");
}

/* What the file system was told, by flags and by its own options. */
static void show_sync(struct synth_buf *b, const struct super_block *sb)
{
    if (sb->flags & MS_SYNCHRONOUS)
        synth_puts(b, ",sync");
}

static void show_options(struct synth_buf *b, struct super_block *sb)
{
    char options[128] = "";

    sb->ops->show_options(sb, options, sizeof(options));
    synth_puts(b, options);
}

static int show_mount(const struct mount_info *info, void *arg)
{
    struct synth_buf *b = arg;

    show_source(b, info);
    synth_puts(b, " ");
    show_point(b, info);
    synth_printf(b, " %s %s", info->sb->type->name, access_of(info->sb));
    show_sync(b, info->sb);
    show_mount_flags(b, info->sb);
    show_options(b, info->sb);
    synth_puts(b, " 0 0\n");
    return 0;
}

/* The fourth word: which part of the file system is seen.  Without MS_BIND, all of it. */
static int show_mountinfo(const struct mount_info *info, void *arg)
{
    struct super_block *sb = info->sb;
    struct synth_buf *b = arg;

    synth_printf(b, "%d %d %u:%u / ", info->id, info->parent_id, dev_major(sb->dev),
                 dev_minor(sb->dev));
    show_point(b, info);
    synth_printf(b, " %s", access_of(sb));
    show_mount_flags(b, sb);
    synth_printf(b, " - %s ", sb->type->name);
    show_source(b, info);
    synth_printf(b, " %s", access_of(sb));
    show_sync(b, sb);
    show_options(b, sb);
    synth_puts(b, "\n");
    return 0;
}

/* Each line for P, from its root.  A zombie has none: -EINVAL. */
static int show_all(struct synth_buf *b, struct process *p,
                    int (*show)(const struct mount_info *info, void *arg))
{
    struct path root;
    int err;

    if (process_get_paths(p, &root, NULL) != 0)
        return -EINVAL;
    err = mount_for_each(&root, show, b);
    path_put(&root);
    return err;
}

int proc_show_pid_mounts(struct synth_buf *b, struct process *p)
{
    return show_all(b, p, show_mount);
}

int proc_show_pid_mountinfo(struct synth_buf *b, struct process *p)
{
    return show_all(b, p, show_mountinfo);
}
