/* SPDX-License-Identifier: MIT */
// sources: kernel/cache/swap_header.c
/*
 * test_swap_header.c - what is taken for a swap area, and what is not.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include "kernel/cache/swap_header.h"

#define NPAGES 1000             /* of the disk or file */
#define UNTOUCHED 77

static struct swap_header h;
static size_t nslots;

/* As mkswap writes it for the whole disk. */
static void create(void)
{
    memset(&h, 0, sizeof(h));
    h.version = SWAP_VERSION;
    h.last_page = NPAGES - 1;
    memcpy(h.signature, SWAP_SIGNATURE, SWAP_SIGNATURE_LEN);
}

TestSuite(swap_header, .init = create);

static int check(bool is_file)
{
    return swap_header_check(&h, NPAGES, is_file, &nslots);
}

static void expect_refused(bool is_file)
{
    nslots = UNTOUCHED;
    cr_assert_eq(check(is_file), -EINVAL);
    cr_assert_eq(nslots, UNTOUCHED);
}

static void expect_slots(bool is_file, size_t n)
{
    cr_assert_eq(check(is_file), 0);
    cr_assert_eq(nslots, n);
}

Test(swap_header, sound)
{
    expect_slots(false, NPAGES);
    expect_slots(true, NPAGES);
}

/* Boot block, name, uuid and padding are others' business. */
Test(swap_header, other_fields_do_not_matter)
{
    memset(h.boot_block, 0xff, sizeof(h.boot_block));
    memset(h.uuid, 0xff, sizeof(h.uuid));
    memset(h.volume_name, 0xff, sizeof(h.volume_name));
    memset(h.padding, 0xff, sizeof(h.padding));
    memset(h.badpages, 0xff, sizeof(h.badpages));       /* none of them counts */
    memset(h.rest, 0xff, sizeof(h.rest));
    expect_slots(false, NPAGES);
}

Test(swap_header, each_byte_of_the_signature_counts)
{
    for (size_t i = 0; i < SWAP_SIGNATURE_LEN; i++) {
        create();
        h.signature[i] ^= 1;
        expect_refused(false);
    }
}

/* The signature of areas of long ago, and of a sleeping machine's memory. */
Test(swap_header, other_signatures)
{
    static const char *const others[] = { "SWAP-SPACE", "S1SUSPEND\0", "S2SUSPEND\0" };

    for (size_t i = 0; i < 3; i++) {
        memcpy(h.signature, others[i], SWAP_SIGNATURE_LEN);
        expect_refused(false);
    }
}

Test(swap_header, nothing_but_zeroes)
{
    memset(&h, 0, sizeof(h));
    expect_refused(false);
}

Test(swap_header, versions)
{
    static const uint32_t others[] = { 0, 2, SWAP_VERSION << 24, UINT32_MAX };

    for (size_t i = 0; i < 4; i++) {
        h.version = others[i];
        expect_refused(false);
    }
}

Test(swap_header, lengths)
{
    h.last_page = 0;
    expect_refused(false);
    h.last_page = NPAGES;
    expect_refused(false);
    h.last_page = UINT32_MAX;           /* one more would be none */
    expect_refused(false);
    h.last_page = 1;
    expect_slots(false, 2);
    h.last_page = NPAGES / 2;           /* shorter than the disk */
    expect_slots(false, NPAGES / 2 + 1);
}

/* A disk of more pages than a header can name. */
Test(swap_header, largest)
{
    h.last_page = UINT32_MAX;
    cr_assert_eq(swap_header_check(&h, (size_t)1 << 33, false, &nslots), 0);
    cr_assert_eq(nslots, (size_t)1 << 32);
}

Test(swap_header, bad_pages_of_a_disk)
{
    h.nr_badpages = 3;
    h.badpages[0] = 1;
    h.badpages[1] = NPAGES / 2;
    h.badpages[2] = NPAGES - 1;
    expect_slots(false, NPAGES);
    h.badpages[2] = NPAGES;             /* outside */
    expect_refused(false);
    h.badpages[2] = 0;                  /* the header itself */
    expect_refused(false);
    h.badpages[2] = UINT32_MAX;
    expect_refused(false);
}

/* What counts is the area, not the disk. */
Test(swap_header, bad_page_behind_a_short_area)
{
    h.last_page = 10;
    h.nr_badpages = 1;
    h.badpages[0] = 10;
    expect_slots(false, 11);
    h.badpages[0] = 11;
    expect_refused(false);
}

Test(swap_header, as_many_bad_pages_as_fit)
{
    h.nr_badpages = SWAP_MAX_BADPAGES;
    for (uint32_t i = 0; i < SWAP_MAX_BADPAGES; i++)
        h.badpages[i] = 1 + i;
    expect_slots(false, NPAGES);
    h.badpages[SWAP_MAX_BADPAGES - 1] = NPAGES;
    expect_refused(false);
    h.badpages[SWAP_MAX_BADPAGES - 1] = SWAP_MAX_BADPAGES;
    h.nr_badpages++;
    expect_refused(false);
    h.nr_badpages = UINT32_MAX;
    expect_refused(false);
}

Test(swap_header, a_file_has_no_bad_pages)
{
    h.nr_badpages = 1;
    h.badpages[0] = 1;
    expect_refused(true);
    expect_slots(false, NPAGES);
}
