/* SPDX-License-Identifier: MIT */
/*
 * strings.c - the string functions that only programs need; the others are in lib/string.c.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A set of bytes, one bit each. */
struct byte_set {
    uint64_t bits[4];
};

static void byte_set_init(struct byte_set *set, const char *members)
{
    *set = (struct byte_set){ 0 };
    for (; *members != '\0'; members++) {
        unsigned char c = (unsigned char)*members;

        set->bits[c / 64] |= 1UL << (c % 64);
    }
}

static bool byte_set_has(const struct byte_set *set, char c)
{
    unsigned char byte = (unsigned char)c;

    return set->bits[byte / 64] >> (byte % 64) & 1;
}

char *strndup(const char *s, size_t max)
{
    size_t length = strnlen(s, max);
    char *copy = malloc(length + 1);

    if (copy == NULL)
        return NULL;
    memcpy(copy, s, length);
    copy[length] = '\0';
    return copy;
}

char *strdup(const char *s)
{
    return strndup(s, SIZE_MAX);
}

char *stpcpy(char *to, const char *from)
{
    size_t length = strlen(from);

    memcpy(to, from, length + 1);
    return to + length;
}

char *strcpy(char *to, const char *from)
{
    stpcpy(to, from);
    return to;
}

char *strncpy(char *to, const char *from, size_t size)
{
    size_t length = strnlen(from, size);

    memcpy(to, from, length);
    memset(to + length, 0, size - length);
    return to;
}

char *strcat(char *to, const char *from)
{
    stpcpy(to + strlen(to), from);
    return to;
}

char *strncat(char *to, const char *from, size_t max)
{
    char *end = to + strlen(to);
    size_t length = strnlen(from, max);

    memcpy(end, from, length);
    end[length] = '\0';
    return to;
}

void *mempcpy(void *to, const void *from, size_t size)
{
    return (char *)memcpy(to, from, size) + size;
}

void *memrchr(const void *where, int c, size_t size)
{
    const unsigned char *p = where;

    while (size-- > 0)
        if (p[size] == (unsigned char)c)
            return (void *)(p + size);
    return NULL;
}

/* Looks for the first byte and compares there: quick on texts, quadratic at worst. */
void *memmem(const void *where, size_t size, const void *what, size_t what_size)
{
    const char *p = where;
    const char *first = what;

    if (what_size == 0)
        return (void *)p;
    while (size >= what_size) {
        const char *hit = memchr(p, *first, size - what_size + 1);

        if (hit == NULL)
            return NULL;
        if (memcmp(hit, what, what_size) == 0)
            return (void *)hit;
        size -= (size_t)(hit + 1 - p);
        p = hit + 1;
    }
    return NULL;
}

char *strstr(const char *where, const char *what)
{
    return memmem(where, strlen(where), what, strlen(what));
}

char *strcasestr(const char *where, const char *what)
{
    size_t length = strlen(what);

    for (;; where++) {
        if (strncasecmp(where, what, length) == 0)
            return (char *)where;
        if (*where == '\0')
            return NULL;
    }
}

char *strchrnul(const char *s, int c)
{
    while (*s != '\0' && *s != (char)c)
        s++;
    return (char *)s;
}

size_t strspn(const char *s, const char *accept)
{
    struct byte_set set;
    size_t length = 0;

    byte_set_init(&set, accept);
    while (s[length] != '\0' && byte_set_has(&set, s[length]))
        length++;
    return length;
}

size_t strcspn(const char *s, const char *reject)
{
    struct byte_set set;
    size_t length = 0;

    byte_set_init(&set, reject);
    while (s[length] != '\0' && !byte_set_has(&set, s[length]))
        length++;
    return length;
}

char *strpbrk(const char *s, const char *any)
{
    s += strcspn(s, any);
    return *s == '\0' ? NULL : (char *)s;
}

char *strsep(char **s, const char *separators)
{
    char *word = *s;
    char *end;

    if (word == NULL)
        return NULL;
    end = word + strcspn(word, separators);
    *s = *end == '\0' ? NULL : end + 1;
    *end = '\0';
    return word;
}

char *strtok_r(char *s, const char *separators, char **rest)
{
    if (s == NULL)
        s = *rest;
    if (s == NULL)
        return NULL;
    s += strspn(s, separators);
    *rest = s;
    if (*s == '\0') {
        *rest = NULL;
        return NULL;
    }
    return strsep(rest, separators);
}

char *strtok(char *s, const char *separators)
{
    static char *rest;

    return strtok_r(s, separators, &rest);
}

int strncasecmp(const char *a, const char *b, size_t max)
{
    for (; max > 0; a++, b++, max--) {
        int difference = tolower((unsigned char)*a) - tolower((unsigned char)*b);

        if (difference != 0 || *a == '\0')
            return difference;
    }
    return 0;
}

int strcasecmp(const char *a, const char *b)
{
    return strncasecmp(a, b, SIZE_MAX);
}

int strcoll(const char *a, const char *b)
{
    return strcmp(a, b);
}
