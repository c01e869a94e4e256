/* SPDX-License-Identifier: MIT */
/*
 * fpu.h - the floating-point registers as 33 words: f0 to f31, fcsr.
 */
#pragma once
#include "lib/types.h"

void fpu_save(uint64_t *state);
void fpu_load(const uint64_t *state);
