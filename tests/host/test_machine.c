// sources: kernel/core/machine.c lib/fdt.c lib/strutil.c
/* SPDX-License-Identifier: MIT */
/*
 * test_machine.c - what the kernel understands of real device trees, and that a
 * useless one ends the machine with a message instead of a kernel that guesses.
 */
#include <criterion/criterion.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/core/machine.h"
#include "kernel/core/panic.h"

#define KERNEL_START 0x80200000UL
#define KERNEL_END   0x80280000UL
#define MIB          (1UL << 20)

static jmp_buf gave_up;
static unsigned exit_code;

void machine_exit(unsigned code)
{
    exit_code = code;
    longjmp(gave_up, 1);
}

void machine_set_finisher(volatile uint32_t *reg)
{
    (void)reg;
}

/* The blob in a heap block of exactly its size, for the address sanitizer. */
static void *load(const char *name, size_t *size)
{
    char path[80];
    FILE *file;
    void *blob;

    snprintf(path, sizeof(path), "tests/host/fixtures/%s.dtb", name);
    file = fopen(path, "rb");
    cr_assert(file, "%s", path);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    blob = malloc(*size);
    cr_assert(fread(blob, 1, *size, file) == *size);
    fclose(file);
    return blob;
}

/* Whether the kernel accepts BLOB. */
static bool accepts(const void *blob, uint64_t boot_hartid)
{
    memset(&machine, 0, sizeof(machine));
    if (setjmp(gave_up))
        return false;
    machine_init(blob, boot_hartid, KERNEL_START, KERNEL_END);
    return true;
}

static void read_tree(const char *name, uint64_t boot_hartid)
{
    size_t size;
    void *blob = load(name, &size);

    cr_assert(accepts(blob, boot_hartid), "%s", name);
    free(blob);
}

static void check_ranges(const struct machine_range *r, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cr_assert(r[i].start < r[i].end);
        cr_assert(i == 0 || r[i - 1].start <= r[i].start);
    }
}

static bool reserves(paddr_t start, paddr_t end, bool no_map)
{
    for (size_t i = 0; i < machine.nreserved; i++) {
        if (machine.reserved[i].start == start && machine.reserved[i].end == end
            && machine.reserved[i].no_map == no_map)
            return true;
    }
    return false;
}

Test(machine, memory_and_harts_of_real_machines)
{
    static const struct {
        const char *name;
        uint64_t mib;
        size_t nharts;
    } cases[] = {
        { "virt72-32M-1cpu", 32, 1 },
        { "virt72-128M-4cpu", 128, 4 },
        { "virt72-3G-2cpu", 3072, 2 },
        { "virt72-8G-8cpu", 8192, 8 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        read_tree(cases[i].name, 0);
        cr_assert_eq(machine.nbanks, 1);
        cr_assert_eq(machine.banks[0].end - machine.banks[0].start, cases[i].mib * MIB);
        cr_assert_eq(machine.nharts, cases[i].nharts);
        cr_assert_eq(machine.nharts_ignored, 0);
        cr_assert_eq(machine.timebase, 10000000);
        check_ranges(machine.banks, machine.nbanks);
        check_ranges(machine.reserved, machine.nreserved);
        cr_assert(reserves(KERNEL_START, KERNEL_END, false));
        for (size_t h = 0; h < machine.nharts; h++) {
            cr_assert_eq(machine.harts[h].hartid, h);
            cr_assert_eq(machine.harts[h].plic_context, 2 * h + 1);
            cr_assert(machine.harts[h].sstc);
        }
    }
}

Test(machine, any_hart_may_boot)
{
    uint64_t seen = 0;

    read_tree("virt72-8G-8cpu", 5);
    cr_assert_eq(machine.nharts, 8);
    cr_assert_eq(machine.harts[0].hartid, 5);
    for (size_t i = 0; i < machine.nharts; i++) {
        seen |= 1UL << machine.harts[i].hartid;
        cr_assert_eq(machine.harts[i].plic_context, 2 * machine.harts[i].hartid + 1);
    }
    cr_assert_eq(seen, 0xff);
}

Test(machine, devices)
{
    read_tree("virt72-128M-4cpu", 0);
    cr_assert_str_eq(machine.model, "riscv-virtio,qemu");
    cr_assert_eq(machine.uart.base, 0x10000000);
    cr_assert_eq(machine.uart.irq, 10);
    cr_assert_eq(machine.rtc.base, 0x101000);
    cr_assert_eq(machine.finisher.base, 0x100000);
    cr_assert_eq(machine.plic.base, 0xc000000);
    cr_assert_gt(machine.plic_lines, 10);
    cr_assert_eq(machine.nvirtio, 8);
    for (size_t i = 0; i < 8; i++) {
        cr_assert_eq(machine.virtio[i].base, 0x10001000 + i * 0x1000);
        cr_assert_eq(machine.virtio[i].irq, 1 + i);
    }
    cr_assert_str_eq(machine.bootargs, "root=/dev/vda init=/bin/init");
    cr_assert_gt(machine.rng_seed_len, 0);
}

/* Silent firmware gets everything below the kernel; talkative one what it says. */
Test(machine, firmware_memory_is_kept_from_us)
{
    read_tree("virt72-128M-4cpu", 0);
    cr_assert(reserves(0x80000000, KERNEL_START, true));
    read_tree("newer-qemu", 0);
    cr_assert(reserves(0x80000000, 0x80040000, true));
    cr_assert(reserves(0x80040000, 0x80060000, true));
    cr_assert_not(reserves(0x80000000, KERNEL_START, true));
}

Test(machine, newer_qemu)
{
    read_tree("newer-qemu", 0);
    cr_assert_eq(machine.nbanks, 2);
    cr_assert_eq(machine.banks[1].start, 0x100000000);
    cr_assert_eq(machine.banks[1].end, 0x180000000);
    cr_assert_eq(machine.nharts, 1, "the second hart is disabled and has no MMU");
    cr_assert(machine.harts[0].sstc);
    cr_assert_eq(machine.harts[0].plic_context, 1);
    cr_assert_eq(machine.initrd.start, 0x84200000, "two cells");
    cr_assert_eq(machine.initrd.end, 0x842f4240);
    cr_assert(reserves(0x84200000, 0x842f4240, false));
    cr_assert_eq(machine.finisher.size, 0, "it has none");
}

Test(machine, initrd_of_one_cell)
{
    read_tree("virt72-initrd", 0);
    cr_assert_eq(machine.initrd.start, 0x4010000);
    cr_assert_eq(machine.initrd.end, 0x4104240);
}

Test(machine, useless_trees_are_refused)
{
    uint64_t nothing[8] = { 0 };

    cr_assert_not(accepts(nothing, 0));
    cr_assert_eq(exit_code, 1);
}

/* Any damage is either harmless or refused, and nothing is read outside. */
Test(machine, damaged_trees)
{
    size_t size;
    uint8_t *blob = load("virt72-128M-4cpu", &size);
    unsigned refused = 0;

    srand(1);
    for (unsigned i = 0; i < 3000; i++) {
        size_t at = 8 + (size_t)rand() % (size - 8);        /* the size stays true */
        uint8_t old = blob[at];

        blob[at] ^= (uint8_t)(1 + rand() % 255);
        refused += !accepts(blob, 0);
        cr_assert_leq(machine.nbanks, MACHINE_BANKS);
        cr_assert_leq(machine.nharts, MAX_HARTS);
        cr_assert_leq(machine.nvirtio, MACHINE_VIRTIO);
        blob[at] = old;
    }
    cr_assert_gt(refused, 0);
    free(blob);
}
