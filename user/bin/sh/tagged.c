/* SPDX-License-Identifier: MIT */
/*
 * tagged.c - an expanded word that remembers where its characters came from.
 *
 * Splitting: white space in IFS separates fields however much of it there is; every other character
 * in IFS ends a field by itself, together with the white space around it.
 */
#include <glob.h>
#include <string.h>
#include "user/bin/sh/options.h"
#include "user/bin/sh/tagged.h"

/* Walks over a tagged text from field to field. */
struct splitter {
    const struct tagged *t;
    const char *ifs;
    size_t at;
    bool after_space; /* white space has ended a field: one other separator may still follow */
};

void tagged_init(struct tagged *t)
{
    text_init(&t->chars, &scratch);
    text_init(&t->tags, &scratch);
}

void tagged_add(struct tagged *t, char c, enum tag tag)
{
    text_add(&t->chars, c);
    text_add(&t->tags, (char)tag);
}

void tagged_add_string(struct tagged *t, const char *s, enum tag tag)
{
    size_t length = strlen(s);

    if (length == 0)
        return;
    text_add_bytes(&t->chars, s, length);
    memset(text_reserve(&t->tags, length), tag, length);
    t->tags.length += length;
}

static size_t length_of(const struct tagged *t)
{
    return t->chars.length;
}

static enum tag tag_at(const struct tagged *t, size_t i)
{
    return (enum tag)t->tags.data[i];
}

char *tagged_string(const struct tagged *t)
{
    struct text s;

    text_init(&s, &scratch);
    for (size_t i = 0; i < length_of(t); i++)
        if (t->chars.data[i] != '\0')
            text_add(&s, t->chars.data[i]);
    return text_end(&s);
}

char *tagged_pattern(const struct tagged *t)
{
    struct text s;

    text_init(&s, &scratch);
    for (size_t i = 0; i < length_of(t); i++) {
        char c = t->chars.data[i];

        if (c == '\0')
            continue;
        if (tag_at(t, i) == TAG_QUOTED && strchr("*?[]\\-!^", c) != NULL)
            text_add(&s, '\\');
        text_add(&s, c);
    }
    return text_end(&s);
}

void fields_add(struct fields *f, char *value)
{
    if (f->count + 1 >= f->size) {
        size_t size = f->size == 0 ? 8 : f->size * 2;

        f->values = arena_grow(&scratch, f->values, f->size * sizeof(char *),
                               size * sizeof(char *));
        f->size = size;
    }
    f->values[f->count++] = value;
    f->values[f->count] = NULL;
}

static bool is_separator(const struct splitter *s)
{
    char c = s->t->chars.data[s->at];

    return tag_at(s->t, s->at) == TAG_SPLIT && c != '\0' && strchr(s->ifs, c) != NULL;
}

static bool is_space(const struct splitter *s)
{
    char c = s->t->chars.data[s->at];

    return c == ' ' || c == '\t' || c == '\n';
}

static bool is_break(const struct splitter *s)
{
    return tag_at(s->t, s->at) == TAG_BREAK;
}

/*
 * Go to the beginning of the next field.  False when a separator with nothing in front of it was
 * passed, which makes an empty field.
 */
static bool skip_separators(struct splitter *s)
{
    for (; s->at < length_of(s->t); s->at++) {
        if (is_break(s)) {
            s->after_space = false;
        } else if (!is_separator(s)) {
            break;
        } else if (!is_space(s)) {
            if (!s->after_space) {
                s->at++;
                return false;
            }
            s->after_space = false;
        }
    }
    s->after_space = false;
    return true;
}

/* The next field, still tagged; false at the end. */
static bool next_field(struct splitter *s, struct tagged *field)
{
    tagged_init(field);
    if (!skip_separators(s))
        return true;
    if (s->at == length_of(s->t))
        return false;
    for (; s->at < length_of(s->t); s->at++) {
        if (is_break(s)) {
            s->at++;
            return true;
        }
        if (is_separator(s)) {
            s->after_space = is_space(s);
            s->at++;
            return true;
        }
        tagged_add(field, s->t->chars.data[s->at], tag_at(s->t, s->at));
    }
    return true;
}

static bool has_wildcard(const struct tagged *t)
{
    for (size_t i = 0; i < length_of(t); i++)
        if (tag_at(t, i) != TAG_QUOTED && t->chars.data[i] != '\0'
            && strchr("*?[", t->chars.data[i]) != NULL)
            return true;
    return false;
}

/* Add the files that match; false when there are none. */
static bool add_files(const struct tagged *field, struct fields *f)
{
    glob_t g;

    if (glob(tagged_pattern(field), 0, NULL, &g) != 0)
        return false;
    for (size_t i = 0; i < g.gl_pathc; i++)
        fields_add(f, arena_strdup(&scratch, g.gl_pathv[i]));
    globfree(&g);
    return true;
}

void tagged_add_fields(const struct tagged *t, const char *ifs, struct fields *f)
{
    struct splitter s = { .t = t, .ifs = ifs };
    struct tagged field;

    while (next_field(&s, &field)) {
        if (!option_is_set(OPTION_NOGLOB) && has_wildcard(&field) && add_files(&field, f))
            continue;
        fields_add(f, tagged_string(&field));
    }
}

/* All that is left, without the white space at its end. */
static char *rest_of(const struct splitter *s)
{
    struct splitter end = { .t = s->t, .ifs = s->ifs, .at = length_of(s->t) };
    struct tagged rest;

    for (; end.at > s->at; end.at--) {
        struct splitter last = end;

        last.at--;
        if (!is_separator(&last) || !is_space(&last))
            break;
    }
    tagged_init(&rest);
    for (size_t i = s->at; i < end.at; i++)
        tagged_add(&rest, s->t->chars.data[i], tag_at(s->t, i));
    return tagged_string(&rest);
}

void tagged_split_rest(const struct tagged *t, const char *ifs, size_t count, struct fields *f)
{
    struct splitter s = { .t = t, .ifs = ifs };
    struct splitter saved;
    struct tagged field;
    char *first;

    for (; count > 1; count--)
        fields_add(f, next_field(&s, &field) ? tagged_string(&field) : (char *)"");
    /* The rest may be a single field that a separator ends; then that does not count. */
    saved = s;
    first = next_field(&s, &field) ? tagged_string(&field) : (char *)"";
    if (!next_field(&s, &field)) {
        fields_add(f, first);
        return;
    }
    if (skip_separators(&saved))
        fields_add(f, rest_of(&saved));
    else
        fields_add(f, rest_of(&(struct splitter){ .t = t, .ifs = ifs, .at = saved.at - 1 }));
}
