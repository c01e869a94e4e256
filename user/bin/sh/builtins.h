/* SPDX-License-Identifier: MIT */
/*
 * builtins.h - the commands that the shell executes itself.
 *
 * A special one keeps its assignments.  When it returns a negative number, that is the status of an
 * error (after a message) that ends a script, unless `command` stands in front.
 */
#pragma once
#include <stdbool.h>

enum builtin_kind {
    ORDINARY,
    SPECIAL,
    DECLARING, /* special, and its arguments may be assignments */
};

struct builtin {
    const char *name;
    int (*run)(int argc, char **argv);
    enum builtin_kind kind;
    const char *usage; /* for `help` */
};

/* NULL when there is none of this name. */
const struct builtin *builtin_find(const char *name);

/* All of them by name; the last has no name. */
extern const struct builtin builtins[];

/*
 * Options of a builtin: the next letter of argv that is in LETTERS (a colon after those that take a
 * word, which is left in *WORD), 0 at the end of the options, or -1 after a message.
 * Begin with *AT = 1; at the end it is the index of the first argument.
 */
int builtin_option(char **argv, int *at, const char **rest, const char *letters, const char **word);

/* Is NAME that of a variable?  False after a message that begins with BUILTIN. */
bool builtin_check_name(const char *builtin, const char *name);

/* Flow of control: builtin_flow.c */
int builtin_break(int argc, char **argv);
int builtin_colon(int argc, char **argv);
int builtin_dot(int argc, char **argv);
int builtin_eval(int argc, char **argv);
int builtin_exec(int argc, char **argv);
int builtin_exit(int argc, char **argv);
int builtin_false(int argc, char **argv);
int builtin_return(int argc, char **argv);
int builtin_trap(int argc, char **argv);

/* Variables: builtin_vars.c */
int builtin_export(int argc, char **argv);
int builtin_getopts(int argc, char **argv);
int builtin_local(int argc, char **argv);
int builtin_set(int argc, char **argv);
int builtin_shift(int argc, char **argv);
int builtin_unset(int argc, char **argv);

/* Reading, writing: builtin_io.c */
int builtin_echo(int argc, char **argv);
int builtin_read(int argc, char **argv);

/* Jobs: builtin_jobs.c */
int builtin_bg(int argc, char **argv);
int builtin_jobs(int argc, char **argv);
int builtin_kill(int argc, char **argv);
int builtin_wait(int argc, char **argv);

/* The process: builtin_process.c */
int builtin_cd(int argc, char **argv);
int builtin_pwd(int argc, char **argv);
int builtin_times(int argc, char **argv);
int builtin_ulimit(int argc, char **argv);
int builtin_umask(int argc, char **argv);

/* About commands: builtin_info.c */
int builtin_command(int argc, char **argv);
int builtin_hash(int argc, char **argv);
int builtin_help(int argc, char **argv);
int builtin_history(int argc, char **argv);
int builtin_type(int argc, char **argv);

/* test and [: builtin_test.c */
int builtin_test(int argc, char **argv);
