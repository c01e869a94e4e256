/* SPDX-License-Identifier: MIT */
/*
 * wc.c - count lines, words and bytes.
 *
 * Columns are as wide as the largest number can be: the size of the files when they are regular.
 */
#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>

struct counts {
    unsigned long lines, words, bytes;
};

static bool show_lines, show_words, show_bytes;
static int width = 1;

static int count(int fd, struct counts *c)
{
    static unsigned char buffer[64 * 1024];
    bool in_word = false;
    ssize_t got;

    while ((got = read(fd, buffer, sizeof(buffer))) > 0) {
        c->bytes += (unsigned long)got;
        for (ssize_t i = 0; i < got && (show_lines || show_words); i++) {
            bool space = buffer[i] <= ' ' && isspace(buffer[i]);

            c->lines += buffer[i] == '\n';
            c->words += !space && !in_word;
            in_word = !space;
        }
    }
    return got < 0 ? -1 : 0;
}

static void print(const struct counts *c, const char *name)
{
    const char *separator = "";

    if (show_lines) {
        printf("%*lu", width, c->lines);
        separator = " ";
    }
    if (show_words) {
        printf("%s%*lu", separator, width, c->words);
        separator = " ";
    }
    if (show_bytes)
        printf("%s%*lu", separator, width, c->bytes);
    printf(name != NULL ? " %s\n" : "\n", name);
}

static int count_file(const char *name, struct counts *total)
{
    struct counts c = { 0 };
    int fd = strcmp(name, "-") == 0 ? STDIN_FILENO : open(name, O_RDONLY);
    int status = 0;

    if (fd < 0) {
        warn("%s", name);
        return 1;
    }
    if (count(fd, &c) < 0) {
        warn("%s", name);
        status = 1;
    }
    if (fd != STDIN_FILENO)
        close(fd);
    print(&c, name);
    total->lines += c.lines;
    total->words += c.words;
    total->bytes += c.bytes;
    return status;
}

/* One number needs no column; what is no regular file may have any length. */
static void choose_width(char **name, int count)
{
    unsigned long size = 0;
    int least = 1;

    if (show_lines + show_words + show_bytes == 1 && count <= 1)
        return;
    for (int i = 0; i < count || i == 0; i++) {
        struct stat st;
        bool is_stdin = count == 0 || strcmp(name[i], "-") == 0;

        if ((is_stdin ? fstat(STDIN_FILENO, &st) : stat(name[i], &st)) < 0)
            continue;
        if (S_ISREG(st.st_mode))
            size += (unsigned long)st.st_size;
        else
            least = 7;
    }
    for (width = 1; size >= 10; size /= 10)
        width++;
    if (width < least)
        width = least;
}

int main(int argc, char **argv)
{
    struct counts total = { 0 };
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "lwc")) != -1) {
        switch (option) {
        case 'l':
            show_lines = true;
            break;
        case 'w':
            show_words = true;
            break;
        case 'c':
            show_bytes = true;
            break;
        default:
            fputs("usage: wc [-clw] [file ...]\n", stderr);
            return 1;
        }
    }
    if (!show_lines && !show_words && !show_bytes)
        show_lines = show_words = show_bytes = true;
    choose_width(argv + optind, argc - optind);
    if (optind == argc) {
        if (count(STDIN_FILENO, &total) < 0) {
            warn("standard input");
            status = 1;
        }
        print(&total, NULL);
        return finish_output(status);
    }
    for (int i = optind; i < argc; i++)
        status |= count_file(argv[i], &total);
    if (argc - optind > 1)
        print(&total, "total");
    return finish_output(status);
}
