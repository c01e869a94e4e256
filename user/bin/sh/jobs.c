/* SPDX-License-Identifier: MIT */
/*
 * jobs.c - starting processes and waiting for them.
 *
 * Children are collected by wait calls for any child, in whatever order they end, and noted in the
 * table; a child that is not in it (of a job that was dropped) is forgotten.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "user/bin/sh/arena.h"
#include "user/bin/sh/jobs_table.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/terminal.h"
#include "user/bin/sh/trap.h"

#define MAX_DONE 1000 /* jobs that ended and that no `wait` asked for: more are forgotten */

struct job *jobs;
static unsigned counter;
static bool control; /* job control is on */

int jobs_status_of(int status)
{
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    return STATUS_SIGNAL + (WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status));
}

enum job_state job_state(const struct job *job)
{
    enum job_state state = JOB_DONE;

    for (int i = 0; i < job->nprocesses; i++) {
        if (job->processes[i].state == JOB_RUNNING)
            return JOB_RUNNING;
        if (job->processes[i].state == JOB_STOPPED)
            state = JOB_STOPPED;
    }
    return state;
}

int job_raw_status(const struct job *job)
{
    int i = job->nprocesses - 1;

    if (i < 0)
        return 0;
    if (job_state(job) == JOB_STOPPED)
        while (i > 0 && job->processes[i].state != JOB_STOPPED)
            i--;
    else if (option_is_set(OPTION_PIPEFAIL))
        while (i > 0 && job->processes[i].status == 0)
            i--;
    return job->processes[i].status;
}

int job_id(const struct job *job)
{
    return job->id;
}

pid_t job_target(const struct job *job)
{
    return job->group != 0 ? -job->group : job->processes[job->nprocesses - 1].pid;
}

struct job *job_create(const char *text)
{
    struct job *job = safe_alloc(sizeof(*job));

    *job = (struct job){ .next = jobs, .text = safe_strdup(text != NULL ? text : "") };
    jobs = job;
    return job;
}

void job_drop(struct job *job)
{
    struct job **place = &jobs;

    while (*place != job)
        place = &(*place)->next;
    *place = job->next;
    free(job->modes);
    free(job->text);
    free(job->processes);
    free(job);
}

void job_give_id(struct job *job)
{
    job->recent = ++counter;
    if (job->id != 0)
        return;
    for (const struct job *j = jobs; j != NULL; j = j->next)
        if (j->id > job->id)
            job->id = j->id;
    job->id++;
}

/* In a new child: nothing of the parent's jobs is its own. */
static void forget_jobs(void)
{
    while (jobs != NULL)
        job_drop(jobs);
    control = false;
}

static void enter_subshell(bool background)
{
    shell.subshell = true;
    shell.interactive = false;
    trap_enter_subshell(background);
    forget_jobs();
}

/* In the child: join the job's group; the parent does the same, so that neither comes too late. */
static void join_group(pid_t group, enum job_place place)
{
    pid_t own = getpid();

    setpgid(0, group);
    if (place == JOB_FOREGROUND && group == own)
        terminal_give(group);
}

static void add_process(struct job *job, pid_t pid)
{
    size_t size = ((size_t)job->nprocesses + 1) * sizeof(struct process);

    job->processes = safe_realloc(job->processes, size);
    job->processes[job->nprocesses++] = (struct process){ .pid = pid, .state = JOB_RUNNING };
}

/* A background process without job control must not take input from under the shell. */
static void detach_input(void)
{
    int fd = open("/dev/null", O_RDONLY);

    if (fd > STDIN_FILENO) {
        dup2(fd, STDIN_FILENO);
        close(fd);
    }
}

/*
 * In the child all signals wait until its caller restores OLD_MASK: the terminal may be
 * the child's before the shell's handlers are gone, and what they catch would be lost.
 */
static pid_t fork_or_warn(sigset_t *old_mask)
{
    sigset_t all;
    pid_t pid;

    fflush(stdout);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, old_mask);
    pid = fork();
    if (pid != 0)
        sigprocmask(SIG_SETMASK, old_mask, NULL);
    if (pid < 0)
        shell_warn("cannot start a process: %s", strerror(errno));
    return pid;
}

pid_t job_fork(struct job *job, enum job_place place)
{
    bool first = job->nprocesses == 0;
    sigset_t old_mask;
    pid_t pid = fork_or_warn(&old_mask);

    if (pid == 0) {
        bool unattended = place == JOB_BACKGROUND && !control;

        if (control)
            join_group(first ? getpid() : job->group, place);
        enter_subshell(unattended);
        sigprocmask(SIG_SETMASK, &old_mask, NULL);
        if (unattended && first)
            detach_input();
        return 0;
    }
    if (pid < 0)
        return -1;
    add_process(job, pid);
    if (control) {
        if (first)
            job->group = pid;
        setpgid(pid, job->group);
        if (first && place == JOB_FOREGROUND)
            terminal_give(pid);
    }
    return pid;
}

/*
 * The child is in the shell's own group.  If ^Z stopped it, the shell, which waits for it and
 * ignores ^Z, would wait for ever.
 */
pid_t jobs_fork(void)
{
    bool controlled = control;
    sigset_t old_mask;
    pid_t pid = fork_or_warn(&old_mask);

    if (pid == 0) {
        enter_subshell(false);
        if (controlled)
            trap_ignore_stops();
        sigprocmask(SIG_SETMASK, &old_mask, NULL);
    }
    return pid;
}

int jobs_wait_process(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return STATUS_NOT_FOUND;
    return jobs_status_of(status);
}

/* Note what wait() told about a process. */
static void note_status(pid_t pid, int status)
{
    for (struct job *job = jobs; job != NULL; job = job->next) {
        for (int i = 0; i < job->nprocesses; i++) {
            struct process *p = &job->processes[i];

            if (p->pid != pid || p->state == JOB_DONE)
                continue;
            p->status = status;
            p->state = WIFSTOPPED(status) ? JOB_STOPPED
                       : WIFCONTINUED(status) ? JOB_RUNNING : JOB_DONE;
            job->changed = true;
            return;
        }
    }
}

/* Wait for a change of any child, or only look for one.  False: there was none. */
static bool collect(bool wait)
{
    int options = (wait ? 0 : WNOHANG) | (control ? WUNTRACED | WCONTINUED : 0);
    int status;
    pid_t pid = waitpid(-1, &status, options);

    if (pid <= 0)
        return false;
    note_status(pid, status);
    return true;
}

void jobs_collect(void)
{
    while (collect(false))
        continue;
}

/* A job without any child left to wait for is over, whoever took its status. */
static void give_up(struct job *job)
{
    for (int i = 0; i < job->nprocesses; i++) {
        if (job->processes[i].state == JOB_DONE)
            continue;
        job->processes[i].state = JOB_DONE;
        job->processes[i].status = W_EXITCODE(STATUS_NOT_FOUND, 0);
    }
}

/* How a job that a signal ended is told of, or NULL when it is not. */
static const char *cause_of_death(int status)
{
    if (!WIFSIGNALED(status) || WTERMSIG(status) == SIGPIPE || WTERMSIG(status) == SIGINT)
        return NULL;
    return strsignal(WTERMSIG(status));
}

static void tell_end(const struct job *job)
{
    int status = job_raw_status(job);
    const char *cause = cause_of_death(status);

    if (cause != NULL)
        fprintf(stderr, "%s%s\n", cause, WCOREDUMP(status) ? " (core dumped)" : "");
    if (!control)
        return;
    if (!WIFSIGNALED(status)) {
        terminal_accept();
        return;
    }
    terminal_restore();
    /* Who types ^C means the rest of the list, too. */
    if (WTERMSIG(status) == SIGINT)
        shell.interrupted = shell.interactive;
}

static void tell_stop(struct job *job)
{
    if (job->modes == NULL)
        job->modes = safe_alloc(sizeof(*job->modes));
    terminal_save(job->modes);
    terminal_restore();
    job_give_id(job);
    job->changed = false;
    fputc('\n', stderr);
    job_print(stderr, job, false);
}

int job_wait(struct job *job)
{
    int status;

    while (job_state(job) == JOB_RUNNING)
        if (!collect(true) && errno == ECHILD)
            give_up(job);
    if (control)
        terminal_give(getpgrp());
    status = jobs_status_of(job_raw_status(job));
    if (job_state(job) == JOB_STOPPED) {
        tell_stop(job);
        return status;
    }
    tell_end(job);
    job_drop(job);
    return status;
}

/* Forget the oldest jobs that nobody asked for. */
static void limit_done(void)
{
    struct job *oldest = NULL;
    int count = 0;

    for (struct job *job = jobs; job != NULL; job = job->next) {
        if (job->id == 0 || job_state(job) != JOB_DONE)
            continue;
        oldest = job;
        count++;
    }
    if (count > MAX_DONE)
        job_drop(oldest);
}

void job_leave(struct job *job)
{
    jobs_collect();
    limit_done();
    job_give_id(job);
    job->changed = false;
    shell.background = job->processes[job->nprocesses - 1].pid;
    if (shell.interactive)
        fprintf(stderr, "[%d] %d\n", job->id, (int)shell.background);
}

bool jobs_are_controlled(void)
{
    return control;
}

void jobs_update_control(void)
{
    bool wanted = option_is_set(OPTION_MONITOR) && !shell.subshell;

    if (wanted == control)
        return;
    if (!wanted) {
        jobs_release_terminal();
        control = false;
        trap_prepare_shell();
        return;
    }
    if (!terminal_take()) {
        shell_warn("no terminal to control: job control is off");
        option_set(OPTION_MONITOR, false);
        return;
    }
    control = true;
    trap_prepare_shell();
    terminal_lead();
}

void jobs_release_terminal(void)
{
    if (control)
        terminal_release();
}

int job_continue(struct job *job, enum job_place place)
{
    job_give_id(job);
    if (place == JOB_FOREGROUND) {
        if (job->modes != NULL)
            terminal_set(job->modes);
        terminal_give(job->group);
    }
    for (int i = 0; i < job->nprocesses; i++)
        if (job->processes[i].state == JOB_STOPPED)
            job->processes[i].state = JOB_RUNNING;
    job->changed = false;
    if (job_state(job) != JOB_DONE && kill(job_target(job), SIGCONT) < 0)
        shell_warn("cannot continue the job: %s", strerror(errno));
    return place == JOB_FOREGROUND ? job_wait(job) : 0;
}

static void do_nothing(int sig)
{
    (void)sig;
}

/* Is there something left that `wait` waits for? */
static bool is_waiting(const struct job *wanted)
{
    for (const struct job *job = jobs; job != NULL; job = job->next)
        if ((wanted == NULL || job == wanted) && job->id != 0 && job_state(job) == JOB_RUNNING)
            return true;
    return false;
}

/*
 * Signals are blocked while we look, so that none can slip in between the look and the sleep; a
 * handler for SIGCHLD makes the sleep end when a child changes.
 */
static void sleep_until_change(const struct job *wanted)
{
    struct sigaction note = { .sa_flags = SA_RESTART }, old_action;
    sigset_t all, old_mask;
    const char *action = trap_get(SIGCHLD);
    bool has_child_trap = action != NULL && *action != '\0';

    note.sa_handler = do_nothing;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old_mask);
    if (!has_child_trap)
        sigaction(SIGCHLD, &note, &old_action);
    for (;;) {
        jobs_collect();
        if (!is_waiting(wanted) || trap_is_pending() || shell.interrupted)
            break;
        sigsuspend(&old_mask);
    }
    if (!has_child_trap)
        sigaction(SIGCHLD, &old_action, NULL);
    sigprocmask(SIG_SETMASK, &old_mask, NULL);
}

/* Jobs that are done and were waited for. */
static void drop_done(void)
{
    struct job *next;

    for (struct job *job = jobs_next(NULL); job != NULL; job = next) {
        next = jobs_next(job);
        if (job_state(job) == JOB_DONE)
            job_drop(job);
    }
}

int jobs_wait_for(struct job *job)
{
    int status;

    sleep_until_change(job);
    if (shell.interrupted)
        return STATUS_SIGNAL + SIGINT;
    /* The end of what was waited for may itself be a trapped signal. */
    if (trap_is_pending() && (is_waiting(job) || trap_pending_signal() != SIGCHLD))
        return STATUS_SIGNAL + trap_pending_signal();
    if (job == NULL) {
        drop_done();
        return 0;
    }
    status = jobs_status_of(job_raw_status(job));
    if (job_state(job) == JOB_DONE)
        job_drop(job);
    return status;
}
