/* SPDX-License-Identifier: MIT */
/*
 * page_trace.c - /proc/page_trace: the order in which a program uses its pages.
 *
 *     write "PID WINDOW"      record process PID and what it execs (vm/record.h)
 *     read                    a line for each use, as tools/vmsim reads it; the end when
 *                             the program has ended
 *     close                   the recording ends
 *
 *     pagoda trace 1
 *     # process 12, window 16
 *     3fffff6 w
 */
#include "kernel/mm/kvmalloc.h"
#include "kernel/proc/pid.h"
#include "kernel/procfs/procfs.h"
#include "kernel/vm/record.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/fmt.h"
#include "lib/strutil.h"

#define LEAST 64                        /* bytes that a reader must have room for: any line */
#define RECORD_LINE 16                  /* bytes of a record's line, or fewer   */
#define NRECORDS (PAGE_SIZE / RECORD_LINE)

/* An open file. */
struct page_trace {
    int pid;                            /* 0: it records nothing             */
    unsigned window;
    bool begun;                         /* the first lines have been read    */
    bool ended;                         /* the last one has, too             */
    struct record records[NRECORDS];    /* of one read, under f->pos_lock    */
    char text[PAGE_SIZE];
};

static int page_trace_open(struct inode *inode, struct file *f)
{
    (void)inode;
    f->private = kvcalloc(1, sizeof(struct page_trace));
    return f->private ? 0 : -ENOMEM;
}

static void page_trace_release(struct file *f)
{
    struct page_trace *t = f->private;

    if (t->pid)
        record_stop();
    kvfree(t);
}

static int start(struct page_trace *t, int pid, unsigned window)
{
    struct process *p = process_get_by_pid(pid);
    struct mm *mm = p ? process_get_mm(p) : NULL;
    int err = -ESRCH;

    if (mm) {
        err = t->pid ? -EBUSY : record_start(mm, window);
        mm_put(mm);
    }
    if (p)
        process_put(p);
    if (!err) {
        t->pid = pid;
        t->window = window;
    }
    return err;
}

static ssize_t page_trace_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    size_t n = uio->resid;
    uint64_t pid, window;
    const char *end;
    char text[32];
    int err;

    (void)pos;
    if (n >= sizeof(text))
        return -EINVAL;
    err = uio_read(uio, text, n);
    if (err)
        return err;
    text[n] = '\0';
    if (str_to_u64(text, &end, 10, &pid) || pid > INT32_MAX || *end != ' '
        || str_to_u64(end + 1, &end, 10, &window) || window > RECORD_WINDOW_MAX
        || (*end && *end != '\n'))
        return -EINVAL;
    err = start(f->private, (int)pid, (unsigned)window);
    return err ? err : (ssize_t)n;
}

static size_t print_begin(struct page_trace *t)
{
    t->begun = true;
    return fmt_snprintf(t->text, PAGE_SIZE, "pagoda trace 1\n# process %d, window %u\n", t->pid,
                        t->window);
}

static size_t print_end(struct page_trace *t)
{
    uint64_t nlost = record_nlost();

    t->ended = true;
    return nlost ? fmt_snprintf(t->text, PAGE_SIZE, "# %lu uses are missing\n", nlost) : 0;
}

static size_t print_records(struct page_trace *t, size_t n)
{
    static const char letters[] = { [ACCESS_READ] = 'r', [ACCESS_WRITE] = 'w', [ACCESS_EXEC] = 'x' };
    size_t len = 0;

    for (size_t i = 0; i < n; i++)
        len += fmt_snprintf(t->text + len, PAGE_SIZE - len, "%lx %c\n", t->records[i].page,
                            letters[t->records[i].access]);
    return len;
}

/* The bytes of the next lines, in T's text; 0: there are no more, or an errno. */
static ssize_t next_lines(struct page_trace *t, size_t room)
{
    ssize_t n;

    if (room < LEAST)
        return -EINVAL;
    if (!t->begun)
        return (ssize_t)print_begin(t);
    if (t->ended)
        return 0;
    n = record_take(t->records, MIN(room / RECORD_LINE, NRECORDS));
    if (n > 0)
        return (ssize_t)print_records(t, (size_t)n);
    return n < 0 ? n : (ssize_t)print_end(t);
}

/* As many lines as there is room for.  Who has some does not wait for others. */
static ssize_t page_trace_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct page_trace *t = f->private;
    ssize_t n;
    int err;

    (void)pos;
    if (!t->pid)
        return -EINVAL;
    n = next_lines(t, uio->resid);
    if (n <= 0)
        return n;
    err = uio_write(uio, t->text, (size_t)n);
    return err ? err : n;
}

const struct file_operations proc_page_trace_fops = {
    .open = page_trace_open, .release = page_trace_release,
    .read = page_trace_read, .write = page_trace_write,
    .seek = file_op_seek_refuse, .mmap = file_op_mmap_refuse, .fsync = file_op_fsync_refuse,
    .iterate = file_op_iterate_notdir, .poll = file_op_poll_ready, .ioctl = file_op_ioctl_refuse,
    .flush = file_op_flush_nothing, .fallocate = file_op_fallocate_refuse,
};
