/* SPDX-License-Identifier: MIT */
/*
 * trace_file.c - read and write references to pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "lib/hash.h"
#include "tools/vmsim/trace_file.h"

#define LINE_SIZE 128
#define NOBODY    UINT32_MAX

/* Page numbers of the file and their new ones: a hash table with open addressing. */
struct numbers {
    uint64_t *keys;
    uint32_t *values;               /* NOBODY: free */
    size_t size, used;              /* size: a power of two */
};

struct reader {
    struct numbers numbers;
    uint32_t *pages;
    size_t length, room;
    const char *name;
    unsigned line;
    char *message;
    size_t size;
};

static bool complain(struct reader *r, const char *what, const char *text)
{
    snprintf(r->message, r->size, "%s:%u: %s%s%s%s", r->name, r->line, what, *text ? ": \"" : "",
             text, *text ? "\"" : "");
    return false;
}

static size_t place(const struct numbers *n, uint64_t key)
{
    size_t i = hash_mix64(key) & (n->size - 1);

    while (n->values[i] != NOBODY && n->keys[i] != key)
        i = (i + 1) & (n->size - 1);
    return i;
}

static bool numbers_init(struct numbers *n, size_t size)
{
    *n = (struct numbers){
        .keys = malloc(size * sizeof(*n->keys)),
        .values = malloc(size * sizeof(*n->values)), .size = size,
    };
    if (n->values)
        memset(n->values, 0xff, size * sizeof(*n->values));
    return n->keys && n->values;
}

static void numbers_fini(struct numbers *n)
{
    free(n->keys);
    free(n->values);
}

static bool grow(struct numbers *n)
{
    struct numbers larger;

    if (!numbers_init(&larger, 2 * n->size)) {
        numbers_fini(&larger);
        return false;
    }
    for (size_t i = 0; i < n->size; i++)
        if (n->values[i] != NOBODY) {
            size_t at = place(&larger, n->keys[i]);

            larger.keys[at] = n->keys[i];
            larger.values[at] = n->values[i];
        }
    larger.used = n->used;
    numbers_fini(n);
    *n = larger;
    return true;
}

/* The number of page KEY from 0 on, NOBODY: no memory. */
static uint32_t number_of(struct numbers *n, uint64_t key)
{
    size_t at;

    if (2 * n->used >= n->size && !grow(n))
        return NOBODY;
    at = place(n, key);
    if (n->values[at] == NOBODY) {
        n->keys[at] = key;
        n->values[at] = (uint32_t)n->used++;
    }
    return n->values[at];
}

static bool append(struct reader *r, uint64_t key)
{
    uint32_t page = number_of(&r->numbers, key);

    if (r->length == r->room) {
        size_t room = r->room ? 2 * r->room : 4096;
        uint32_t *pages = realloc(r->pages, room * sizeof(*pages));

        if (!pages)
            return complain(r, "no memory for so many references", "");
        r->pages = pages;
        r->room = room;
    }
    if (page == NOBODY)
        return complain(r, "no memory for so many pages", "");
    r->pages[r->length++] = page;
    return true;
}

/* TEXT behind a page number is nothing, or says how it was used. */
static bool is_kind(const char *text)
{
    return !*text || (text[0] == ' ' && text[1] && strchr("rwx", text[1]) && !text[2]);
}

static bool read_line(struct reader *r, char *text)
{
    size_t length = strcspn(text, "\n");
    unsigned long long key;
    char *end;

    if (!text[length] && length == LINE_SIZE - 1)
        return complain(r, "a line longer than any of a trace", "");
    text[length] = '\0';
    if (r->line == 1)
        return strcmp(text, TRACE_HEADER) == 0
               || complain(r, "not a trace: the first line should be \"" TRACE_HEADER "\"", text);
    if (!*text || *text == '#')
        return true;
    errno = 0;
    key = strtoull(text, &end, 16);
    if (end == text || *text == '-' || *text == ' ' || errno)
        return complain(r, "not a page number", text);
    if (!is_kind(end))
        return complain(r, "behind the page number there should be r, w, x or nothing", text);
    return append(r, key);
}

static bool read_lines(struct reader *r, FILE *f)
{
    char text[LINE_SIZE];

    while (fgets(text, sizeof(text), f)) {
        r->line++;
        if (!read_line(r, text))
            return false;
    }
    if (ferror(f))
        return complain(r, strerror(errno), "");
    if (r->line == 0)
        return complain(r, "the file is empty", "");
    if (r->length == 0)
        return complain(r, "the file ends without any reference", "");
    return true;
}

bool trace_read(FILE *f, const char *name, struct trace *trace, char *message, size_t size)
{
    struct reader r = { .name = name, .message = message, .size = size };
    bool good = numbers_init(&r.numbers, 4096) ? read_lines(&r, f)
                                               : complain(&r, "no memory", "");

    *trace = (struct trace){ .pages = r.pages, .length = r.length, .npages = r.numbers.used };
    numbers_fini(&r.numbers);
    if (!good)
        trace_free(trace);
    return good;
}

void trace_write(FILE *f, const struct trace *trace)
{
    fprintf(f, "%s\n", TRACE_HEADER);
    for (size_t i = 0; i < trace->length; i++)
        fprintf(f, "%x\n", trace->pages[i]);
}

void trace_free(struct trace *trace)
{
    free((void *)trace->pages);
    *trace = (struct trace){ 0 };
}
