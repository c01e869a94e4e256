/* SPDX-License-Identifier: MIT */
/*
 * strutil.h - string functions beyond the C standard's.
 */
#pragma once
#include "lib/types.h"

/*
 * Copy SRC to DST, or append it to what is there, as far as SIZE bytes allow,
 * the NUL included.  Return the length it would have with room enough: a
 * result >= SIZE means that it was cut.
 */
size_t strlcpy(char *dst, const char *src, size_t size);
size_t strlcat(char *dst, const char *src, size_t size);

/*
 * Read an unsigned number at S.  BASE is 2 to 36, or 0 for C's prefixes (0x,
 * 0).  A prefix 0x is skipped in base 16 too.  No sign, no blanks.
 * END, if not NULL, receives the place of the first character not used; with
 * END NULL the string must end there.
 *
 * 0, -EINVAL if there is no number (or something behind it), -ERANGE if it
 * does not fit into 64 bits.  *VALUE is set on success only.
 */
int str_to_u64(const char *s, const char **end, unsigned base, uint64_t *value);

/* The same with an optional sign. */
int str_to_i64(const char *s, const char **end, unsigned base, int64_t *value);

/*
 * A size such as 64K: a number as above in base 0, then nothing or one of
 * K M G (either case).  The string must end there.  Errors as above.
 */
int str_to_size(const char *s, uint64_t *value);

/* The same in base 10 whatever it begins with, as people count lines: 010 is ten. */
int str_to_decimal_size(const char *s, uint64_t *value);

bool str_starts_with(const char *s, const char *prefix);
