/* SPDX-License-Identifier: MIT */
/*
 * tr.c - replace or delete characters.
 *
 *   tr SET1 SET2   each character of SET1 by the one at its place in SET2; its last one repeats
 *   tr -d SET1     delete them          tr -s SET  of a run of one of them only the first
 *   -c             all characters that are not in SET1
 *
 * Sets have ranges a-z, classes [:upper:], and the escapes \n \t \r \\ \a \b \f \v \NNN.  In SET2,
 * [x*n] is n times x, and [x*] as many as make SET2 as long as SET1.
 */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define NBYTES (UCHAR_MAX + 1)
#define MAX_SET 4096

/* The characters in their order. */
struct set {
    unsigned char byte[MAX_SET];
    int count;
    int filler; /* where "[x*]" stands; -1: nowhere */
    int filled; /* what it is filled with */
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

/* "[x*n]" or "[x*]" at *P; false when that is none.  A number that begins with 0 is octal. */
static bool parse_repeat(const char **p, struct set *set)
{
    const char *at = *p + 1;
    unsigned long count;
    char *end;
    int byte;

    if (**p != '[' || *at == '\0')
        return false;
    byte = parse_byte(&at);
    if (*at++ != '*' || at[strspn(at, "0123456789")] != ']')
        return false;
    count = strtoul(at, &end, *at == '0' ? 8 : 10);
    if (*end != ']')
        errx(1, "%.*s: no octal number", (int)(strchr(at, ']') - at), at);
    *p = end + 1;
    if (count == 0 && set->filler >= 0)
        errx(1, "only one [x*] can fill up the second set");
    if (count == 0) {
        set->filler = set->count;
        set->filled = byte;
    }
    for (; count > 0 && set->count < MAX_SET; count--)
        set_add(set, byte);
    return true;
}

/* Repeat the x of "[x*]" until SET has COUNT characters. */
static void fill_up(struct set *set, int count)
{
    unsigned char *gap = &set->byte[set->filler];
    int more = count - set->count;

    if (more <= 0)
        return;
    memmove(gap + more, gap, (size_t)(set->count - set->filler));
    memset(gap, set->filled, (size_t)more);
    set->count = count;
}

/* The characters of P.  With "[x*n]" and "[x*]", which fills up to COUNT, if COUNT is not negative. */
static void parse_set(const char *p, struct set *set, int count)
{
    set->filler = -1;
    while (*p != '\0') {
        int low, high;

        if (parse_class(&p, set) || (count >= 0 && parse_repeat(&p, set)))
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
    if (set->filler >= 0)
        fill_up(set, count);
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
    parse_set(argv[0], &first, -1);
    if (inverted)
        complement(&first);
    if (argc == 2)
        parse_set(argv[1], &second, first.count);
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
