/* SPDX-License-Identifier: MIT */
/*
 * builtin_test.c - test and [.
 *
 * With up to four arguments their number decides how they are read, so that no string can be taken
 * for an operator by mistake; with more, ! binds more strongly than -a, and -a more than -o.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/shell.h"

/* The arguments that are left, and the first error. */
struct test {
    char **words;
    int count;
    bool failed;
};

static bool test_or(struct test *t);

static bool fail(struct test *t, const char *word, const char *error)
{
    if (!t->failed)
        shell_warn("test: %s: %s", word, error);
    t->failed = true;
    return false;
}

static long parse_number(struct test *t, const char *word)
{
    const char *s = word;
    char *end;
    long value;

    while (isspace((unsigned char)*s))
        s++;
    value = strtol(s, &end, 10);
    if (end == s) {
        fail(t, word, "is no number");
        return 0;
    }
    while (isspace((unsigned char)*end))
        end++;
    if (*end != '\0')
        fail(t, word, "is no number");
    return value;
}

static bool has_mode(const char *path, mode_t type)
{
    struct stat st;

    return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

static bool has_bits(const char *path, mode_t bits)
{
    struct stat st;

    return stat(path, &st) == 0 && (st.st_mode & bits) != 0;
}

static bool is_link(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static bool has_size(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && st.st_size > 0;
}

static bool exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0;
}

static bool is_own(const char *path, bool group)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return false;
    return group ? st.st_gid == getegid() : st.st_uid == geteuid();
}

static bool is_unary(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && word[2] == '\0'
           && strchr("bcdefghknprstuwxzGLOS", word[1]) != NULL;
}

static bool test_unary(struct test *t, char op, const char *word)
{
    switch (op) {
    case 'n':
        return *word != '\0';
    case 'z':
        return *word == '\0';
    case 'e':
        return exists(word);
    case 'f':
        return has_mode(word, S_IFREG);
    case 'd':
        return has_mode(word, S_IFDIR);
    case 'b':
        return has_mode(word, S_IFBLK);
    case 'c':
        return has_mode(word, S_IFCHR);
    case 'p':
        return has_mode(word, S_IFIFO);
    case 'S':
        return has_mode(word, S_IFSOCK);
    case 'h':
    case 'L':
        return is_link(word);
    case 's':
        return has_size(word);
    case 'r':
        return access(word, R_OK) == 0;
    case 'w':
        return access(word, W_OK) == 0;
    case 'x':
        return access(word, X_OK) == 0;
    case 'u':
        return has_bits(word, S_ISUID);
    case 'g':
        return has_bits(word, S_ISGID);
    case 'k':
        return has_bits(word, S_ISVTX);
    case 'O':
        return is_own(word, false);
    case 'G':
        return is_own(word, true);
    default:
        return isatty((int)parse_number(t, word));
    }
}

enum comparison {
    STRING_EQUAL, STRING_NOT_EQUAL, STRING_LESS, STRING_GREATER, NUMBER_EQUAL, NUMBER_NOT_EQUAL,
    NUMBER_LESS, NUMBER_LESS_EQUAL, NUMBER_GREATER, NUMBER_GREATER_EQUAL, FILE_NEWER, FILE_OLDER,
    FILE_SAME, NCOMPARISONS,
};

static const char *const comparisons[NCOMPARISONS] = {
    [STRING_EQUAL] = "=",        [STRING_NOT_EQUAL] = "!=",    [STRING_LESS] = "<",
    [STRING_GREATER] = ">",      [NUMBER_EQUAL] = "-eq",       [NUMBER_NOT_EQUAL] = "-ne",
    [NUMBER_LESS] = "-lt",       [NUMBER_LESS_EQUAL] = "-le",  [NUMBER_GREATER] = "-gt",
    [NUMBER_GREATER_EQUAL] = "-ge", [FILE_NEWER] = "-nt",      [FILE_OLDER] = "-ot",
    [FILE_SAME] = "-ef",
};

/* NCOMPARISONS when it is none; "==" is known, too. */
static enum comparison find_comparison(const char *word)
{
    for (int i = 0; i < NCOMPARISONS; i++)
        if (strcmp(comparisons[i], word) == 0)
            return (enum comparison)i;
    return strcmp(word, "==") == 0 ? STRING_EQUAL : NCOMPARISONS;
}

/* Negative, zero or positive, as A was changed before, with or after B. */
static int compare_times(const struct stat *a, const struct stat *b)
{
    if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
        return a->st_mtim.tv_sec < b->st_mtim.tv_sec ? -1 : 1;
    if (a->st_mtim.tv_nsec != b->st_mtim.tv_nsec)
        return a->st_mtim.tv_nsec < b->st_mtim.tv_nsec ? -1 : 1;
    return 0;
}

/* A file that does not exist is older than any that does. */
static bool compare_files(const char *a, enum comparison op, const char *b)
{
    struct stat x, y;
    bool has_a = stat(a, &x) == 0, has_b = stat(b, &y) == 0;

    if (op == FILE_SAME)
        return has_a && has_b && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
    if (!has_a || !has_b)
        return op == FILE_NEWER ? has_a : has_b;
    return op == FILE_NEWER ? compare_times(&x, &y) > 0 : compare_times(&x, &y) < 0;
}

static bool compare_numbers(long a, enum comparison op, long b)
{
    switch (op) {
    case NUMBER_EQUAL:
        return a == b;
    case NUMBER_NOT_EQUAL:
        return a != b;
    case NUMBER_LESS:
        return a < b;
    case NUMBER_LESS_EQUAL:
        return a <= b;
    case NUMBER_GREATER:
        return a > b;
    default:
        return a >= b;
    }
}

static bool test_binary(struct test *t, const char *a, enum comparison op, const char *b)
{
    switch (op) {
    case STRING_EQUAL:
        return strcmp(a, b) == 0;
    case STRING_NOT_EQUAL:
        return strcmp(a, b) != 0;
    case STRING_LESS:
        return strcmp(a, b) < 0;
    case STRING_GREATER:
        return strcmp(a, b) > 0;
    case FILE_NEWER:
    case FILE_OLDER:
    case FILE_SAME:
        return compare_files(a, op, b);
    default:
        return compare_numbers(parse_number(t, a), op, parse_number(t, b));
    }
}

/* Use up COUNT words. */
static void advance(struct test *t, int count)
{
    t->words += count;
    t->count -= count;
}

static bool next_is(const struct test *t, const char *word)
{
    return t->count > 0 && strcmp(t->words[0], word) == 0;
}

/* One comparison, one unary test, one string, or something in parentheses. */
static bool test_primary(struct test *t)
{
    char **w = t->words;
    bool result;

    if (t->count == 0)
        return fail(t, "the end", "something is missing");
    if (t->count >= 3 && find_comparison(w[1]) != NCOMPARISONS) {
        advance(t, 3);
        return test_binary(t, w[0], find_comparison(w[1]), w[2]);
    }
    if (next_is(t, "(")) {
        advance(t, 1);
        result = test_or(t);
        if (!next_is(t, ")"))
            return fail(t, w[0], "is not closed");
        advance(t, 1);
        return result;
    }
    if (t->count >= 2 && is_unary(w[0])) {
        advance(t, 2);
        return test_unary(t, w[0][1], w[1]);
    }
    advance(t, 1);
    return *w[0] != '\0';
}

static bool test_not(struct test *t)
{
    if (!next_is(t, "!"))
        return test_primary(t);
    advance(t, 1);
    return !test_not(t);
}

static bool test_and(struct test *t)
{
    bool result = test_not(t);

    while (next_is(t, "-a")) {
        advance(t, 1);
        result &= test_not(t);
    }
    return result;
}

static bool test_or(struct test *t)
{
    bool result = test_and(t);

    while (next_is(t, "-o")) {
        advance(t, 1);
        result |= test_and(t);
    }
    return result;
}

/* Up to four words. */
static bool test_few(struct test *t)
{
    char **w = t->words;

    if (t->count == 3 && find_comparison(w[1]) != NCOMPARISONS)
        return test_primary(t);
    if (t->count == 3 && next_is(t, "(") && strcmp(w[2], ")") == 0) {
        t->count = 0;
        return *w[1] != '\0';
    }
    if (t->count == 4 && next_is(t, "(") && strcmp(w[3], ")") == 0) {
        t->words++;
        t->count = 2;
        return test_few(t);
    }
    if (t->count > 1 && next_is(t, "!")) {
        advance(t, 1);
        return !test_few(t);
    }
    if (t->count == 1) {
        t->count = 0;
        return *w[0] != '\0';
    }
    return test_or(t);
}

int builtin_test(int argc, char **argv)
{
    struct test t = { .words = argv + 1, .count = argc - 1 };
    bool result;

    if (strcmp(argv[0], "[") == 0) {
        if (t.count == 0 || strcmp(argv[argc - 1], "]") != 0) {
            shell_warn("[: the closing ] is missing");
            return STATUS_ERROR;
        }
        t.count--;
    }
    if (t.count == 0)
        return 1;
    result = t.count <= 4 ? test_few(&t) : test_or(&t);
    if (t.count > 0 && !t.failed)
        fail(&t, t.words[0], "is not expected here");
    return t.failed ? STATUS_ERROR : !result;
}
