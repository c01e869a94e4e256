/* SPDX-License-Identifier: MIT */
/*
 * devfb.c - /dev/fb0: the picture that the display shows, as a file.
 *
 * read and write move its bytes, mmap shows its memory, ioctl says what it looks like: all as
 * on Linux.  The display has a copy, which follows when it is told to:
 *
 *   write             shows the lines that it has changed
 *   FBIOPAN_DISPLAY   shows all: for who draws through a mapping, when the picture is finished
 *   fsync, close      likewise
 *
 * (Linux may also write-protect the mapping and look for faults 20 times a second.  That finds
 * programs that never say when they are done; but half-drawn pictures are shown, and a machine
 * that draws nothing goes on paying.)
 *
 * The memory is contiguous, and stays from the first open on: what a program has drawn is seen
 * after it has ended.
 */
#include "kernel/dev/fb.h"
#include "kernel/fs/devfs.h"
#include "kernel/mm/page.h"
#include "kernel/sched/mutex.h"
#include "lib/abi/errno.h"
#include "lib/abi/fb.h"
#include "lib/abi/fcntl.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define DEV_FB0 dev_make(29, 0)

static struct mutex begin_lock;         /* RANK_DISPLAY_OPEN */

static int devfb_open(struct inode *inode, struct file *f)
{
    struct framebuffer *fb = fb_get();
    int err = 0;

    (void)inode;
    f->mode |= FILE_POS;
    mutex_lock(&begin_lock);
    if (!fb->pixels)
        err = fb->begin(fb);
    mutex_unlock(&begin_lock);
    return err;
}

/* ---- bytes -------------------------------------------------------------------------------- */

static ssize_t devfb_read(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct framebuffer *fb = fb_get();
    size_t n = *pos < fb_bytes(fb) ? min_u64(uio->resid, fb_bytes(fb) - *pos) : 0;

    (void)f;
    if (n && uio_write(uio, (char *)fb->pixels + *pos, n) != 0)
        return -EFAULT;
    *pos += n;
    return (ssize_t)n;
}

static ssize_t devfb_write(struct file *f, struct uio *uio, uint64_t *pos)
{
    struct framebuffer *fb = fb_get();
    size_t n = *pos < fb_bytes(fb) ? min_u64(uio->resid, fb_bytes(fb) - *pos) : 0;
    size_t line = fb_line_bytes(fb);
    int err;

    (void)f;
    if (!n)
        return uio->resid ? -ENOSPC : 0;
    if (uio_read(uio, (char *)fb->pixels + *pos, n) != 0)
        return -EFAULT;
    err = fb->flush(fb, (uint32_t)(*pos / line), (uint32_t)div_round_up(*pos + n, line));
    if (err)
        return err;
    *pos += n;
    return (ssize_t)n;
}

static int64_t devfb_seek(struct file *f, int64_t offset, int whence)
{
    int64_t size = (int64_t)fb_bytes(fb_get());
    int64_t base = whence == SEEK_CUR ? (int64_t)f->pos : whence == SEEK_END ? size : 0;

    if (whence > SEEK_END || offset < -base || offset > size - base)
        return -EINVAL;
    return base + offset;
}

static int devfb_mmap(struct file *f, struct mmap_request *req)
{
    struct framebuffer *fb = fb_get();
    size_t npages = div_round_up(fb_bytes(fb), PAGE_SIZE);

    (void)f;
    if (req->pgoff > npages || req->npages > npages - req->pgoff)
        return -EINVAL;
    req->kind = MMAP_PFN;
    req->pfn = page_to_pfn(virt_to_page(fb->pixels)) + req->pgoff;
    return 0;
}

/* ---- what it looks like, and showing it --------------------------------------------------- */

static int flush_all(struct framebuffer *fb)
{
    return fb->flush(fb, 0, fb->height);
}

static int devfb_fsync(struct file *f, bool data_only)
{
    (void)f;
    (void)data_only;
    return flush_all(fb_get());
}

/* A display that is lost has been reported by whoever asked it to show something. */
static void devfb_release(struct file *f)
{
    if (f->mode & FILE_WRITE)
        flush_all(fb_get());
}

static void describe(const struct framebuffer *fb, struct fb_var_screeninfo *v)
{
    *v = (struct fb_var_screeninfo){
        .xres = fb->width, .yres = fb->height,
        .xres_virtual = fb->width, .yres_virtual = fb->height,
        .bits_per_pixel = 32,
        .red = { .offset = 16, .length = 8 },
        .green = { .offset = 8, .length = 8 },
        .blue = { .offset = 0, .length = 8 },
        .height = UINT32_MAX, .width = UINT32_MAX,
    };
}

static int get_var(const struct framebuffer *fb, uintptr_t arg)
{
    struct fb_var_screeninfo v;

    describe(fb, &v);
    return file_copy_out(arg, &v, sizeof(v));
}

/* Only what is so already can be set. */
static int put_var(const struct framebuffer *fb, uintptr_t arg)
{
    struct fb_var_screeninfo v;
    int err = file_copy_in(&v, arg, sizeof(v));

    if (err)
        return err;
    if (v.xres != fb->width || v.yres != fb->height || v.xres_virtual != fb->width
        || v.yres_virtual != fb->height || v.bits_per_pixel != 32 || v.xoffset || v.yoffset)
        return -EINVAL;
    return get_var(fb, arg);
}

static int get_fix(const struct framebuffer *fb, uintptr_t arg)
{
    struct fb_fix_screeninfo x = {
        .smem_start = page_to_phys(virt_to_page(fb->pixels)),
        .smem_len = (uint32_t)align_up(fb_bytes(fb), PAGE_SIZE),
        .type = FB_TYPE_PACKED_PIXELS,
        .visual = FB_VISUAL_TRUECOLOR,
        .line_length = (uint32_t)fb_line_bytes(fb),
    };

    strlcpy(x.id, fb->name, sizeof(x.id));
    return file_copy_out(arg, &x, sizeof(x));
}

static int pan(struct framebuffer *fb, uintptr_t arg)
{
    struct fb_var_screeninfo v;
    int err = file_copy_in(&v, arg, sizeof(v));

    if (err)
        return err;
    return v.xoffset || v.yoffset ? -EINVAL : flush_all(fb);
}

static int devfb_ioctl(struct file *f, uint32_t cmd, uintptr_t arg)
{
    struct framebuffer *fb = fb_get();

    (void)f;
    switch (cmd) {
    case FBIOGET_VSCREENINFO:
        return get_var(fb, arg);
    case FBIOPUT_VSCREENINFO:
        return put_var(fb, arg);
    case FBIOGET_FSCREENINFO:
        return get_fix(fb, arg);
    case FBIOPAN_DISPLAY:
        return pan(fb, arg);
    default:
        return -ENOTTY;
    }
}

static const struct file_operations devfb_ops = {
    .read = devfb_read,
    .write = devfb_write,
    .seek = devfb_seek,
    .iterate = file_op_iterate_notdir,
    .poll = file_op_poll_ready,
    .ioctl = devfb_ioctl,
    .mmap = devfb_mmap,
    .open = devfb_open,
    .release = devfb_release,
    .fsync = devfb_fsync,
    .flush = file_op_flush_nothing,
    .fallocate = file_op_fallocate_refuse,
};

void devfb_init(void)
{
    if (!fb_get())
        return;
    mutex_init(&begin_lock, RANK_DISPLAY_OPEN, "first use of the display");
    if (chrdev_register(DEV_FB0, "fb0", 0660, &devfb_ops) != 0)
        panic("no memory for the display's node");
}
