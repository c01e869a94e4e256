/* SPDX-License-Identifier: MIT */
/* builtin_info.c - builtins that tell about commands, and `command` itself. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/command.h"
#include "user/bin/sh/functions.h"
#include "user/bin/sh/history.h"
#include "user/bin/sh/parser.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/vars.h"

static bool is_reserved(const char *name)
{
    static const char *const words[] = {
        "!",    "{",  "}",   "case", "do", "done", "elif",  "else",
        "esac", "fi", "for", "if",   "in", "then", "until", "while",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

/* Say what NAME would run: in a sentence, or only a word or path.  False: nothing. */
static bool describe(const char *name, bool sentence, const char *path)
{
    const struct builtin *b = builtin_find(name);
    const char *what = NULL;
    const char *file;

    if (is_reserved(name))
        what = "a word of the shell's language";
    else if (b != NULL && b->kind != ORDINARY)
        what = "a special builtin of the shell";
    else if (functions_find(name) != NULL)
        what = "a function";
    else if (b != NULL)
        what = "a builtin of the shell";
    file = what == NULL ? command_find(name, path) : NULL;
    if (what == NULL && file == NULL) {
        if (sentence)
            printf("%s: not found\n", name);
        return false;
    }
    if (sentence)
        printf("%s is %s\n", name, what != NULL ? what : file);
    else
        puts(what != NULL ? name : file);
    return true;
}

int builtin_type(int argc, char **argv)
{
    int status = 0;

    for (int i = 1; i < argc; i++)
        if (!describe(argv[i], true, vars_get("PATH")))
            status = STATUS_NOT_FOUND;
    return status;
}

int builtin_command(int argc, char **argv)
{
    const char *rest = NULL, *word;
    bool only_word = false, sentence = false, default_path = false;
    int at = 1;
    int status = 0;
    int letter;

    while ((letter = builtin_option(argv, &at, &rest, "pvV", &word)) > 0) {
        only_word |= letter == 'v';
        sentence |= letter == 'V';
        default_path |= letter == 'p';
    }
    if (letter < 0)
        return STATUS_ERROR;
    if (!only_word && !sentence)
        return at == argc ? 0 : command_run_words(argc - at, argv + at, default_path);
    for (; at < argc; at++)
        if (!describe(argv[at], sentence, default_path ? COMMAND_DEFAULT_PATH : vars_get("PATH")))
            status = STATUS_NOT_FOUND;
    return status;
}

/* There is no table of paths: each search is made anew, so -r has nothing to forget. */
int builtin_hash(int argc, char **argv)
{
    const char *rest = NULL, *word;
    int at = 1;
    int status = 0;
    int letter;

    while ((letter = builtin_option(argv, &at, &rest, "r", &word)) > 0)
        continue;
    if (letter < 0)
        return STATUS_ERROR;
    for (; at < argc; at++) {
        if (builtin_find(argv[at]) != NULL || functions_find(argv[at]) != NULL
            || command_find(argv[at], vars_get("PATH")) != NULL)
            continue;
        shell_warn("hash: %s: not found", argv[at]);
        status = 1;
    }
    return status;
}

int builtin_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    puts("Builtins of the shell; everything else is a program (see ls /bin):");
    for (const struct builtin *b = builtins; b->name != NULL; b++)
        printf("  %-9s %s\n", b->name, b->usage);
    return 0;
}

int builtin_history(int argc, char **argv)
{
    int count = history_count();
    int shown = count;

    if (argc > 1 && strcmp(argv[1], "-c") == 0) {
        history_clear();
        return 0;
    }
    if (argc > 1)
        shown = atoi(argv[1]);
    for (int i = shown < count ? count - shown : 0; i < count; i++)
        printf("%5d  %s\n", history_number(i), history_get(i));
    return 0;
}
