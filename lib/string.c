/* SPDX-License-Identifier: MIT */
/*
 * string.c - the C library's memory and string functions.
 *
 * Copying and filling pages is most of what a kernel does with memory, so they
 * work on words of 8 bytes in gears: long runs of words without a branch, short runs,
 * then single words, then bytes.  When source and target are aligned
 * differently, each word of the target is put together from two of the source:
 *
 *     source words   |. . . a b c d e|f g h . . . . .|      reads aligned
 *     target word            |a b c d e f g h|              writes aligned
 *
 * Reads never leave the source, not even within a word.
 *
 * A compiler that sees a loop copy or fill memory may replace it by a call to
 * the function it stands in; UNRECOGNISED() hides a pointer's steps from it.
 */
#include "lib/string.h"

#define UNRECOGNISED(pointer) __asm__("" : "+r"(pointer))

#define WORD sizeof(uint64_t)
#define COPY_RUN 16                     /* words copied per turn            */

/* A word that may lie over objects of any type. */
typedef uint64_t __attribute__((may_alias)) word;

/* D[I] = PATTERN for 8 or 64 consecutive I. */
#define STORE8(d, i, pattern)                                              \
    (d)[(i)] = (pattern), (d)[(i) + 1] = (pattern),                        \
    (d)[(i) + 2] = (pattern), (d)[(i) + 3] = (pattern),                    \
    (d)[(i) + 4] = (pattern), (d)[(i) + 5] = (pattern),                    \
    (d)[(i) + 6] = (pattern), (d)[(i) + 7] = (pattern)
#define STORE64(d, pattern)                                                \
    STORE8(d, 0, pattern), STORE8(d, 8, pattern),                          \
    STORE8(d, 16, pattern), STORE8(d, 24, pattern),                        \
    STORE8(d, 32, pattern), STORE8(d, 40, pattern),                        \
    STORE8(d, 48, pattern), STORE8(d, 56, pattern)

static bool is_word_aligned(const void *p)
{
    return (uintptr_t)p % WORD == 0;
}

static inline void copy_4_words(word *d, const word *s)
{
    word t0 = s[0], t1 = s[1], t2 = s[2], t3 = s[3];

    d[0] = t0, d[1] = t1, d[2] = t2, d[3] = t3;
}

/* Copy COUNT words upwards. */
static void copy_words(word *d, const word *s, size_t count)
{
    for (; count >= COPY_RUN; count -= COPY_RUN) {
        copy_4_words(d, s);
        copy_4_words(d + 4, s + 4);
        copy_4_words(d + 8, s + 8);
        copy_4_words(d + 12, s + 12);
        d += COPY_RUN;
        s += COPY_RUN;
    }
    for (; count >= 4; count -= 4) {        /* structures */
        copy_4_words(d, s);
        d += 4;
        s += 4;
        UNRECOGNISED(d);
    }
    for (; count > 0; count--) {
        *d++ = *s++;
        UNRECOGNISED(d);
    }
}

/* Copy whole words to aligned D from S, which is not; return the bytes copied. */
static size_t copy_shifted(word *d, const uint8_t *s, size_t n)
{
    unsigned have = (unsigned)(WORD - (uintptr_t)s % WORD); /* bytes in CARRY */
    unsigned shift = 8 * have;
    const word *next = (const word *)(s + have);
    word carry = 0, w;
    size_t count;

    if (n < have)
        return 0;
    for (unsigned i = 0; i < have; i++)
        carry |= (word)s[i] << (8 * i);
    count = (n - have) / WORD;
    for (const word *end = next + count; next < end; next++, d++) {
        w = *next;
        *d = carry | w << shift;
        carry = w >> (64 - shift);
    }
    return count * WORD;
}

/* Copy from the lowest byte up: right unless DST lies inside the source. */
static void copy_up(uint8_t *d, const uint8_t *s, size_t n)
{
    size_t part;

    for (; n > 0 && !is_word_aligned(d); n--) {
        *d++ = *s++;
        UNRECOGNISED(d);
    }
    if (is_word_aligned(s)) {
        part = n - n % WORD;
        copy_words((word *)d, (const word *)s, part / WORD);
    } else {
        part = copy_shifted((word *)d, s, n);
    }
    for (d += part, s += part, n -= part; n > 0; n--) {
        *d++ = *s++;
        UNRECOGNISED(d);
    }
}

/* Copy from the highest byte down: right unless SRC lies inside the target. */
static void copy_down(uint8_t *d, const uint8_t *s, size_t n)
{
    bool is_alike = ((uintptr_t)d - (uintptr_t)s) % WORD == 0;

    for (d += n, s += n; n > 0 && !(is_alike && is_word_aligned(d)); n--) {
        *--d = *--s;
        UNRECOGNISED(d);
    }
    for (; n >= WORD; n -= WORD) {
        d -= WORD;
        s -= WORD;
        *(word *)d = *(const word *)s;
        UNRECOGNISED(d);
    }
    for (; n > 0; n--) {
        *--d = *--s;
        UNRECOGNISED(d);
    }
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    copy_up(dst, src, n);
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    if ((uintptr_t)dst - (uintptr_t)src >= n)
        copy_up(dst, src, n);
    else
        copy_down(dst, src, n);
    return dst;
}

void *memset(void *dst, int c, size_t n)
{
    word pattern = 0x0101010101010101 * (word)(uint8_t)c;
    uint8_t *b = dst;
    word *d;

    for (; n > 0 && !is_word_aligned(b); n--) {
        *b++ = (uint8_t)c;
        UNRECOGNISED(b);
    }
    d = (word *)b;
    for (; n >= 64 * WORD; n -= 64 * WORD, d += 64)
        STORE64(d, pattern);
    for (; n >= 8 * WORD; n -= 8 * WORD, d += 8)
        STORE8(d, 0, pattern);
    for (; n >= WORD; n -= WORD) {
        *d++ = pattern;
        UNRECOGNISED(d);
    }
    for (b = (uint8_t *)d; n > 0; n--) {
        *b++ = (uint8_t)c;
        UNRECOGNISED(b);
    }
    return dst;
}

/* How many leading bytes of A and B are equal for sure, in whole words. */
static size_t equal_words(const uint8_t *a, const uint8_t *b, size_t n)
{
    size_t done = 0;

    if (!is_word_aligned(a) || !is_word_aligned(b))
        return 0;
    while (n - done >= WORD && *(const word *)(a + done) == *(const word *)(b + done))
        done += WORD;
    return done;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *p = a, *q = b;

    for (size_t i = equal_words(p, q, n); i < n; i++)
        if (p[i] != q[i])
            return p[i] - q[i];
    return 0;
}

void *memchr(const void *s, int c, size_t n)
{
    const uint8_t *p = s;

    for (; n > 0; n--, p++)
        if (*p == (uint8_t)c)
            return (void *)p;
    return NULL;
}

size_t strlen(const char *s)
{
    const char *end = s;

    while (*end) {
        end++;
        UNRECOGNISED(end);
    }
    return (size_t)(end - s);
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0 && *a && *a == *b; a++, b++, n--)
        ;
    return n > 0 ? (uint8_t)*a - (uint8_t)*b : 0;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (*s == '\0')
            return NULL;
    return (char *)s;
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;

    do {
        if (*s == (char)c)
            last = s;
    } while (*s++);
    return (char *)last;
}
