/* SPDX-License-Identifier: MIT */
/*
 * test.c - conditions for the shell, also as "[ ... ]".
 *
 * A recursive descent over the words:
 *
 *      or       and { -o and }
 *      and      not { -a not }
 *      not      ! not | primary
 *      primary  ( or ) | -X word | word OP word | word
 *
 * POSIX fixes what up to four words mean, whatever they look like: "test -n = -n" compares.  So a
 * binary operator in the second place is looked for before anything else.
 */
#include <err.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char **word; /* the next one; ends with NULL */

static const char *const binary_operators[] = {
    "=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef", NULL,
};

static bool is_word(const char *text)
{
    return *word != NULL && strcmp(*word, text) == 0;
}

static bool is_binary(const char *text)
{
    for (const char *const *op = binary_operators; *op != NULL; op++)
        if (strcmp(*op, text) == 0)
            return true;
    return false;
}

static long number(const char *text)
{
    char *end;
    long value = strtol(text, &end, 10);

    while (*end == ' ' || *end == '\t')
        end++;
    if (end == text || *end != '\0')
        errx(2, "%s: not a number", text);
    return value;
}

static int compare_times(const char *a, const char *b)
{
    struct stat x, y;
    bool has_a = stat(a, &x) == 0;
    bool has_b = stat(b, &y) == 0;

    if (!has_a || !has_b)
        return has_a - has_b;
    if (x.st_mtim.tv_sec != y.st_mtim.tv_sec)
        return x.st_mtim.tv_sec > y.st_mtim.tv_sec ? 1 : -1;
    return (x.st_mtim.tv_nsec > y.st_mtim.tv_nsec) - (x.st_mtim.tv_nsec < y.st_mtim.tv_nsec);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static bool binary(const char *a, const char *op, const char *b)
{
    switch (op[0]) {
    case '=':
        return strcmp(a, b) == 0;
    case '!':
        return strcmp(a, b) != 0;
    case '<':
        return strcmp(a, b) < 0;
    case '>':
        return strcmp(a, b) > 0;
    }
    if (strcmp(op, "-nt") == 0)
        return compare_times(a, b) > 0;
    if (strcmp(op, "-ot") == 0)
        return compare_times(a, b) < 0;
    if (strcmp(op, "-ef") == 0)
        return is_same_file(a, b);
    if (strcmp(op, "-eq") == 0)
        return number(a) == number(b);
    if (strcmp(op, "-ne") == 0)
        return number(a) != number(b);
    if (strcmp(op, "-lt") == 0)
        return number(a) < number(b);
    if (strcmp(op, "-le") == 0)
        return number(a) <= number(b);
    if (strcmp(op, "-gt") == 0)
        return number(a) > number(b);
    return number(a) >= number(b);
}

static bool is_unary(const char *text)
{
    return text[0] == '-' && text[1] != '\0' && text[2] == '\0'
           && strchr("bcdefgGhkLnOprsStuwxz", text[1]) != NULL;
}

static bool unary(char op, const char *operand)
{
    struct stat st;

    switch (op) {
    case 'n':
        return *operand != '\0';
    case 'z':
        return *operand == '\0';
    case 'r':
        return access(operand, R_OK) == 0;
    case 'w':
        return access(operand, W_OK) == 0;
    case 'x':
        return access(operand, X_OK) == 0;
    case 't':
        return isatty((int)number(operand));
    case 'h':
    case 'L':
        return lstat(operand, &st) == 0 && S_ISLNK(st.st_mode);
    }
    if (stat(operand, &st) < 0)
        return false;
    switch (op) {
    case 'b':
        return S_ISBLK(st.st_mode);
    case 'c':
        return S_ISCHR(st.st_mode);
    case 'd':
        return S_ISDIR(st.st_mode);
    case 'f':
        return S_ISREG(st.st_mode);
    case 'g':
        return (st.st_mode & S_ISGID) != 0;
    case 'G':
        return st.st_gid == getegid();
    case 'k':
        return (st.st_mode & S_ISVTX) != 0;
    case 'O':
        return st.st_uid == geteuid();
    case 'p':
        return S_ISFIFO(st.st_mode);
    case 's':
        return st.st_size > 0;
    case 'S':
        return S_ISSOCK(st.st_mode);
    case 'u':
        return (st.st_mode & S_ISUID) != 0;
    }
    return true; /* -e */
}

static bool parse_or(void);

static bool parse_primary(void)
{
    const char *first = *word;
    bool value;

    if (first == NULL)
        errx(2, "an operand is missing");
    if (word[1] != NULL && word[2] != NULL && is_binary(word[1])) {
        value = binary(first, word[1], word[2]);
        word += 3;
        return value;
    }
    if (is_word("(") && word[1] != NULL) {
        word++;
        value = parse_or();
        if (!is_word(")"))
            errx(2, "a ) is missing");
        word++;
        return value;
    }
    if (is_unary(first) && word[1] != NULL) {
        value = unary(first[1], word[1]);
        word += 2;
        return value;
    }
    word++;
    return *first != '\0';
}

static bool parse_not(void)
{
    if (!is_word("!") || word[1] == NULL || (word[2] != NULL && is_binary(word[1])))
        return parse_primary();
    word++;
    return !parse_not();
}

static bool parse_and(void)
{
    bool value = parse_not();

    while (is_word("-a")) {
        word++;
        value &= parse_not();
    }
    return value;
}

static bool parse_or(void)
{
    bool value = parse_and();

    while (is_word("-o")) {
        word++;
        value |= parse_and();
    }
    return value;
}

int main(int argc, char **argv)
{
    bool value;

    if (strcmp(basename(argv[0]), "[") == 0) {
        if (argc < 2 || strcmp(argv[argc - 1], "]") != 0)
            errx(2, "the last word is not ]");
        argv[argc - 1] = NULL;
    }
    word = argv + 1;
    if (*word == NULL)
        return 1;
    value = parse_or();
    if (*word != NULL)
        errx(2, "%s: not understood", *word);
    return !value;
}
