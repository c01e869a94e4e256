/* SPDX-License-Identifier: MIT */
/*
 * sort.c - sort lines.
 *
 *   -n  by the number at the start    -r  backwards     -u  one of those that compare equal
 *   -f  lower case as upper case      -b  without leading blanks
 *   -k F[,L][bfnr]  by fields F to L; -t C  fields are separated by C instead of blanks
 *   -o FILE  write there              -c  only check the order     -m  the same as without it
 *
 * Keys are compared in the order given; lines whose keys are equal are compared as a whole,
 * unless -s or -u says that their order is good as it is.
 */
#include <ctype.h>
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define MAX_KEYS 16

struct order {
    bool numeric, reverse, fold, skip_blanks;
};

/*
 * Positions count from 1; a last field of 0 is the end of the line, a character of 0 the field's
 * end.
 */
struct key {
    int first, first_char;
    int last, last_char;
    bool own_order; /* else the options' */
    struct order order;
};

struct text {
    const char *start;
    size_t length;
};

static struct key keys[MAX_KEYS];
static int nkeys;
static struct order global;
static bool unique, stable;
static char separator; /* 0: blanks */

static char **lines;
static size_t nlines, room;

/* ---- fields ---- */

/* The end of the field that begins at P: blanks in front of a field belong to it. */
static const char *field_end(const char *p)
{
    if (separator != 0)
        return strchrnul(p, separator);
    while (isblank((unsigned char)*p))
        p++;
    while (*p != '\0' && !isblank((unsigned char)*p))
        p++;
    return p;
}

/* Where field number N begins; the end of the line if there are fewer. */
static const char *field_start(const char *line, int n)
{
    for (; n > 1; n--) {
        line = field_end(line);
        if (separator != 0 && *line != '\0')
            line++;
    }
    return line;
}

static const char *skip(const char *p, int count)
{
    while (count-- > 0 && *p != '\0')
        p++;
    return p;
}

static const char *skip_blanks(const char *p)
{
    while (isblank((unsigned char)*p))
        p++;
    return p;
}

static struct text key_text(const struct key *key, const char *line)
{
    const char *start = field_start(line, key->first);
    const char *end;

    if (key->order.skip_blanks)
        start = skip_blanks(start);
    start = skip(start, key->first_char - 1);
    if (key->last == 0)
        return (struct text){ start, strlen(start) };
    end = field_start(line, key->last);
    if (key->order.skip_blanks && key->last_char != 0)
        end = skip_blanks(end);
    end = key->last_char == 0 ? field_end(end) : skip(end, key->last_char);
    return (struct text){ start, end > start ? (size_t)(end - start) : 0 };
}

/* ---- comparing ---- */

/* A decimal number taken apart: noughts in front are skipped, so longer means larger. */
struct decimal {
    bool negative;
    struct text whole, fraction;
};

static size_t count_digits(const char *p, const char *end)
{
    size_t n = 0;

    while (p + n < end && isdigit((unsigned char)p[n]))
        n++;
    return n;
}

static struct decimal parse_decimal(struct text t)
{
    const char *p = t.start;
    const char *end = t.start + t.length;
    struct decimal d = { 0 };

    while (p < end && isblank((unsigned char)*p))
        p++;
    d.negative = p < end && *p == '-';
    p += d.negative;
    while (p < end && *p == '0')
        p++;
    d.whole = (struct text){ p, count_digits(p, end) };
    p += d.whole.length;
    if (p < end && *p == '.') {
        d.fraction = (struct text){ p + 1, count_digits(p + 1, end) };
        while (d.fraction.length > 0 && d.fraction.start[d.fraction.length - 1] == '0')
            d.fraction.length--;
    }
    if (d.whole.length == 0 && d.fraction.length == 0)
        d.negative = false;
    return d;
}

static int compare_bytes(struct text a, struct text b)
{
    size_t length = a.length < b.length ? a.length : b.length;
    int order = length > 0 ? memcmp(a.start, b.start, length) : 0;

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_numbers(struct text a, struct text b)
{
    struct decimal x = parse_decimal(a);
    struct decimal y = parse_decimal(b);
    int order;

    if (x.negative != y.negative)
        return x.negative ? -1 : 1;
    order = (x.whole.length > y.whole.length) - (x.whole.length < y.whole.length);
    if (order == 0)
        order = compare_bytes(x.whole, y.whole);
    if (order == 0)
        order = compare_bytes(x.fraction, y.fraction);
    return x.negative ? -order : order;
}

static int compare_folded(struct text a, struct text b)
{
    for (size_t i = 0; i < a.length && i < b.length; i++) {
        int order = toupper((unsigned char)a.start[i]) - toupper((unsigned char)b.start[i]);

        if (order != 0)
            return order;
    }
    return (a.length > b.length) - (a.length < b.length);
}

static int compare_texts(struct text a, struct text b, const struct order *how)
{
    int order;

    if (how->numeric)
        order = compare_numbers(a, b);
    else if (how->fold)
        order = compare_folded(a, b);
    else
        order = compare_bytes(a, b);
    return how->reverse ? -order : order;
}

static int compare_keys(const char *a, const char *b)
{
    for (int i = 0; i < nkeys; i++) {
        int order = compare_texts(key_text(&keys[i], a), key_text(&keys[i], b), &keys[i].order);

        if (order != 0)
            return order;
    }
    return 0;
}

static int compare_lines(const char *a, const char *b)
{
    int order = compare_keys(a, b);

    if (order != 0 || unique || stable)
        return order;
    order = strcmp(a, b);
    return global.reverse ? -order : order;
}

static int compare(const void *a, const void *b)
{
    return compare_lines(*(char *const *)a, *(char *const *)b);
}

/* ---- reading and writing ---- */

static void read_lines(const char *name)
{
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *f = is_stdin ? stdin : fopen(name, "r");
    size_t size = 0;
    char *line = NULL;
    ssize_t length;

    if (f == NULL)
        err(2, "%s", name);
    while ((length = getline(&line, &size, f)) > 0) {
        if (line[length - 1] == '\n')
            line[--length] = '\0';
        if (nlines == room) {
            room = room * 2 + 256;
            lines = reallocarray(lines, room, sizeof(*lines));
        }
        if (lines == NULL || (lines[nlines++] = strdup(line)) == NULL)
            err(2, NULL);
    }
    if (ferror(f))
        err(2, "%s", name);
    free(line);
    if (!is_stdin)
        fclose(f);
}

static void write_lines(const char *name)
{
    if (name != NULL && freopen(name, "w", stdout) == NULL)
        err(2, "%s", name);
    for (size_t i = 0; i < nlines; i++)
        if (!unique || i == 0 || compare_keys(lines[i - 1], lines[i]) != 0)
            puts(lines[i]);
}

static int check_order(const char *name)
{
    for (size_t i = 1; i < nlines; i++) {
        int order = compare_lines(lines[i - 1], lines[i]);

        if (order > 0 || (unique && order == 0)) {
            warnx("%s:%lu: disorder: %s", name, i + 1, lines[i]);
            return 1;
        }
    }
    return 0;
}

/* ---- options ---- */

static bool set_order(struct order *order, char letter)
{
    switch (letter) {
    case 'n':
        order->numeric = true;
        break;
    case 'r':
        order->reverse = true;
        break;
    case 'f':
        order->fold = true;
        break;
    case 'b':
        order->skip_blanks = true;
        break;
    default:
        return false;
    }
    return true;
}

/* "F[.C][letters]" at *TEXT; false when malformed. */
static bool parse_position(const char **text, int *field, int *character, struct key *key)
{
    char *end;

    *field = (int)strtol(*text, &end, 10);
    if (end == *text || *field < 1)
        return false;
    if (*end == '.')
        *character = (int)strtol(end + 1, &end, 10);
    for (*text = end; set_order(&key->order, **text); (*text)++)
        key->own_order = true;
    return *character >= 0;
}

static void add_key(const char *text)
{
    struct key *key = &keys[nkeys];
    const char *p = text;
    bool valid;

    if (nkeys++ == MAX_KEYS)
        errx(2, "too many keys");
    *key = (struct key){ .first_char = 1 };
    valid = parse_position(&p, &key->first, &key->first_char, key) && key->first_char > 0;
    if (valid && *p == ',') {
        p++;
        valid = parse_position(&p, &key->last, &key->last_char, key);
    }
    if (!valid || *p != '\0')
        errx(2, "%s: invalid key", text);
}

/* Without keys the whole line is one. */
static void complete_keys(void)
{
    if (nkeys == 0)
        keys[nkeys++] = (struct key){ .first = 1, .first_char = 1 };
    for (int i = 0; i < nkeys; i++)
        if (!keys[i].own_order)
            keys[i].order = global;
}

static int usage(void)
{
    fputs("usage: sort [-bcfmnrsu] [-k key] [-o file] [-t char] [file ...]\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *output = NULL;
    bool check = false;
    int option;

    while ((option = getopt(argc, argv, "bcfmnrsuk:o:t:")) != -1) {
        if (set_order(&global, (char)option))
            continue;
        switch (option) {
        case 'c':
            check = true;
            break;
        case 'm':
            break;
        case 's':
            stable = true;
            break;
        case 'u':
            unique = true;
            break;
        case 'k':
            add_key(optarg);
            break;
        case 'o':
            output = optarg;
            break;
        case 't':
            separator = optarg[0];
            break;
        default:
            return usage();
        }
    }
    complete_keys();
    if (optind == argc)
        read_lines("-");
    for (int i = optind; i < argc; i++)
        read_lines(argv[i]);
    if (check)
        return check_order(optind < argc ? argv[optind] : "-");
    qsort(lines, nlines, sizeof(*lines), compare);
    write_lines(output);
    return finish_output(0);
}
