/* SPDX-License-Identifier: MIT */
/* trap.c - signals: what `trap` says, and what an interactive shell does with them. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/sh/arena.h"
#include "user/bin/sh/exec.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"

enum origin { ORIGIN_UNKNOWN, ORIGIN_NORMAL, ORIGIN_IGNORED };

static struct {
    char *action;          /* NULL: the default */
    enum origin origin;    /* what it was when the shell began */
    bool changed;          /* our own disposition is installed */
    volatile sig_atomic_t pending;
} traps[NSIG];

static volatile sig_atomic_t any_pending;
static int nactions;
static int status_before = -1;

static void on_signal(int sig)
{
    if (traps[sig].action == NULL) {
        shell.interrupted = 1;
        return;
    }
    traps[sig].pending = 1;
    any_pending = 1;
}

/* Does an interactive shell survive it? */
static bool is_ignored_by_shell(int sig)
{
    switch (sig) {
    case SIGQUIT:
    case SIGTERM:
        return shell.interactive;
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
        return option_is_set(OPTION_MONITOR) && !shell.subshell;
    default:
        return false;
    }
}

static bool is_ignored_by_trap(int sig)
{
    return traps[sig].action != NULL && *traps[sig].action == '\0';
}

/* Whose SIGCHLD is ignored never learns how its children ended: the shell itself keeps it. */
static void (*wanted_handler(int sig))(int)
{
    if (is_ignored_by_trap(sig))
        return sig == SIGCHLD ? SIG_DFL : SIG_IGN;
    if (traps[sig].action != NULL)
        return on_signal;
    if (is_ignored_by_shell(sig))
        return SIG_IGN;
    return sig == SIGINT && shell.interactive ? on_signal : SIG_DFL;
}

/* Make the kernel do what the tables say. */
static void install(int sig)
{
    struct sigaction action, old;

    memset(&action, 0, sizeof(action));
    action.sa_handler = wanted_handler(sig);
    if (traps[sig].origin == ORIGIN_UNKNOWN) {
        if (sigaction(sig, NULL, &old) < 0)
            return;
        traps[sig].origin = old.sa_handler == SIG_IGN ? ORIGIN_IGNORED : ORIGIN_NORMAL;
    }
    if (traps[sig].origin == ORIGIN_IGNORED && !shell.interactive && action.sa_handler != SIG_IGN)
        return;
    sigaction(sig, &action, NULL);
    traps[sig].changed = action.sa_handler != SIG_DFL;
}

/* The signals that an interactive shell treats in its own way. */
static const int shell_signals[] = { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };

#define NSHELL_SIGNALS (sizeof(shell_signals) / sizeof(shell_signals[0]))

void trap_prepare_shell(void)
{
    for (size_t i = 0; i < NSHELL_SIGNALS; i++)
        install(shell_signals[i]);
    install(SIGCHLD);
}

void trap_release_signals(void)
{
    for (size_t i = 0; i < NSHELL_SIGNALS; i++)
        if (traps[shell_signals[i]].changed && traps[shell_signals[i]].action == NULL)
            signal(shell_signals[i], SIG_DFL);
    if (is_ignored_by_trap(SIGCHLD))
        signal(SIGCHLD, SIG_IGN);
}

void trap_set(int sig, const char *action)
{
    char *copy = action != NULL ? safe_strdup(action) : NULL;

    nactions += (copy != NULL) - (traps[sig].action != NULL);
    free(traps[sig].action);
    traps[sig].action = copy;
    if (sig != TRAP_EXIT)
        install(sig);
}

const char *trap_get(int sig)
{
    return traps[sig].action;
}

bool trap_has_actions(void)
{
    return nactions > 0;
}

bool trap_is_pending(void)
{
    return any_pending != 0;
}

int trap_pending_signal(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        if (traps[sig].pending)
            return sig;
    return 0;
}

/* $? is for the action to see, and not for it to change. */
static void run_action(const char *action)
{
    char *copy = safe_strdup(action);
    int status = shell.status;
    int outer = status_before;

    status_before = status;
    exec_string(copy, strlen(copy), shell.line);
    status_before = outer;
    if (shell.unwind == UNWIND_NONE)
        shell.status = status;
    free(copy);
}

void trap_run_pending(void)
{
    int sig;

    if (!any_pending || shell.unwind != UNWIND_NONE)
        return;
    any_pending = 0;
    while (shell.unwind == UNWIND_NONE && (sig = trap_pending_signal()) != 0) {
        traps[sig].pending = 0;
        if (traps[sig].action != NULL)
            run_action(traps[sig].action);
    }
    any_pending |= trap_pending_signal() != 0;
}

void trap_run_exit(void)
{
    char *action = traps[TRAP_EXIT].action;

    if (action == NULL)
        return;
    traps[TRAP_EXIT].action = NULL;
    shell.unwind = UNWIND_NONE;
    run_action(action);
    free(action);
}

int trap_status_before(void)
{
    return status_before;
}

/* As if it had been ignored from the start. */
static void ignore(int sig)
{
    signal(sig, SIG_IGN);
    traps[sig].origin = ORIGIN_IGNORED;
}

void trap_enter_subshell(bool background)
{
    status_before = -1;
    any_pending = 0;
    for (int sig = 0; sig < NSIG; sig++) {
        char *action = traps[sig].action;

        traps[sig].pending = 0;
        if (action != NULL && *action != '\0') {
            nactions--;
            free(action);
            traps[sig].action = NULL;
        }
        if (sig != TRAP_EXIT && traps[sig].changed)
            install(sig);
    }
    if (!background)
        return;
    ignore(SIGINT);
    ignore(SIGQUIT);
}

void trap_ignore_stops(void)
{
    ignore(SIGTSTP);
    ignore(SIGTTIN);
    ignore(SIGTTOU);
}
