/* SPDX-License-Identifier: MIT */
/*
 * main.c - sh, the shell.
 *
 *   sh [options] [file [word...]]          commands from a file
 *   sh [options] -c commands [name [word...]]
 *   sh [options] [-s [word...]]            commands from standard input
 *
 * How a command becomes processes:
 *
 *   input    lines, from a string, a file or the line editor (edit, history, complete)
 *   lexer    lines to tokens;  word: the inside of a word
 *   parser   tokens to a tree (ast)
 *   exec     walks the tree;  command: one simple command
 *   expand   words to strings (tagged, arith, vars)
 *   redirect, jobs, terminal, trap: what a process needs from the system
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/exec.h"
#include "user/bin/sh/expand.h"
#include "user/bin/sh/input.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/parser.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"
#include "user/bin/sh/vars.h"
#include "user/bin/sh/word.h"

/* After a command: forget what it left undone. */
static void settle(void)
{
    /* The terminal has echoed ^C in the middle of a line. */
    if (shell.interrupted)
        fputc('\n', stderr);
    shell.unwind = UNWIND_NONE;
    shell.interrupted = 0;
    shell.tested = shell.loops = shell.calls = 0;
    arena_clear(&scratch);
}

/* ^C was typed, which the line editor takes as a key: who set a trap wants the signal. */
static void run_interrupt_trap(void)
{
    if (trap_get(SIGINT) == NULL)
        return;
    raise(SIGINT);
    trap_run_pending();
}

/* Commands from somebody who sees the prompt: errors end only the command. */
static void serve(struct input *in)
{
    struct program *p;
    struct lexer lx;

    lexer_init(&lx, in, 1);
    for (;;) {
        enum parse_result result;

        settle();
        jobs_notify();
        result = parser_parse(&lx, &p);
        if (result == PARSE_END)
            break;
        if (result != PARSE_OK) {
            shell.status = result == PARSE_ERROR ? STATUS_ERROR : STATUS_SIGNAL + SIGINT;
            if (result == PARSE_INTERRUPTED)
                run_interrupt_trap();
            continue;
        }
        exec_program(p, 0);
        program_put(p);
    }
    if (in->kind != INPUT_TERMINAL)
        fputc('\n', stderr);
}

/* Standard input as the source of commands. */
static void run_standard_input(void)
{
    struct input in;

    input_init_fd(&in, INPUT_SHARED, STDIN_FILENO);
    if (shell.interactive) {
        in.kind = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? INPUT_TERMINAL : INPUT_SHARED;
        in.prompts = true;
        serve(&in);
    } else {
        exec_input(&in, 1, false);
    }
    input_fini(&in);
}

/* The descriptor of a script, or the end of the shell. */
static int open_script(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : is_directory(path) ? EISDIR : 0;

    if (error == 0) {
        fd = redirect_make_private(fd);
        error = fd < 0 ? errno : 0;
    }
    if (error == 0)
        return fd;
    shell_warn("%s: %s", path, strerror(error));
    shell_exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_NOT_EXECUTABLE);
}

static void run_file(const char *path)
{
    struct input in;

    input_init_fd(&in, INPUT_FILE, open_script(path));
    shell.name = path;
    exec_input(&in, 1, false);
    input_fini(&in);
}

static void run_string(const char *commands)
{
    struct input in;

    input_init_string(&in, commands, strlen(commands));
    exec_input(&in, 1, true);
    input_fini(&in);
}

/*
 * What a user wants in every interactive shell: the commands of the file that $ENV names.  Who has
 * more rights than the user must not follow the user's variables.
 */
static void run_profile(void)
{
    const char *env = vars_get("ENV");
    const char *path;
    int fd;

    if (env == NULL || !shell.interactive || getuid() != geteuid() || getgid() != getegid())
        return;
    path = expand_string(word_parse_prompt(&scratch, env));
    if (path != NULL && *path != '\0' && !is_directory(path)) {
        fd = redirect_make_private(open(path, O_RDONLY | O_CLOEXEC));
        if (fd >= 0) {
            exec_file(fd);
            close(fd);
        }
    }
    settle();
}

/* Decide what -i and -m were not asked for. */
static void choose_mode(bool reads_standard_input)
{
    if (reads_standard_input && isatty(STDIN_FILENO) && isatty(STDERR_FILENO))
        option_set(OPTION_INTERACTIVE, true);
    shell.interactive = option_is_set(OPTION_INTERACTIVE);
    shell.names_lines = !shell.interactive;
    if (shell.interactive && isatty(STDIN_FILENO))
        option_set(OPTION_MONITOR, true);
    if (shell.interactive)
        trap_prepare_shell();
    jobs_update_control();
}

int main(int argc, char **argv, char **environment)
{
    bool has_command = false;
    int used;

    shell.pid = getpid();
    /* Whoever ignored it cannot have meant the shell, which could wait for nothing then. */
    signal(SIGCHLD, SIG_DFL);
    vars_init(environment);
    used = argc > 0 ? options_parse(argv + 1, &has_command) : 0;
    if (used < 0)
        shell_exit(STATUS_ERROR);
    argv += 1 + used;
    argc -= 1 + used;
    if (has_command) {
        const char *commands = argv[0];

        if (argc < 1) {
            shell_warn("-c needs commands");
            shell_exit(STATUS_ERROR);
        }
        shell.name = argc > 1 ? argv[1] : "sh";
        parameters_set(argc > 1 ? argv + 2 : argv + 1, argc > 1 ? argc - 2 : 0);
        choose_mode(false);
        run_profile();
        run_string(commands);
    } else if (argc > 0 && !option_is_set(OPTION_STDIN)) {
        parameters_set(argv + 1, argc - 1);
        choose_mode(false);
        run_profile();
        run_file(argv[0]);
    } else {
        option_set(OPTION_STDIN, true);
        parameters_set(argv, argc);
        choose_mode(true);
        run_profile();
        run_standard_input();
    }
    shell_exit(shell.status);
}
