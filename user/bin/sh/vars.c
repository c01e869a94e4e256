/* SPDX-License-Identifier: MIT */
/*
 * vars.c - variables, the scopes of functions, and the positional parameters.
 *
 * A hash table of variables.  A scope is a list of saved states: the newest first, so that ending
 * the scope restores the oldest last.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

#define NCHAINS 64 /* a power of two */

struct saved {
    struct saved *next;
    char *name;
    char *value;
    unsigned flags;
    bool existed;
};

struct scope {
    struct scope *outer;
    struct saved *saved;
};

static struct var *chains[NCHAINS];
static struct scope *scope;

struct parameters parameters;

static struct var **chain_of(const char *name)
{
    unsigned hash = 0;

    while (*name != '\0')
        hash = hash * 31 + (unsigned char)*name++;
    return &chains[hash % NCHAINS];
}

/* The place that points to the variable, or to the end of its chain. */
static struct var **find_place(const char *name)
{
    struct var **place = chain_of(name);

    while (*place != NULL && strcmp((*place)->name, name) != 0)
        place = &(*place)->next;
    return place;
}

static struct var *get_or_create(const char *name)
{
    struct var **place = find_place(name);

    if (*place == NULL) {
        *place = safe_alloc(sizeof(**place));
        **place = (struct var){ .name = safe_strdup(name) };
    }
    return *place;
}

static void remove_at(struct var **place)
{
    struct var *v = *place;

    *place = v->next;
    free(v->name);
    free(v->value);
    free(v);
}

const char *vars_get(const char *name)
{
    static char line[16];

    if (strcmp(name, "LINENO") == 0) {
        snprintf(line, sizeof(line), "%d", shell.line);
        return line;
    }
    struct var *v = *find_place(name);

    return v != NULL ? v->value : NULL;
}

bool vars_mark(const char *name, const char *value, unsigned flags)
{
    struct var *v = get_or_create(name);

    if (value != NULL) {
        char *copy;

        if ((v->flags & VAR_READONLY) != 0) {
            shell_warn("%s: is read only", name);
            return false;
        }
        copy = safe_strdup(value);
        free(v->value);
        v->value = copy;
    }
    v->flags |= flags;
    if (strcmp(name, "OPTIND") == 0)
        parameters.getopts_offset = 0;
    return true;
}

bool vars_set(const char *name, const char *value)
{
    return vars_mark(name, value, option_is_set(OPTION_ALLEXPORT) ? VAR_EXPORTED : 0);
}

bool vars_set_number(const char *name, long value)
{
    char digits[24];

    snprintf(digits, sizeof(digits), "%ld", value);
    return vars_set(name, digits);
}

bool vars_unset(const char *name)
{
    struct var **place = find_place(name);

    if (*place == NULL)
        return true;
    if (((*place)->flags & VAR_READONLY) != 0) {
        shell_warn("%s: is read only", name);
        return false;
    }
    remove_at(place);
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const struct var *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

const struct var **vars_list(void)
{
    const struct var **list;
    size_t count = 0;

    for (int i = 0; i < NCHAINS; i++)
        for (const struct var *v = chains[i]; v != NULL; v = v->next)
            count++;
    list = arena_alloc(&scratch, (count + 1) * sizeof(*list));
    count = 0;
    for (int i = 0; i < NCHAINS; i++)
        for (const struct var *v = chains[i]; v != NULL; v = v->next)
            list[count++] = v;
    list[count] = NULL;
    qsort(list, count, sizeof(*list), compare_names);
    return list;
}

char **vars_environment(void)
{
    const struct var **list = vars_list();
    char **environment;
    size_t count = 0;

    while (list[count] != NULL)
        count++;
    environment = arena_alloc(&scratch, (count + 1) * sizeof(*environment));
    count = 0;
    for (; *list != NULL; list++)
        if (((*list)->flags & VAR_EXPORTED) != 0 && (*list)->value != NULL)
            environment[count++] = arena_printf(&scratch, "%s=%s", (*list)->name, (*list)->value);
    environment[count] = NULL;
    return environment;
}

void vars_begin_scope(void)
{
    struct scope *s = safe_alloc(sizeof(*s));

    *s = (struct scope){ .outer = scope };
    scope = s;
}

bool vars_has_scope(void)
{
    return scope != NULL;
}

void vars_make_local(const char *name)
{
    struct var *v = *find_place(name);
    struct saved *s;

    for (s = scope->saved; s != NULL; s = s->next)
        if (strcmp(s->name, name) == 0)
            return;
    s = safe_alloc(sizeof(*s));
    *s = (struct saved){ .next = scope->saved, .name = safe_strdup(name), .existed = v != NULL };
    if (v != NULL) {
        s->value = v->value != NULL ? safe_strdup(v->value) : NULL;
        s->flags = v->flags;
    }
    scope->saved = s;
}

/* Give the variable the state it had, whatever became of it. */
static void restore(struct saved *s)
{
    if (s->existed) {
        struct var *v = get_or_create(s->name);

        free(v->value);
        v->value = s->value;
        v->flags = s->flags;
    } else {
        struct var **place = find_place(s->name);

        if (*place != NULL)
            remove_at(place);
    }
    free(s->name);
    free(s);
}

void vars_end_scope(void)
{
    struct scope *s = scope;

    scope = s->outer;
    while (s->saved != NULL) {
        struct saved *next = s->saved->next;

        restore(s->saved);
        s->saved = next;
    }
    free(s);
}

void parameters_set(char **values, int count)
{
    char **owned = safe_alloc(((size_t)count + 1) * sizeof(*owned));

    for (int i = 0; i < count; i++)
        owned[i] = safe_strdup(values[i]);
    owned[count] = NULL;
    for (char **p = parameters.owned; p != NULL && *p != NULL; p++)
        free(*p);
    free(parameters.owned);
    parameters = (struct parameters){ .values = owned, .count = count, .owned = owned };
}

void parameters_shift(int count)
{
    parameters.values += count;
    parameters.count -= count;
    parameters.getopts_offset = 0;
}

struct parameters parameters_replace(char **values, int count)
{
    struct parameters old = parameters;

    parameters = (struct parameters){ .values = values, .count = count };
    return old;
}

void parameters_restore(struct parameters old)
{
    for (char **p = parameters.owned; p != NULL && *p != NULL; p++)
        free(*p);
    free(parameters.owned);
    parameters = old;
}

/* PWD as the environment has it, if that is really where we are. */
static void set_pwd(void)
{
    const char *old = vars_get("PWD");
    char *here = getcwd(NULL, 0);
    char *real = old != NULL && old[0] == '/' ? realpath(old, NULL) : NULL;

    if (here == NULL) {
        free(real);
        return;
    }
    if (real == NULL || strcmp(real, here) != 0)
        vars_mark("PWD", here, VAR_EXPORTED);
    free(real);
    free(here);
}

void vars_init(char **environment)
{
    for (; *environment != NULL; environment++) {
        const char *equals = strchr(*environment, '=');
        char *name;

        if (equals == NULL || !word_is_name(*environment, (size_t)(equals - *environment)))
            continue;
        name = arena_strndup(&scratch, *environment, (size_t)(equals - *environment));
        vars_mark(name, equals + 1, VAR_EXPORTED);
    }
    vars_set("IFS", " \t\n");
    vars_set("OPTIND", "1");
    if (vars_get("PS4") == NULL)
        vars_set("PS4", "+ ");
    if (vars_get("PS2") == NULL)
        vars_set("PS2", "> ");
    if (vars_get("PS1") == NULL)
        vars_set("PS1", geteuid() == 0 ? "$PWD # " : "$PWD $ ");
    if (vars_get("PATH") == NULL)
        vars_set("PATH", "/bin:/usr/bin");
    vars_set_number("PPID", getppid());
    set_pwd();
}
