// sources: lib/fdt.c tests/fuzz/fdt.c
/* SPDX-License-Identifier: MIT */
/*
 * test_fdt.c - the device tree reader on real trees, and on damaged ones.
 *
 * Every blob lies in a heap block of exactly its size, so that the address
 * sanitizer sees a read one byte too far.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include "lib/abi/errno.h"
#include "lib/endian.h"
#include "lib/fdt.h"
#include "lib/rand.h"
#include "tests/fuzz/fuzz.h"

static const char *const names[] = {
    "virt72-32M-1cpu", "virt72-128M-4cpu", "virt72-3G-2cpu", "virt72-8G-8cpu", "virt72-initrd",
    "newer-qemu",
};

#define NAMES (sizeof names / sizeof *names)

static uint8_t *load(const char *name, size_t *size)
{
    char path[80];
    FILE *file;
    uint8_t *blob;

    snprintf(path, sizeof path, "tests/host/fixtures/%s.dtb", name);
    file = fopen(path, "rb");
    cr_assert_not_null(file, "%s: run from the top of the tree", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    blob = malloc(*size);
    cr_assert(fread(blob, 1, *size, file) == *size);
    fclose(file);
    return blob;
}

/* Open fixture NAME, which must be sound. */
static uint8_t *open_fixture(const char *name, struct fdt *fdt)
{
    size_t size;
    uint8_t *blob = load(name, &size);

    cr_assert(fdt_blob_size(blob) == size, "%s", name);
    cr_assert(fdt_open(fdt, blob, size) == 0, "%s", name);
    return blob;
}

/* Count the nodes whose device_type is TYPE; sum up their first reg entries. */
static unsigned count_type(const struct fdt *fdt, const char *type, uint64_t *address_sum,
                           uint64_t *size_sum)
{
    struct fdt_walk walk;
    struct fdt_node node;
    const char *got;
    uint64_t address, size;
    unsigned n = 0;

    *address_sum = *size_sum = 0;
    fdt_walk_init(&walk, fdt);
    while (fdt_walk_next(&walk, &node)) {
        got = fdt_get_string(fdt, &node, "device_type");
        if (!got || strcmp(got, type) != 0)
            continue;
        n++;
        for (size_t i = 0; fdt_reg(fdt, &node, i, &address, &size); i++) {
            *address_sum += address;
            *size_sum += size;
        }
    }
    cr_assert(!fdt_walk_next(&walk, &node), "the end stays the end");
    return n;
}

Test(fdt, machines_of_several_sizes)
{
    static const struct {
        unsigned cpus;
        uint64_t memory;
    } want[NAMES] = { { 1, 32 }, { 4, 128 }, { 2, 3072 }, { 8, 8192 }, { 2, 128 }, { 2, 3072 } };

    for (size_t i = 0; i < NAMES; i++) {
        struct fdt fdt;
        uint8_t *blob = open_fixture(names[i], &fdt);
        uint64_t addresses, sizes, value, size;
        struct fdt_node node, same;
        struct fdt_prop prop;
        uint32_t cell;

        cr_assert(count_type(&fdt, "cpu", &addresses, &sizes) == want[i].cpus);
        cr_assert(addresses == want[i].cpus * (want[i].cpus - 1) / 2 && sizes == 0);
        cr_assert(count_type(&fdt, "memory", &addresses, &sizes) == 1);
        cr_assert(sizes == want[i].memory << 20);

        cr_assert(fdt_find_path(&fdt, "/", &node) && node.depth == 0 && !node.name[0]);
        cr_assert_str_eq(fdt_get_string(&fdt, &node, "model"), "riscv-virtio,qemu");
        cr_assert(!fdt_find_parent(&fdt, &node, &same));

        cr_assert(fdt_find_path(&fdt, "/cpus", &node) && node.depth == 1);
        cr_assert(fdt_get_number(&fdt, &node, "timebase-frequency", &value));
        cr_assert(value == 10000000);

        cr_assert(fdt_find_compatible(&fdt, "ns16550a", &node));
        cr_assert_str_eq(node.name, "serial@10000000");
        cr_assert(fdt_reg(&fdt, &node, 0, &value, &size) && value == 0x10000000 && size == 0x100);
        cr_assert(!fdt_reg(&fdt, &node, 1, &value, &size));
        cr_assert(!fdt_reg(&fdt, &node, SIZE_MAX, &value, &size));
        cr_assert(fdt_get_number(&fdt, &node, "interrupts", &value) && value == 10);
        cr_assert(fdt_find_path(&fdt, "/soc/serial@10000000", &same));
        cr_assert(same.offset == node.offset && same.depth == 2);
        cr_assert(fdt_find_path(&fdt, "/soc/serial", &same) && same.offset == node.offset);
        cr_assert(fdt_find_path(&fdt, "//soc//serial/", &same) && same.offset == node.offset);
        cr_assert(!fdt_find_path(&fdt, "/soc/serial@1000000", &same));
        cr_assert(!fdt_find_path(&fdt, "/soc/seria", &same));
        cr_assert(!fdt_find_path(&fdt, "/serial", &same) && !fdt_find_path(&fdt, "", &same));
        cr_assert(!fdt_find_path(&fdt, "serial9", &same));
        cr_assert(fdt_find_parent(&fdt, &node, &same) && strcmp(same.name, "soc") == 0);
        cr_assert(!fdt_find_compatible(&fdt, "ns1655", &node));

        cr_assert(fdt_find_compatible(&fdt, "riscv,plic0", &node));
        cr_assert(fdt_is_compatible(&fdt, &node, "sifive,plic-1.0.0"));
        cr_assert(!fdt_is_compatible(&fdt, &node, "sifive,plic"));
        cr_assert(fdt_find_prop(&fdt, &node, "interrupts-extended", &prop));
        cr_assert(fdt_prop_cell(&prop, 0, &cell) && fdt_find_phandle(&fdt, cell, &same));
        cr_assert_str_eq(same.name, "interrupt-controller");
        cr_assert(fdt_find_parent(&fdt, &same, &node) && strncmp(node.name, "cpu@", 4) == 0);
        cr_assert(!fdt_find_phandle(&fdt, 12345, &same));
        free(blob);
    }
}

/* The initrd's place has one cell on QEMU 7.2 and two on QEMU 10. */
Test(fdt, differences_between_versions)
{
    struct fdt fdt;
    uint8_t *blob = open_fixture("virt72-initrd", &fdt);
    struct fdt_node node, uart;
    struct fdt_prop prop;
    uint64_t start, end, address, size;
    struct fdt_walk walk;
    unsigned n = 0;

    cr_assert(fdt_find_path(&fdt, "/chosen", &node));
    cr_assert(fdt_get_number(&fdt, &node, "linux,initrd-start", &start));
    cr_assert(fdt_get_number(&fdt, &node, "linux,initrd-end", &end));
    cr_assert(start == 0x4010000 && end - start == 1000000);
    cr_assert(fdt_find_prop(&fdt, &node, "rng-seed", &prop) && prop.len == 32);
    cr_assert(!fdt_prop_number(&prop, &start), "32 bytes are not a number");
    cr_assert(!fdt_find_path(&fdt, "serial0", &node), "there are no aliases");
    cr_assert(!fdt_memreserve(&fdt, 0, &address, &size));
    free(blob);

    blob = open_fixture("newer-qemu", &fdt);
    cr_assert(fdt_find_path(&fdt, "/chosen", &node));
    cr_assert(fdt_get_number(&fdt, &node, "linux,initrd-start", &start) && start == 0x84200000);
    cr_assert(fdt_get_number(&fdt, &node, "linux,initrd-end", &end) && end - start == 1000000);
    cr_assert_str_eq(fdt_get_string(&fdt, &node, "bootargs"), "");
    cr_assert(fdt_find_path(&fdt, fdt_get_string(&fdt, &node, "stdout-path"), &uart));
    cr_assert(fdt_is_compatible(&fdt, &uart, "ns16550"));

    cr_assert(fdt_find_path(&fdt, "/reserved-memory", &node));
    fdt_walk_init_within(&walk, &fdt, &node);
    while (fdt_walk_next(&walk, &uart)) {
        cr_assert(uart.depth == 2 && uart.parent == node.offset);
        cr_assert(fdt_find_prop(&fdt, &uart, "no-map", &prop) && prop.len == 0);
        cr_assert(fdt_prop_string(&prop, 0) == NULL);
        cr_assert(fdt_reg(&fdt, &uart, 0, &address, &size));
        cr_assert(n++ ? address == 0x80040000 && size == 0x20000
                      : address == 0x80000000 && size == 0x40000);
    }
    cr_assert(n == 2);

    cr_assert(fdt_memreserve(&fdt, 0, &address, &size) && address == 0x80040000);
    cr_assert(fdt_memreserve(&fdt, 1, &address, &size) && address == 0xbfe00000);
    cr_assert(size == 0x3000 && !fdt_memreserve(&fdt, 2, &address, &size));
    cr_assert(!fdt_memreserve(&fdt, SIZE_MAX, &address, &size));

    cr_assert(fdt_find_path(&fdt, "/memory", &node));
    cr_assert(fdt_reg(&fdt, &node, 1, &address, &size));
    cr_assert(address == 0x100000000 && size == 0x80000000);
    cr_assert(!fdt_reg(&fdt, &node, 2, &address, &size));

    cr_assert(fdt_find_path(&fdt, "/cpus/cpu@0", &node) && fdt_is_enabled(&fdt, &node));
    cr_assert(fdt_find_prop(&fdt, &node, "riscv,isa-extensions", &prop));
    cr_assert_str_eq(fdt_prop_string(&prop, 8), "sstc");
    cr_assert(fdt_prop_string(&prop, 9) == NULL && fdt_prop_has_string(&prop, "zicbom"));
    cr_assert(!fdt_prop_has_string(&prop, "zic"));
    cr_assert(fdt_find_path(&fdt, "/cpus/cpu@1", &node) && !fdt_is_enabled(&fdt, &node));
    cr_assert(fdt_find_path(&fdt, "/soc", &node) && fdt_is_enabled(&fdt, &node));

    /* Without #address-cells and #size-cells: two and one. */
    cr_assert(fdt_find_path(&fdt, "/soc/bus/device", &node));
    cr_assert(fdt_reg(&fdt, &node, 0, &address, &size));
    cr_assert(address == 0x100000002 && size == 3);
    free(blob);
}

Test(fdt, properties_one_by_one)
{
    struct fdt fdt;
    uint8_t *blob = open_fixture("newer-qemu", &fdt);
    static const char *const want[] = { "device_type", "reg" };
    struct fdt_node node;
    struct fdt_prop prop;
    uint32_t cursor = 0, cell;
    uint64_t value;

    cr_assert(fdt_find_path(&fdt, "/memory@80000000", &node));
    for (int i = 0; i < 2; i++) {
        cr_assert(fdt_next_prop(&fdt, &node, &cursor, &prop));
        cr_assert_str_eq(prop.name, want[i]);
    }
    cr_assert(prop.len == 32 && !fdt_next_prop(&fdt, &node, &cursor, &prop));
    cr_assert(fdt_find_prop(&fdt, &node, "reg", &prop));
    cr_assert(fdt_prop_cell(&prop, 7, &cell) && cell == 0x80000000);
    cr_assert(!fdt_prop_cell(&prop, 8, &cell));
    cr_assert(fdt_prop_cells(&prop, 4, 2, &value) && value == 0x100000000);
    cr_assert(fdt_prop_cells(&prop, 8, 0, &value) && value == 0);
    cr_assert(!fdt_prop_cells(&prop, 7, 2, &value) && !fdt_prop_cells(&prop, 9, 0, &value));
    cr_assert(!fdt_prop_cells(&prop, 0, 3, &value) && !fdt_prop_cells(&prop, SIZE_MAX, 2, &value));
    cr_assert(fdt_prop_string(&prop, 0) == (const char *)prop.data, "zeros end strings");
    cr_assert(!fdt_find_prop(&fdt, &node, "re", &prop));

    /* The root's properties end where its children begin. */
    cr_assert(fdt_find_path(&fdt, "/", &node));
    for (cursor = 0, cell = 0; fdt_next_prop(&fdt, &node, &cursor, &prop); cell++)
        ;
    cr_assert(cell == 4);
    free(blob);
}

/* Open a copy, in a block of exactly SIZE bytes, of a blob, and use everything on it. */
static int try_blob(const uint8_t *blob, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct fdt fdt;
    int err;

    memcpy(copy, blob, size);
    err = fdt_open(&fdt, copy, size);
    fuzz_fdt(copy, size);
    free(copy);
    return err;
}

Test(fdt, cut_short_anywhere)
{
    for (size_t i = 0; i < NAMES; i += 5) {
        size_t size;
        uint8_t *blob = load(names[i], &size);

        /* Cut behind, with the header's size unchanged and then true. */
        for (size_t n = 0; n < size; n += n < 64 ? 1 : 7)
            cr_assert(try_blob(blob, n) == -EINVAL);
        for (size_t n = 40; n < size; n += 3) {
            *(struct be32 *)(blob + 4) = be32_make((uint32_t)n);
            try_blob(blob, n);
        }
        free(blob);
    }
}

/* Every byte of the header and many of the rest, changed to the nastiest values. */
Test(fdt, bytes_flipped)
{
    static const uint8_t nasty[] = { 0, 1, 2, 3, 4, 9, 0x7f, 0x80, 0xfe, 0xff };
    struct rand r = { 11 };

    for (size_t i = 0; i < NAMES; i++) {
        size_t size;
        uint8_t *blob = load(names[i], &size);
        unsigned refused = 0;

        for (size_t at = 0; at < size; at += at < 64 ? 1 : rand_range(&r, 1, 40)) {
            uint8_t was = blob[at];

            blob[at] = nasty[rand_below(&r, sizeof nasty)];
            refused += try_blob(blob, size) != 0;
            blob[at] = (uint8_t)(was ^ 1U << rand_below(&r, 8));
            refused += try_blob(blob, size) != 0;
            blob[at] = was;
        }
        cr_assert(refused > 20);
        cr_assert(try_blob(blob, size) == 0);
        for (int round = 0; round < 80; round++) {
            uint8_t *copy = malloc(size);

            memcpy(copy, blob, size);
            for (uint64_t n = rand_range(&r, 1, 20); n > 0; n--)
                copy[rand_range(&r, 40, size - 1)] = nasty[rand_below(&r, sizeof nasty)];
            try_blob(copy, size);
            free(copy);
        }
        free(blob);
    }
}

/* A blob from a list of structure words; the strings block holds "a\0". */
static int open_words(const uint32_t *words, size_t n)
{
    static uint8_t blob[4096];
    struct be32 *b = (struct be32 *)blob;
    const uint32_t header[] = { 0xd00dfeed, (uint32_t)(56 + 4 * n + 4), 56,
                                (uint32_t)(56 + 4 * n), 40, 17, 16, 0, 2, (uint32_t)(4 * n) };

    memset(blob, 0, sizeof blob);
    for (size_t i = 0; i < 10; i++)
        b[i] = be32_make(header[i]);
    for (size_t i = 0; i < n; i++)
        b[14 + i] = be32_make(words[i]);
    blob[56 + 4 * n] = 'a';
    return try_blob(blob, header[1]);
}

#define OPEN(...) open_words((const uint32_t[]){ __VA_ARGS__ }, \
                             sizeof((const uint32_t[]){ __VA_ARGS__ }) / 4)

Test(fdt, shapes_that_are_no_tree)
{
    uint32_t deep[2 * (FDT_DEPTH_MAX + 1) + FDT_DEPTH_MAX + 2];
    size_t n;

    cr_assert(OPEN(1, 0, 2, 9) == 0);
    cr_assert(OPEN(4, 1, 0, 4, 3, 0, 0, 4, 2, 4, 9) == 0);
    cr_assert(OPEN(1, 0, 3, 5, 0, 1, 2, 2, 9) == 0);
    cr_assert(OPEN(9) != 0, "no root");
    cr_assert(OPEN(1, 0, 2) != 0, "no end");
    cr_assert(OPEN(1, 0, 9) != 0, "root not closed");
    cr_assert(OPEN(1, 0, 2, 2, 9) != 0, "closed twice");
    cr_assert(OPEN(1, 0, 2, 1, 0, 2, 9) != 0, "two roots");
    cr_assert(OPEN(3, 0, 0, 1, 0, 2, 9) != 0, "a property of nothing");
    cr_assert(OPEN(1, 0, 3, 0, 2, 2, 9) != 0, "name outside the strings");
    cr_assert(OPEN(1, 0, 3, 0, 0xffffffff, 2, 9) != 0, "name far outside");
    cr_assert(OPEN(1, 0, 3, 9, 0, 2, 9) != 0, "value longer than the block");
    cr_assert(OPEN(1, 0, 3, 0xffffffff, 0, 2, 9) != 0, "value of 4 GiB");
    cr_assert(OPEN(1, 0, 3) != 0 && OPEN(1, 0, 3, 0) != 0, "half a property");
    cr_assert(OPEN(1) != 0 && OPEN(1, 0x61616161) != 0, "name without an end");
    cr_assert(OPEN(1, 0, 5, 2, 9) != 0, "unknown token");

    for (int depth = FDT_DEPTH_MAX; depth <= FDT_DEPTH_MAX + 1; depth++) {
        n = 0;
        for (int i = 0; i < depth; i++) {
            deep[n++] = 1;
            deep[n++] = 0;
        }
        for (int i = 0; i < depth; i++)
            deep[n++] = 2;
        deep[n++] = 9;
        cr_assert((open_words(deep, n) == 0) == (depth == FDT_DEPTH_MAX));
    }
}
