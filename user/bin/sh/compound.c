/* SPDX-License-Identifier: MIT */
/* compound.c - the grammar of if, while, for, case, { } and ( ). */
#include <string.h>
#include "user/bin/sh/grammar.h"
#include "user/bin/sh/word.h"

/* After "if" or "elif". */
static struct node *parse_if(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, NODE_IF);

    lexer_advance(lx);
    n->first = grammar_body(lx);
    grammar_expect_word(lx, "then");
    n->second = grammar_body(lx);
    if (grammar_is_word(lx, "elif")) {
        n->third = parse_if(lx);
        return n;
    }
    if (grammar_is_word(lx, "else")) {
        lexer_advance(lx);
        n->third = grammar_body(lx);
    }
    grammar_expect_word(lx, "fi");
    return n;
}

static struct node *parse_do_group(struct lexer *lx)
{
    struct node *body;

    grammar_expect_word(lx, "do");
    body = grammar_body(lx);
    grammar_expect_word(lx, "done");
    return body;
}

static struct node *parse_while(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, grammar_is_word(lx, "while") ? NODE_WHILE : NODE_UNTIL);

    lexer_advance(lx);
    n->first = grammar_body(lx);
    n->second = parse_do_group(lx);
    return n;
}

/* for name [in words] (; or newlines) do ... */
static struct node *parse_for(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, NODE_FOR);
    const char *name;

    lexer_advance(lx);
    name = lx->token.kind == TOKEN_WORD ? word_literal(lx->token.word) : NULL;
    if (name == NULL || !word_is_name(name, strlen(name))) {
        lexer_fail(lx, "bad name of a variable after \"for\"");
        return n;
    }
    n->name = arena_strdup(lx->arena, name);
    lexer_advance(lx);
    grammar_skip_newlines(lx);
    if (grammar_is_word(lx, "in")) {
        struct word **end = &n->words;

        n->has_words = true;
        lexer_advance(lx);
        for (; lx->token.kind == TOKEN_WORD; lexer_advance(lx)) {
            *end = lx->token.word;
            end = &(*end)->next;
        }
        if (lx->token.kind != TOKEN_SEMICOLON && lx->token.kind != TOKEN_NEWLINE)
            lexer_fail_unexpected(lx);
    }
    if (lx->token.kind == TOKEN_SEMICOLON)
        lexer_advance(lx);
    grammar_skip_newlines(lx);
    n->first = parse_do_group(lx);
    return n;
}

/* [(] pattern | pattern ) list ;; */
static struct case_item *parse_case_item(struct lexer *lx)
{
    struct case_item *item = arena_zalloc(lx->arena, sizeof(*item));
    struct word **end = &item->patterns;

    if (lx->token.kind == TOKEN_OPEN)
        lexer_advance(lx);
    for (;;) {
        if (lx->token.kind != TOKEN_WORD) {
            lexer_fail_unexpected(lx);
                return item;
        }
        *end = lx->token.word;
        end = &(*end)->next;
        lexer_advance(lx);
        if (lx->token.kind != TOKEN_PIPE)
            break;
        lexer_advance(lx);
    }
    grammar_expect(lx, TOKEN_CLOSE);
    item->body = grammar_list(lx);
    if (lx->token.kind == TOKEN_DOUBLE_SEMICOLON) {
        lexer_advance(lx);
        grammar_skip_newlines(lx);
    } else if (!grammar_is_word(lx, "esac")) {
        lexer_fail_unexpected(lx);
    }
    return item;
}

static struct node *parse_case(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, NODE_CASE);
    struct case_item **end = &n->items;

    lexer_advance(lx);
    if (lx->token.kind != TOKEN_WORD) {
        lexer_fail_unexpected(lx);
        return n;
    }
    n->words = lx->token.word;
    lexer_advance(lx);
    grammar_skip_newlines(lx);
    grammar_expect_word(lx, "in");
    grammar_skip_newlines(lx);
    while (!grammar_is_word(lx, "esac") && lx->token.kind != TOKEN_END) {
        *end = parse_case_item(lx);
        end = &(*end)->next;
    }
    grammar_expect_word(lx, "esac");
    return n;
}

static struct node *parse_brace(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, NODE_BRACE);

    lexer_advance(lx);
    n->first = grammar_body(lx);
    grammar_expect_word(lx, "}");
    return n;
}

static struct node *parse_subshell(struct lexer *lx)
{
    struct node *n = grammar_make_node(lx, NODE_SUBSHELL);

    lexer_advance(lx);
    n->first = grammar_body(lx);
    grammar_expect(lx, TOKEN_CLOSE);
    return n;
}

struct node *grammar_compound(struct lexer *lx)
{
    static const struct {
        const char *word;
        struct node *(*parse)(struct lexer *lx);
    } rules[] = {
        { "{", parse_brace }, { "if", parse_if },       { "while", parse_while },
        { "for", parse_for }, { "until", parse_while }, { "case", parse_case },
    };

    if (lx->token.kind == TOKEN_OPEN)
        return parse_subshell(lx);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (grammar_is_word(lx, rules[i].word))
            return rules[i].parse(lx);
    return NULL;
}
