/* SPDX-License-Identifier: MIT */
/*
 * glob.c - names that match a pattern.
 *
 * The pattern is expanded part by part, from left to right: `path` is what has been matched so far.
 * A part without wildcards is appended as it is and only the whole result is checked for existence;
 * so directories that may be searched but not read can be passed through.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct search {
    glob_t *g;
    int flags;
    int (*on_error)(const char *path, int error);
    char path[PATH_MAX];
};

static bool has_wildcard(const char *p, size_t length, int flags)
{
    for (size_t i = 0; i < length; i++) {
        if (p[i] == '*' || p[i] == '?' || p[i] == '[')
            return true;
        if (p[i] == '\\' && !(flags & GLOB_NOESCAPE))
            i++;
    }
    return false;
}

static size_t offset(const glob_t *g, int flags)
{
    return flags & GLOB_DOOFFS ? g->gl_offs : 0;
}

static int add(glob_t *g, int flags, const char *path, const char *suffix)
{
    size_t first = offset(g, flags);
    char **larger = reallocarray(g->gl_pathv, first + g->gl_pathc + 2, sizeof(char *));
    size_t length = strlen(path);
    char *copy;

    if (larger == NULL)
        return GLOB_NOSPACE;
    g->gl_pathv = larger;
    copy = malloc(length + strlen(suffix) + 1);
    if (copy == NULL)
        return GLOB_NOSPACE;
    strcpy(mempcpy(copy, path, length), suffix);
    larger[first + g->gl_pathc++] = copy;
    larger[first + g->gl_pathc] = NULL;
    return 0;
}

/* The whole pattern is used up: keep the path, of LENGTH bytes, if there is such a file. */
static int add_if_present(struct search *s, size_t length)
{
    const char *suffix = "";
    struct stat st;

    if (lstat(s->path, &st) < 0)
        return 0;
    if ((s->flags & GLOB_MARK) && s->path[length - 1] != '/' && stat(s->path, &st) == 0
        && S_ISDIR(st.st_mode))
        suffix = "/";
    return add(s->g, s->flags, s->path, suffix);
}

static int expand(struct search *s, size_t length, const char *pattern);

/* Append LENGTH bytes of TEXT to the path, or fail with 0; backslashes quote when QUOTED. */
static size_t append(struct search *s, size_t at, const char *text, size_t length, bool quoted)
{
    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\' && i + 1 < length)
            i++;
        if (at + 1 >= sizeof(s->path))
            return 0;
        s->path[at++] = text[i];
    }
    s->path[at] = '\0';
    return at;
}

/* Visit the entries of the directory `path` that match PART. */
static int expand_wildcard(struct search *s, size_t length, const char *part, const char *rest)
{
    int match_flags = (s->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0)
                      | (s->flags & GLOB_PERIOD ? 0 : FNM_PERIOD);
    DIR *dir = opendir(length > 0 ? s->path : ".");
    struct dirent *entry;
    int result = 0;

    if (dir == NULL) {
        if (errno == ENOENT || errno == ENOTDIR)
            return 0;
        if (s->on_error != NULL && s->on_error(s->path, errno) != 0)
            return GLOB_ABORTED;
        return s->flags & GLOB_ERR ? GLOB_ABORTED : 0;
    }
    while (result == 0 && (entry = readdir(dir)) != NULL) {
        size_t end;

        if (fnmatch(part, entry->d_name, match_flags) != 0)
            continue;
        if (*rest == '/' && entry->d_type != DT_DIR && entry->d_type != DT_LNK
            && entry->d_type != DT_UNKNOWN)
            continue;
        end = append(s, length, entry->d_name, strlen(entry->d_name), false);
        if (end != 0)
            result = expand(s, end, rest);
    }
    closedir(dir);
    return result;
}

/* PATTERN continues the path, which has LENGTH bytes. */
static int expand(struct search *s, size_t length, const char *pattern)
{
    size_t slashes = strspn(pattern, "/");
    size_t part_length = strcspn(pattern + slashes, "/");
    char part[NAME_MAX + 1];

    if (*pattern == '\0')
        return add_if_present(s, length);
    if (slashes > 0) {
        length = append(s, length, pattern, slashes, false);
        return length == 0 ? 0 : expand(s, length, pattern + slashes);
    }
    if (!has_wildcard(pattern, part_length, s->flags)) {
        length = append(s, length, pattern, part_length, !(s->flags & GLOB_NOESCAPE));
        return length == 0 ? 0 : expand(s, length, pattern + part_length);
    }
    if (part_length >= sizeof(part))
        return 0;
    memcpy(part, pattern, part_length);
    part[part_length] = '\0';
    s->path[length] = '\0';
    return expand_wildcard(s, length, part, pattern + part_length);
}

static int compare_paths(const void *a, const void *b)
{
    return strcoll(*(char *const *)a, *(char *const *)b);
}

static int make_empty(glob_t *g, int flags)
{
    size_t first = offset(g, flags);

    g->gl_pathc = 0;
    g->gl_pathv = calloc(first + 1, sizeof(char *));
    return g->gl_pathv == NULL ? GLOB_NOSPACE : 0;
}

void globfree(glob_t *g)
{
    for (size_t i = 0; g->gl_pathv != NULL && i < g->gl_pathc; i++)
        free(g->gl_pathv[g->gl_offs + i]);
    free(g->gl_pathv);
    g->gl_pathv = NULL;
    g->gl_pathc = 0;
}

int glob(const char *pattern, int flags, int (*on_error)(const char *path, int error), glob_t *g)
{
    struct search *s;
    size_t old;
    int result;

    if (!(flags & GLOB_DOOFFS))
        g->gl_offs = 0;
    if (!(flags & GLOB_APPEND) && make_empty(g, flags) != 0)
        return GLOB_NOSPACE;
    old = g->gl_pathc;
    s = malloc(sizeof(*s));
    if (s == NULL)
        return GLOB_NOSPACE;
    s->g = g;
    s->flags = flags;
    s->on_error = on_error;
    s->path[0] = '\0';
    result = *pattern == '\0' ? 0 : expand(s, 0, pattern);
    free(s);
    if (result != 0)
        return result;
    if (g->gl_pathc == old && (flags & GLOB_NOCHECK))
        return add(g, flags, pattern, "");
    if (g->gl_pathc == old) {
        if (!(flags & GLOB_APPEND))
            globfree(g);                        /* callers do not, when nothing matched */
        return GLOB_NOMATCH;
    }
    if (!(flags & GLOB_NOSORT))
        qsort(g->gl_pathv + offset(g, flags) + old, g->gl_pathc - old, sizeof(char *),
              compare_paths);
    return 0;
}
