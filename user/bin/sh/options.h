/* SPDX-License-Identifier: MIT */
/*
 * options.h - what `set -x` and its like switch on.
 */
#pragma once
#include <stdbool.h>

enum shell_option {
    OPTION_ALLEXPORT,   /* -a  export what is assigned */
    OPTION_NOCLOBBER,   /* -C  > does not overwrite */
    OPTION_ERREXIT,     /* -e  a failing command ends the shell */
    OPTION_NOGLOB,      /* -f  no file names for patterns */
    OPTION_INTERACTIVE, /* -i  only at the start */
    OPTION_MONITOR,     /* -m  job control */
    OPTION_NOEXEC,      /* -n  only check the syntax */
    OPTION_PIPEFAIL,    /*     a pipeline fails if any part of it does */
    OPTION_STDIN,       /* -s  only at the start */
    OPTION_NOUNSET,     /* -u  an unset variable is an error */
    OPTION_VERBOSE,     /* -v  show lines as they are read */
    OPTION_XTRACE,      /* -x  show commands as they are executed */
    NOPTIONS,
};

bool option_is_set(enum shell_option o);
void option_set(enum shell_option o, bool on);

/*
 * Take options like -ex, +u, -o NAME from the front of ARGV, up to "--" or the first word that is
 * none.  At the start of the shell -c is understood, too, and noted in *COMMAND (else NULL), and
 * "-" ends the options as "--" does.
 * The number of words used; -1 after a message.
 */
int options_parse(char **argv, bool *command);

/* What $- shows, valid until the next call. */
const char *options_letters(void);

/* Print them all: as commands that set them, or for people. */
void options_print(bool as_commands);
