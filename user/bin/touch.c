/* SPDX-License-Identifier: MIT */
/*
 * touch.c - set the times of files, making those that are not there.
 *
 *   -a -m  only the time of access, of modification    -c  make no file
 *   -d T   T instead of now: "@seconds" or "YYYY-MM-DD[ T]hh:mm[:ss]" or "YYYY-MM-DD", in UTC
 *   -r F   the times of file F instead of now
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What is no time, as the 30th of February, has become another one. */
static bool is_same_time(const struct tm *a, const struct tm *b)
{
    return a->tm_mday == b->tm_mday && a->tm_mon == b->tm_mon && a->tm_hour == b->tm_hour
           && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

static bool parse_date(const char *text, struct timespec *ts)
{
    struct tm tm = { .tm_mday = 1 }, given;
    char separator = ' ';
    char *end;
    int used = 0;
    int fields;

    *ts = (struct timespec){ 0 };
    if (text[0] == '@') {
        ts->tv_sec = strtol(text + 1, &end, 10);
        return end != text + 1 && *end == '\0';
    }
    fields = sscanf(text, "%d-%d-%d%n%c%d:%d%n:%d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &used,
                    &separator, &tm.tm_hour, &tm.tm_min, &used, &tm.tm_sec, &used);
    if (fields < 3 || fields == 4 || fields == 5 || text[used] != '\0'
        || (separator != ' ' && separator != 'T'))
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    given = tm;
    ts->tv_sec = timegm(&tm);
    return is_same_time(&tm, &given);
}

static int set_times(const char *path, const struct timespec times[2], bool create)
{
    int fd;

    if (utimensat(AT_FDCWD, path, times, 0) == 0)
        return 0;
    if (errno != ENOENT)
        return -1;
    if (!create)
        return 0;
    fd = open(path, O_WRONLY | O_CREAT, 0666);
    if (fd < 0)
        return -1;
    if (futimens(fd, times) < 0) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return close(fd);
}

static int usage(void)
{
    fputs("usage: touch [-acm] [-d date | -r file] file ...\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { .tv_nsec = UTIME_NOW } };
    bool access_only = false;
    bool modification_only = false;
    bool create = true;
    struct stat st;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "acmd:r:")) != -1) {
        switch (option) {
        case 'a':
            access_only = true;
            break;
        case 'm':
            modification_only = true;
            break;
        case 'c':
            create = false;
            break;
        case 'd':
            if (!parse_date(optarg, &times[0]))
                errx(1, "%s: invalid date", optarg);
            times[1] = times[0];
            break;
        case 'r':
            if (stat(optarg, &st) < 0)
                err(1, "%s", optarg);
            times[0] = st.st_atim;
            times[1] = st.st_mtim;
            break;
        default:
            return usage();
        }
    }
    if (optind == argc)
        return usage();
    if (access_only && !modification_only)
        times[1].tv_nsec = UTIME_OMIT;
    if (modification_only && !access_only)
        times[0].tv_nsec = UTIME_OMIT;
    for (; optind < argc; optind++)
        if (set_times(argv[optind], times, create) < 0) {
            warn("%s", argv[optind]);
            status = 1;
        }
    return status;
}
