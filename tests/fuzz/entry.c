/* SPDX-License-Identifier: MIT */
/*
 * entry.c - where libFuzzer comes in.  FUZZ is the harness, as in fuzz_elf.
 */
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FUZZ(data, size);
    return 0;
}
