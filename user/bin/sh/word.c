/* SPDX-License-Identifier: MIT */
/*
 * word.c - parsing a word.
 *
 * One function per construct, each called with its opening characters used up and returning after
 * its closing ones.  `enum place` says which rules hold:
 *
 *     place            ends at           quotes       backslash before
 *     WORD             blank, operator   ' and "      anything
 *     OPERAND          }                 ' and "      anything
 *     QUOTED           "                 none         $ ` " \            all parts are quoted
 *     QUOTED_OPERAND   }                 " (nested)   $ ` " \ }          all parts are quoted
 *     ARITHMETIC       )) of its own     " vanishes   $ ` " \            all parts are quoted
 *     DOCUMENT         end               none         $ ` \              all parts are quoted
 */
#include <ctype.h>
#include <string.h>
#include "user/bin/sh/parser.h"
#include "user/bin/sh/word.h"

enum place { WORD, OPERAND, QUOTED, QUOTED_OPERAND, ARITHMETIC, DOCUMENT };

/* A word under construction: finished parts, and the text of the part that grows. */
struct builder {
    struct lexer *lx;
    struct word *word;
    struct part **end;
    struct text text;
    bool text_quoted;
    bool has_text;
};

static void parse_text(struct builder *b, enum place place);

static void begin_word(struct builder *b, struct lexer *lx)
{
    *b = (struct builder){ .lx = lx, .word = arena_zalloc(lx->arena, sizeof(*b->word)) };
    b->end = &b->word->parts;
}

static struct part *add_part(struct builder *b, enum part_kind kind, bool quoted)
{
    struct part *p = arena_zalloc(b->lx->arena, sizeof(*p));

    p->kind = kind;
    p->quoted = quoted;
    *b->end = p;
    b->end = &p->next;
    return p;
}

static void flush_text(struct builder *b)
{
    if (!b->has_text)
        return;
    b->has_text = false;
    add_part(b, PART_TEXT, b->text_quoted)->text = text_end(&b->text);
}

/* From here on there is text, if only an empty one. */
static void begin_text(struct builder *b, bool quoted)
{
    if (b->has_text && b->text_quoted == quoted)
        return;
    flush_text(b);
    text_init(&b->text, b->lx->arena);
    b->text_quoted = quoted;
    b->has_text = true;
}

static void add_char(struct builder *b, int c, bool quoted)
{
    begin_text(b, quoted);
    text_add(&b->text, (char)c);
}

static struct part *add_special(struct builder *b, enum part_kind kind, enum place place)
{
    flush_text(b);
    return add_part(b, kind, place != WORD && place != OPERAND);
}

static struct word *end_word(struct builder *b)
{
    flush_text(b);
    return b->word;
}

static void parse_single_quoted(struct builder *b)
{
    int c;

    begin_text(b, true);
    while ((c = lexer_next_raw(b->lx)) != '\'') {
        if (c == LEXER_END) {
            lexer_fail(b->lx, "a quoted string has no end");
            return;
        }
        add_char(b, c, true);
    }
}

/* Up to MAX digits of BASE. */
static int parse_digits(struct lexer *lx, int base, int max)
{
    static const char digits[] = "0123456789abcdef";
    int value = 0;

    for (; max > 0; max--) {
        int c = lexer_peek(lx);
        const char *digit = c > 0 ? strchr(digits, tolower(c)) : NULL;

        if (digit == NULL || digit - digits >= base)
            break;
        value = value * base + (int)(digit - digits);
        lexer_next(lx);
    }
    return value & 0xff;
}

/* What stands for the character C after a backslash in $'...'. */
static int parse_escape(struct lexer *lx, int c)
{
    static const char letters[] = "abefnrtv";
    static const char values[] = "\a\b\033\f\n\r\t\v";
    const char *known = strchr(letters, c);

    if (known != NULL)
        return (unsigned char)values[known - letters];
    if (c == 'x')
        return parse_digits(lx, 16, 2);
    if (c >= '0' && c <= '7') {
        int rest_digits = 2;
        int value = c - '0';

        while (rest_digits-- > 0 && lexer_peek(lx) >= '0' && lexer_peek(lx) <= '7')
            value = value * 8 + parse_digits(lx, 8, 1);
        return value & 0xff;
    }
    return c;
}

/* $'...' */
static void parse_escaped_string(struct builder *b)
{
    int c;

    begin_text(b, true);
    while ((c = lexer_next_raw(b->lx)) != '\'') {
        if (c == '\\' && (c = lexer_next_raw(b->lx)) != LEXER_END)
            c = parse_escape(b->lx, c);
        if (c == LEXER_END) {
            lexer_fail(b->lx, "a quoted string has no end");
            return;
        }
        if (c != '\0')
            add_char(b, c, true);
    }
}

static void parse_double_quoted(struct builder *b)
{
    begin_text(b, true);
    /* "$@" without parameters must vanish, so an empty text is kept only before other text. */
    if (lexer_peek(b->lx) == '$' && b->text.length == 0)
        b->has_text = false;
    parse_text(b, QUOTED);
    if (lexer_next(b->lx) != '"')
        lexer_fail(b->lx, "a quoted string has no end");
}

/* Does a backslash before C quote it? */
static bool is_escapable(int c, enum place place)
{
    switch (place) {
    case WORD:
    case OPERAND:
        return true;
    case QUOTED:
    case ARITHMETIC:
        return c == '$' || c == '`' || c == '"' || c == '\\';
    case QUOTED_OPERAND:
        return c == '$' || c == '`' || c == '"' || c == '\\' || c == '}';
    case DOCUMENT:
        return c == '$' || c == '`' || c == '\\';
    }
    return false;
}

static void parse_backslash(struct builder *b, enum place place)
{
    int c;

    lexer_next_raw(b->lx);
    c = lexer_peek_ahead(b->lx, 0);
    if (c != LEXER_END && is_escapable(c, place)) {
        add_char(b, lexer_next_raw(b->lx), true);
        return;
    }
    add_char(b, '\\', true);
}

/* `...`: what is inside, without its backslashes, is a program of its own. */
static void parse_backquoted(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    struct part *p = add_special(b, PART_COMMAND, place);
    struct text source;
    int c;

    p->line = lx->line_number;
    text_init(&source, lx->arena);
    while ((c = lexer_next(lx)) != '`') {
        if (c == '\\') {
            int next = lexer_next_raw(lx);

            if (next != '$' && next != '`' && next != '\\' && !(next == '"' && place == QUOTED))
                text_add(&source, '\\');
            c = next;
        }
        if (c == LEXER_END) {
            lexer_fail(lx, "a command in backquotes has no end");
            return;
        }
        text_add(&source, (char)c);
    }
    p->body = parser_parse_string(lx, text_end(&source), source.length, p->line);
}

/* $(...) */
static void parse_command(struct builder *b, enum place place)
{
    struct part *p = add_special(b, PART_COMMAND, place);

    p->line = b->lx->line_number;
    p->body = parser_parse_substitution(b->lx);
}

/* $((...)): the text up to the parentheses that close it, expanded before it is evaluated. */
static void parse_arithmetic(struct builder *b, enum place place)
{
    struct part *p = add_special(b, PART_ARITHMETIC, place);
    struct builder inner;

    begin_word(&inner, b->lx);
    parse_text(&inner, ARITHMETIC);
    if (lexer_next(b->lx) != ')' || lexer_next(b->lx) != ')')
        lexer_fail(b->lx, "$((...)) has no end");
    p->word = end_word(&inner);
}

static bool is_special_parameter(int c)
{
    return c > 0 && strchr("@*#?-$!", c) != NULL;
}

/* The name of a parameter; NULL when there is none. */
static char *parse_name(struct lexer *lx, bool in_braces)
{
    int c = lexer_peek(lx);
    struct text name;

    text_init(&name, lx->arena);
    if (isalpha(c) || c == '_') {
        do
            text_add(&name, (char)lexer_next(lx));
        while (isalnum(c = lexer_peek(lx)) || c == '_');
    } else if (isdigit(c)) {
        do
            text_add(&name, (char)lexer_next(lx));
        while (in_braces && isdigit(lexer_peek(lx)));
    } else if (is_special_parameter(c)) {
        text_add(&name, (char)lexer_next(lx));
    } else {
        return NULL;
    }
    return text_end(&name);
}

/* After "${#": does the length of a parameter follow, rather than an operator on $#? */
static bool is_length(struct lexer *lx)
{
    int c = lexer_peek(lx);

    if (isalnum(c) || c == '_')
        return true;
    return is_special_parameter(c) && lexer_peek_ahead(lx, 1) == '}';
}

/* The operator after the name in ${...}. */
static bool parse_parameter_op(struct lexer *lx, struct part *p)
{
    static const char letters[] = "-=?+";
    int c = lexer_next(lx);
    bool doubled;

    if (c == ':') {
        p->colon = true;
        c = lexer_next(lx);
    }
    if (c != LEXER_END && c != '\0' && strchr(letters, c) != NULL) {
        p->op = PARAMETER_DEFAULT + (enum parameter_op)(strchr(letters, c) - letters);
        return true;
    }
    if (p->colon || (c != '#' && c != '%'))
        return false;
    doubled = lexer_peek(lx) == c;
    if (doubled)
        lexer_next(lx);
    p->op = (c == '#' ? PARAMETER_CUT_SHORT_PREFIX : PARAMETER_CUT_SHORT_SUFFIX)
            + (enum parameter_op)doubled;
    return true;
}

/* The word after the operator.  A pattern has its own quotes, even inside double quotes. */
static struct word *parse_operand(struct lexer *lx, const struct part *p)
{
    bool is_pattern = p->op >= PARAMETER_CUT_SHORT_PREFIX;
    struct builder inner;

    begin_word(&inner, lx);
    parse_text(&inner, p->quoted && !is_pattern ? QUOTED_OPERAND : OPERAND);
    return end_word(&inner);
}

/* ${...} */
static void parse_braced(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    struct part *p = add_special(b, PART_PARAMETER, place);

    p->text = parse_name(lx, true);
    if (p->text != NULL && strcmp(p->text, "#") == 0 && is_length(lx)) {
        p->text = parse_name(lx, true);
        p->op = PARAMETER_LENGTH;
    } else if (p->text != NULL && lexer_peek(lx) != '}') {
        if (parse_parameter_op(lx, p))
            p->word = parse_operand(lx, p);
        else
            p->text = NULL;
    }
    if (p->text == NULL || lexer_next(lx) != '}')
        lexer_fail(lx, "bad substitution");
}

static void parse_dollar(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    int c;
    char *name;

    lexer_next_raw(lx);
    c = lexer_peek(lx);
    if (c == '(') {
        lexer_next(lx);
        if (lexer_peek(lx) != '(') {
            parse_command(b, place);
            return;
        }
        lexer_next(lx);
        parse_arithmetic(b, place);
        return;
    }
    if (c == '{') {
        lexer_next(lx);
        parse_braced(b, place);
        return;
    }
    if (c == '\'' && (place == WORD || place == OPERAND)) {
        lexer_next(lx);
        parse_escaped_string(b);
        return;
    }
    name = parse_name(lx, false);
    if (name == NULL)
        add_char(b, '$', place != WORD && place != OPERAND);
    else
        add_special(b, PART_PARAMETER, place)->text = name;
}

/* Is C, which is not part of any construct, the end of the text? */
static bool is_end(struct lexer *lx, int c, enum place place, int parentheses)
{
    switch (place) {
    case WORD:
        return strchr(" \t\n|&;<>()", c) != NULL;
    case OPERAND:
    case QUOTED_OPERAND:
        return c == '}';
    case QUOTED:
        return c == '"';
    case ARITHMETIC:
        return c == ')' && parentheses == 0 && lexer_peek_ahead(lx, 1) == ')';
    case DOCUMENT:
        return false;
    }
    return true;
}

/* A quote character that begins a string here; or one that only vanishes. */
static bool parse_quote(struct builder *b, int c, enum place place, bool *nested)
{
    if (c == '\'' && (place == WORD || place == OPERAND)) {
        lexer_next_raw(b->lx);
        parse_single_quoted(b);
        return true;
    }
    if (c != '"')
        return false;
    if (place == WORD || place == OPERAND) {
        lexer_next_raw(b->lx);
        parse_double_quoted(b);
        return true;
    }
    if (place == QUOTED_OPERAND || place == ARITHMETIC) {
        lexer_next_raw(b->lx);
        *nested = !*nested;
        return true;
    }
    return false;
}

/* Everything up to the end that PLACE asks for, which is not used up. */
static void parse_text(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    bool quoted = place != WORD && place != OPERAND;
    bool nested = false; /* between two " inside "${x-...}" */
    int parentheses = 0;
    int c;

    if (++lx->depth > LEXER_MAX_DEPTH)
        lexer_fail(lx, "nested too deeply");
    while ((c = lexer_peek(lx)) != LEXER_END) {
        if (!nested && is_end(lx, c, place, parentheses))
            break;
        if (parse_quote(b, c, place, &nested))
            continue;
        if (c == '\\') {
            parse_backslash(b, place);
        } else if (c == '$') {
            parse_dollar(b, place);
        } else if (c == '`') {
            lexer_next_raw(lx);
            parse_backquoted(b, place);
        } else {
            parentheses += (c == '(') - (c == ')');
            add_char(b, lexer_next_raw(lx), quoted);
        }
    }
    lx->depth--;
}

struct word *word_parse(struct lexer *lx)
{
    struct builder b;

    begin_word(&b, lx);
    parse_text(&b, WORD);
    return end_word(&b);
}

struct word *word_parse_document(struct lexer *lx, const char *text, size_t length, int line,
                                 bool literal)
{
    struct input input;
    struct lexer inner;
    struct builder b;

    input_init_string(&input, text, length);
    lexer_init(&inner, &input, line);
    lexer_begin(&inner, lx->arena);
    inner.depth = lx->depth;
    begin_word(&b, &inner);
    begin_text(&b, true);
    if (literal)
        text_add_bytes(&b.text, text, length);
    else
        parse_text(&b, DOCUMENT);
    lx->failed |= inner.failed;
    return end_word(&b);
}

struct word *word_parse_prompt(struct arena *arena, const char *text)
{
    struct lexer lx = { .arena = arena };

    return word_parse_document(&lx, text, strlen(text), 0, false);
}

const char *word_literal(const struct word *w)
{
    const struct part *p = w->parts;

    return p != NULL && p->next == NULL && p->kind == PART_TEXT && !p->quoted ? p->text : NULL;
}

bool word_is_name(const char *name, size_t length)
{
    if (length == 0 || isdigit((unsigned char)name[0]))
        return false;
    for (size_t i = 0; i < length; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_')
            return false;
    return true;
}

bool word_split_assignment(struct arena *arena, const struct word *w, char **name,
                           struct word **value)
{
    const struct part *first = w->parts;
    const char *equals;
    struct part *rest;

    if (first == NULL || first->kind != PART_TEXT || first->quoted)
        return false;
    equals = strchr(first->text, '=');
    if (equals == NULL || !word_is_name(first->text, (size_t)(equals - first->text)))
        return false;
    *name = arena_strndup(arena, first->text, (size_t)(equals - first->text));
    *value = arena_zalloc(arena, sizeof(**value));
    if (equals[1] == '\0') {
        (*value)->parts = first->next;
        return true;
    }
    rest = arena_zalloc(arena, sizeof(*rest));
    *rest = *first;
    rest->text = arena_strdup(arena, equals + 1);
    (*value)->parts = rest;
    return true;
}
