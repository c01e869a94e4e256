/* SPDX-License-Identifier: MIT */
/* util.c - sizes for people, questions to them, and a careful end. */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <util.h>

char *human_size(uint64_t bytes, char to[8])
{
    static const char suffix[] = "BKMGTPE";
    uint64_t unit = 1;
    int i = 0;

    while (bytes / unit >= 1024 || (bytes + unit - 1) / unit >= 1024) {
        unit *= 1024;
        i++;
    }
    if (i == 0) {
        snprintf(to, 8, "%d", (int)bytes);
    } else if (bytes / unit < 10) {
        uint64_t tenths = bytes / unit * 10 + (bytes % unit * 10 + unit - 1) / unit;

        if (tenths < 100)
            snprintf(to, 8, "%d.%d%c", (int)(tenths / 10), (int)(tenths % 10), suffix[i]);
        else
            snprintf(to, 8, "10%c", suffix[i]);
    } else {
        snprintf(to, 8, "%d%c", (int)((bytes + unit - 1) / unit), suffix[i]);
    }
    return to;
}

int finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    warn("write error");
    return 1;
}

bool ask(const char *format, ...)
{
    va_list args;
    char *line = NULL;
    size_t size = 0;
    bool yes;

    fflush(stdout);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    yes = getline(&line, &size, stdin) > 0 && (line[0] == 'y' || line[0] == 'Y');
    free(line);
    return yes;
}
