/* SPDX-License-Identifier: MIT */
/*
 * getopt.h - option letters and long options.
 *
 * getopt stops at the first operand, as POSIX says; "--" ends the options.  A leading ':' in the
 * list of letters silences messages and returns ':' for a missing argument.  "x::" takes an
 * optional argument, attached to the letter.  Set optind to 0 or 1 to begin again.
 */
#pragma once

extern char *optarg;
extern int optind;
extern int opterr;
extern int optopt;

struct option {
    const char *name;
    int has_arg; /* no_argument, required_argument, optional_argument */
    int *flag;   /* where to store val, or NULL to return it */
    int val;
};

#define no_argument 0
#define required_argument 1
#define optional_argument 2

int getopt(int argc, char *const argv[], const char *letters);
int getopt_long(int argc, char *const argv[], const char *letters, const struct option *options,
                int *index);
