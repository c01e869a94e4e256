/* SPDX-License-Identifier: MIT */
/*
 * endian.h - integers whose byte order is part of their type.
 *
 * The device tree is big-endian; disks and virtio are little-endian.  A field
 * of such a structure is a one-field struct, which the compiler does not let
 * pass for a number: read it with leN_get/beN_get, write it with leN_make/
 * beN_make.  They are as large and as aligned as the plain integer.
 *
 * The swaps are written out, because the compiler's builtins call libgcc where
 * the machine has no instruction for them.
 */
#pragma once
#include "lib/types.h"

struct le16 { uint16_t raw; };
struct le32 { uint32_t raw; };
struct le64 { uint64_t raw; };
struct be16 { uint16_t raw; };
struct be32 { uint32_t raw; };
struct be64 { uint64_t raw; };

#define HOST_IS_LITTLE (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

static inline uint16_t swap16(uint16_t x)
{
    return (uint16_t)(x << 8 | x >> 8);
}

static inline uint32_t swap32(uint32_t x)
{
    return (uint32_t)swap16((uint16_t)x) << 16 | swap16((uint16_t)(x >> 16));
}

static inline uint64_t swap64(uint64_t x)
{
    return (uint64_t)swap32((uint32_t)x) << 32 | swap32((uint32_t)(x >> 32));
}

static inline uint16_t le16_get(struct le16 v)
{
    return HOST_IS_LITTLE ? v.raw : swap16(v.raw);
}

static inline uint32_t le32_get(struct le32 v)
{
    return HOST_IS_LITTLE ? v.raw : swap32(v.raw);
}

static inline uint64_t le64_get(struct le64 v)
{
    return HOST_IS_LITTLE ? v.raw : swap64(v.raw);
}

static inline uint16_t be16_get(struct be16 v)
{
    return HOST_IS_LITTLE ? swap16(v.raw) : v.raw;
}

static inline uint32_t be32_get(struct be32 v)
{
    return HOST_IS_LITTLE ? swap32(v.raw) : v.raw;
}

static inline uint64_t be64_get(struct be64 v)
{
    return HOST_IS_LITTLE ? swap64(v.raw) : v.raw;
}

static inline struct le16 le16_make(uint16_t x)
{
    return (struct le16){ HOST_IS_LITTLE ? x : swap16(x) };
}

static inline struct le32 le32_make(uint32_t x)
{
    return (struct le32){ HOST_IS_LITTLE ? x : swap32(x) };
}

static inline struct le64 le64_make(uint64_t x)
{
    return (struct le64){ HOST_IS_LITTLE ? x : swap64(x) };
}

static inline struct be16 be16_make(uint16_t x)
{
    return (struct be16){ HOST_IS_LITTLE ? swap16(x) : x };
}

static inline struct be32 be32_make(uint32_t x)
{
    return (struct be32){ HOST_IS_LITTLE ? swap32(x) : x };
}

static inline struct be64 be64_make(uint64_t x)
{
    return (struct be64){ HOST_IS_LITTLE ? swap64(x) : x };
}

/* Read from bytes of any alignment. */
static inline uint32_t be32_read(const void *bytes)
{
    const uint8_t *b = bytes;

    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static inline uint64_t be64_read(const void *bytes)
{
    return (uint64_t)be32_read(bytes) << 32 | be32_read((const uint8_t *)bytes + 4);
}
