// sources:
/* SPDX-License-Identifier: MIT */
/*
 * test_endian.c - integers with a byte order, hashes and random numbers.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include "lib/endian.h"
#include "lib/hash.h"
#include "lib/rand.h"

/* The bytes of V as they lie in memory. */
#define BYTES_ARE(v, ...) \
    (memcmp(&(v), (const uint8_t[]){ __VA_ARGS__ }, sizeof(v)) == 0)

Test(endian, bytes_in_memory)
{
    struct le16 l16 = le16_make(0x0102);
    struct le32 l32 = le32_make(0x01020304);
    struct le64 l64 = le64_make(0x0102030405060708);
    struct be16 b16 = be16_make(0x0102);
    struct be32 b32 = be32_make(0x01020304);
    struct be64 b64 = be64_make(0x0102030405060708);
    struct rand r = { 29 };

    cr_assert(sizeof l16 == 2 && sizeof l32 == 4 && sizeof l64 == 8);
    cr_assert(_Alignof(struct be16) == 2 && _Alignof(struct be32) == 4);
    cr_assert(BYTES_ARE(l16, 2, 1) && BYTES_ARE(b16, 1, 2));
    cr_assert(BYTES_ARE(l32, 4, 3, 2, 1) && BYTES_ARE(b32, 1, 2, 3, 4));
    cr_assert(BYTES_ARE(l64, 8, 7, 6, 5, 4, 3, 2, 1) && BYTES_ARE(b64, 1, 2, 3, 4, 5, 6, 7, 8));
    for (int round = 0; round < 1000; round++) {
        uint64_t x = rand_next(&r);
        struct be64 b = be64_make(x);
        uint8_t shifted[9];

        memcpy(shifted + 1, &b, 8);
        cr_assert(be64_read(shifted + 1) == x && be32_read(shifted + 1) == x >> 32);
        cr_assert(le16_get(le16_make((uint16_t)x)) == (uint16_t)x);
        cr_assert(le32_get(le32_make((uint32_t)x)) == (uint32_t)x);
        cr_assert(le64_get(le64_make(x)) == x && be64_get(b) == x);
        cr_assert(be16_get(be16_make((uint16_t)x)) == (uint16_t)x);
        cr_assert(be32_get(be32_make((uint32_t)x)) == (uint32_t)x);
        cr_assert(swap64(x) == __builtin_bswap64(x));
    }
}

Test(endian, hashes_spread)
{
    unsigned buckets[64] = { 0 };
    char name[16];

    cr_assert(hash_string(HASH_SEED, "") == HASH_SEED);
    cr_assert(hash_string(HASH_SEED, "a") == 0xaf63dc4c8601ec8c, "the published value");
    cr_assert(hash_string(HASH_SEED, "foobar") == 0x85944171f73967e8, "the published value");
    cr_assert(hash_bytes(HASH_SEED, "foobar", 6) == hash_string(HASH_SEED, "foobar"));
    cr_assert(hash_bytes(hash_bytes(HASH_SEED, "foo", 3), "bar", 3) ==
              hash_string(HASH_SEED, "foobar"));
    for (int i = 0; i < 6400; i++) {
        snprintf(name, sizeof name, "file%d", i);
        buckets[hash_string(HASH_SEED, name) % 64]++;
    }
    for (int i = 0; i < 64; i++)
        cr_assert(buckets[i] > 50 && buckets[i] < 150, "bucket %d: %u", i, buckets[i]);

    memset(buckets, 0, sizeof buckets);
    for (uint64_t i = 0; i < 6400; i++)
        buckets[hash_mix64(i << 12) % 64]++;
    for (int i = 0; i < 64; i++)
        cr_assert(buckets[i] > 50 && buckets[i] < 150, "bucket %d: %u", i, buckets[i]);
}

Test(endian, random_numbers_repeat_and_spread)
{
    struct rand a, b;
    unsigned faces[6] = { 0 }, heads = 0;
    bool met[11] = { false };

    rand_seed(&a, 42);
    rand_seed(&b, 42);
    for (int i = 0; i < 6000; i++) {
        uint64_t x = rand_next(&a);

        cr_assert(x == rand_next(&b));
        faces[x % 6]++;
    }
    for (int i = 0; i < 6; i++)
        cr_assert(faces[i] > 850 && faces[i] < 1150);
    for (int i = 0; i < 1000; i++) {
        uint64_t x = rand_range(&a, 5, 15);

        cr_assert(x >= 5 && x <= 15);
        met[x - 5] = true;
        heads += rand_one_in(&a, 2);
    }
    for (int i = 0; i < 11; i++)
        cr_assert(met[i]);
    cr_assert(heads > 400 && heads < 600);
    rand_seed(&a, 0);
    cr_assert(rand_next(&a) == 0xe220a8397b1dcdaf, "the published value");
}
