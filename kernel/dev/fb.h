/* SPDX-License-Identifier: MIT */
/*
 * fb.h - a picture in memory that a display shows.
 *
 * The driver of the display registers what it can show; /dev/fb0 (fs/devfb.c) is the user.
 * Pixels are 32 bits, 0x00RRGGBB, lines follow each other without gaps.
 *
 * A change is seen once it has been flushed: the display has a copy.
 */
#pragma once
#include "kernel/port/port.h"

struct framebuffer {
    const char *name;               /* at most 15 characters                         [c] */
    uint32_t width, height;         /* pixels                                        [c] */
    uint32_t *pixels;               /* NULL until the first begin                    [a] */
    /* Have memory for the picture, black, and show it.  0; -ENOMEM, -EIO.  One call at a
     * time, until one succeeds; may sleep. */
    int (*begin)(struct framebuffer *fb);
    /* Show lines [FIRST, END) as they are now.  0 or -EIO.  May sleep. */
    int (*flush)(struct framebuffer *fb, uint32_t first, uint32_t end);
};

static inline size_t fb_line_bytes(const struct framebuffer *fb)
{
    return fb->width * sizeof(uint32_t);
}
static inline size_t fb_bytes(const struct framebuffer *fb)
{
    return fb->height * fb_line_bytes(fb);
}

/* FB, of which the first counts, can be used.  At boot; it never leaves. */
void fb_register(struct framebuffer *fb);
/* NULL: there is no display. */
struct framebuffer *fb_get(void);
