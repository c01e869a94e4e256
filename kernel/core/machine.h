/* SPDX-License-Identifier: MIT */
/*
 * machine.h - what the device tree says this machine has.
 *
 * Filled once at boot, constant afterwards.  The tree itself is not kept: its
 * memory is given to everybody.
 */
#pragma once
#include "kernel/core/bootargs.h"
#include "kernel/port/port.h"

#define MACHINE_BANKS    8
#define MACHINE_RESERVED 24
#define MACHINE_VIRTIO   16

struct machine_range {
    paddr_t start, end;             /* [start, end)                             */
    bool no_map;                    /* firmware's: not even in the linear map   */
    const char *what;               /* "firmware", "kernel", "initrd"           */
};

struct machine_hart {
    uint64_t hartid;
    uint32_t intc;                  /* phandle of its interrupt controller      */
    uint32_t plic_context;          /* S-mode context, UINT32_MAX if none       */
    bool sstc;                      /* has stimecmp                             */
};

/* A device's registers and interrupt line; size 0: the machine has none. */
struct machine_device {
    paddr_t base;
    size_t size;
    unsigned irq;
};

struct machine {
    char model[64];
    struct machine_range banks[MACHINE_BANKS];          /* RAM, sorted, disjoint    */
    size_t nbanks;
    struct machine_range reserved[MACHINE_RESERVED];    /* in RAM, sorted, may touch */
    size_t nreserved;
    struct machine_hart harts[MAX_HARTS];   /* by hart index: [0] booted this kernel */
    size_t nharts;
    size_t nharts_ignored;                  /* beyond MAX_HARTS, or not okay        */
    uint64_t timebase;                      /* ticks of `time` per second           */
    struct machine_range initrd;            /* empty: none                          */
    char bootargs[BOOTARGS_MAX];            /* "" if none                           */
    uint8_t rng_seed[64];
    size_t rng_seed_len;
    struct machine_device uart, rtc, finisher, plic;
    unsigned plic_lines;                    /* highest line number                  */
    struct machine_device virtio[MACHINE_VIRTIO];       /* by address               */
    size_t nvirtio;
};

extern struct machine machine;

/* Below this nothing useful fits beside the kernel. */
#define MACHINE_MIN_MEMORY (24UL << 20)

/*
 * Read the tree at FDT (through any mapping), on the hart BOOT_HARTID; the kernel
 * image is [KERNEL_START, KERNEL_END).  If there is no usable tree or too little
 * memory, says so and ends the machine.
 */
void machine_init(const void *fdt, uint64_t boot_hartid, paddr_t kernel_start,
                  paddr_t kernel_end);
