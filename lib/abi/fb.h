/* SPDX-License-Identifier: MIT */
/*
 * abi/fb.h - requests of ioctl to a frame buffer, as Linux's <linux/fb.h> has them.
 */
#pragma once
#include "lib/types.h"

#define FBIOGET_VSCREENINFO 0x4600
#define FBIOPUT_VSCREENINFO 0x4601
#define FBIOGET_FSCREENINFO 0x4602
#define FBIOPAN_DISPLAY 0x4606

/* Where a colour's bits are in a pixel. */
struct fb_bitfield {
    uint32_t offset, length;
    uint32_t msb_right;             /* 0: the most significant bit is left */
};

/* What can, on some devices, be changed. */
struct fb_var_screeninfo {
    uint32_t xres, yres;            /* what is seen                        */
    uint32_t xres_virtual, yres_virtual;    /* what there is               */
    uint32_t xoffset, yoffset;      /* of what is seen                     */
    uint32_t bits_per_pixel, grayscale;
    struct fb_bitfield red, green, blue, transp;
    uint32_t nonstd, activate;
    uint32_t height, width;         /* in millimetres; UINT32_MAX: unknown */
    uint32_t accel_flags;
    uint32_t pixclock, left_margin, right_margin, upper_margin, lower_margin;
    uint32_t hsync_len, vsync_len, sync, vmode, rotate, colorspace;
    uint32_t reserved[4];
};
_Static_assert(sizeof(struct fb_var_screeninfo) == 160, "as on Linux");

#define FB_TYPE_PACKED_PIXELS 0
#define FB_VISUAL_TRUECOLOR 2

/* What cannot. */
struct fb_fix_screeninfo {
    char id[16];
    unsigned long smem_start;       /* physical address                    */
    uint32_t smem_len;              /* bytes                               */
    uint32_t type, type_aux, visual;
    uint16_t xpanstep, ypanstep, ywrapstep;     /* 0: does not pan         */
    uint32_t line_length;           /* bytes                               */
    unsigned long mmio_start;
    uint32_t mmio_len, accel;
    uint16_t capabilities, reserved[2];
};
_Static_assert(sizeof(struct fb_fix_screeninfo) == 80, "as on Linux");
