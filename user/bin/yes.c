/* SPDX-License-Identifier: MIT */
/* yes.c - print the arguments, or "y", again and again. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

int main(int argc, char **argv)
{
    static char text[16 * 1024];
    size_t length = 0;
    size_t total;

    if (argc == 1)
        strcpy(text, "y");
    for (int i = 1; i < argc; i++) {
        if (i > 1)
            strlcat(text, " ", sizeof(text) - 1);
        strlcat(text, argv[i], sizeof(text) - 1);
    }
    length = strlen(text);
    text[length++] = '\n';
    /* Many lines in one write. */
    for (total = length; total + length <= sizeof(text); total += length)
        memcpy(text + total, text, length);
    for (;;)
        if (write_all(STDOUT_FILENO, text, total) < 0)
            err(1, "write error");
}
