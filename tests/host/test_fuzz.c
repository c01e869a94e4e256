// sources: @vma_model kernel/proc/elf.c kernel/fs/ext2/geometry.c kernel/fs/ext2/dirent.c kernel/fs/ext2/xattr_area.c lib/fdt.c lib/fmt.c lib/path.c tests/fuzz/elf.c tests/fuzz/fdt.c tests/fuzz/path.c tests/fuzz/vmaset.c tests/fuzz/super.c tests/fuzz/dirent.c tests/fuzz/xattr.c
/* SPDX-License-Identifier: MIT */
/*
 * test_fuzz.c - the fuzzers' harnesses without a fuzzer: each gets its seeds, damaged
 * copies of them, and plain noise.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "lib/bitops.h"
#include "lib/rand.h"
#include "tests/fuzz/fuzz.h"

#define LONGEST 8192
#define NOISE   2000
#define KEPT    "build/host/test_fuzz.input"

typedef bool harness(const uint8_t *data, size_t size);

static struct rand rng;

/* What is being tried, to be kept if a panic ends it. */
static const uint8_t *current;
static size_t current_size;

static void keep_input(int signal_number)
{
    FILE *file = fopen(KEPT, "wb");

    if (file && fwrite(current, 1, current_size, file) == current_size && fclose(file) == 0)
        fputs("the input is in " KEPT "\n", stderr);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

/* Give the harness a copy of exactly SIZE bytes. */
static bool try(harness *fuzz, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    bool accepted;

    memcpy(copy, data, size);
    current = copy;
    current_size = size;
    accepted = fuzz(copy, size);
    free(copy);
    return accepted;
}

static size_t load(const char *path, uint8_t *data)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    cr_assert_not_null(file, "%s", path);
    size = fread(data, 1, LONGEST, file);
    cr_assert(size < LONGEST, "%s is too long", path);
    fclose(file);
    return size;
}

/* A number at the limits of something. */
static uint64_t nasty(void)
{
    uint64_t x = 1UL << rand_below(&rng, 64);

    switch (rand_below(&rng, 4)) {
    case 0: return x;
    case 1: return x - 1;
    case 2: return 0 - x;
    default: return rand_below(&rng, 300);
    }
}

static void add(uint8_t *at, uint64_t number)
{
    uint64_t old;

    memcpy(&old, at, sizeof(old));
    number += old;
    memcpy(at, &number, sizeof(number));
}

/* Change a few places of DATA; the size it has then. */
static size_t damage(uint8_t *data, size_t size)
{
    for (uint64_t n = rand_range(&rng, 1, 6); n > 0 && size > 8; n--) {
        uint64_t number = nasty();
        size_t at = rand_below(&rng, size - 8), len = 1UL << rand_below(&rng, 4);

        switch (rand_below(&rng, 8)) {
        case 0:
            size = rand_one_in(&rng, 4) ? 1 + rand_below(&rng, size) : size;
            break;
        case 1:
            memmove(data + at, data + rand_below(&rng, size - 8), 8);
            break;
        case 2:
        case 3:
            data[at] ^= (uint8_t)(1 << rand_below(&rng, 8));
            break;
        case 4:
        case 5:
            add(data + at / 8 * 8, number);
            break;
        default:
            memcpy(data + at / len * len, &number, len);
            break;
        }
    }
    return size;
}

static size_t noise(uint8_t *data)
{
    size_t size = rand_below(&rng, rand_one_in(&rng, 8) ? 1000 : 64);

    for (size_t i = 0; i < size; i++)
        data[i] = (uint8_t)rand_next(&rng);
    return size;
}

/* Try each seed in both places, then ROUNDS damaged copies, then noise. */
static void try_seeds(harness *fuzz, size_t rounds, const char *pattern, const char *more)
{
    static uint8_t seed[LONGEST], data[LONGEST];
    unsigned accepted = 0;
    glob_t found;

    cr_assert_eq(glob(pattern, 0, NULL, &found), 0, "%s: run from the top of the tree", pattern);
    cr_assert_eq(more ? glob(more, GLOB_APPEND, NULL, &found) : 0, 0, "%s", more);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        size_t size = load(found.gl_pathv[i], seed);

        accepted += try(fuzz, seed, size);
        for (size_t round = 0; round < rounds / found.gl_pathc; round++) {
            memcpy(data, seed, size);
            try(fuzz, data, damage(data, size));
        }
    }
    cr_assert_gt(accepted, 0, "no seed is what it should be");
    for (int round = 0; round < NOISE; round++)
        try(fuzz, data, noise(data));
    globfree(&found);
}

static void setup(void)
{
    rand_seed(&rng, 1);
    signal(SIGABRT, keep_input);
}

TestSuite(fuzz, .init = setup, .timeout = 120);

Test(fuzz, vmaset)
{
    try_seeds(fuzz_vmaset, 4000, "tests/fuzz/seeds/vmaset/*", NULL);
}

Test(fuzz, elf)
{
    try_seeds(fuzz_elf, 200000, "tests/fuzz/seeds/elf/*", NULL);
}

Test(fuzz, fdt)
{
    try_seeds(fuzz_fdt, 3000, "tests/fuzz/seeds/fdt/*", "tests/host/fixtures/*.dtb");
}

Test(fuzz, path)
{
    try_seeds(fuzz_path, 50000, "tests/fuzz/seeds/path/*", NULL);
}

Test(fuzz, super)
{
    try_seeds(fuzz_super, 100000, "tests/fuzz/seeds/super/*", NULL);
}

Test(fuzz, dirent)
{
    try_seeds(fuzz_dirent, 5000, "tests/fuzz/seeds/dirent/*", NULL);
}

Test(fuzz, xattr)
{
    try_seeds(fuzz_xattr, 5000, "tests/fuzz/seeds/xattr/*", NULL);
}
