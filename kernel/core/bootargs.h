/* SPDX-License-Identifier: MIT */
/*
 * bootargs.h - the kernel's command line, "key=value key ... -- for init".
 *
 * A value may stand in double quotes.  Everything behind "--" belongs to init.
 * Whoever understands a key says so with BOOTARG in its own file; a key that
 * nobody knows earns one warning line, and boot goes on.
 */
#pragma once
#include "lib/types.h"

#define BOOTARGS_MAX 1024       /* bytes of command line that are kept */

struct bootarg {
    const char *key;
    const char *help;           /* one line for the reader, "size of the ..." */
};

/* At file scope: BOOTARG(seed, "seed of everything random"). */
#define BOOTARG(key_, help_)                                                   \
    static const struct bootarg bootarg_##key_                                 \
        __attribute__((used, section(".bootargs"), aligned(8))) = { #key_, help_ }

/* Take over the command line LINE; it is copied.  Once, at boot. */
void bootargs_init(const char *line);
/* Print a warning for each key that nobody has declared. */
void bootargs_warn_unknown(void);

/* The line as it was given, for /proc/cmdline. */
const char *bootargs_line(void);
/* What follows "--", or "". */
const char *bootargs_init_args(void);

/* The value of KEY, "" if it stands alone, NULL if it is absent.  The last one
 * counts.  The string lives for ever. */
const char *bootarg_string(const char *key);
/* Numbers in any C base; sizes with K, M, G.  FALLBACK if absent or, with a
 * warning, if malformed. */
uint64_t bootarg_u64(const char *key, uint64_t fallback);
uint64_t bootarg_size(const char *key, uint64_t fallback);
/* "key", "key=1", "key=yes", "key=on": true; "0", "no", "off": false. */
bool bootarg_bool(const char *key, bool fallback);
