/* SPDX-License-Identifier: MIT */
/*
 * vmstat.c - memory, paging, disks and processors, as /proc tells about them.
 *
 *   vmstat              since the machine started
 *   vmstat DELAY        that, and each DELAY seconds what happened since the line before
 *   vmstat DELAY COUNT  so many lines in all
 *
 * Memory is in KiB; si, so, bi and bo in KiB per second; in and cs per second; the rest of a
 * processor's time in percent.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define PAGE_KIB 4
#define LINES 22 /* under one title */

enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, TIMES };

/* What has been counted since the machine started, and where things stand. */
struct sample {
    unsigned long running, blocked;                  /* processes                   */
    unsigned long swapped, unused, buffers, cached;  /* KiB                         */
    unsigned long swap_in, swap_out, read, written;  /* KiB since the start         */
    unsigned long interrupts, switches;              /* since the start             */
    unsigned long time[TIMES];                       /* ticks of all processors     */
};

/* ---- reading /proc ---- */

static const char *read_text(const char *path)
{
    static char text[16384];
    FILE *f = fopen(path, "r");

    if (f == NULL)
        err(1, "%s", path);
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    if (ferror(f))
        err(1, "%s", path);
    fclose(f);
    return text;
}

/* What stands behind NAME at the start of a line of TEXT; "" when there is no such line. */
static const char *field(const char *text, const char *name)
{
    size_t length = strlen(name);

    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && strchr(": ", line[length]) != NULL
            && line[length] != '\0')
            return line + length + 1;
    }
    return "";
}

static unsigned long number(const char *text, const char *name)
{
    return strtoul(field(text, name), NULL, 10);
}

static void read_meminfo(struct sample *s)
{
    const char *text = read_text("/proc/meminfo");

    s->swapped = number(text, "SwapTotal") - number(text, "SwapFree");
    s->unused = number(text, "MemFree");
    s->buffers = number(text, "Buffers");
    s->cached = number(text, "Cached") + number(text, "SReclaimable");
}

static void read_vmstat(struct sample *s)
{
    const char *text = read_text("/proc/vmstat");

    s->swap_in = number(text, "pswpin") * PAGE_KIB;
    s->swap_out = number(text, "pswpout") * PAGE_KIB;
    s->read = number(text, "pgpgin");
    s->written = number(text, "pgpgout");
}

static void read_stat(struct sample *s)
{
    const char *text = read_text("/proc/stat");
    char *times = (char *)field(text, "cpu");

    for (int i = 0; i < TIMES; i++)
        s->time[i] = strtoul(times, &times, 10);
    s->interrupts = number(text, "intr");
    s->switches = number(text, "ctxt");
    s->running = number(text, "procs_running");
    s->running -= s->running > 0; /* this program */
    s->blocked = number(text, "procs_blocked");
}

static struct sample take_sample(void)
{
    struct sample s;

    read_meminfo(&s);
    read_vmstat(&s);
    read_stat(&s);
    return s;
}

/* ---- showing ---- */

static void print_titles(void)
{
    puts("procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n"
         " r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st");
}

static unsigned long uptime_seconds(void)
{
    unsigned long seconds = strtoul(read_text("/proc/uptime"), NULL, 10);

    return seconds > 0 ? seconds : 1;
}

/* What happened between WAS and IS, SECONDS apart. */
static void print_sample(const struct sample *was, const struct sample *is, unsigned long seconds)
{
    unsigned long spent[TIMES], sum = 0;

    for (int i = 0; i < TIMES; i++) {
        /* A processor's idle time may be corrected downwards. */
        spent[i] = is->time[i] > was->time[i] ? is->time[i] - was->time[i] : 0;
        sum += spent[i];
    }
    sum = sum > 0 ? sum : 1;
    printf("%2lu %2lu %6lu %6lu %6lu %6lu %4lu %4lu %5lu %5lu %4lu %4lu %2lu %2lu %2lu %2lu %2lu\n",
           is->running, is->blocked, is->swapped, is->unused, is->buffers, is->cached,
           (is->swap_in - was->swap_in) / seconds, (is->swap_out - was->swap_out) / seconds,
           (is->read - was->read) / seconds, (is->written - was->written) / seconds,
           (is->interrupts - was->interrupts) / seconds, (is->switches - was->switches) / seconds,
           100 * (spent[USER] + spent[NICE]) / sum,
           100 * (spent[SYSTEM] + spent[IRQ] + spent[SOFTIRQ]) / sum, 100 * spent[IDLE] / sum,
           100 * spent[IOWAIT] / sum, 100 * spent[STEAL] / sum);
    fflush(stdout);
}

/* COUNT lines, DELAY seconds apart; -1: for ever. */
static void watch(unsigned delay, long count)
{
    struct sample was = { 0 }, is = take_sample();
    unsigned long seconds = uptime_seconds();

    for (long line = 0; count < 0 || line < count; line++) {
        if (line > 0) {
            sleep(delay);
            was = is;
            is = take_sample();
            seconds = delay;
        }
        if (line % LINES == 0)
            print_titles();
        print_sample(&was, &is, seconds);
    }
}

static long positive(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);

    if (!isdigit((unsigned char)*text) || *end != '\0' || n <= 0 || n > 1000000)
        errx(1, "%s: not a number of seconds or lines", text);
    return n;
}

int main(int argc, char **argv)
{
    unsigned delay;

    if (getopt(argc, argv, "") != -1 || argc - optind > 2) {
        fputs("usage: vmstat [delay [count]]\n", stderr);
        return 1;
    }
    delay = optind < argc ? (unsigned)positive(argv[optind]) : 1;
    watch(delay, optind + 1 < argc ? positive(argv[optind + 1]) : optind < argc ? -1 : 1);
    return finish_output(0);
}
