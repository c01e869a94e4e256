/* SPDX-License-Identifier: MIT */
/*
 * random.h - random bits: seeded once, one counter for all harts, not for secrets.
 *
 * port_random() in port.h draws from it.  seed= makes every run alike.
 */
#pragma once
#include "lib/types.h"

/* Seed from the device tree's bytes, the clock, or seed= which wins. */
void random_init(const void *seed, size_t len);
/* The seed in use, for the log and for those who derive their own. */
uint64_t random_seed(void);
/* Fill BUF, e.g. for getrandom and /dev/urandom. */
void random_bytes(void *buf, size_t len);
