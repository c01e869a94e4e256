/* SPDX-License-Identifier: MIT */
/*
 * vdso.h - the page that the kernel lends to every process.
 */
#pragma once
#include "kernel/port/port.h"

extern size_t vdso_sigreturn;       /* where in it signal handlers return to [c] */

void vdso_init(void);
