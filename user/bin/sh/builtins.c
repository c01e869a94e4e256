/* SPDX-License-Identifier: MIT */
/* builtins.c - the table of builtins, and what they have in common. */
#include <stddef.h>
#include <string.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/word.h"

const struct builtin builtins[] = {
    { ".", builtin_dot, SPECIAL, "FILE  execute the commands in FILE" },
    { ":", builtin_colon, SPECIAL, "do nothing" },
    { "[", builtin_test, ORDINARY, "EXPRESSION ]  see test" },
    { "bg", builtin_bg, ORDINARY, "[JOB...]  continue in the background" },
    { "break", builtin_break, SPECIAL, "[N]  leave the loop, or N loops" },
    { "cd", builtin_cd, ORDINARY, "[-LP] [FOLDER | -]  change the current folder" },
    { "command", builtin_command, ORDINARY,
      "[-pvV] NAME [ARGUMENT...]  not a function; -v: what is it?" },
    { "continue", builtin_break, SPECIAL, "[N]  go on with the next round of the loop" },
    { "echo", builtin_echo, ORDINARY, "[-neE] [WORD...]  print words" },
    { "eval", builtin_eval, SPECIAL, "[WORD...]  execute the words as a command" },
    { "exec", builtin_exec, SPECIAL, "[PROGRAM...]  become PROGRAM, or keep redirections" },
    { "exit", builtin_exit, SPECIAL, "[STATUS]  leave the shell" },
    { "export", builtin_export, DECLARING, "[-p] [NAME[=VALUE]...]  give variables to programs" },
    { "false", builtin_false, ORDINARY, "fail" },
    { "fg", builtin_bg, ORDINARY, "[JOB]  continue in the foreground" },
    { "getopts", builtin_getopts, ORDINARY, "LETTERS NAME [WORD...]  the next option" },
    { "hash", builtin_hash, ORDINARY, "[-r] [NAME...]  look programs up; nothing is remembered" },
    { "help", builtin_help, ORDINARY, "this list" },
    { "history", builtin_history, ORDINARY, "[-c] [N]  the last lines typed" },
    { "jobs", builtin_jobs, ORDINARY, "[-lp] [JOB...]  what runs in the background" },
    { "kill", builtin_kill, ORDINARY, "[-SIGNAL] PROCESS|JOB...  or -l: send a signal" },
    { "local", builtin_local, DECLARING, "NAME[=VALUE]...  variables of this function only" },
    { "pwd", builtin_pwd, ORDINARY, "[-LP]  the current folder" },
    { "read", builtin_read, ORDINARY, "[-r] [-p PROMPT] NAME...  read a line into variables" },
    { "readonly", builtin_export, DECLARING,
      "[-p] [NAME[=VALUE]...]  forbid changes of variables" },
    { "return", builtin_return, SPECIAL, "[STATUS]  leave the function" },
    { "set", builtin_set, SPECIAL, "[-aCefmnuvx] [-o NAME] [--] [WORD...]  options; $1 $2 ..." },
    { "shift", builtin_shift, SPECIAL, "[N]  drop $1, or the first N" },
    { "test", builtin_test, ORDINARY, "EXPRESSION  compare strings, numbers, files" },
    { "times", builtin_times, SPECIAL, "processor time used" },
    { "trap", builtin_trap, SPECIAL, "[ACTION SIGNAL...]  what to do at a signal, or EXIT" },
    { "true", builtin_colon, ORDINARY, "succeed" },
    { "type", builtin_type, ORDINARY, "NAME...  what is it?" },
    { "ulimit", builtin_ulimit, ORDINARY, "[-HS] [-a | -cdflmnpstv] [LIMIT]  limits on programs" },
    { "umask", builtin_umask, ORDINARY, "[-S] [MASK]  permissions that new files do not get" },
    { "unset", builtin_unset, SPECIAL, "[-fv] NAME...  forget variables or functions" },
    { "wait", builtin_wait, ORDINARY, "[PROCESS|JOB...]  until they have ended" },
    { NULL, NULL, ORDINARY, NULL },
};

const struct builtin *builtin_find(const char *name)
{
    for (const struct builtin *b = builtins; b->name != NULL; b++)
        if (strcmp(b->name, name) == 0)
            return b;
    return NULL;
}

bool builtin_check_name(const char *builtin, const char *name)
{
    if (word_is_name(name, strlen(name)))
        return true;
    shell_warn("%s: %s: is no name of a variable", builtin, name);
    return false;
}

int builtin_option(char **argv, int *at, const char **rest, const char *letters, const char **word)
{
    const char *known;
    char letter;

    if (*rest == NULL || **rest == '\0') {
        const char *arg = argv[*at];

        if (arg == NULL || arg[0] != '-' || arg[1] == '\0')
            return 0;
        (*at)++;
        if (strcmp(arg, "--") == 0)
            return 0;
        *rest = arg + 1;
    }
    letter = *(*rest)++;
    known = letter != ':' ? strchr(letters, letter) : NULL;
    if (known == NULL) {
        shell_warn("%s: -%c: unknown option", argv[0], letter);
        return -1;
    }
    if (known[1] != ':')
        return letter;
    *word = **rest != '\0' ? *rest : argv[*at];
    if (**rest == '\0' && *word != NULL)
        (*at)++;
    *rest = NULL;
    if (*word == NULL) {
        shell_warn("%s: -%c needs a word", argv[0], letter);
        return -1;
    }
    return letter;
}
