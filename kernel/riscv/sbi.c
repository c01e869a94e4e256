/* SPDX-License-Identifier: MIT */
/*
 * sbi.c - the calling convention of the firmware, and the calls we make.
 *
 * Legacy calls (extensions 0 to 8) return one value and have no function number;
 * the others return an error in a0 and a value in a1.
 */
#include "kernel/riscv/sbi.h"

#define LEGACY_PUTCHAR  1
#define LEGACY_SHUTDOWN 8
#define EXT_BASE        0x10
#define BASE_PROBE      3
#define SRST_SHUTDOWN   0
#define SRST_COLD       1

struct sbi_result sbi_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1,
                           uint64_t arg2)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a2 __asm__("a2") = arg2;
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return (struct sbi_result){ .error = (int64_t)a0, .value = a1 };
}

bool sbi_has_extension(uint64_t extension)
{
    struct sbi_result r = sbi_call(EXT_BASE, BASE_PROBE, extension, 0, 0);

    return r.error == 0 && r.value != 0;
}

void sbi_putchar(char c)
{
    sbi_call(LEGACY_PUTCHAR, 0, (uint8_t)c, 0, 0);
}

void sbi_set_timer(uint64_t ticks)
{
    sbi_call(SBI_EXT_TIME, 0, ticks, 0, 0);
}

void sbi_send_ipi(uint64_t hartid)
{
    sbi_call(SBI_EXT_IPI, 0, 1, hartid, 0);
}

void sbi_remote_fence_i(void)
{
    sbi_call(SBI_EXT_RFNC, 0, 0, UINT64_MAX, 0);    /* base -1: all harts */
}

int64_t sbi_hart_start(uint64_t hartid, uint64_t entry, uint64_t arg)
{
    return sbi_call(SBI_EXT_HSM, 0, hartid, entry, arg).error;
}

void sbi_shutdown(void)
{
    if (sbi_has_extension(SBI_EXT_SRST))
        sbi_call(SBI_EXT_SRST, 0, SRST_SHUTDOWN, 0, 0);
    sbi_call(LEGACY_SHUTDOWN, 0, 0, 0, 0);
}

void sbi_reboot(void)
{
    if (sbi_has_extension(SBI_EXT_SRST))
        sbi_call(SBI_EXT_SRST, 0, SRST_COLD, 0, 0);
}
