/* SPDX-License-Identifier: MIT */
/*
 * port.h - what the kernel's policies ask of the world, here.
 */
#pragma once
#include <stdint.h>

/* Chance, which policy_random asks, begins anew from SEED. */
void port_seed(uint64_t seed);
