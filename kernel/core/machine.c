/* SPDX-License-Identifier: MIT */
/*
 * machine.c - read the device tree.
 *
 * Properties are read by their length (an address may have one cell or two), and
 * nothing is taken for granted: a machine without a device has size 0 there.
 */
#include "kernel/core/machine.h"
#include "kernel/core/panic.h"
#include "kernel/riscv/layout.h"
#include "lib/bitops.h"
#include "lib/fdt.h"
#include "lib/string.h"

#define FDT_MAX_SIZE (2UL << 20)
#define S_EXTERNAL   9          /* the interrupt a PLIC context raises in S-mode */

struct machine machine;

static __attribute__((noreturn)) void give_up(const char *why)
{
    printk("boot: %s\n", why);
    machine_exit(1);
}

/* Memory */

static void add_bank(paddr_t start, uint64_t size)
{
    size_t i = machine.nbanks;

    if (size == 0 || start + size < start)
        return;
    if (machine.nbanks == MACHINE_BANKS) {
        printk("boot: more than %u memory banks, %lx ignored\n", MACHINE_BANKS, start);
        return;
    }
    for (; i > 0 && machine.banks[i - 1].start > start; i--)
        machine.banks[i] = machine.banks[i - 1];
    machine.banks[i] = (struct machine_range){ .start = start, .end = start + size };
    machine.nbanks++;
}

static void reserve(paddr_t start, paddr_t end, bool no_map, const char *what)
{
    size_t i = machine.nreserved;

    if (start >= end)
        return;
    if (machine.nreserved == MACHINE_RESERVED)
        give_up("more reserved memory ranges than this kernel can remember");
    for (; i > 0 && machine.reserved[i - 1].start > start; i--)
        machine.reserved[i] = machine.reserved[i - 1];
    machine.reserved[i] = (struct machine_range){ start, end, no_map, what };
    machine.nreserved++;
}

static void read_memory(const struct fdt *fdt)
{
    struct fdt_walk walk;
    struct fdt_node node;
    uint64_t start, size;

    fdt_walk_init(&walk, fdt);
    while (fdt_walk_next(&walk, &node)) {
        const char *type = fdt_get_string(fdt, &node, "device_type");

        if (!type || strcmp(type, "memory") != 0 || !fdt_is_enabled(fdt, &node))
            continue;
        for (size_t i = 0; fdt_reg(fdt, &node, i, &start, &size); i++)
            add_bank(start, size);
    }
}

static void read_reserved_node(const struct fdt *fdt)
{
    struct fdt_node parent, node;
    struct fdt_walk walk;
    struct fdt_prop prop;
    uint64_t start, size;

    if (!fdt_find_path(fdt, "/reserved-memory", &parent))
        return;
    fdt_walk_init_within(&walk, fdt, &parent);
    while (fdt_walk_next(&walk, &node)) {
        bool no_map = fdt_find_prop(fdt, &node, "no-map", &prop);

        for (size_t i = 0; fdt_reg(fdt, &node, i, &start, &size); i++)
            reserve(start, start + size, no_map, "firmware");
    }
}

static bool is_reserved(paddr_t pa)
{
    for (size_t i = 0; i < machine.nreserved; i++) {
        if (pa >= machine.reserved[i].start && pa < machine.reserved[i].end)
            return true;
    }
    return false;
}

/* Old firmware sits at the start of RAM and does not say so: then everything
 * below the kernel is taken for its own. */
static void reserve_silent_firmware(paddr_t kernel_start)
{
    for (size_t i = 0; i < machine.nbanks; i++) {
        const struct machine_range *bank = &machine.banks[i];

        if (kernel_start >= bank->start && kernel_start < bank->end && !is_reserved(bank->start))
            reserve(bank->start, kernel_start, true, "firmware");
    }
}

static void read_reserved(const struct fdt *fdt, paddr_t kernel_start, paddr_t kernel_end)
{
    uint64_t start, size;

    read_reserved_node(fdt);
    for (size_t i = 0; fdt_memreserve(fdt, i, &start, &size); i++)
        reserve(start, start + size, false, "firmware");
    reserve_silent_firmware(kernel_start);
    reserve(kernel_start, kernel_end, false, "kernel");
    reserve(machine.initrd.start, machine.initrd.end, false, "initrd");
}

static void check_memory(void)
{
    uint64_t total = 0;

    for (size_t i = 0; i < machine.nbanks; i++)
        total += machine.banks[i].end - machine.banks[i].start;
    if (total >= MACHINE_MIN_MEMORY)
        return;
    printk("boot: this machine has %lu KiB of memory, Pagoda needs at least %lu\n", total >> 10,
           MACHINE_MIN_MEMORY >> 10);
    machine_exit(1);
}

/* Harts */

static bool has_sstc(const struct fdt *fdt, const struct fdt_node *cpu)
{
    const char *isa = fdt_get_string(fdt, cpu, "riscv,isa");
    struct fdt_prop prop;

    if (fdt_find_prop(fdt, cpu, "riscv,isa-extensions", &prop))
        return fdt_prop_has_string(&prop, "sstc");
    while (isa && (isa = strchr(isa, '_')) != NULL) {
        isa++;
        if (str_starts_with(isa, "sstc") && (isa[4] == '_' || isa[4] == '\0'))
            return true;
    }
    return false;
}

static uint32_t find_intc(const struct fdt *fdt, const struct fdt_node *cpu)
{
    struct fdt_walk walk;
    struct fdt_node node;
    uint64_t phandle;

    fdt_walk_init_within(&walk, fdt, cpu);
    while (fdt_walk_next(&walk, &node)) {
        if (fdt_is_compatible(fdt, &node, "riscv,cpu-intc")
            && fdt_get_number(fdt, &node, "phandle", &phandle))
            return (uint32_t)phandle;
    }
    return 0;
}

static bool is_usable_hart(const struct fdt *fdt, const struct fdt_node *node)
{
    const char *type = fdt_get_string(fdt, node, "device_type");
    const char *mmu = fdt_get_string(fdt, node, "mmu-type");

    return type && strcmp(type, "cpu") == 0 && fdt_is_enabled(fdt, node)
        && (!mmu || strcmp(mmu, "riscv,none") != 0);
}

static void read_hart(const struct fdt *fdt, const struct fdt_node *node, uint64_t boot_hartid)
{
    struct machine_hart hart = { .plic_context = UINT32_MAX };
    struct fdt_prop reg;

    if (!fdt_find_prop(fdt, node, "reg", &reg) || !fdt_prop_number(&reg, &hart.hartid))
        return;
    hart.intc = find_intc(fdt, node);
    hart.sstc = has_sstc(fdt, node);
    if (hart.hartid == boot_hartid)
        machine.harts[0] = hart;
    else if (machine.nharts < MAX_HARTS)
        machine.harts[machine.nharts++] = hart;
    else
        machine.nharts_ignored++;
}

static void read_harts(const struct fdt *fdt, uint64_t boot_hartid)
{
    struct fdt_walk walk;
    struct fdt_node node;

    /* The boot hart is number 0, even if the tree does not list it. */
    machine.harts[0] = (struct machine_hart){ .hartid = boot_hartid, .plic_context = UINT32_MAX };
    machine.nharts = 1;
    if (!fdt_find_path(fdt, "/cpus", &node)
        || !fdt_get_number(fdt, &node, "timebase-frequency", &machine.timebase)
        || machine.timebase < 1000)
        give_up("the device tree has no timebase-frequency");
    fdt_walk_init(&walk, fdt);
    while (fdt_walk_next(&walk, &node)) {
        if (is_usable_hart(fdt, &node))
            read_hart(fdt, &node, boot_hartid);
    }
}

/* Devices */

static struct machine_device read_device(const struct fdt *fdt, const struct fdt_node *node)
{
    struct machine_device d = { 0 };
    struct fdt_prop prop;
    uint64_t base, size;
    uint32_t irq;

    if (!fdt_is_enabled(fdt, node) || !fdt_reg(fdt, node, 0, &base, &size))
        return d;
    d.base = base;
    d.size = size;
    if ((fdt_find_prop(fdt, node, "interrupts", &prop) && fdt_prop_cell(&prop, 0, &irq))
        || (fdt_find_prop(fdt, node, "interrupts-extended", &prop) && fdt_prop_cell(&prop, 1, &irq)))
        d.irq = irq;
    return d;
}

static struct machine_device find_device(const struct fdt *fdt, const char *const *compatible,
                                         struct fdt_node *node)
{
    for (; *compatible; compatible++) {
        if (fdt_find_compatible(fdt, *compatible, node))
            return read_device(fdt, node);
    }
    return (struct machine_device){ 0 };
}

/* The PLIC's contexts, in order: pairs of a hart's controller and an interrupt. */
static void read_plic(const struct fdt *fdt)
{
    static const char *const compatible[] = { "riscv,plic0", "sifive,plic-1.0.0", NULL };
    struct fdt_node node;
    struct fdt_prop prop;
    uint64_t lines;
    uint32_t intc, irq;

    machine.plic = find_device(fdt, compatible, &node);
    if (machine.plic.size == 0)
        return;
    if (fdt_get_number(fdt, &node, "riscv,ndev", &lines))
        machine.plic_lines = (unsigned)lines;
    if (!fdt_find_prop(fdt, &node, "interrupts-extended", &prop))
        return;
    for (uint32_t context = 0; fdt_prop_cell(&prop, 2 * context, &intc)
                               && fdt_prop_cell(&prop, 2 * context + 1, &irq); context++) {
        for (size_t i = 0; irq == S_EXTERNAL && i < machine.nharts; i++) {
            if (machine.harts[i].intc == intc)
                machine.harts[i].plic_context = context;
        }
    }
}

static void add_virtio(struct machine_device d)
{
    size_t i = machine.nvirtio;

    if (d.size == 0 || i == MACHINE_VIRTIO)
        return;
    for (; i > 0 && machine.virtio[i - 1].base > d.base; i--)
        machine.virtio[i] = machine.virtio[i - 1];
    machine.virtio[i] = d;
    machine.nvirtio++;
}

static void read_devices(const struct fdt *fdt)
{
    static const char *const uart[] = { "ns16550a", "ns16550", NULL };
    static const char *const rtc[] = { "google,goldfish-rtc", NULL };
    static const char *const finisher[] = { "sifive,test1", "sifive,test0", NULL };
    struct fdt_walk walk;
    struct fdt_node node;

    machine.uart = find_device(fdt, uart, &node);
    machine.rtc = find_device(fdt, rtc, &node);
    machine.finisher = find_device(fdt, finisher, &node);
    read_plic(fdt);
    fdt_walk_init(&walk, fdt);
    while (fdt_walk_next(&walk, &node)) {
        if (fdt_is_compatible(fdt, &node, "virtio,mmio"))
            add_virtio(read_device(fdt, &node));
    }
}

/* What the one who started us says */

static void read_chosen(const struct fdt *fdt)
{
    struct fdt_node node;
    struct fdt_prop prop;
    const char *s;

    if (fdt_find_path(fdt, "/", &node) && (s = fdt_get_string(fdt, &node, "model")) != NULL)
        strlcpy(machine.model, s, sizeof(machine.model));
    if (!fdt_find_path(fdt, "/chosen", &node))
        return;
    if ((s = fdt_get_string(fdt, &node, "bootargs")) != NULL
        && strlcpy(machine.bootargs, s, sizeof(machine.bootargs)) >= sizeof(machine.bootargs))
        printk("boot: command line cut after %u characters\n", BOOTARGS_MAX - 1);
    if (fdt_find_prop(fdt, &node, "rng-seed", &prop)) {
        machine.rng_seed_len = min_u64(prop.len, sizeof(machine.rng_seed));
        memcpy(machine.rng_seed, prop.data, machine.rng_seed_len);
    }
    if (!fdt_get_number(fdt, &node, "linux,initrd-start", &machine.initrd.start)
        || !fdt_get_number(fdt, &node, "linux,initrd-end", &machine.initrd.end))
        machine.initrd = (struct machine_range){ 0 };
}

void machine_init(const void *blob, uint64_t boot_hartid, paddr_t kernel_start, paddr_t kernel_end)
{
    size_t size = fdt_blob_size(blob);
    struct fdt fdt;

    if (size == 0 || size > FDT_MAX_SIZE || fdt_open(&fdt, blob, size) != 0)
        give_up("the firmware handed over no usable device tree");
    read_chosen(&fdt);
    read_memory(&fdt);
    read_reserved(&fdt, kernel_start, kernel_end);
    read_harts(&fdt, boot_hartid);
    read_devices(&fdt);
    if (machine.finisher.size)      /* boot's first page table reaches it there */
        machine_set_finisher((volatile uint32_t *)(LINEAR_START + machine.finisher.base));
    check_memory();
}
