/* SPDX-License-Identifier: MIT */
/* options.c - what `set -x` and its like switch on. */
#include <stdio.h>
#include <string.h>
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"

static const struct {
    char letter; /* or 0 */
    const char *name;
} options[NOPTIONS] = {
    [OPTION_ALLEXPORT] = { 'a', "allexport" },     [OPTION_NOCLOBBER] = { 'C', "noclobber" },
    [OPTION_ERREXIT] = { 'e', "errexit" },         [OPTION_NOGLOB] = { 'f', "noglob" },
    [OPTION_INTERACTIVE] = { 'i', "interactive" }, [OPTION_MONITOR] = { 'm', "monitor" },
    [OPTION_NOEXEC] = { 'n', "noexec" },           [OPTION_PIPEFAIL] = { 0, "pipefail" },
    [OPTION_STDIN] = { 's', "stdin" },             [OPTION_NOUNSET] = { 'u', "nounset" },
    [OPTION_VERBOSE] = { 'v', "verbose" },         [OPTION_XTRACE] = { 'x', "xtrace" },
};

static bool is_set[NOPTIONS];

bool option_is_set(enum shell_option o)
{
    return is_set[o];
}

void option_set(enum shell_option o, bool on)
{
    is_set[o] = on;
}

static bool set_letter(char letter, bool on)
{
    for (int i = 0; i < NOPTIONS; i++) {
        if (options[i].letter == letter) {
            is_set[i] = on;
            return true;
        }
    }
    shell_warn("-%c: unknown option", letter);
    return false;
}

static bool set_name(const char *name, bool on)
{
    for (int i = 0; i < NOPTIONS; i++) {
        if (strcmp(options[i].name, name) == 0) {
            is_set[i] = on;
            return true;
        }
    }
    shell_warn("%s: unknown option", name);
    return false;
}

/* One word of options; *USED grows when -o takes the next word, too. */
static bool parse_word(char **argv, int *used, bool *command)
{
    const char *letters = argv[*used] + 1;
    bool on = argv[*used][0] == '-';

    (*used)++;
    for (; *letters != '\0'; letters++) {
        if (*letters == 'c' && command != NULL) {
            *command = true;
        } else if (*letters != 'o') {
            if (!set_letter(*letters, on))
                return false;
        } else if (argv[*used] == NULL) {
            options_print(!on);
        } else if (!set_name(argv[(*used)++], on)) {
            return false;
        }
    }
    return true;
}

int options_parse(char **argv, bool *command)
{
    int used = 0;

    while (argv[used] != NULL && (argv[used][0] == '-' || argv[used][0] == '+')
           && argv[used][1] != '\0') {
        if (strcmp(argv[used], "--") == 0)
            return used + 1;
        if (!parse_word(argv, &used, command))
            return -1;
    }
    /* `#!/bin/sh -`: whatever the script is called, it is no option. */
    if (command != NULL && argv[used] != NULL && strcmp(argv[used], "-") == 0)
        used++;
    return used;
}

const char *options_letters(void)
{
    static char letters[NOPTIONS + 1];
    char *end = letters;

    for (int i = 0; i < NOPTIONS; i++)
        if (is_set[i] && options[i].letter != 0)
            *end++ = options[i].letter;
    *end = '\0';
    return letters;
}

void options_print(bool as_commands)
{
    for (int i = 0; i < NOPTIONS; i++) {
        if (i == OPTION_INTERACTIVE || i == OPTION_STDIN)
            continue;
        if (as_commands)
            printf("set %co %s\n", is_set[i] ? '-' : '+', options[i].name);
        else
            printf("%-12s %s\n", options[i].name, is_set[i] ? "on" : "off");
    }
}
