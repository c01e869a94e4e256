/* SPDX-License-Identifier: MIT */
/*
 * sbi.h - calls into the firmware (RISC-V Supervisor Binary Interface).
 *
 * Only what every OpenSBI since 0.8 answers: TIME, IPI, RFNC, HSM, the legacy
 * console and, where it exists, SRST.
 */
#pragma once
#include "lib/types.h"

struct sbi_result {
    int64_t error;              /* 0, or a negative SBI error */
    uint64_t value;
};

struct sbi_result sbi_call(uint64_t extension, uint64_t function, uint64_t arg0, uint64_t arg1,
                           uint64_t arg2);

/* Whether the firmware answers calls of EXTENSION. */
bool sbi_has_extension(uint64_t extension);

#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_IPI  0x735049
#define SBI_EXT_RFNC 0x52464e43
#define SBI_EXT_HSM  0x48534d
#define SBI_EXT_SRST 0x53525354

/* One character to the firmware's console.  Any context; slow. */
void sbi_putchar(char c);

/* Interrupt this hart when `time` reaches TICKS (UINT64_MAX: never). */
void sbi_set_timer(uint64_t ticks);

/* Raise the software interrupt of the hart with this number. */
void sbi_send_ipi(uint64_t hartid);

/* FENCE.I on every hart; returns when all have. */
void sbi_remote_fence_i(void);

/* Start a stopped hart at physical address ENTRY with a0 = HARTID, a1 = ARG and
 * the MMU off.  0 or an SBI error. */
int64_t sbi_hart_start(uint64_t hartid, uint64_t entry, uint64_t arg);

/* Power off or reset; return if the firmware cannot. */
void sbi_shutdown(void);
void sbi_reboot(void);
