/* SPDX-License-Identifier: MIT */
/*
 * curves.c - misses over numbers of frames.
 */
#include <stdlib.h>
#include <string.h>
#include "tools/vmsim/curves.h"

#define DEFAULT_POINTS 16

static void spread(struct curves *c, size_t first, size_t last, size_t n)
{
    c->npoints = 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = n > 1 ? first + (last - first) * i / (n - 1) : first;

        if (!c->npoints || c->frames[c->npoints - 1] < at)
            c->frames[c->npoints++] = at;
    }
}

/* A number at *TEXT, which moves behind it; 0: there is none. */
static size_t number(const char **text)
{
    char *end;
    unsigned long n = **text >= '0' && **text <= '9' ? strtoul(*text, &end, 10) : 0;

    if (n)
        *text = end;
    return n < UINT32_MAX ? n : 0;
}

static bool parse_range(struct curves *c, size_t first, const char *text)
{
    size_t last = number(&text), n = DEFAULT_POINTS;

    if (*text == ':') {
        text++;
        n = number(&text);
    }
    if (*text || last < first || n < 1 || n > MAX_POINTS)
        return false;
    spread(c, first, last, n);
    return true;
}

bool curves_parse_frames(struct curves *c, const char *text)
{
    size_t n = number(&text);

    if (n && *text == '-')
        return parse_range(c, n, text + 1);
    for (c->npoints = 0; n && c->npoints < MAX_POINTS; n = number(&text)) {
        if (c->npoints && n <= c->frames[c->npoints - 1])
            return false;
        c->frames[c->npoints++] = n;
        if (*text != ',')
            return !*text;
        text++;
    }
    return false;
}

void curves_choose_frames(struct curves *c, const struct trace *t)
{
    size_t step = t->npages / DEFAULT_POINTS;

    spread(c, step ? step : 1, t->npages, DEFAULT_POINTS);
}

static bool measure(struct curve *curve, const struct curves *c, const struct trace *t,
                    const struct policy *policy)
{
    for (size_t i = 0; i < c->npoints; i++) {
        curve->misses[i] = policy ? simulate_policy(policy, t, c->frames[i])
                                  : simulate_optimum(t, c->frames[i]);
        if (curve->misses[i] == SIZE_MAX)
            return false;
    }
    curve->name = policy ? policy->name : "optimum";
    return true;
}

bool curves_measure(struct curves *c, const struct trace *t)
{
    c->length = t->length;
    c->npages = t->npages;
    c->ncurves = 1;
    if (!measure(&c->curve[0], c, t, NULL))
        return false;
    for (const struct policy *const *p = policies; *p && c->ncurves < MAX_CURVES; p++)
        if (!measure(&c->curve[c->ncurves++], c, t, *p))
            return false;
    return true;
}

void curves_print(const struct curves *c, FILE *f)
{
    fprintf(f, "%zu references to %zu pages; misses:\n%8s", c->length, c->npages, "frames");
    for (size_t k = 0; k < c->ncurves; k++)
        fprintf(f, " %9s", c->curve[k].name);
    fputc('\n', f);
    for (size_t i = 0; i < c->npoints; i++) {
        fprintf(f, "%8zu", c->frames[i]);
        for (size_t k = 0; k < c->ncurves; k++)
            fprintf(f, " %9zu", c->curve[k].misses[i]);
        fputc('\n', f);
    }
}
