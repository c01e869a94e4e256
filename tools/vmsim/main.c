/* SPDX-License-Identifier: MIT */
/*
 * main.c - vmsim: replay references to pages through the kernel's replacement policies.
 *
 *     vmsim [-f FRAMES] [-o FILE.svg] [-t TITLE] [-s SEED] [-w FILE] TRACE
 *     vmsim ... -g KIND[:PAGES[:REFERENCES]]
 *
 * Prints, for each number of frames, how often the optimum and each policy miss, and
 * draws that as curves.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/vmsim/chart.h"
#include "tools/vmsim/generate.h"
#include "tools/vmsim/port.h"
#include "tools/vmsim/trace_file.h"

struct options {
    const char *trace, *generator, *frames, *svg, *title, *copy;
    uint64_t seed;
};

static const char usage[] =
    "usage: vmsim [options] TRACE          references that /bin/vmtrace has recorded\n"
    "       vmsim [options] -g KIND[:PAGES[:REFERENCES]]\n"
    "\n"
    "  -g  make the references: loop, scan, hot, zipf or phases (1000 pages, 100000 times)\n"
    "  -f  numbers of frames: 3,4,5 or 100-900 or 100-900:9 (so many)\n"
    "  -o  draw miss-ratio curves into this file (SVG)\n"
    "  -t  the drawing's title\n"
    "  -s  seed of chance (1)\n"
    "  -w  write the references to this file\n";

static int complain(const char *what, const char *why)
{
    fprintf(stderr, "vmsim: %s: %s\n", what, why);
    return 1;
}

static int misused(void)
{
    fputs(usage, stderr);
    return 2;
}

static bool parse_options(struct options *o, int argc, char **argv)
{
    int c;

    *o = (struct options){ .seed = 1 };
    while ((c = getopt(argc, argv, "f:g:o:s:t:w:")) != -1) {
        switch (c) {
        case 'f':
            o->frames = optarg;
            break;
        case 'g':
            o->generator = optarg;
            break;
        case 'o':
            o->svg = optarg;
            break;
        case 's':
            o->seed = strtoull(optarg, NULL, 0);
            break;
        case 't':
            o->title = optarg;
            break;
        case 'w':
            o->copy = optarg;
            break;
        default:
            return false;
        }
    }
    o->trace = optind < argc ? argv[optind] : NULL;
    return !o->trace != !o->generator && argc - optind <= 1;
}

/* "zipf", "zipf:500" or "zipf:500:9999". */
static int generate(const struct options *o, struct trace *t)
{
    unsigned long npages = 1000, length = 100000;
    char name[16] = "", rest = '\0';
    int n = sscanf(o->generator, "%15[a-z]:%lu:%lu%c", name, &npages, &length, &rest);

    if (n < 1 || n > 3 || (strchr(o->generator, ':') && n < 2))
        return complain(o->generator, "should be KIND[:PAGES[:REFERENCES]]");
    if (npages < 8 || npages > UINT32_MAX / 2 || length < 1)
        return complain(o->generator, "there should be 8 pages or more, and a reference");
    if (!trace_generate(t, name, (uint32_t)npages, length, o->seed))
        return complain(name, "no such kind (loop, scan, hot, zipf, phases), or too long");
    return 0;
}

static int read_trace(const struct options *o, struct trace *t)
{
    char message[256];
    FILE *f = fopen(o->trace, "r");
    bool good;

    if (!f)
        return complain(o->trace, strerror(errno));
    good = trace_read(f, o->trace, t, message, sizeof(message));
    fclose(f);
    if (!good)
        fprintf(stderr, "vmsim: %s\n", message);
    return !good;
}

/* Have WRITE fill the file NAME. */
static int write_file(const char *name, void (*write)(FILE *f, const void *arg), const void *arg)
{
    FILE *f = fopen(name, "w");
    bool good;

    if (!f)
        return complain(name, strerror(errno));
    write(f, arg);
    good = !ferror(f);
    good = fclose(f) == 0 && good;
    return good ? 0 : complain(name, "could not be written");
}

static void write_copy(FILE *f, const void *arg)
{
    trace_write(f, arg);
}

struct drawing {
    const struct curves *curves;
    const char *title;
};

static void write_chart(FILE *f, const void *arg)
{
    const struct drawing *d = arg;

    chart_draw(d->curves, d->title, f);
}

static int study(const struct options *o, const struct trace *t)
{
    static struct curves c;
    struct drawing d = { .curves = &c };
    int err = 0;

    if (o->frames && !curves_parse_frames(&c, o->frames))
        return complain(o->frames, "not numbers of frames (3,4,5 or 100-900 or 100-900:9)");
    if (!o->frames)
        curves_choose_frames(&c, t);
    if (!curves_measure(&c, t))
        return complain("memory", "there is too little");
    curves_print(&c, stdout);
    d.title = o->title ? o->title : o->trace ? o->trace : o->generator;
    if (o->svg)
        err = write_file(o->svg, write_chart, &d);
    return err;
}

int main(int argc, char **argv)
{
    struct options o;
    struct trace t;
    int err;

    if (!parse_options(&o, argc, argv))
        return misused();
    port_seed(o.seed);
    err = o.generator ? generate(&o, &t) : read_trace(&o, &t);
    if (err)
        return err;
    if (o.copy)
        err = write_file(o.copy, write_copy, &t);
    err = err ? err : study(&o, &t);
    trace_free(&t);
    return err;
}
