/* SPDX-License-Identifier: MIT */
/*
 * tr.c - replace or delete characters.
 *
 *   tr SET1 SET2   each character of SET1 by the one at its place in SET2; its last one repeats
 *   tr -d SET1     delete them          tr -s SET  of a run of one of them only the first
 *   -c             all characters that are not in SET1
 *
 * Sets have ranges a-z, classes [:upper:], and the escapes \n \t \r \\ \a \b \f \v \NNN.
 */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define NBYTES (UCHAR_MAX + 1)
#define MAX_SET 4096

/* The characters in their order. */
struct set {
    unsigned char byte[MAX_SET];
    int count;
};

static void set_add(struct set *set, int byte)
{
    if (set->count == MAX_SET)
        errx(1, "the set is too long");
    set->byte[set->count++] = (unsigned char)byte;
}

static int parse_escape(const char **p)
{
    static const char letters[] = "abfnrtv\\";
    static const char values[] = "\a\b\f\n\r\t\v\\";
    const char *known;
    int value = 0;

    if (**p == '\0')
        return '\\';
    known = strchr(letters, **p);
    if (known != NULL) {
        (*p)++;
        return values[known - letters];
    }
    if (**p < '0' || **p > '7')
        return (unsigned char)*(*p)++;
    for (int i = 0; i < 3 && **p >= '0' && **p <= '7'; i++)
        value = value * 8 + *(*p)++ - '0';
    return value & UCHAR_MAX;
}

static int parse_byte(const char **p)
{
    int byte = (unsigned char)*(*p)++;

    return byte == '\\' ? parse_escape(p) : byte;
}

/* "[:name:]" at *P; false when that is none. */
static bool parse_class(const char **p, struct set *set)
{
    static const struct {
        const char *name;
        int (*test)(int c);
    } classes[] = {
        { "[:alnum:]", isalnum }, { "[:alpha:]", isalpha }, { "[:blank:]", isblank },
        { "[:cntrl:]", iscntrl }, { "[:digit:]", isdigit }, { "[:graph:]", isgraph },
        { "[:lower:]", islower }, { "[:print:]", isprint }, { "[:punct:]", ispunct },
        { "[:space:]", isspace }, { "[:upper:]", isupper }, { "[:xdigit:]", isxdigit },
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        size_t length = strlen(classes[i].name);

        if (strncmp(*p, classes[i].name, length) != 0)
            continue;
        for (int byte = 0; byte < NBYTES; byte++)
            if (classes[i].test(byte))
                set_add(set, byte);
        *p += length;
        return true;
    }
    return false;
}

static void parse_set(const char *p, struct set *set)
{
    while (*p != '\0') {
        int low, high;

        if (parse_class(&p, set))
            continue;
        low = high = parse_byte(&p);
        if (p[0] == '-' && p[1] != '\0') {
            p++;
            high = parse_byte(&p);
        }
        if (high < low)
            errx(1, "a range runs backwards");
        for (int byte = low; byte <= high; byte++)
            set_add(set, byte);
    }
}

static void complement(struct set *set)
{
    bool member[NBYTES] = { false };

    for (int i = 0; i < set->count; i++)
        member[set->byte[i]] = true;
    set->count = 0;
    for (int byte = 0; byte < NBYTES; byte++)
        if (!member[byte])
            set_add(set, byte);
}

static void mark(const struct set *set, bool marked[NBYTES])
{
    for (int i = 0; i < set->count; i++)
        marked[set->byte[i]] = true;
}

static int usage(void)
{
    fputs("usage: tr [-cs] set1 set2\n"
          "       tr -d [-c] set1\n"
          "       tr -s [-c] set1\n"
          "       tr -ds [-c] set1 set2\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    static struct set first, second;
    static bool deleted[NBYTES], squeezed[NBYTES];
    unsigned char map[NBYTES];
    bool delete = false, squeeze = false, inverted = false, translate;
    int last = EOF;
    int option, c;

    while ((option = getopt(argc, argv, "cCds")) != -1) {
        if (option == '?')
            return usage();
        inverted |= option == 'c' || option == 'C';
        delete |= option == 'd';
        squeeze |= option == 's';
    }
    argv += optind;
    argc -= optind;
    translate = !delete && argc == 2;
    if (argc != 2 && (argc != 1 || !(delete || squeeze)))
        return usage();
    if (delete && !squeeze && argc == 2)
        return usage();
    parse_set(argv[0], &first);
    if (inverted)
        complement(&first);
    if (argc == 2)
        parse_set(argv[1], &second);
    if (translate && second.count == 0)
        errx(1, "the second set is empty");
    for (int byte = 0; byte < NBYTES; byte++)
        map[byte] = (unsigned char)byte;
    for (int i = 0; translate && i < first.count; i++)
        map[first.byte[i]] = second.byte[i < second.count ? i : second.count - 1];
    if (delete)
        mark(&first, deleted);
    if (squeeze)
        mark(argc == 2 ? &second : &first, squeezed);
    while ((c = getchar()) != EOF) {
        if (deleted[c])
            continue;
        c = map[c];
        if (c != last || !squeezed[c])
            putchar(c);
        last = c;
    }
    if (ferror(stdin))
        err(1, "standard input");
    return finish_output(0);
}
