/* SPDX-License-Identifier: MIT */
/*
 * getopt.c - options of commands.
 *
 * `next` stands inside a word of several letters, such as the "l" of "-al"; it is NULL between
 * words.
 */
#include <err.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

char *optarg;
int optind = 1;
int opterr = 1;
int optopt;

static char *next;

/* Complain, unless the caller does; returns what getopt returns. */
static int complain(const char *letters, const char *format, const char *option, int length)
{
    if (opterr && letters[0] != ':')
        warnx(format, length, option);
    return '?';
}

/* The argument of an option: the rest of the word, or the next word. */
static int take_argument(int argc, char *const argv[], const char *letters, int option)
{
    char name = (char)option;

    if (*next != '\0') {
        optarg = next;
    } else if (optind < argc) {
        optarg = argv[optind++];
    } else {
        next = NULL;
        complain(letters, "option requires an argument -- '%.*s'", &name, 1);
        return letters[0] == ':' ? ':' : '?';
    }
    next = NULL;
    return option;
}

/* Begin with the word at optind: false when it is no option. */
static int begin_word(int argc, char *const argv[])
{
    if (optind == 0) {
        optind = 1;
        next = NULL;
    }
    if (next != NULL)
        return 1;
    if (optind >= argc || argv[optind][0] != '-' || argv[optind][1] == '\0')
        return 0;
    next = argv[optind++] + 1;
    if (strcmp(next, "-") != 0)
        return 1;
    next = NULL;
    return 0;
}

static int short_option(int argc, char *const argv[], const char *letters)
{
    int option = (unsigned char)*next++;
    const char *spec = option == ':' ? NULL : strchr(letters, option);
    char name = (char)option;

    optopt = option;
    if (spec == NULL) {
        if (*next == '\0')
            next = NULL;
        return complain(letters, "invalid option -- '%.*s'", &name, 1);
    }
    if (spec[1] == ':' && spec[2] == ':') {
        optarg = *next != '\0' ? next : NULL;
        next = NULL;
        return option;
    }
    if (spec[1] == ':')
        return take_argument(argc, argv, letters, option);
    if (*next == '\0')
        next = NULL;
    return option;
}

int getopt(int argc, char *const argv[], const char *letters)
{
    optarg = NULL;
    if (!begin_word(argc, argv))
        return -1;
    return short_option(argc, argv, letters);
}

/* The entry that NAME begins or is; NULL when none or several do. */
static const struct option *find_long(const struct option *options, const char *name, size_t length)
{
    const struct option *found = NULL;

    for (const struct option *o = options; o->name != NULL; o++) {
        if (strncmp(o->name, name, length) != 0)
            continue;
        if (o->name[length] == '\0')
            return o;
        if (found != NULL)
            return NULL;
        found = o;
    }
    return found;
}

static int long_option(int argc, char *const argv[], const char *letters,
                       const struct option *options, int *index)
{
    const char *name = next + 1;
    const char *equals = strchrnul(name, '=');
    const struct option *o = find_long(options, name, (size_t)(equals - name));

    next = NULL;
    optopt = 0;
    if (o == NULL)
        return complain(letters, "unknown option -- '%.*s'", name, (int)(equals - name));
    optopt = o->val;
    if (*equals == '=') {
        if (o->has_arg == no_argument)
            return complain(letters, "option takes no argument -- '%.*s'", name,
                            (int)(equals - name));
        optarg = (char *)equals + 1;
    } else if (o->has_arg == required_argument) {
        if (optind >= argc) {
            complain(letters, "option requires an argument -- '%.*s'", name, (int)strlen(name));
            return letters[0] == ':' ? ':' : '?';
        }
        optarg = argv[optind++];
    }
    if (index != NULL)
        *index = (int)(o - options);
    if (o->flag == NULL)
        return o->val;
    *o->flag = o->val;
    return 0;
}

int getopt_long(int argc, char *const argv[], const char *letters, const struct option *options,
                int *index)
{
    optarg = NULL;
    if (!begin_word(argc, argv))
        return -1;
    if (*next == '-' && next == argv[optind - 1] + 1)
        return long_option(argc, argv, letters, options, index);
    return short_option(argc, argv, letters);
}
