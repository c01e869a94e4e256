// sources: @vma_model
// options: -max_len=1000
/* SPDX-License-Identifier: MIT */
/*
 * vmaset.c - the bytes are steps: each is done to a set of VMAs and to an array of pages,
 * and all of both is compared.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/host/vma_model.h"

bool fuzz_vmaset(const uint8_t *data, size_t size)
{
    bool any = size >= VMA_STEP_BYTES;

    vma_model_init();
    for (; size >= VMA_STEP_BYTES; data += VMA_STEP_BYTES, size -= VMA_STEP_BYTES) {
        struct vma_step step = vma_step_decode(data);

        vma_model_step(&step, true);
        vma_model_check();
    }
    vma_model_fini();
    return any;
}
