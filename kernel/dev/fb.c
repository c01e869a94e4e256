/* SPDX-License-Identifier: MIT */
/*
 * fb.c - which display there is.
 */
#include "kernel/dev/fb.h"

static struct framebuffer *display;     /* [c] after boot */

void fb_register(struct framebuffer *fb)
{
    if (!display)
        display = fb;
}

struct framebuffer *fb_get(void)
{
    return display;
}
