/* SPDX-License-Identifier: MIT */
/*
 * lines.c - read text line by line, and hold each line to its format.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

char *open_text(const char *path)
{
    static char text[65536];

    read_file(path, text, sizeof(text));
    return text;
}

char *next_line(char **text)
{
    char *line = *text, *end = strchr(line, '\n');

    if (!*line)
        return NULL;
    if (!end)
        fail(__FILE__, __LINE__, "no newline after: %s", line);
    REQUIRE(end != NULL);
    *end = '\0';
    *text = end + 1;
    return line;
}

bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

void expect_line(const char *file, int at, const char *line, const char *format, ...)
{
    char wanted[512];
    va_list ap;

    va_start(ap, format);
    vsnprintf(wanted, sizeof(wanted), format, ap);
    va_end(ap);
    if (!line || strcmp(line, wanted) != 0)
        fail(file, at, "the line is \"%s\", not \"%s\"", line ? line : "(none)", wanted);
}

int write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY), error = 0;
    ssize_t done;

    if (fd < 0)
        return errno;
    done = write(fd, text, strlen(text));
    if (done != (ssize_t)strlen(text))
        error = done < 0 ? errno : EIO;
    close(fd);
    return error;
}

void set_text(const char *path, const char *text)
{
    EXPECT_EQ(write_text(path, text), 0);
}
