/* SPDX-License-Identifier: MIT */
/*
 * mmio.h - reading and writing the registers of devices.
 *
 * P comes from ioremap().  The fences order registers against memory: what was
 * stored before a register write is visible to the device that the write wakes,
 * and what is loaded after a register read is no older than it.
 */
#pragma once
#include "lib/types.h"

#define MMIO_ACCESSORS(bits, suffix)                                                    \
    static inline uint##bits##_t mmio_read##bits(const volatile void *p)                \
    {                                                                                   \
        uint##bits##_t v_;                                                              \
        __asm__ volatile("l" suffix " %0, %1\n\tfence i, r"                             \
                         : "=r"(v_) : "m"(*(const volatile uint##bits##_t *)p)          \
                         : "memory");                                                   \
        return v_;                                                                      \
    }                                                                                   \
    static inline void mmio_write##bits(volatile void *p, uint##bits##_t v)             \
    {                                                                                   \
        __asm__ volatile("fence w, o\n\ts" suffix " %z1, %0"                            \
                         : "=m"(*(volatile uint##bits##_t *)p) : "rJ"(v) : "memory");   \
    }

MMIO_ACCESSORS(8, "b")
MMIO_ACCESSORS(16, "h")
MMIO_ACCESSORS(32, "w")
MMIO_ACCESSORS(64, "d")
