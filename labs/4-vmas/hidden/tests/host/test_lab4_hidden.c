// sources: @vma_model
/* SPDX-License-Identifier: MIT */
/*
 * test_lab4_hidden.c - sets of VMAs through random lives, from the grader's seed.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include "lib/rand.h"
#include "tests/host/vma_model.h"

Test(lab4_hidden, lives_of_the_seed, .timeout = 120)
{
    const char *text = getenv("GRADE_SEED");
    uint64_t seed = text ? strtoul(text, NULL, 0) : 1;
    struct rand rng;

    rand_seed(&rng, seed + 1000);
    for (int life = 0; life < 4; life++) {
        vma_model_init();
        for (int i = 0; i < 15000; i++) {
            uint64_t bytes = rand_next(&rng);
            struct vma_step step = vma_step_decode((const uint8_t *)&bytes);

            vma_model_step(&step, i % 8 == 0);
            if (i % 8 == 0)
                vma_model_check();
        }
        vma_model_fini();
    }
}
