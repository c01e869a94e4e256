/* SPDX-License-Identifier: MIT */
/*
 * harts.c - wake the other harts.
 *
 * One after the other: a hart counts (nr_harts) when it can answer interrupts,
 * so that nobody waits for one that cannot.  One that does not come up is left
 * out, and the next takes its index.
 */
#include "kernel/boot/boot.h"
#include "kernel/core/hart.h"
#include "kernel/core/machine.h"
#include "kernel/dev/dev.h"
#include "kernel/mm/kernel_map.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/sbi.h"
#include "kernel/sched/thread.h"
#include "kernel/sched/timer.h"

#define START_SECONDS 5

static bool wait_online(const struct hart *h)
{
    uint64_t limit = time_read() + START_SECONDS * machine.timebase;

    while (!__atomic_load_n(&h->online, __ATOMIC_ACQUIRE)) {
        if (time_read() > limit)
            return false;
        cpu_pause();
    }
    return true;
}

static bool start(unsigned index)
{
    struct hart *h = &harts[index];
    int64_t error;

    h->index = index;
    h->hartid = machine.harts[index].hartid;
    if (sched_prepare_hart(index) != 0) {
        printk("boot: no memory to start hart %lu\n", h->hartid);
        return false;
    }
    secondary_hart = h;
    memory_barrier();
    error = sbi_hart_start(h->hartid, virt_to_phys(_start_secondary), (uintptr_t)h);
    if (error != 0) {
        printk("boot: the firmware does not start hart %lu (error %ld)\n", h->hartid, error);
        return false;
    }
    if (!wait_online(h)) {
        printk("boot: hart %lu does not answer\n", h->hartid);
        machine.nharts = nr_harts + 1;      /* it may come yet: nobody gets its place */
        return false;
    }
    return true;
}

void harts_start(void)
{
    secondary_satp = kernel_map_satp();
    while (nr_harts < machine.nharts) {
        if (start(nr_harts)) {
            nr_harts++;
            continue;
        }
        machine.nharts--;
        for (unsigned i = nr_harts; i < machine.nharts; i++)
            machine.harts[i] = machine.harts[i + 1];
    }
}

void boot_secondary(void)
{
    sfence_all();
    csr_write(scounteren, 7);
    timer_init_hart();
    csr_set(sie, SIE_SOFT);
    dev_init_hart(&machine);
    __atomic_store_n(&this_hart()->online, true, __ATOMIC_RELEASE);
    sched_idle();
}
