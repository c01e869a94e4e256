/* SPDX-License-Identifier: MIT */
/*
 * types.h - integer types of known width, without <stdint.h>.
 *
 * Some RISC-V toolchains ship no <stdint.h>, so the widths come from the
 * compiler's own macros.  They are the very types <stdint.h> uses, which
 * makes the repeated typedefs legal C11: a host test may include both.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef __INT8_TYPE__ int8_t;
typedef __INT16_TYPE__ int16_t;
typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t;
typedef __UINT8_TYPE__ uint8_t;
typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t;
typedef __UINT64_TYPE__ uint64_t;
typedef __INTPTR_TYPE__ intptr_t;
typedef __UINTPTR_TYPE__ uintptr_t;

typedef long ssize_t;                   /* a size, or a negative errno     */
typedef uint64_t dev_t;                 /* device number: dev_make()       */

/* Limits; <stdint.h> spells them differently, so its own win if it came first. */
#ifndef UINT64_MAX
#define INT8_MAX __INT8_MAX__
#define INT16_MAX __INT16_MAX__
#define INT32_MAX __INT32_MAX__
#define INT64_MAX __INT64_MAX__
#define INT8_MIN (-INT8_MAX - 1)
#define INT16_MIN (-INT16_MAX - 1)
#define INT32_MIN (-INT32_MAX - 1)
#define INT64_MIN (-INT64_MAX - 1)
#define UINT8_MAX __UINT8_MAX__
#define UINT16_MAX __UINT16_MAX__
#define UINT32_MAX __UINT32_MAX__
#define UINT64_MAX __UINT64_MAX__
#define INTPTR_MAX __INTPTR_MAX__
#define INTPTR_MIN (-INTPTR_MAX - 1)
#define UINTPTR_MAX __UINTPTR_MAX__
#define SIZE_MAX __SIZE_MAX__
#define PTRDIFF_MAX __PTRDIFF_MAX__
#define PTRDIFF_MIN (-PTRDIFF_MAX - 1)
#endif

_Static_assert(sizeof(uint64_t) == 8 && sizeof(uintptr_t) == 8 && sizeof(ssize_t) == 8,
               "Pagoda and its host tests are 64-bit");
