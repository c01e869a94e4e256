/* SPDX-License-Identifier: MIT */
/* builtin_vars.c - builtins for variables and parameters. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/functions.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/text.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

/* Print variables with all of FLAGS as commands that begin with PREFIX. */
static void print_variables(const char *prefix, unsigned flags)
{
    for (const struct var **list = vars_list(); *list != NULL; list++) {
        const struct var *v = *list;
        struct text value;

        if ((v->flags & flags) != flags || (v->value == NULL && flags == 0))
            continue;
        text_init(&value, &scratch);
        if (v->value != NULL) {
            text_add(&value, '=');
            text_add_quoted(&value, v->value);
        }
        printf("%s%s%s\n", prefix, v->name, text_end(&value));
    }
}

/* NAME or NAME=VALUE: the name in scratch, the value or NULL; false after a message. */
static bool parse_declaration(const char *builtin, const char *word, char **name,
                              const char **value)
{
    const char *equals = strchrnul(word, '=');

    *name = arena_strndup(&scratch, word, (size_t)(equals - word));
    *value = *equals == '=' ? equals + 1 : NULL;
    return builtin_check_name(builtin, *name);
}

/* export and readonly */
int builtin_export(int argc, char **argv)
{
    unsigned flag = argv[0][0] == 'e' ? VAR_EXPORTED : VAR_READONLY;
    const char *rest = NULL, *word, *value;
    bool print = argc == 1;
    char *name;
    int at = 1;
    int letter;

    while ((letter = builtin_option(argv, &at, &rest, "p", &word)) > 0)
        print = true;
    if (letter < 0)
        return -STATUS_ERROR;
    if (print && at == argc)
        print_variables(flag == VAR_EXPORTED ? "export " : "readonly ", flag);
    for (; at < argc; at++)
        if (!parse_declaration(argv[0], argv[at], &name, &value) || !vars_mark(name, value, flag))
            return -STATUS_ERROR;
    return 0;
}

int builtin_local(int argc, char **argv)
{
    const char *value;
    char *name;

    if (shell.calls == 0 || !vars_has_scope()) {
        shell_warn("local: only in functions");
        return -STATUS_ERROR;
    }
    for (int i = 1; i < argc; i++) {
        if (!parse_declaration(argv[0], argv[i], &name, &value))
            return -STATUS_ERROR;
        vars_make_local(name);
        if (value != NULL && !vars_set(name, value))
            return -STATUS_ERROR;
    }
    return 0;
}

int builtin_unset(int argc, char **argv)
{
    const char *rest = NULL, *word;
    bool functions = false;
    int at = 1;
    int letter;

    while ((letter = builtin_option(argv, &at, &rest, "fv", &word)) > 0)
        functions |= letter == 'f';
    if (letter < 0)
        return -STATUS_ERROR;
    for (; at < argc; at++) {
        if (functions) {
            functions_unset(argv[at]);
            continue;
        }
        if (!builtin_check_name("unset", argv[at]) || !vars_unset(argv[at]))
            return -STATUS_ERROR;
    }
    return 0;
}

/* Options, then parameters: none given leaves them, "--" alone removes them. */
int builtin_set(int argc, char **argv)
{
    int used;

    if (argc == 1) {
        print_variables("", 0);
        return 0;
    }
    used = options_parse(argv + 1, NULL);
    if (used < 0)
        return -STATUS_ERROR;
    jobs_update_control();
    if (used < argc - 1 || strcmp(argv[used], "--") == 0)
        parameters_set(argv + 1 + used, argc - 1 - used);
    return 0;
}

int builtin_shift(int argc, char **argv)
{
    char *end;
    long count = 1;

    if (argc > 1) {
        count = strtol(argv[1], &end, 10);
        if (!isdigit((unsigned char)argv[1][0]) || *end != '\0') {
            shell_warn("shift: %s: is no number", argv[1]);
            return -STATUS_ERROR;
        }
    }
    if (count > parameters.count) {
        shell_warn("shift: there are only %d parameters", parameters.count);
        return -STATUS_ERROR;
    }
    parameters_shift((int)count);
    return 0;
}

/* What getopts works on, and where it stands. */
struct getopts {
    const char *letters;
    bool silent;   /* the letters begin with ':' */
    char **words;
    int count;
    int index;     /* of the current word, from 1 as OPTIND */
    int offset;    /* of the next letter in it; 0: none of it was used */
};

/* Have a letter under `offset`, or find the end of the options. */
static bool find_letter(struct getopts *g)
{
    const char *word;

    if (g->offset > 0)
        return true;
    if (g->index > g->count)
        return false;
    word = g->words[g->index - 1];
    if (word[0] != '-' || word[1] == '\0')
        return false;
    if (strcmp(word, "--") == 0) {
        g->index++;
        return false;
    }
    g->offset = 1;
    return true;
}

static void next_word(struct getopts *g)
{
    g->index++;
    g->offset = 0;
}

/* The word of an option that takes one: the rest of this word, or the next. */
static const char *take_argument(struct getopts *g)
{
    const char *rest = g->words[g->index - 1] + g->offset;

    next_word(g);
    if (*rest != '\0')
        return rest;
    return g->index <= g->count ? g->words[g->index++ - 1] : NULL;
}

/* Set NAME and OPTARG for an option that is wrong. */
static bool set_wrong(const struct getopts *g, const char *name, char letter, bool unknown)
{
    char text[2] = { letter, '\0' };

    if (g->silent)
        return vars_set(name, unknown ? "?" : ":") && vars_set("OPTARG", text);
    shell_warn(unknown ? "-%c: unknown option" : "-%c needs a word", letter);
    return vars_set(name, "?") && vars_unset("OPTARG");
}

static bool set_option(struct getopts *g, const char *name)
{
    char letter = g->words[g->index - 1][g->offset++];
    const char *known = letter != ':' ? strchr(g->letters, letter) : NULL;
    char text[2] = { letter, '\0' };
    const char *argument = NULL;

    if (known != NULL && known[1] == ':') {
        argument = take_argument(g);
        if (argument == NULL)
            return set_wrong(g, name, letter, false);
    } else if (g->words[g->index - 1][g->offset] == '\0') {
        next_word(g);
    }
    if (known == NULL)
        return set_wrong(g, name, letter, true);
    return vars_set(name, text)
           && (argument != NULL ? vars_set("OPTARG", argument) : vars_unset("OPTARG"));
}

int builtin_getopts(int argc, char **argv)
{
    const char *optind = vars_get("OPTIND");
    struct getopts g;
    bool found, ok;

    if (argc < 3) {
        shell_warn("getopts: needs letters and the name of a variable");
        return STATUS_ERROR;
    }
    if (!builtin_check_name("getopts", argv[2]))
        return STATUS_ERROR;
    g = (struct getopts){
        .letters = argv[1],
        .silent = argv[1][0] == ':',
        .words = argc > 3 ? argv + 3 : parameters.values,
        .count = argc > 3 ? argc - 3 : parameters.count,
        .index = optind != NULL ? atoi(optind) : 1,
        .offset = parameters.getopts_offset,
    };
    if (g.index < 1)
        g.index = 1;
    if (g.index > g.count || (size_t)g.offset >= strlen(g.words[g.index - 1]))
        g.offset = 0;
    found = find_letter(&g);
    ok = found ? set_option(&g, argv[2]) : vars_set(argv[2], "?");
    ok = vars_set_number("OPTIND", g.index) && ok;
    parameters.getopts_offset = g.offset;
    return !ok ? STATUS_ERROR : !found;
}
