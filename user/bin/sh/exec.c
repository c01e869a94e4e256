/* SPDX-License-Identifier: MIT */
/*
 * exec.c - executing syntax trees.
 *
 * One function per kind of node.  What they allocate in scratch goes when exec_node() returns.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "user/bin/sh/command.h"
#include "user/bin/sh/exec.h"
#include "user/bin/sh/exec_process.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/parser.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"
#include "user/bin/sh/vars.h"

#define MAX_CALLS 1000

/* The program whose nodes are being executed: what a function definition must keep alive. */
static struct program *current;

/* set -e: a failure that nobody asks about is the end. */
static int check_failure(int status)
{
    if (status != 0 && shell.tested == 0 && option_is_set(OPTION_ERREXIT)
        && shell.unwind == UNWIND_NONE)
        shell_exit(status);
    return status;
}

/* Who took the terminal gives it back; and a program is not to ignore what a typist's shell does. */
bool exec_may_replace_shell(int flags)
{
    return (flags & EXEC_LAST) != 0 && !trap_has_actions() && !shell.interactive
           && !jobs_are_controlled();
}

/* Execute a node for its status only. */
static int exec_tested(const struct node *n)
{
    int status;

    shell.tested++;
    status = exec_node(n, 0);
    shell.tested--;
    return status;
}

static int exec_list(const struct node *n, int flags)
{
    int status = 0;

    for (const struct node *each = n->first; each != NULL; each = each->next) {
        status = exec_node(each, each->next == NULL ? flags : 0);
        if (shell_is_unwinding())
            break;
    }
    return status;
}

static int exec_and_or(const struct node *n, int flags)
{
    int status = exec_tested(n->first);

    if (shell_is_unwinding() || (status == 0) != (n->kind == NODE_AND))
        return status;
    return exec_node(n->second, flags);
}

static int exec_if(const struct node *n, int flags)
{
    int status = exec_tested(n->first);

    if (shell_is_unwinding())
        return status;
    if (status == 0)
        return exec_node(n->second, flags);
    return n->third != NULL ? exec_node(n->third, flags) : 0;
}

/* After a round of a loop: is it over?  Takes its level off a break or continue. */
static bool ends_loop(void)
{
    if (!shell_is_unwinding())
        return false;
    if (shell.unwind != UNWIND_BREAK && shell.unwind != UNWIND_CONTINUE)
        return true;
    if (--shell.unwind_levels > 0)
        return true;
    if (shell.unwind == UNWIND_BREAK) {
        shell.unwind = UNWIND_NONE;
        return true;
    }
    shell.unwind = UNWIND_NONE;
    return false;
}

static int exec_while(const struct node *n)
{
    int status = 0;

    shell.loops++;
    for (;;) {
        int condition = exec_tested(n->first);

        if (shell_is_unwinding()) {
            if (ends_loop())
                break;
            continue;
        }
        if ((condition == 0) != (n->kind == NODE_WHILE))
            break;
        status = exec_node(n->second, 0);
        if (ends_loop())
            break;
    }
    shell.loops--;
    return shell.unwind == UNWIND_RETURN ? shell.status : status;
}

static int exec_for(const struct node *n)
{
    struct fields f = { 0 };
    int status = 0;

    for (const struct word *w = n->words; w != NULL; w = w->next)
        if (!expand_fields(w, &f))
            return STATUS_ERROR;
    for (int i = 0; !n->has_words && i < parameters.count; i++)
        fields_add(&f, arena_strdup(&scratch, parameters.values[i]));
    shell.loops++;
    for (size_t i = 0; i < f.count; i++) {
        if (!vars_set(n->name, f.values[i])) {
            status = shell_end_after_error(STATUS_ERROR);
            break;
        }
        status = exec_node(n->first, 0);
        if (ends_loop())
            break;
    }
    shell.loops--;
    return status;
}

/* Does one of the patterns match?  Stops at an error, with shell.unwind set. */
static bool item_matches(const struct case_item *item, const char *value)
{
    for (const struct word *w = item->patterns; w != NULL; w = w->next) {
        const char *pattern = expand_pattern(w);

        if (pattern == NULL)
            return false;
        if (fnmatch(pattern, value, 0) == 0)
            return true;
    }
    return false;
}

static int exec_case(const struct node *n, int flags)
{
    const char *value = expand_string(n->words);

    if (value == NULL)
        return STATUS_ERROR;
    for (const struct case_item *item = n->items; item != NULL; item = item->next) {
        bool matches = item_matches(item, value);

        if (shell_is_unwinding())
            return STATUS_ERROR;
        if (matches)
            return exec_node(item->body, flags);
    }
    return 0;
}

static int exec_kind(const struct node *n, int flags)
{
    switch (n->kind) {
    case NODE_SIMPLE:
        return check_failure(command_run(n, flags));
    case NODE_PIPELINE:
        return check_failure(exec_pipeline(n));
    case NODE_NOT:
        return !exec_tested(n->first);
    case NODE_AND:
    case NODE_OR:
        return exec_and_or(n, flags);
    case NODE_LIST:
        return exec_list(n, flags);
    case NODE_BACKGROUND:
        return exec_background(n);
    case NODE_BRACE:
        return exec_node(n->first, flags);
    case NODE_SUBSHELL:
        return check_failure(exec_subshell(n, flags));
    case NODE_IF:
        return exec_if(n, flags);
    case NODE_WHILE:
    case NODE_UNTIL:
        return exec_while(n);
    case NODE_FOR:
        return exec_for(n);
    case NODE_CASE:
        return exec_case(n, flags);
    case NODE_FUNCTION:
        functions_define(n->name, n->first, current);
        return 0;
    }
    return 0;
}

/* A compound command that has redirections of its own. */
static int exec_redirected(const struct node *n, int flags)
{
    struct redirect_saved *saved = NULL;
    int status = STATUS_ERROR;

    if (redirect_apply(n->redirects, &saved))
        status = exec_kind(n, flags);
    else
        check_failure(status);
    fflush(stdout);
    redirect_undo(saved);
    return status;
}

int exec_node(const struct node *n, int flags)
{
    struct arena_mark mark = arena_mark(&scratch);
    int status;

    if (n == NULL || (option_is_set(OPTION_NOEXEC) && !shell.interactive))
        return 0;
    if (n->kind <= NODE_BACKGROUND || n->kind == NODE_SUBSHELL || n->redirects == NULL)
        status = exec_kind(n, flags);
    else
        status = exec_redirected(n, flags);
    arena_release(&scratch, mark);
    shell.status = status;
    trap_run_pending();
    return shell.status;
}

int exec_function(struct function *f, int argc, char **argv)
{
    struct program *outer_program = current;
    struct program *program = program_get(f->program);
    struct parameters outer = parameters_replace(argv + 1, argc - 1);
    int loops = shell.loops;
    int status;

    if (shell.calls >= MAX_CALLS) {
        status = shell_fail("%s: too many calls inside each other", argv[0]);
    } else {
        vars_begin_scope();
        shell.calls++;
        shell.loops = 0;
        current = program;
        status = exec_node(f->body, 0);
        current = outer_program;
        shell.loops = loops;
        shell.calls--;
        vars_end_scope();
    }
    if (shell.unwind == UNWIND_RETURN) {
        shell.unwind = UNWIND_NONE;
        status = shell.status;
    }
    parameters_restore(outer);
    program_put(program);
    return status;
}

int exec_program(struct program *p, int flags)
{
    struct program *outer = current;
    int status;

    current = p;
    status = exec_node(p->root, flags);
    current = outer;
    return status;
}

int exec_input(struct input *input, int line, bool last)
{
    struct lexer lx;
    struct program *p;
    int status = 0;

    lexer_init(&lx, input, line);
    for (;;) {
        enum parse_result result = parser_parse(&lx, &p);

        if (result == PARSE_END)
            break;
        if (result != PARSE_OK) {
            shell.status = shell_end_after_error(STATUS_ERROR);
            return shell.status;
        }
        /* An empty line has no status: without any command it is 0, not that of before. */
        if (p->root != NULL)
            status = exec_program(p, last && lx.token.kind == TOKEN_END ? EXEC_LAST : 0);
        program_put(p);
        if (shell_is_unwinding())
            break;
    }
    return status;
}

int exec_file(int fd)
{
    struct input input;
    int line = shell.line;
    int loops = shell.loops;
    int status;

    input_init_fd(&input, INPUT_FILE, fd);
    shell.calls++;
    shell.loops = 0;
    status = exec_input(&input, 1, false);
    shell.loops = loops;
    shell.calls--;
    shell.line = line;
    input_fini(&input);
    if (shell.unwind == UNWIND_RETURN)
        shell.unwind = UNWIND_NONE;
    return status;
}

int exec_string(const char *text, size_t length, int line)
{
    struct input input;
    int status;

    input_init_string(&input, text, length);
    status = exec_input(&input, line, false);
    input_fini(&input);
    return status;
}
