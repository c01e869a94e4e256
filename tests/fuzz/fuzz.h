/* SPDX-License-Identifier: MIT */
/*
 * fuzz.h - what may be given any bytes.
 *
 * Each harness, tests/fuzz/X.c, is one function, fuzz_X(), that panics if its subject
 * does with these bytes what it must not.  `make fuzz-host` lets libFuzzer look for such
 * bytes; tests/host/test_fuzz.c gives each harness its seeds, and many like them.
 *
 * Each returns whether its subject took the bytes for what they should be: seeds that are
 * refused test little.  DATA is a heap block of exactly SIZE bytes, so that the address
 * sanitizer sees a byte too far.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool fuzz_vmaset(const uint8_t *data, size_t size);     /* steps of vma_model.h            */
bool fuzz_elf(const uint8_t *data, size_t size);        /* an executable file              */
bool fuzz_fdt(const uint8_t *data, size_t size);        /* a device tree                   */
bool fuzz_path(const uint8_t *data, size_t size);       /* a path name, up to its NUL if any */
bool fuzz_super(const uint8_t *data, size_t size);      /* an ext2 superblock, descriptors */
bool fuzz_dirent(const uint8_t *data, size_t size);     /* a block of a directory          */
bool fuzz_xattr(const uint8_t *data, size_t size);      /* a block of attributes           */
