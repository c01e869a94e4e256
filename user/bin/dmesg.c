/* SPDX-License-Identifier: MIT */
/*
 * dmesg.c - the kernel's messages; -c clears them too, -r leaves the "<level>" in front of lines.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>
#include <util.h>

/* What follows "<digits>", or the line itself. */
static const char *skip_level(const char *line)
{
    const char *p = line + 1;

    if (*line != '<')
        return line;
    while (isdigit((unsigned char)*p))
        p++;
    return *p == '>' ? p + 1 : line;
}

int main(int argc, char **argv)
{
    bool clear = false;
    bool raw = false;
    char *text, *rest, *line;
    int option, size;

    while ((option = getopt(argc, argv, "cr")) != -1) {
        if (option == '?') {
            fputs("usage: dmesg [-cr]\n", stderr);
            return 1;
        }
        clear |= option == 'c';
        raw |= option == 'r';
    }
    size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
    if (size < 0)
        err(1, "cannot read the kernel's messages");
    text = malloc((size_t)size + 1);
    if (text == NULL)
        err(1, NULL);
    size = klogctl(clear ? SYSLOG_ACTION_READ_CLEAR : SYSLOG_ACTION_READ_ALL, text, size);
    if (size < 0)
        err(1, "cannot read the kernel's messages");
    text[size] = '\0';
    for (rest = text; rest != NULL && *rest != '\0';) {
        line = strsep(&rest, "\n");
        puts(raw ? line : skip_level(line));
    }
    return finish_output(0);
}
