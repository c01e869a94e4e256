/* SPDX-License-Identifier: MIT */
/*
 * environ.c - the environment: NAME=value strings in an array that ends with NULL.
 *
 * The array that the kernel made has no room to grow, so the first change copies it.  Strings
 * made by setenv are remembered nowhere and stay until exit: whoever asked getenv may still hold
 * them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char **copied; /* the array of ours, while environ is that */

static size_t count(void)
{
    size_t n = 0;

    if (environ == NULL)
        return 0;
    while (environ[n] != NULL)
        n++;
    return n;
}

/* Where NAME, of LENGTH bytes, stands, or NULL. */
static char **find(const char *name, size_t length)
{
    if (environ == NULL)
        return NULL;
    for (char **e = environ; *e != NULL; e++)
        if (strncmp(*e, name, length) == 0 && (*e)[length] == '=')
            return e;
    return NULL;
}

static int insert(char *assignment)
{
    size_t n = count();
    char **larger = realloc(environ == copied ? copied : NULL, (n + 2) * sizeof(char *));

    if (larger == NULL)
        return -1;
    if (environ != copied && n > 0)
        memcpy(larger, environ, n * sizeof(char *));
    larger[n] = assignment;
    larger[n + 1] = NULL;
    environ = copied = larger;
    return 0;
}

static int replace_or_insert(char *assignment, size_t length)
{
    char **place = find(assignment, length);

    if (place == NULL)
        return insert(assignment);
    *place = assignment;
    return 0;
}

static int invalid(void)
{
    errno = EINVAL;
    return -1;
}

char *getenv(const char *name)
{
    size_t length = strlen(name);
    char **place = find(name, length);

    return place == NULL ? NULL : *place + length + 1;
}

int setenv(const char *name, const char *value, int overwrite)
{
    size_t length = strlen(name);
    char *assignment;

    if (length == 0 || strchr(name, '=') != NULL)
        return invalid();
    if (!overwrite && find(name, length) != NULL)
        return 0;
    assignment = malloc(length + 1 + strlen(value) + 1);
    if (assignment == NULL)
        return -1;
    stpcpy(stpcpy(stpcpy(assignment, name), "="), value);
    if (replace_or_insert(assignment, length) == 0)
        return 0;
    free(assignment);
    return -1;
}

/* The string itself becomes part of the environment. */
int putenv(char *assignment)
{
    char *equals = strchr(assignment, '=');

    if (equals == NULL)
        return unsetenv(assignment);
    return replace_or_insert(assignment, (size_t)(equals - assignment));
}

int unsetenv(const char *name)
{
    size_t length = strlen(name);
    char **place;

    if (length == 0 || strchr(name, '=') != NULL)
        return invalid();
    while ((place = find(name, length)) != NULL)
        for (; *place != NULL; place++)
            place[0] = place[1];
    return 0;
}

int clearenv(void)
{
    environ = NULL;
    return 0;
}
