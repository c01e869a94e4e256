/* SPDX-License-Identifier: MIT */
/*
 * parser.c - from tokens to syntax trees.
 *
 * Recursive descent: one function per rule of the grammar, each entered with the first token of its
 * construct in lx->token and left with the first token after it there.  After an error every token
 * is TOKEN_END, so all rules come to their ends by themselves; what they return is not used.
 */
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/grammar.h"
#include "user/bin/sh/parser.h"
#include "user/bin/sh/word.h"

static struct node *parse_command(struct lexer *lx);

/* The words that end a list wherever a command could begin. */
static const char *const terminators[] = {
    "then", "else", "elif", "fi", "do", "done", "esac", "}",
};

#define NTERMINATORS (sizeof(terminators) / sizeof(terminators[0]))

struct node *grammar_make_node(struct lexer *lx, enum node_kind kind)
{
    struct node *n = arena_zalloc(lx->arena, sizeof(*n));

    n->kind = kind;
    n->line = lx->token.line;
    return n;
}

bool grammar_is_word(struct lexer *lx, const char *text)
{
    const char *literal;

    if (lx->token.kind != TOKEN_WORD)
        return false;
    literal = word_literal(lx->token.word);
    return literal != NULL && strcmp(literal, text) == 0;
}

static bool is_terminator(struct lexer *lx)
{
    switch (lx->token.kind) {
    case TOKEN_END:
    case TOKEN_CLOSE:
    case TOKEN_DOUBLE_SEMICOLON:
        return true;
    default:
        break;
    }
    for (size_t i = 0; i < NTERMINATORS; i++)
        if (grammar_is_word(lx, terminators[i]))
            return true;
    return false;
}

void grammar_expect_word(struct lexer *lx, const char *text)
{
    if (!grammar_is_word(lx, text)) {
        lexer_fail_unexpected(lx);
        return;
    }
    lexer_advance(lx);
}

void grammar_expect(struct lexer *lx, enum token_kind kind)
{
    if (lx->token.kind != kind) {
        lexer_fail_unexpected(lx);
        return;
    }
    lexer_advance(lx);
}

void grammar_skip_newlines(struct lexer *lx)
{
    while (lx->token.kind == TOKEN_NEWLINE)
        lexer_advance(lx);
}

struct node *grammar_body(struct lexer *lx)
{
    struct node *body = grammar_list(lx);

    if (body == NULL)
        lexer_fail_unexpected(lx);
    return body;
}

/* ">" and its like with the word after it, and a number in front of it or -1. */
static struct redirect *parse_redirect(struct lexer *lx, int fd)
{
    static const enum redirect_kind kinds[] = {
        [TOKEN_LESS] = REDIRECT_READ,            [TOKEN_GREATER] = REDIRECT_WRITE,
        [TOKEN_APPEND] = REDIRECT_APPEND,        [TOKEN_CLOBBER] = REDIRECT_CLOBBER,
        [TOKEN_READ_WRITE] = REDIRECT_READ_WRITE, [TOKEN_DUP_INPUT] = REDIRECT_DUP,
        [TOKEN_DUP_OUTPUT] = REDIRECT_DUP,       [TOKEN_DOCUMENT] = REDIRECT_DOCUMENT,
        [TOKEN_DOCUMENT_TABS] = REDIRECT_DOCUMENT,
    };
    enum token_kind kind = lx->token.kind;
    bool is_output = kind == TOKEN_GREATER || kind == TOKEN_APPEND || kind == TOKEN_CLOBBER
                     || kind == TOKEN_DUP_OUTPUT;
    struct redirect *r = arena_zalloc(lx->arena, sizeof(*r));

    r->kind = kinds[kind];
    r->fd = fd >= 0 ? fd : is_output ? STDOUT_FILENO : STDIN_FILENO;
    lexer_advance(lx);
    if (lx->token.kind != TOKEN_WORD) {
        lexer_fail_unexpected(lx);
        return r;
    }
    r->word = lx->token.word;
    /* Before going on: the next token may be the newline after which the body stands. */
    if (r->kind == REDIRECT_DOCUMENT)
        lexer_expect_document(lx, r, lx->token.word, kind == TOKEN_DOCUMENT_TABS);
    lexer_advance(lx);
    return r;
}

/* Append a redirection to *END if one is here. */
static bool parse_redirect_into(struct lexer *lx, struct redirect ***end)
{
    int fd = -1;

    if (lx->token.kind == TOKEN_NUMBER) {
        fd = lx->token.number;
        lexer_advance(lx);
    }
    if (lx->token.kind < TOKEN_LESS)
        return false;
    **end = parse_redirect(lx, fd);
    *end = &(**end)->next;
    return true;
}

static void parse_redirects(struct lexer *lx, struct node *n)
{
    struct redirect **end = &n->redirects;

    while (parse_redirect_into(lx, &end))
        continue;
}

/* name() command: the token after the name is "(". */
static struct node *parse_function(struct lexer *lx, struct node *n, const struct word *name)
{
    const char *literal = word_literal(name);

    n->kind = NODE_FUNCTION;
    if (literal == NULL || !word_is_name(literal, strlen(literal))) {
        lexer_fail(lx, "bad name of a function");
        return n;
    }
    n->name = arena_strdup(lx->arena, literal);
    lexer_advance(lx);
    grammar_expect(lx, TOKEN_CLOSE);
    grammar_skip_newlines(lx);
    n->first = parse_command(lx);
    return n;
}

/* Assignments, words and redirections in any order, except that assignments come before words. */
static struct node *parse_simple(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, NODE_SIMPLE);
    struct word **words = &n->words;
    struct assignment **assignments = &n->assignments;
    struct redirect **redirects = &n->redirects;

    for (;;) {
        struct assignment a = { 0 };

        if (parse_redirect_into(lx, &redirects))
            continue;
        if (lx->token.kind != TOKEN_WORD)
            break;
        if (n->words == NULL
            && word_split_assignment(lx->arena, lx->token.word, &a.name, &a.value)) {
            *assignments = arena_alloc(lx->arena, sizeof(a));
            **assignments = a;
            assignments = &(*assignments)->next;
            lexer_advance(lx);
            continue;
        }
        *words = lx->token.word;
        words = &(*words)->next;
        lexer_advance(lx);
        if (lx->token.kind == TOKEN_OPEN && words == &n->words->next && n->redirects == NULL
            && n->assignments == NULL)
            return parse_function(lx, n, n->words);
    }
    if (n->words == NULL && n->assignments == NULL && n->redirects == NULL)
        lexer_fail_unexpected(lx);
    return n;
}

static struct node *parse_command(struct lexer *lx)
{
    struct node *n;

    if (++lx->depth > LEXER_MAX_DEPTH)
        lexer_fail(lx, "nested too deeply");
    if (is_terminator(lx) || grammar_is_word(lx, "!"))
        lexer_fail_unexpected(lx);
    n = grammar_compound(lx);
    if (n == NULL)
        n = parse_simple(lx);
    else
        parse_redirects(lx, n);
    lx->depth--;
    return n;
}

/* command | command ... */
static struct node *parse_stages(struct lexer *lx)
{
    struct node *first = parse_command(lx);
    struct node **end = &first->next;
    struct node *pipeline;

    if (lx->token.kind != TOKEN_PIPE)
        return first;
    pipeline = grammar_make_node(lx, NODE_PIPELINE);
    pipeline->first = first;
    while (lx->token.kind == TOKEN_PIPE) {
        lexer_advance(lx);
        grammar_skip_newlines(lx);
        *end = parse_command(lx);
        end = &(*end)->next;
    }
    return pipeline;
}

/* [!] pipeline */
static struct node *parse_pipeline(struct lexer *lx)
{
    size_t start = lx->token.start;
    struct node *not = NULL;
    struct node *n;

    if (grammar_is_word(lx, "!")) {
        not = grammar_make_node(lx, NODE_NOT);
        lexer_advance(lx);
    }
    n = parse_stages(lx);
    n->text = lexer_source(lx, start);
    if (not == NULL)
        return n;
    not->first = n;
    not->text = n->text;
    return not;
}

/* pipeline && pipeline || pipeline ...: from left to right. */
static struct node *parse_and_or(struct lexer *lx)
{
    size_t start = lx->token.start;
    struct node *left = parse_pipeline(lx);

    while (lx->token.kind == TOKEN_AND || lx->token.kind == TOKEN_OR) {
        struct node *n = grammar_make_node(lx, lx->token.kind == TOKEN_AND ? NODE_AND : NODE_OR);

        lexer_advance(lx);
        grammar_skip_newlines(lx);
        n->first = left;
        n->second = parse_pipeline(lx);
        n->text = lexer_source(lx, start);
        left = n;
    }
    return left;
}

/* The separator after a command; wraps the command at *N when it is "&".  False: none. */
static bool parse_separator(struct lexer *lx, struct node **n)
{
    struct node *background;

    switch (lx->token.kind) {
    case TOKEN_SEMICOLON:
    case TOKEN_NEWLINE:
        return true;
    case TOKEN_AMPERSAND:
        background = grammar_make_node(lx, NODE_BACKGROUND);
        background->first = *n;
        background->text = (*n)->text;
        *n = background;
        return true;
    default:
        return false;
    }
}

/*
 * Commands up to a terminator: a single node, a NODE_LIST of several, or NULL.
 * WHOLE_LINE: a newline ends the list, too; it is left as the current token.
 */
static struct node *parse_commands(struct lexer *lx, bool whole_line)
{
    struct node *list = grammar_make_node(lx, NODE_LIST);
    struct node **end = &list->first;

    for (;;) {
        if (!whole_line)
            grammar_skip_newlines(lx);
        if (is_terminator(lx) || (whole_line && lx->token.kind == TOKEN_NEWLINE))
            break;
        *end = parse_and_or(lx);
        if (!parse_separator(lx, end))
            break;
        end = &(*end)->next;
        if (lx->token.kind == TOKEN_NEWLINE && whole_line)
            break;
        lexer_advance(lx);
    }
    return list->first != NULL && list->first->next != NULL ? list : list->first;
}

struct node *grammar_list(struct lexer *lx)
{
    return parse_commands(lx, false);
}

/* After an error the rest of the line cannot be understood. */
static void drop_line(struct lexer *lx)
{
    lx->at = lx->length;
}

enum parse_result parser_parse(struct lexer *lx, struct program **program)
{
    struct program *p = program_create();
    enum parse_result result = PARSE_OK;

    lexer_begin(lx, &p->arena);
    lexer_advance(lx);
    if (lx->token.kind == TOKEN_END && !lx->failed && !lx->interrupted) {
        result = PARSE_END;
    } else {
        p->root = parse_commands(lx, true);
        if (lx->token.kind != TOKEN_NEWLINE && lx->token.kind != TOKEN_END)
            lexer_fail_unexpected(lx);
    }
    if (lx->interrupted)
        result = PARSE_INTERRUPTED;
    else if (lx->failed)
        result = PARSE_ERROR;
    if (result == PARSE_OK) {
        *program = p;
        return result;
    }
    drop_line(lx);
    program_put(p);
    return result;
}

struct node *parser_parse_substitution(struct lexer *lx)
{
    struct token token = lx->token;
    size_t previous_end = lx->previous_end;
    struct node *body;

    if (++lx->depth > LEXER_MAX_DEPTH)
        lexer_fail(lx, "nested too deeply");
    lexer_advance(lx);
    body = grammar_list(lx);
    if (lx->token.kind != TOKEN_CLOSE)
        lexer_fail_unexpected(lx);
    lx->depth--;
    lx->token = token;
    lx->previous_end = previous_end;
    return body;
}

struct node *parser_parse_string(struct lexer *lx, const char *text, size_t length, int line)
{
    struct input input;
    struct lexer inner;
    struct node *body;

    input_init_string(&input, text, length);
    lexer_init(&inner, &input, line);
    lexer_begin(&inner, lx->arena);
    inner.depth = lx->depth + 1;
    if (inner.depth > LEXER_MAX_DEPTH)
        lexer_fail(&inner, "nested too deeply");
    lexer_advance(&inner);
    body = grammar_list(&inner);
    if (inner.token.kind != TOKEN_END)
        lexer_fail_unexpected(&inner);
    lx->failed |= inner.failed;
    return body;
}
