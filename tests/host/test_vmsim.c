/* SPDX-License-Identifier: MIT */
// sources: tools/vmsim/trace_file.c tools/vmsim/generate.c tools/vmsim/curves.c tools/vmsim/chart.c tools/vmsim/simulate.c kernel/mm/policy.c kernel/mm/policy_fifo.c kernel/mm/policy_clock.c kernel/mm/policy_clock2.c kernel/mm/policy_random.c lib/string.c lib/strutil.c
/*
 * test_vmsim.c - what vmsim reads, makes, prints and draws; misses themselves are
 * test_policy.c's.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/vmsim/chart.h"
#include "tools/vmsim/generate.h"
#include "tools/vmsim/trace_file.h"

static char message[256];

static bool read_text(const char *text, struct trace *t)
{
    FILE *f = *text ? fmemopen((void *)text, strlen(text), "r") : fopen("/dev/null", "r");
    bool good;

    cr_assert_not_null(f);
    message[0] = '\0';
    good = trace_read(f, "some.trace", t, message, sizeof(message));
    fclose(f);
    return good;
}

static void read_good(const char *text, struct trace *t)
{
    cr_assert(read_text(text, t), "%s", message);
}

/* TEXT is refused with a message that contains WHY. */
static void refused(const char *text, const char *why)
{
    struct trace t;

    cr_assert(!read_text(text, &t), "\"%s\" was read", text);
    cr_assert_not_null(strstr(message, why), "\"%s\": %s", text, message);
    cr_assert_null(t.pages);
}

Test(vmsim, pages_are_numbered_by_their_first_use)
{
    static const uint32_t want[] = { 0, 1, 0, 2, 1 };
    struct trace t;

    read_good("pagoda trace 1\n# recorded somewhere\n3ffffe w\nff\n3ffffe r\n\n0 x\nff", &t);
    cr_assert_eq(t.length, 5);
    cr_assert_eq(t.npages, 3);
    cr_assert_eq(memcmp(t.pages, want, sizeof(want)), 0);
    trace_free(&t);
}

Test(vmsim, bad_traces_are_refused)
{
    refused("", "the file is empty");
    refused("hello\n1\n", "some.trace:1: not a trace");
    refused("pagoda trace 2\n1\n", "some.trace:1: not a trace");
    refused("pagoda trace 1\n", "without any reference");
    refused("pagoda trace 1\n1\nxyz\n", "some.trace:3: not a page number: \"xyz\"");
    refused("pagoda trace 1\n-1\n", "some.trace:2: not a page number");
    refused("pagoda trace 1\n 1\n", "some.trace:2: not a page number");
    refused("pagoda trace 1\n11111111111111111\n", "some.trace:2: not a page number");
    refused("pagoda trace 1\n1 q\n", "r, w, x or nothing");
    refused("pagoda trace 1\n1 rw\n", "r, w, x or nothing");
    refused("pagoda trace 1\n1,2\n", "r, w, x or nothing");
    refused("pagoda trace 1\n# 45678901234567890123456789012345678901234567890123456789012345678901234"
            "5678901234567890123456789012345678901234567890123456789\n1\n", "a line longer");
}

/* More pages and references than there is room for at first. */
Test(vmsim, long_trace_comes_back)
{
    struct trace t, again;
    size_t size;
    char *text;
    FILE *f = open_memstream(&text, &size);

    cr_assert(trace_generate(&t, "zipf", 20000, 200000, 7));
    trace_write(f, &t);
    fclose(f);
    read_good(text, &again);
    free(text);
    cr_assert_eq(again.length, t.length);
    for (size_t nframes = 100; nframes < 10000; nframes *= 3)
        cr_assert_eq(simulate_optimum(&again, nframes), simulate_optimum(&t, nframes));
    trace_free(&t);
    trace_free(&again);
}

Test(vmsim, generators_stay_within_their_pages)
{
    struct trace t, again;

    for (const char *const *name = generators; *name; name++) {
        cr_assert(trace_generate(&t, *name, 97, 5000, 3));
        cr_assert(trace_generate(&again, *name, 97, 5000, 3));
        cr_assert_eq(memcmp(t.pages, again.pages, t.length * sizeof(*t.pages)), 0);
        for (size_t i = 0; i < t.length; i++)
            cr_assert_lt(t.pages[i], 97);
        trace_free(&t);
        trace_free(&again);
    }
    cr_assert(!trace_generate(&t, "noise", 97, 5000, 3));
}

/* One frame too few: all but the optimum miss always. */
Test(vmsim, loop_defeats_all_who_keep_an_order)
{
    struct trace t;

    cr_assert(trace_generate(&t, "loop", 10, 100, 1));
    cr_assert_eq(simulate_policy(&policy_fifo, &t, 9), 100);
    cr_assert_eq(simulate_policy(&policy_clock, &t, 9), 100);
    cr_assert_eq(simulate_optimum(&t, 9), 10 + 10);     /* by hand: once in nine uses */
    cr_assert_eq(simulate_policy(&policy_fifo, &t, 10), 10);
    trace_free(&t);
}

static size_t parsed(const char *text)
{
    static struct curves c;

    return curves_parse_frames(&c, text) ? c.npoints * 100000 + c.frames[0] * 1000 + c.frames[c.npoints - 1]
                                         : 0;
}

Test(vmsim, numbers_of_frames)
{
    cr_assert_eq(parsed("3,4,5"), 303005);
    cr_assert_eq(parsed("7"), 107007);
    cr_assert_eq(parsed("10-90:9"), 910090);
    cr_assert_eq(parsed("1-4"), 401004);                /* each number once */
    cr_assert_eq(parsed("5-5:3"), 105005);
    static const char *const bad[] = { "", "0", "3,", "4,3", "3,3", "x", "9-3", "3-9:0", "3-9:", "3-9:201",
                                       "3-9:2x", "3;4", "-3", "99999999999999999999" };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        cr_assert_eq(parsed(bad[i]), 0, "\"%s\"", bad[i]);
}

/* The string of Belady, Nelson and Shedler: with four frames FIFO misses more than with three. */
static void measure_anomaly(struct curves *c)
{
    struct trace t;

    read_good("pagoda trace 1\n1\n2\n3\n4\n1\n2\n5\n1\n2\n3\n4\n5\n", &t);
    cr_assert(curves_parse_frames(c, "3,4"));
    cr_assert(curves_measure(c, &t));
    trace_free(&t);
}

static char *output(void (*print)(const struct curves *c, FILE *f), const struct curves *c)
{
    size_t size;
    char *text;
    FILE *f = open_memstream(&text, &size);

    print(c, f);
    fclose(f);
    return text;
}

Test(vmsim, the_table_shows_the_anomaly)
{
    static struct curves c;
    unsigned optimum, clock2, clock, fifo;
    char *text, *row;

    measure_anomaly(&c);
    text = output(curves_print, &c);
    cr_assert_not_null(strstr(text, "12 references to 5 pages"));
    cr_assert_not_null(strstr(text, "  frames   optimum    clock2     clock      fifo    random\n"));
    row = strstr(text, "\n       3 ");
    cr_assert_eq(sscanf(row, " 3 %u %u %u %u", &optimum, &clock2, &clock, &fifo), 4);
    cr_assert(optimum == 7 && fifo == 9);
    row = strstr(text, "\n       4 ");
    cr_assert_eq(sscanf(row, " 4 %u %u %u %u", &optimum, &clock2, &clock, &fifo), 4);
    cr_assert(optimum == 6 && fifo == 10);
    free(text);
}

static void draw(const struct curves *c, FILE *f)
{
    chart_draw(c, "a < b & c", f);
}

static size_t occurrences(const char *text, const char *what)
{
    size_t n = 0;

    while ((text = strstr(text, what)) != NULL) {
        text += strlen(what);
        n++;
    }
    return n;
}

Test(vmsim, the_drawing_has_axes_curves_and_a_legend)
{
    static struct curves c;
    char *text;

    measure_anomaly(&c);
    text = output(draw, &c);
    cr_assert_eq(strncmp(text, "<svg ", 5), 0);
    cr_assert_str_eq(text + strlen(text) - 7, "</svg>\n");
    cr_assert_not_null(strstr(text, "a &lt; b &amp; c"));
    cr_assert_eq(occurrences(text, "<polyline"), c.ncurves);
    for (size_t k = 0; k < c.ncurves; k++)
        cr_assert_not_null(strstr(text, c.curve[k].name));
    cr_assert_eq(occurrences(text, ">frames<"), 1);
    cr_assert_eq(occurrences(text, "nan") + occurrences(text, "inf"), 0);
    free(text);
}
