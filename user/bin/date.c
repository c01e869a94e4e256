/* SPDX-License-Identifier: MIT */
/*
 * date.c - the time, in the form that "+FORMAT" says (see strftime); there is no zone but UTC.
 *
 *   -d @SECONDS  that time instead of now    -s @SECONDS  set the clock
 *   -r FILE      when FILE was modified      -u           UTC, which it is anyway
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <util.h>

static struct timespec parse(const char *text)
{
    struct timespec ts = { 0 };
    char *end;

    if (text[0] != '@')
        errx(1, "%s: invalid date: not @seconds", text);
    ts.tv_sec = strtol(text + 1, &end, 10);
    if (end == text + 1 || *end != '\0')
        errx(1, "%s: invalid date: not @seconds", text);
    return ts;
}

/* strftime knows no %N, the nanoseconds: put them in before it. */
static void expand_nanoseconds(char *to, size_t size, const char *format, long nsec)
{
    size_t length = 0;

    for (; *format != '\0' && length + 10 < size; format++) {
        if (format[0] == '%' && format[1] == 'N') {
            length += (size_t)snprintf(to + length, size - length, "%09ld", nsec);
            format++;
            continue;
        }
        to[length++] = *format;
        if (format[0] == '%' && format[1] != '\0')
            to[length++] = *++format;
    }
    to[length] = '\0';
}

static void print(const struct timespec *ts, const char *user_format)
{
    char format[512];
    char text[1024];
    struct tm tm;

    if (gmtime_r(&ts->tv_sec, &tm) == NULL)
        err(1, NULL);
    expand_nanoseconds(format, sizeof(format), user_format, ts->tv_nsec);
    text[0] = '\0';
    strftime(text, sizeof(text), format, &tm);
    puts(text);
}

static int usage(void)
{
    fputs("usage: date [-u] [-d @seconds | -r file | -s @seconds] [+format]\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    const char *format = "%a %b %e %H:%M:%S %Z %Y";
    struct timespec ts;
    struct stat st;
    bool set = false;
    int option;

    if (clock_gettime(CLOCK_REALTIME, &ts) < 0)
        err(1, NULL);
    while ((option = getopt(argc, argv, "ud:r:s:")) != -1) {
        switch (option) {
        case 'u':
            break;
        case 'd':
        case 's':
            ts = parse(optarg);
            set = option == 's';
            break;
        case 'r':
            if (stat(optarg, &st) < 0)
                err(1, "%s", optarg);
            ts = st.st_mtim;
            break;
        default:
            return usage();
        }
    }
    if (optind < argc && argv[optind][0] == '+')
        format = argv[optind++] + 1;
    if (optind < argc)
        return usage();
    if (set && clock_settime(CLOCK_REALTIME, &ts) < 0)
        err(1, "cannot set the clock");
    print(&ts, format);
    return finish_output(0);
}
