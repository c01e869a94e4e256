/* SPDX-License-Identifier: MIT */
/*
 * rtc.c - the Goldfish real-time clock: nanoseconds since 1970 in two registers.
 *
 * Reading the low half latches the high one, so the order matters.  The kernel reads
 * it once; from then on the timebase keeps the time.
 */
#include "kernel/dev/rtc.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/mmio.h"
#include "kernel/sched/timer.h"
#include "lib/abi/errno.h"

#define TIME_LOW  0x0
#define TIME_HIGH 0x4
#define REG_SIZE  0x1000

static struct {
    struct spinlock lock;       /* keeps the halves together          */
    char *regs;                 /* NULL: there is no clock        [c] */
    paddr_t base;               /*                                [c] */
} rtc = { .lock = SPINLOCK_INIT(RANK_DEVICE, "rtc") };

bool rtc_exists(void)
{
    return rtc.regs;
}

uint64_t rtc_read(void)
{
    uint64_t low, high;

    spin_lock(&rtc.lock);
    low = mmio_read32(rtc.regs + TIME_LOW);
    high = mmio_read32(rtc.regs + TIME_HIGH);
    spin_unlock(&rtc.lock);
    return high << 32 | low;
}

void rtc_set(uint64_t ns)
{
    spin_lock(&rtc.lock);
    mmio_write32(rtc.regs + TIME_HIGH, (uint32_t)(ns >> 32));
    mmio_write32(rtc.regs + TIME_LOW, (uint32_t)ns);
    spin_unlock(&rtc.lock);
}

pfn_t rtc_frame(void)
{
    return rtc.base >> PAGE_SHIFT;
}

int rtc_init(paddr_t base)
{
    rtc.base = base;
    rtc.regs = ioremap(base, REG_SIZE);
    if (!rtc.regs)
        return -ENOMEM;
    clock_set_realtime(rtc_read());
    return 0;
}
