/* SPDX-License-Identifier: MIT */
/*
 * expand.c - from the words of a command to the strings that it gets.
 *
 * Each part of a word appends its value to a tagged text; the tag of a value says whether it came
 * from inside quotes.  tagged.c does the rest.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/arith.h"
#include "user/bin/sh/exec.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

#define DEFAULT_IFS " \t\n"

enum tilde { TILDE_NONE, TILDE_FIRST, TILDE_ASSIGNMENT };

static bool expand_parts(struct tagged *out, const struct word *w, enum tag plain,
                         enum tilde tilde);

static const char *separators(void)
{
    const char *ifs = vars_get("IFS");

    return ifs != NULL ? ifs : DEFAULT_IFS;
}

/* Add a value; one in quotes makes a field even when it is empty. */
static void add_value(struct tagged *out, const char *value, bool quoted)
{
    if (quoted && *value == '\0')
        tagged_add(out, '\0', TAG_EMPTY);
    tagged_add_string(out, value, quoted ? TAG_QUOTED : TAG_SPLIT);
}

/* "~" or "~user" in the LENGTH bytes at S; NULL when there is no such directory. */
static const char *home_of(const char *s, size_t length)
{
    const char *name = arena_strndup(&scratch, s + 1, length - 1);
    struct passwd *pw;

    if (length == 1)
        return vars_get("HOME");
    pw = getpwnam(name);
    return pw != NULL ? pw->pw_dir : NULL;
}

/* Where the name after a tilde ends. */
static size_t tilde_length(const char *s, enum tilde tilde)
{
    return strcspn(s, tilde == TILDE_ASSIGNMENT ? "/:" : "/");
}

/*
 * Text as it was typed.  A tilde counts at the beginning of the word, and in an assignment after a
 * colon, if nothing but plain text belongs to its name.
 */
static void add_text(struct tagged *out, const struct part *p, enum tag plain, bool first,
                     enum tilde tilde)
{
    const char *s = p->text;
    bool may_begin = first && tilde != TILDE_NONE;

    while (*s != '\0') {
        if (*s == '~' && may_begin) {
            size_t length = tilde_length(s, tilde);
            const char *home = s[length] != '\0' || p->next == NULL ? home_of(s, length) : NULL;

            if (home != NULL) {
                tagged_add_string(out, home, TAG_QUOTED);
                s += length;
                may_begin = false;
                continue;
            }
        }
        may_begin = *s == ':' && tilde == TILDE_ASSIGNMENT;
        tagged_add(out, *s++, plain);
    }
}

const char *expand_parameter(const char *name)
{
    if (isdigit((unsigned char)name[0])) {
        long n = strtol(name, NULL, 10);

        if (n == 0)
            return shell.name;
        return n <= parameters.count ? parameters.values[n - 1] : NULL;
    }
    switch (name[0]) {
    case '#':
        return arena_printf(&scratch, "%d", parameters.count);
    case '?':
        return arena_printf(&scratch, "%d", shell.status);
    case '$':
        return arena_printf(&scratch, "%d", (int)shell.pid);
    case '!':
        return shell.background == 0 ? NULL : arena_printf(&scratch, "%d", (int)shell.background);
    case '-':
        return options_letters();
    default:
        return vars_get(name);
    }
}

static bool is_list(const char *name)
{
    return (name[0] == '@' || name[0] == '*') && name[1] == '\0';
}

/* What stands between the values of $* where they are one string; '\0' for nothing. */
static char joint(void)
{
    return separators()[0];
}

/* $@ or $*, quoted or not. */
static void add_list(struct tagged *out, const char *name, bool quoted)
{
    bool joined = quoted && name[0] == '*';

    if (joined && parameters.count == 0)
        tagged_add(out, '\0', TAG_EMPTY);
    for (int i = 0; i < parameters.count; i++) {
        if (i > 0 && !joined)
            tagged_add(out, name[0] == '@' ? ' ' : joint(), TAG_BREAK);
        else if (i > 0 && joint() != '\0')
            tagged_add(out, joint(), TAG_QUOTED);
        add_value(out, parameters.values[i], quoted);
    }
}

/* $@ or $* as one string. */
static const char *join_list(void)
{
    struct tagged all;

    tagged_init(&all);
    add_list(&all, "@", true);
    return tagged_string(&all);
}

/* The length of the part of VALUE that matches, or -1. */
static long match_prefix(char *value, const char *pattern, bool longest)
{
    long length = (long)strlen(value);

    for (long i = 0; i <= length; i++) {
        long end = longest ? length - i : i;
        char saved = value[end];
        bool matches;

        value[end] = '\0';
        matches = fnmatch(pattern, value, 0) == 0;
        value[end] = saved;
        if (matches)
            return end;
    }
    return -1;
}

static long match_suffix(const char *value, const char *pattern, bool longest)
{
    long length = (long)strlen(value);

    for (long i = 0; i <= length; i++) {
        long start = longest ? i : length - i;

        if (fnmatch(pattern, value + start, 0) == 0)
            return length - start;
    }
    return -1;
}

/* ${name#pattern} and its like. */
static bool add_cut(struct tagged *out, const struct part *p, const char *value)
{
    bool longest = p->op == PARAMETER_CUT_LONG_PREFIX || p->op == PARAMETER_CUT_LONG_SUFFIX;
    bool prefix = p->op == PARAMETER_CUT_SHORT_PREFIX || p->op == PARAMETER_CUT_LONG_PREFIX;
    /* The pattern may change the variable. */
    char *copy = arena_strdup(&scratch, value != NULL ? value : "");
    const char *pattern = expand_pattern(p->word);
    long cut;

    if (pattern == NULL)
        return false;
    cut = prefix ? match_prefix(copy, pattern, longest) : match_suffix(copy, pattern, longest);
    if (cut >= 0 && prefix)
        copy += cut;
    else if (cut >= 0)
        copy[strlen(copy) - (size_t)cut] = '\0';
    add_value(out, copy, p->quoted);
    return true;
}

/* The operand of ${name-word} instead of the value. */
static bool add_operand(struct tagged *out, const struct part *p)
{
    if (p->word->parts == NULL) {
        add_value(out, "", p->quoted);
        return true;
    }
    return expand_parts(out, p->word, p->quoted ? TAG_QUOTED : TAG_SPLIT,
                        p->quoted ? TILDE_NONE : TILDE_FIRST);
}

static bool add_assigned(struct tagged *out, const struct part *p)
{
    char *value;

    if (!word_is_name(p->text, strlen(p->text))) {
        shell_fail("%s: cannot be assigned to", p->text);
        return false;
    }
    value = expand_string(p->word);
    if (value == NULL)
        return false;
    if (!vars_set(p->text, value)) {
        shell_end_after_error(STATUS_ERROR);
        return false;
    }
    add_value(out, value, p->quoted);
    return true;
}

/* ${name?word} without a value */
static bool complain(const struct part *p)
{
    const char *message = p->word->parts == NULL
                              ? (p->colon ? "is not set or empty" : "is not set")
                              : expand_string(p->word);

    if (message != NULL)
        shell_fail("%s: %s", p->text, message);
    return false;
}

static bool add_length(struct tagged *out, const struct part *p, const char *value)
{
    char digits[24];

    if (is_list(p->text))
        snprintf(digits, sizeof(digits), "%d", parameters.count);
    else
        snprintf(digits, sizeof(digits), "%zu", value != NULL ? strlen(value) : 0);
    add_value(out, digits, p->quoted);
    return true;
}

static bool add_parameter(struct tagged *out, const struct part *p)
{
    bool list = is_list(p->text);
    const char *value = list ? (parameters.count > 0 ? join_list() : NULL)
                             : expand_parameter(p->text);
    bool missing = value == NULL || (p->colon && *value == '\0');

    switch (p->op) {
    case PARAMETER_DEFAULT:
        if (missing)
            return add_operand(out, p);
        break;
    case PARAMETER_ASSIGN:
        if (missing)
            return add_assigned(out, p);
        break;
    case PARAMETER_ERROR:
        if (missing)
            return complain(p);
        break;
    case PARAMETER_ALTERNATIVE:
        if (!missing)
            return add_operand(out, p);
        add_value(out, "", p->quoted);
        return true;
    default:
        if (value == NULL && !list && option_is_set(OPTION_NOUNSET)) {
            shell_fail("%s: is not set", p->text);
            return false;
        }
        if (p->op == PARAMETER_LENGTH)
            return add_length(out, p, value);
        if (p->op >= PARAMETER_CUT_SHORT_PREFIX)
            return add_cut(out, p, value);
    }
    if (list)
        add_list(out, p->text, p->quoted);
    else
        add_value(out, value != NULL ? value : "", p->quoted);
    return true;
}

static bool add_command(struct tagged *out, const struct part *p)
{
    struct text output;

    text_init(&output, &scratch);
    if (!exec_substitution(p->body, &output))
        return false;
    add_value(out, text_end(&output), p->quoted);
    return true;
}

static bool add_arithmetic(struct tagged *out, const struct part *p)
{
    const char *expression = expand_string(p->word);
    char digits[24];
    long value;

    if (expression == NULL || !arith_evaluate(expression, &value))
        return false;
    snprintf(digits, sizeof(digits), "%ld", value);
    add_value(out, digits, p->quoted);
    return true;
}

/* All parts; PLAIN is the tag of unquoted text. */
static bool expand_parts(struct tagged *out, const struct word *w, enum tag plain,
                         enum tilde tilde)
{
    for (const struct part *p = w->parts; p != NULL; p = p->next) {
        switch (p->kind) {
        case PART_TEXT:
            if (p->quoted)
                add_value(out, p->text, true);
            else
                add_text(out, p, plain, p == w->parts, tilde);
            break;
        case PART_PARAMETER:
            if (p->op == PARAMETER_BAD) {
                shell_fail("bad substitution");
                return false;
            }
            if (!add_parameter(out, p))
                return false;
            break;
        case PART_COMMAND:
            if (!add_command(out, p))
                return false;
            break;
        case PART_ARITHMETIC:
            if (!add_arithmetic(out, p))
                return false;
            break;
        }
    }
    return true;
}

bool expand_fields(const struct word *w, struct fields *f)
{
    struct tagged t;

    tagged_init(&t);
    if (!expand_parts(&t, w, TAG_PLAIN, TILDE_FIRST))
        return false;
    tagged_add_fields(&t, separators(), f);
    return true;
}

char *expand_string(const struct word *w)
{
    struct tagged t;

    tagged_init(&t);
    return expand_parts(&t, w, TAG_PLAIN, TILDE_FIRST) ? tagged_string(&t) : NULL;
}

char *expand_assignment(const struct word *w)
{
    struct tagged t;

    tagged_init(&t);
    return expand_parts(&t, w, TAG_PLAIN, TILDE_ASSIGNMENT) ? tagged_string(&t) : NULL;
}

char *expand_pattern(const struct word *w)
{
    struct tagged t;

    tagged_init(&t);
    return expand_parts(&t, w, TAG_PLAIN, TILDE_FIRST) ? tagged_pattern(&t) : NULL;
}
