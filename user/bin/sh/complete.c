/* SPDX-License-Identifier: MIT */
/*
 * complete.c - what the word under the cursor could become.
 *
 * The first word of a command is completed to a builtin, a function or a program, any other and any
 * that has a slash to the name of a file.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/complete.h"
#include "user/bin/sh/functions.h"
#include "user/bin/sh/vars.h"

#define SEPARATORS " \t|&;<>()`="

static size_t find_start(const char *line, size_t at)
{
    size_t start = at;

    while (start > 0 && (strchr(SEPARATORS, line[start - 1]) == NULL
                         || (start > 1 && line[start - 2] == '\\')))
        start--;
    return start;
}

/* Is a command expected at START? */
static bool is_command(const char *line, size_t start)
{
    while (start > 0 && (line[start - 1] == ' ' || line[start - 1] == '\t'))
        start--;
    return start == 0 || strchr("|&;(`", line[start - 1]) != NULL;
}

/* The word as the shell would see it: without backslashes and quotes. */
static char *unquote(const char *s, size_t length)
{
    struct text word;

    text_init(&word, &scratch);
    for (size_t i = 0; i < length; i++) {
        if (s[i] == '\\' && i + 1 < length)
            i++;
        else if (s[i] == '\'' || s[i] == '"')
            continue;
        text_add(&word, s[i]);
    }
    return text_end(&word);
}

static bool begins_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* The folder to read for the words that begin with FOLDER. */
static const char *folder_to_open(const char *folder)
{
    const char *home = vars_get("HOME");

    if (*folder == '\0')
        return ".";
    if (begins_with(folder, "~/") && home != NULL)
        return arena_printf(&scratch, "%s%s", home, folder + 1);
    return folder;
}

static void add_files(struct completion *c, const char *word)
{
    const char *slash = strrchr(word, '/');
    const char *base = slash != NULL ? slash + 1 : word;
    const char *folder = arena_strndup(&scratch, word, (size_t)(base - word));
    const char *opened = folder_to_open(folder);
    DIR *dir = opendir(opened);
    struct dirent *entry;

    c->shown = (size_t)(base - word);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;

        if (!begins_with(name, base) || (name[0] == '.' && base[0] != '.') || strcmp(name, ".") == 0
            || strcmp(name, "..") == 0)
            continue;
        fields_add(&c->matches,
                   arena_printf(&scratch, "%s%s%s", folder, name,
                                is_directory(arena_printf(&scratch, "%s/%s", opened, name))
                                    ? "/" : ""));
    }
    if (dir != NULL)
        closedir(dir);
}

static void add_programs(struct completion *c, const char *folder, const char *word)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        const char *path;

        if (entry->d_name[0] == '.' || !begins_with(entry->d_name, word))
            continue;
        path = arena_printf(&scratch, "%s/%s", folder, entry->d_name);
        if (!is_directory(path) && access(path, X_OK) == 0)
            fields_add(&c->matches, arena_strdup(&scratch, entry->d_name));
    }
    if (dir != NULL)
        closedir(dir);
}

static void add_commands(struct completion *c, const char *word)
{
    const char *path = vars_get("PATH");

    for (const struct builtin *b = builtins; b->name != NULL; b++)
        if (begins_with(b->name, word))
            fields_add(&c->matches, arena_strdup(&scratch, b->name));
    for (const struct function *f = functions_first(); f != NULL; f = f->next)
        if (begins_with(f->name, word))
            fields_add(&c->matches, arena_strdup(&scratch, f->name));
    while (path != NULL) {
        size_t length = strcspn(path, ":");

        add_programs(c, length > 0 ? arena_strndup(&scratch, path, length) : ".", word);
        path = path[length] == ':' ? path + length + 1 : NULL;
    }
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sort, and drop what is there twice. */
static void tidy(struct fields *f)
{
    size_t kept = 0;

    qsort(f->values, f->count, sizeof(char *), compare);
    for (size_t i = 0; i < f->count; i++)
        if (kept == 0 || strcmp(f->values[kept - 1], f->values[i]) != 0)
            f->values[kept++] = f->values[i];
    f->count = kept;
}

static size_t common_length(const struct fields *f)
{
    size_t common = strlen(f->values[0]);

    for (size_t i = 1; i < f->count; i++) {
        size_t same = 0;

        while (same < common && f->values[0][same] == f->values[i][same])
            same++;
        common = same;
    }
    return common;
}

void complete_find(struct completion *c, const char *line, size_t at)
{
    const char *word;

    *c = (struct completion){ .start = find_start(line, at) };
    word = unquote(line + c->start, at - c->start);
    if (is_command(line, c->start) && strchr(word, '/') == NULL)
        add_commands(c, word);
    else
        add_files(c, word);
    if (c->matches.count == 0)
        return;
    tidy(&c->matches);
    c->common = common_length(&c->matches);
}

const char *complete_quote(const char *text)
{
    struct text quoted;

    text_init(&quoted, &scratch);
    for (; *text != '\0'; text++) {
        if (strchr(" \t\n\\'\"`$&|;<>()*?[]#!{}", *text) != NULL)
            text_add(&quoted, '\\');
        text_add(&quoted, *text);
    }
    return text_end(&quoted);
}
