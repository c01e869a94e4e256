/* SPDX-License-Identifier: MIT */
/*
 * command.c - simple commands.
 *
 * In this order: words are expanded, redirections done, assignments made.  Redirections and
 * assignments last as long as the command; those of a special builtin, and assignments without a
 * command, stay.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/command.h"
#include "user/bin/sh/exec.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

#define SCRIPT_SHELL "/bin/sh"

static bool is_executable_file(const char *path)
{
    struct stat st;

    if (stat(path, &st) < 0)
        return false;
    if (S_ISDIR(st.st_mode))
        errno = EISDIR;
    else if (access(path, X_OK) == 0)
        return true;
    return false;
}

char *command_find(const char *name, const char *path)
{
    int error = ENOENT;

    if (strchr(name, '/') != NULL)
        return is_executable_file(name) ? arena_strdup(&scratch, name) : NULL;
    while (path != NULL && *name != '\0') {
        size_t length = strcspn(path, ":");
        char *full = arena_printf(&scratch, "%.*s%s%s", (int)length, path, length > 0 ? "/" : "",
                                  name);

        if (is_executable_file(full))
            return full;
        if (errno != ENOENT && errno != ENOTDIR && errno != EISDIR)
            error = errno;
        path = path[length] == ':' ? path + length + 1 : NULL;
    }
    errno = error;
    return NULL;
}

/* A file that no loader knows is a script. */
static void exec_script(const char *path, char **argv)
{
    size_t count = 0;
    char **script;

    while (argv[count] != NULL)
        count++;
    script = arena_alloc(&scratch, (count + 2) * sizeof(*script));
    script[0] = (char *)"sh";
    script[1] = (char *)path;
    memcpy(script + 2, argv + 1, count * sizeof(*script));
    execve(SCRIPT_SHELL, script, vars_environment());
}

int command_replace(char **argv, const char *path)
{
    const char *file = command_find(argv[0], path);

    if (file != NULL) {
        execve(file, argv, vars_environment());
        if (errno == ENOEXEC)
            exec_script(file, argv);
    }
    if (errno == ENOENT && strchr(argv[0], '/') == NULL) {
        shell_warn("%s: not found", argv[0]);
        return STATUS_NOT_FOUND;
    }
    shell_warn("%s: %s", argv[0], strerror(errno));
    return errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE;
}

/* Everything that is known about the command being run. */
struct call {
    const struct node *node;
    struct fields words;
    struct fields values; /* of the assignments */
    int flags;
};

/* Words of `export x=$y` are assignments, and not split. */
static bool expand_declared(struct call *c, const struct word *w)
{
    struct word *value;
    char *name, *text;

    if (!word_split_assignment(&scratch, w, &name, &value))
        return expand_fields(w, &c->words);
    text = expand_assignment(value);
    if (text != NULL)
        fields_add(&c->words, arena_printf(&scratch, "%s=%s", name, text));
    return text != NULL;
}

static bool expand_words(struct call *c)
{
    const struct builtin *b = NULL;

    for (const struct word *w = c->node->words; w != NULL; w = w->next) {
        bool declared = b != NULL && b->kind == DECLARING;

        if (declared ? !expand_declared(c, w) : !expand_fields(w, &c->words))
            return false;
        if (b == NULL && c->words.count > 0)
            b = builtin_find(c->words.values[0]);
    }
    return true;
}

/* One after the other: x=1 y=$x.  The scope takes back what only the later ones should see. */
static bool expand_values(struct call *c)
{
    bool ok = true;

    if (c->node->assignments == NULL)
        return true;
    vars_begin_scope();
    for (const struct assignment *a = c->node->assignments; ok && a != NULL; a = a->next) {
        char *value = expand_assignment(a->value);

        ok = value != NULL;
        if (!ok)
            break;
        fields_add(&c->values, value);
        if (a->next == NULL)
            break;
        vars_make_local(a->name);
        ok = vars_set(a->name, value);
        if (!ok)
            shell_end_after_error(STATUS_ERROR);
    }
    vars_end_scope();
    return ok;
}

/* set -x */
static void trace(const struct call *c)
{
    const struct assignment *a = c->node->assignments;
    const char *prompt = vars_get("PS4");
    const char *before = expand_string(word_parse_prompt(&scratch, prompt != NULL ? prompt : ""));
    struct text line;

    text_init(&line, &scratch);
    text_add_string(&line, before != NULL ? before : "");
    for (size_t i = 0; i < c->values.count; i++, a = a->next) {
        text_add_string(&line, a->name);
        text_add(&line, '=');
        if (*c->values.values[i] != '\0')
            text_add_quoted(&line, c->values.values[i]);
        text_add(&line, ' ');
    }
    for (size_t i = 0; i < c->words.count; i++) {
        text_add_quoted(&line, c->words.values[i]);
        text_add(&line, ' ');
    }
    line.data[line.length - 1] = '\n';
    write_all(STDERR_FILENO, line.data, line.length);
}

/* Assign for good, or with FLAGS in the scope that has just begun. */
static bool assign(const struct call *c, bool local, unsigned flags)
{
    const struct assignment *a = c->node->assignments;

    for (size_t i = 0; i < c->values.count; i++, a = a->next) {
        if (local)
            vars_make_local(a->name);
        if (flags != 0 ? !vars_mark(a->name, c->values.values[i], flags)
                       : !vars_set(a->name, c->values.values[i]))
            return false;
    }
    return true;
}

/* Only assignments and redirections. */
static int run_nothing(const struct call *c)
{
    struct redirect_saved *saved = NULL;
    bool ok = redirect_apply(c->node->redirects, &saved);

    redirect_undo(saved);
    if (!ok)
        return STATUS_ERROR;
    if (!assign(c, false, 0))
        return shell_end_after_error(STATUS_ERROR);
    return shell.substitution >= 0 ? shell.substitution : 0;
}

/* What was written but cannot be delivered is an error of the builtin. */
static int finish_builtin(const struct builtin *b, int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    shell_warn("%s: cannot write: %s", b->name, strerror(errno));
    clearerr(stdout);
    return status != 0 ? status : 1;
}

static int call_builtin(const struct builtin *b, int argc, char **argv)
{
    return finish_builtin(b, b->run(argc, argv));
}

/* Redirections of `exec` stay even without a program. */
static int run_special(const struct call *c, const struct builtin *b)
{
    struct redirect_saved *saved = NULL;
    bool stays = strcmp(b->name, "exec") == 0;
    int status;

    if (!redirect_apply(c->node->redirects, stays ? NULL : &saved)) {
        redirect_undo(saved);
        return shell_end_after_error(STATUS_ERROR);
    }
    if (assign(c, false, stays && c->words.count > 1 ? VAR_EXPORTED : 0))
        status = call_builtin(b, (int)c->words.count, c->words.values);
    else
        status = shell_end_after_error(STATUS_ERROR);
    redirect_undo(saved);
    return status < 0 ? shell_end_after_error(-status) : status;
}

/* A function or a builtin that is not special. */
static int run_inside(const struct call *c, struct function *f, const struct builtin *b)
{
    struct redirect_saved *saved = NULL;
    bool scoped = c->values.count > 0;
    int status = STATUS_ERROR;

    if (!redirect_apply(c->node->redirects, &saved)) {
        redirect_undo(saved);
        return status;
    }
    if (scoped)
        vars_begin_scope();
    if (!assign(c, true, VAR_EXPORTED))
        status = shell_end_after_error(STATUS_ERROR);
    else if (f != NULL)
        status = exec_function(f, (int)c->words.count, c->words.values);
    else
        status = call_builtin(b, (int)c->words.count, c->words.values);
    if (scoped)
        vars_end_scope();
    fflush(stdout);
    redirect_undo(saved);
    return status;
}

/* In the process that is to become the program. */
static void become_program(const struct call *c)
{
    if (!redirect_apply(c->node->redirects, NULL) || !assign(c, false, VAR_EXPORTED))
        shell_exit(STATUS_ERROR);
    trap_release_signals();
    shell_exit(command_replace(c->words.values, vars_get("PATH")));
}

static int run_program(const struct call *c)
{
    struct job *job;
    pid_t pid;

    if (exec_may_replace_shell(c->flags))
        become_program(c);
    job = job_create(c->node->text);
    pid = job_fork(job, JOB_FOREGROUND);
    if (pid == 0)
        become_program(c);
    if (pid < 0) {
        job_drop(job);
        return shell_end_after_error(STATUS_ERROR);
    }
    return job_wait(job);
}

int command_run(const struct node *n, int flags)
{
    struct call c = { .node = n, .flags = flags };
    const struct builtin *b;
    struct function *f;

    if (n->line > 0)
        shell.line = n->line;
    shell.substitution = -1;
    if (!expand_words(&c) || !expand_values(&c))
        return STATUS_ERROR;
    if (option_is_set(OPTION_XTRACE) && c.words.count + c.values.count > 0)
        trace(&c);
    if (c.words.count == 0)
        return run_nothing(&c);
    b = builtin_find(c.words.values[0]);
    if (b != NULL && b->kind != ORDINARY)
        return run_special(&c, b);
    f = functions_find(c.words.values[0]);
    if (f != NULL || b != NULL)
        return run_inside(&c, f, b);
    return run_program(&c);
}

int command_run_words(int argc, char **argv, bool default_path)
{
    const struct builtin *b = builtin_find(argv[0]);
    struct job *job;
    pid_t pid;

    if (b != NULL)
        return abs(call_builtin(b, argc, argv));
    job = job_create(argv[0]);
    pid = job_fork(job, JOB_FOREGROUND);
    if (pid == 0)
        shell_exit(command_replace(argv, default_path ? COMMAND_DEFAULT_PATH : vars_get("PATH")));
    if (pid < 0) {
        job_drop(job);
        return shell_end_after_error(STATUS_ERROR);
    }
    return job_wait(job);
}
