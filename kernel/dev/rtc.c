/* SPDX-License-Identifier: MIT */
/*
 * rtc.c - the Goldfish real-time clock: nanoseconds since 1970 in two registers.
 *
 * Reading the low half latches the high one, so the order matters.  It is read
 * once; from then on the timebase keeps the time.
 */
#include "kernel/dev/rtc.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/mmio.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"

#define TIME_LOW  0x0
#define TIME_HIGH 0x4
#define REG_SIZE  0x1000

int rtc_init(paddr_t base)
{
    char *regs = ioremap(base, REG_SIZE);
    uint64_t low;

    if (!regs)
        return -ENOMEM;
    low = mmio_read32(regs + TIME_LOW);
    clock_set_realtime((uint64_t)mmio_read32(regs + TIME_HIGH) << 32 | low);
    iounmap(regs);
    return 0;
}
