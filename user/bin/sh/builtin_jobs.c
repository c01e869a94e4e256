/* SPDX-License-Identifier: MIT */
/* builtin_jobs.c - builtins for jobs and signals. */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/options.h"
#include "user/bin/sh/shell.h"

int builtin_jobs(int argc, char **argv)
{
    const char *rest = NULL, *word;
    bool longer = false, processes = false;
    int at = 1;
    int status = 0;
    int letter;

    while ((letter = builtin_option(argv, &at, &rest, "lp", &word)) > 0) {
        longer |= letter == 'l';
        processes |= letter == 'p';
    }
    if (letter < 0)
        return STATUS_ERROR;
    if (at == argc)
        jobs_print(longer, processes, NULL);
    for (; at < argc; at++) {
        struct job *job = jobs_find(argv[at], false);

        if (job == NULL)
            status = 1;
        else
            jobs_print(longer, processes, job);
    }
    return status;
}

static int continue_job(struct job *job, enum job_place place)
{
    if (place == JOB_FOREGROUND) {
        job_print_text(stdout, job);
        fflush(stdout);
        return job_continue(job, place);
    }
    job_continue(job, place);
    job_print(stdout, job, false);
    return 0;
}

/* bg and fg */
int builtin_bg(int argc, char **argv)
{
    enum job_place place = argv[0][0] == 'f' ? JOB_FOREGROUND : JOB_BACKGROUND;
    int status = 0;

    if (!option_is_set(OPTION_MONITOR) || shell.subshell) {
        shell_warn("%s: there is no job control", argv[0]);
        return STATUS_ERROR;
    }
    if (argc == 1) {
        struct job *job = jobs_current();

        if (job != NULL)
            return continue_job(job, place);
        shell_warn("%s: there is no job", argv[0]);
        return STATUS_ERROR;
    }
    for (int i = 1; i < argc; i++) {
        struct job *job = jobs_find(argv[i], false);

        status = job == NULL ? STATUS_ERROR : continue_job(job, place);
    }
    return status;
}

int builtin_wait(int argc, char **argv)
{
    int status = 0;

    if (argc == 1)
        return jobs_wait_for(NULL);
    for (int i = 1; i < argc; i++) {
        struct job *job = jobs_find(argv[i], true);

        status = job == NULL ? STATUS_NOT_FOUND : jobs_wait_for(job);
    }
    return status;
}

static int list_signals(char **argv)
{
    if (*argv == NULL) {
        for (int sig = 1; sig < NSIG; sig++)
            if (signal_name(sig) != NULL)
                printf("%s%s", sig > 1 ? " " : "", signal_name(sig));
        putchar('\n');
    }
    for (; *argv != NULL; argv++) {
        bool is_number = isdigit((unsigned char)**argv);
        int sig = is_number ? atoi(*argv) : signal_number(*argv);

        if (sig > STATUS_SIGNAL)
            sig -= STATUS_SIGNAL;
        if (sig < 0 || signal_name(sig) == NULL) {
            shell_warn("kill: %s: no such signal", *argv);
            return STATUS_ERROR;
        }
        if (is_number)
            puts(signal_name(sig));
        else
            printf("%d\n", sig);
    }
    return 0;
}

static int send_signal(const char *target, int sig)
{
    struct job *job;
    char *end;
    long pid;

    if (*target == '%') {
        job = jobs_find(target, false);
        if (job == NULL)
            return 1;
        pid = job_target(job);
    } else {
        pid = strtol(target, &end, 10);
        if (*target == '\0' || *end != '\0' || (pid_t)pid != pid) {
            shell_warn("kill: %s: is no process", target);
            return 1;
        }
        job = NULL;
    }
    if (kill((pid_t)pid, sig) < 0) {
        shell_warn("kill: %s: %s", target, strerror(errno));
        return 1;
    }
    /* A stopped job would not notice before it is continued. */
    if (job != NULL && job_state(job) == JOB_STOPPED && (sig == SIGTERM || sig == SIGHUP))
        kill((pid_t)pid, SIGCONT);
    return 0;
}

/* kill [-s SIGNAL | -SIGNAL] target... and kill -l [number...] */
int builtin_kill(int argc, char **argv)
{
    const char *name = NULL;
    int at = 1;
    int sig = SIGTERM;
    int status = 0;

    if (argc > 1 && strcmp(argv[1], "-l") == 0)
        return list_signals(argv + 2);
    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        name = argv[2];
        at = 3;
    } else if (argc > 1 && argv[1][0] == '-' && argv[1][1] != '\0' && strcmp(argv[1], "--") != 0) {
        name = argv[1] + 1;
        at = 2;
    }
    if (at < argc && strcmp(argv[at], "--") == 0)
        at++;
    if (name != NULL && (sig = signal_number(name)) < 0) {
        shell_warn("kill: %s: no such signal", name);
        return STATUS_ERROR;
    }
    if (at == argc) {
        shell_warn("kill: needs a process or a job");
        return STATUS_ERROR;
    }
    for (; at < argc; at++)
        status |= send_signal(argv[at], sig);
    return status;
}
