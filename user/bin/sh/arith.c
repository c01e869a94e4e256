/* SPDX-License-Identifier: MIT */
/*
 * arith.c - the value of $((...)).
 *
 * One function for each level of precedence that is not a binary operator, and a loop over a table
 * for those that are.  In a part that must not be evaluated, as the right side of 0 && x, `skipped`
 * is counted up: there nothing is assigned and no division fails.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/arith.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

#define MAX_DEPTH 1000
#define SHOWN 80 /* characters of an expression in a message */

struct evaluation {
    const char *text;
    const char *at;
    int skipped;
    int depth;
    const char *error; /* the first one, or NULL */
};

/* Binary operators, longer ones before those they begin with. */
enum operator {
    OP_SHIFT_LEFT, OP_SHIFT_RIGHT, OP_LESS_EQUAL, OP_GREATER_EQUAL, OP_EQUAL, OP_NOT_EQUAL,
    OP_AND_THEN, OP_OR_ELSE, OP_MULTIPLY, OP_DIVIDE, OP_REMAINDER, OP_ADD, OP_SUBTRACT, OP_LESS,
    OP_GREATER, OP_AND, OP_XOR, OP_OR, NOPERATORS,
};

static const struct {
    char text[3];
    unsigned char precedence; /* higher binds more strongly */
    bool can_assign;          /* is there an operator with = after it? */
} operators[NOPERATORS] = {
    [OP_SHIFT_LEFT] = { "<<", 8, true },    [OP_SHIFT_RIGHT] = { ">>", 8, true },
    [OP_LESS_EQUAL] = { "<=", 7, false },   [OP_GREATER_EQUAL] = { ">=", 7, false },
    [OP_EQUAL] = { "==", 6, false },        [OP_NOT_EQUAL] = { "!=", 6, false },
    [OP_AND_THEN] = { "&&", 2, false },     [OP_OR_ELSE] = { "||", 1, false },
    [OP_MULTIPLY] = { "*", 10, true },      [OP_DIVIDE] = { "/", 10, true },
    [OP_REMAINDER] = { "%", 10, true },     [OP_ADD] = { "+", 9, true },
    [OP_SUBTRACT] = { "-", 9, true },       [OP_LESS] = { "<", 7, false },
    [OP_GREATER] = { ">", 7, false },       [OP_AND] = { "&", 5, true },
    [OP_XOR] = { "^", 4, true },            [OP_OR] = { "|", 3, true },
};

static long evaluate_assignment(struct evaluation *e);

static long fail(struct evaluation *e, const char *error)
{
    if (e->error == NULL && e->skipped == 0)
        e->error = error;
    return 0;
}

/* An error that matters even where nothing is evaluated. */
static long fail_syntax(struct evaluation *e, const char *error)
{
    if (e->error == NULL)
        e->error = error;
    e->at = "";
    return 0;
}

static void skip_space(struct evaluation *e)
{
    while (isspace((unsigned char)*e->at))
        e->at++;
}

/* Use up TEXT if it comes next. */
static bool accept(struct evaluation *e, const char *text)
{
    size_t length = strlen(text);

    skip_space(e);
    if (strncmp(e->at, text, length) != 0)
        return false;
    e->at += length;
    return true;
}

static long parse_number(struct evaluation *e, const char *s, const char **end)
{
    char *after;
    long value;

    errno = 0;
    value = (long)strtoul(s, &after, 0);
    if (errno == ERANGE)
        value = LONG_MAX;
    if (isalnum((unsigned char)*after) || *after == '_')
        fail_syntax(e, "bad number");
    *end = after;
    return value;
}

/* The name that comes next, in scratch, or NULL. */
static char *accept_name(struct evaluation *e)
{
    const char *start;

    skip_space(e);
    start = e->at;
    if (!isalpha((unsigned char)*start) && *start != '_')
        return NULL;
    while (isalnum((unsigned char)*e->at) || *e->at == '_')
        e->at++;
    return arena_strndup(&scratch, start, (size_t)(e->at - start));
}

static long value_of(struct evaluation *e, const char *name)
{
    const char *text = vars_get(name);
    bool negative;
    const char *end;
    long value;

    if (text == NULL && option_is_set(OPTION_NOUNSET))
        return fail(e, "a variable is not set");
    if (text == NULL)
        return 0;
    while (isspace((unsigned char)*text))
        text++;
    if (*text == '\0')
        return 0;
    negative = *text == '-';
    text += *text == '-' || *text == '+';
    if (!isdigit((unsigned char)*text))
        return fail(e, "the value of a variable is no number");
    value = parse_number(e, text, &end);
    while (isspace((unsigned char)*end))
        end++;
    if (*end != '\0')
        return fail(e, "the value of a variable is no number");
    return negative ? (long)(0 - (unsigned long)value) : value;
}

static long assign(struct evaluation *e, const char *name, long value)
{
    if (e->error == NULL && e->skipped == 0 && !vars_set_number(name, value))
        fail(e, "cannot assign");
    return value;
}

static long apply(struct evaluation *e, enum operator op, long a, long b)
{
    unsigned long x = (unsigned long)a, y = (unsigned long)b;

    switch (op) {
    case OP_MULTIPLY:
        return (long)(x * y);
    case OP_DIVIDE:
    case OP_REMAINDER:
        if (b == 0)
            return fail(e, "division by zero");
        if (b == -1)
            return op == OP_DIVIDE ? (long)(0 - x) : 0;
        return op == OP_DIVIDE ? a / b : a % b;
    case OP_ADD:
        return (long)(x + y);
    case OP_SUBTRACT:
        return (long)(x - y);
    case OP_SHIFT_LEFT:
        return (long)(x << (y & 63));
    case OP_SHIFT_RIGHT:
        return a >> (y & 63);
    case OP_LESS:
        return a < b;
    case OP_GREATER:
        return a > b;
    case OP_LESS_EQUAL:
        return a <= b;
    case OP_GREATER_EQUAL:
        return a >= b;
    case OP_EQUAL:
        return a == b;
    case OP_NOT_EQUAL:
        return a != b;
    case OP_AND:
        return (long)(x & y);
    case OP_XOR:
        return (long)(x ^ y);
    case OP_OR:
        return (long)(x | y);
    default:
        return 0;
    }
}

/* The assignment operator that comes next: NOPERATORS for "=", -1 for none. */
static int accept_assignment(struct evaluation *e)
{
    skip_space(e);
    if (e->at[0] == '=' && e->at[1] != '=') {
        e->at++;
        return NOPERATORS;
    }
    for (int i = 0; i < NOPERATORS; i++) {
        size_t length = strlen(operators[i].text);

        if (operators[i].can_assign && strncmp(e->at, operators[i].text, length) == 0
            && e->at[length] == '=') {
            e->at += length + 1;
            return i;
        }
    }
    return -1;
}

/* A variable, with what may stand behind it. */
static long evaluate_variable(struct evaluation *e, const char *name)
{
    int op = accept_assignment(e);
    long old, right;

    if (op == NOPERATORS)
        return assign(e, name, evaluate_assignment(e));
    if (op >= 0) {
        old = value_of(e, name);
        right = evaluate_assignment(e);
        return assign(e, name, apply(e, (enum operator)op, old, right));
    }
    old = value_of(e, name);
    if (accept(e, "++"))
        assign(e, name, apply(e, OP_ADD, old, 1));
    else if (accept(e, "--"))
        assign(e, name, apply(e, OP_SUBTRACT, old, 1));
    return old;
}

/* ++name and --name; what is no name after them is two signs. */
static long evaluate_step(struct evaluation *e, enum operator op, bool *done)
{
    const char *before = e->at;
    char *name;

    e->at += 2;
    name = accept_name(e);
    *done = name != NULL;
    if (name != NULL)
        return assign(e, name, apply(e, op, value_of(e, name), 1));
    e->at = before;
    return 0;
}

static long evaluate_primary(struct evaluation *e)
{
    const char *end;
    char *name;
    long value;

    skip_space(e);
    if (accept(e, "(")) {
        do
            value = evaluate_assignment(e);
        while (accept(e, ","));
        return accept(e, ")") ? value : fail_syntax(e, "a parenthesis is missing");
    }
    if (isdigit((unsigned char)*e->at)) {
        value = parse_number(e, e->at, &end);
        if (e->error == NULL)
            e->at = end;
        return value;
    }
    name = accept_name(e);
    if (name != NULL)
        return evaluate_variable(e, name);
    return fail_syntax(e, "a number is missing");
}

static long evaluate_unary(struct evaluation *e)
{
    bool done = false;
    long value = 0;

    if (e->depth > MAX_DEPTH)
        return fail_syntax(e, "nested too deeply");
    skip_space(e);
    if (strncmp(e->at, "++", 2) == 0)
        value = evaluate_step(e, OP_ADD, &done);
    else if (strncmp(e->at, "--", 2) == 0)
        value = evaluate_step(e, OP_SUBTRACT, &done);
    if (done)
        return value;
    e->depth++;
    if (accept(e, "+"))
        value = evaluate_unary(e);
    else if (accept(e, "-"))
        value = (long)(0 - (unsigned long)evaluate_unary(e));
    else if (accept(e, "~"))
        value = ~evaluate_unary(e);
    else if (e->at[0] == '!' && e->at[1] != '=' && accept(e, "!"))
        value = !evaluate_unary(e);
    else
        value = evaluate_primary(e);
    e->depth--;
    return value;
}

/* The binary operator that comes next, or -1; it is not used up. */
static int peek_operator(struct evaluation *e)
{
    skip_space(e);
    for (int i = 0; i < NOPERATORS; i++)
        if (strncmp(e->at, operators[i].text, strlen(operators[i].text)) == 0)
            return i;
    return -1;
}

/* Operators that bind at least as strongly as LOWEST. */
static long evaluate_binary(struct evaluation *e, int lowest)
{
    long left = evaluate_unary(e);
    int op;

    while ((op = peek_operator(e)) >= 0 && operators[op].precedence >= lowest) {
        bool decided = (op == OP_AND_THEN && left == 0) || (op == OP_OR_ELSE && left != 0);
        long right;

        e->at += strlen(operators[op].text);
        e->skipped += decided;
        right = evaluate_binary(e, operators[op].precedence + 1);
        e->skipped -= decided;
        if (op == OP_AND_THEN)
            left = left != 0 && right != 0;
        else if (op == OP_OR_ELSE)
            left = left != 0 || right != 0;
        else
            left = apply(e, (enum operator)op, left, right);
    }
    return left;
}

static long evaluate_conditional(struct evaluation *e)
{
    long condition = evaluate_binary(e, 0);
    long yes, no;

    if (!accept(e, "?"))
        return condition;
    e->skipped += condition == 0;
    yes = evaluate_assignment(e);
    e->skipped -= condition == 0;
    if (!accept(e, ":"))
        return fail_syntax(e, "a colon is missing");
    e->skipped += condition != 0;
    no = evaluate_conditional(e);
    e->skipped -= condition != 0;
    return condition != 0 ? yes : no;
}

/* Assignments are found where their variable is; what is left is everything that can hold one. */
static long evaluate_assignment(struct evaluation *e)
{
    long value;

    if (++e->depth > MAX_DEPTH)
        return fail_syntax(e, "nested too deeply");
    value = evaluate_conditional(e);
    e->depth--;
    return value;
}

bool arith_evaluate(const char *expression, long *result)
{
    struct evaluation e = { .text = expression, .at = expression };

    skip_space(&e);
    *result = 0;
    if (*e.at == '\0')
        return true;
    do
        *result = evaluate_assignment(&e);
    while (accept(&e, ","));
    if (e.error == NULL && *e.at != '\0')
        fail_syntax(&e, "an operator is missing");
    if (e.error == NULL)
        return true;
    shell_fail("%.*s: %s", SHOWN, expression, e.error);
    return false;
}
