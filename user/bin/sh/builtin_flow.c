/* SPDX-License-Identifier: MIT */
/* builtin_flow.c - builtins that execute commands, or end them. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/command.h"
#include "user/bin/sh/exec.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/text.h"
#include "user/bin/sh/trap.h"
#include "user/bin/sh/vars.h"

/* A number that is not negative, or -1 after a message. */
static int parse_count(const char *name, const char *word)
{
    char *end;
    long n = strtol(word, &end, 10);

    if (isdigit((unsigned char)*word) && *end == '\0' && n <= INT_MAX)
        return (int)n;
    shell_warn("%s: %s: is no number", name, word);
    return -1;
}

int builtin_colon(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 0;
}

int builtin_false(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return 1;
}

/* break and continue; more levels than there are loops mean all of them. */
int builtin_break(int argc, char **argv)
{
    int levels = argc > 1 ? parse_count(argv[0], argv[1]) : 1;

    if (levels < 0)
        return -STATUS_ERROR;
    if (levels == 0) {
        shell_warn("%s: 0 is no number of loops", argv[0]);
        return -STATUS_ERROR;
    }
    if (shell.loops == 0)
        return 0;
    shell.unwind_levels = levels < shell.loops ? levels : shell.loops;
    shell.unwind = argv[0][0] == 'b' ? UNWIND_BREAK : UNWIND_CONTINUE;
    return 0;
}

/* The status that exit and return give without an argument. */
static int last_status(void)
{
    int before = trap_status_before();

    return before >= 0 ? before : shell.status;
}

int builtin_return(int argc, char **argv)
{
    int status = argc > 1 ? parse_count(argv[0], argv[1]) : shell.status;

    if (status < 0)
        return -STATUS_ERROR;
    if (shell.calls == 0 && !shell.interactive)
        shell_exit(status);
    if (shell.calls > 0)
        shell.unwind = UNWIND_RETURN;
    return status;
}

int builtin_exit(int argc, char **argv)
{
    static bool warned;
    int status = argc > 1 ? parse_count(argv[0], argv[1]) : last_status();

    if (status < 0)
        return -STATUS_ERROR;
    if (shell.interactive && jobs_has_stopped() && !warned) {
        fprintf(stderr, "There are stopped jobs.\n");
        warned = true;
        return 1;
    }
    shell_exit(status & 0xff);
}

int builtin_eval(int argc, char **argv)
{
    struct text line;

    text_init(&line, &scratch);
    for (int i = 1; i < argc; i++) {
        if (i > 1)
            text_add(&line, ' ');
        text_add_string(&line, argv[i]);
    }
    return exec_string(text_end(&line), line.length, shell.line);
}

/* A file in the folders of PATH; it need not be executable. */
static int open_script(const char *name)
{
    const char *path = vars_get("PATH");
    const char *file;
    int fd = -1;

    if (strchr(name, '/') != NULL)
        return open(name, O_RDONLY | O_CLOEXEC);
    errno = ENOENT;
    while (fd < 0 && path != NULL) {
        size_t length = strcspn(path, ":");

        file = arena_printf(&scratch, "%.*s%s%s", (int)length, path, length > 0 ? "/" : "", name);
        fd = open(file, O_RDONLY | O_CLOEXEC);
        path = path[length] == ':' ? path + length + 1 : NULL;
    }
    return fd;
}

int builtin_dot(int argc, char **argv)
{
    struct stat st;
    int status, fd;

    if (argc < 2) {
        shell_warn(".: needs the name of a file");
        return -STATUS_ERROR;
    }
    fd = open_script(argv[1]);
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
        close(fd);
        errno = EISDIR;
        fd = -1;
    }
    if (fd >= 0)
        fd = redirect_make_private(fd);
    if (fd < 0) {
        shell_warn("%s: %s", argv[1], strerror(errno));
        return -STATUS_ERROR;
    }
    status = exec_file(fd);
    close(fd);
    return status;
}

int builtin_exec(int argc, char **argv)
{
    int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    int status;

    if (first >= argc)
        return 0;
    fflush(stdout);
    trap_release_signals();
    status = command_replace(argv + first, vars_get("PATH"));
    trap_prepare_shell();
    return -status;
}

/* EXIT, a name or a number; -1: none. */
static int parse_signal(const char *name)
{
    int sig;

    if (strcmp(name, "EXIT") == 0)
        return TRAP_EXIT;
    sig = signal_number(name);
    return sig < NSIG ? sig : -1;
}

static void print_traps(void)
{
    struct text line;

    for (int sig = 0; sig < NSIG; sig++) {
        const char *action = trap_get(sig);

        if (action == NULL)
            continue;
        text_init(&line, &scratch);
        text_add_quoted(&line, action);
        if (sig == TRAP_EXIT)
            printf("trap -- %s EXIT\n", text_end(&line));
        else if (signal_name(sig) != NULL)
            printf("trap -- %s %s\n", text_end(&line), signal_name(sig));
        else
            printf("trap -- %s %d\n", text_end(&line), sig);
    }
}

static bool is_number(const char *word)
{
    return *word != '\0' && word[strspn(word, "0123456789")] == '\0';
}

/* trap [action] signal...: without an action, which a number never is, or with "-", back to the
 * default. */
int builtin_trap(int argc, char **argv)
{
    int at = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    const char *action = NULL;
    int status = 0;

    if (at >= argc) {
        print_traps();
        return 0;
    }
    if (at + 1 < argc && !is_number(argv[at])) {
        action = strcmp(argv[at], "-") == 0 ? NULL : argv[at];
        at++;
    }
    for (; at < argc; at++) {
        int sig = parse_signal(argv[at]);

        if (sig < 0) {
            shell_warn("trap: %s: no such signal", argv[at]);
            status = 1;
            continue;
        }
        if (sig != SIGKILL && sig != SIGSTOP)
            trap_set(sig, action);
    }
    return status;
}
