/* SPDX-License-Identifier: MIT */
/* dollar.c - parsing $name ${...} $(...) $((...)) $'...' and `...`. */
#include <ctype.h>
#include <string.h>
#include "user/bin/sh/dollar.h"
#include "user/bin/sh/parser.h"
#include "user/bin/sh/word.h"

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

    builder_begin_text(b, true);
    while ((c = lexer_next_raw(b->lx)) != '\'') {
        if (c == '\\' && (c = lexer_next_raw(b->lx)) != LEXER_END)
            c = parse_escape(b->lx, c);
        if (c == LEXER_END) {
            lexer_fail(b->lx, "a quoted string has no end");
            return;
        }
        if (c != '\0')
            builder_add_char(b, c, true);
    }
}

/* `...`: what is inside, without its backslashes, is a program of its own. */
void dollar_parse_backquoted(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    struct part *p = builder_add_part(b, PART_COMMAND, place);
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
    struct part *p = builder_add_part(b, PART_COMMAND, place);

    p->line = b->lx->line_number;
    p->body = parser_parse_substitution(b->lx);
}

/* $((...)): the text up to the parentheses that close it, expanded before it is evaluated. */
static void parse_arithmetic(struct builder *b, enum place place)
{
    struct part *p = builder_add_part(b, PART_ARITHMETIC, place);
    struct builder inner;

    builder_begin(&inner, b->lx);
    word_parse_text(&inner, ARITHMETIC);
    if (lexer_next(b->lx) != ')' || lexer_next(b->lx) != ')')
        lexer_fail(b->lx, "$((...)) has no end");
    p->word = builder_end(&inner);
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

    builder_begin(&inner, lx);
    word_parse_text(&inner, p->quoted && !is_pattern ? QUOTED_OPERAND : OPERAND);
    return builder_end(&inner);
}

/* ${...} */
static void parse_braced(struct builder *b, enum place place)
{
    struct lexer *lx = b->lx;
    struct part *p = builder_add_part(b, PART_PARAMETER, place);

    p->text = parse_name(lx, true);
    if (p->text != NULL && strcmp(p->text, "#") == 0 && is_length(lx)) {
        p->text = parse_name(lx, true);
        p->op = PARAMETER_LENGTH;
    } else if (p->text == NULL || (lexer_peek(lx) != '}' && !parse_parameter_op(lx, p))) {
        p->op = PARAMETER_BAD;
    }
    if (p->op != PARAMETER_PLAIN && p->op != PARAMETER_LENGTH)
        p->word = parse_operand(lx, p);
    else if (lexer_peek(lx) != '}')
        p->op = PARAMETER_BAD;
    /* What follows a bad one is only skipped. */
    if (p->word == NULL && p->op == PARAMETER_BAD)
        parse_operand(lx, p);
    if (lexer_next(lx) != '}')
        lexer_fail(lx, "${ has no end");
}

void dollar_parse(struct builder *b, enum place place)
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
        builder_add_char(b, '$', place != WORD && place != OPERAND);
    else
        builder_add_part(b, PART_PARAMETER, place)->text = name;
}
