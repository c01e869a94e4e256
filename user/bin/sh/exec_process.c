/* SPDX-License-Identifier: MIT */
/* exec_process.c - pipelines, background commands, subshells and command substitution. */
#include <errno.h>
#include <unistd.h>
#include "user/bin/sh/exec.h"
#include "user/bin/sh/exec_process.h"
#include "user/bin/sh/jobs.h"
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/trap.h"

#define READ_SIZE 1024

/* In a new process: execute N and end. */
static void run_and_exit(const struct node *n)
{
    shell_exit(exec_node(n, EXEC_LAST));
}

/* In a stage of a pipeline: read from INPUT, write to OUTPUT[1], unless they are -1. */
static void connect_stage(int input, const int output[2])
{
    if (input >= 0) {
        dup2(input, STDIN_FILENO);
        close(input);
    }
    if (output[1] >= 0) {
        dup2(output[1], STDOUT_FILENO);
        close(output[0]);
        close(output[1]);
    }
}

/* Start one process per stage; false when one could not be started. */
static bool start_stages(struct job *job, const struct node *n, enum job_place place)
{
    int input = -1;

    for (const struct node *stage = n->first; stage != NULL; stage = stage->next) {
        int output[2] = { -1, -1 };
        pid_t pid = -1;

        if (stage->next == NULL || redirect_make_pipe(output) == 0)
            pid = job_fork(job, place);
        if (pid == 0) {
            connect_stage(input, output);
            run_and_exit(stage);
        }
        if (input >= 0)
            close(input);
        if (output[1] >= 0)
            close(output[1]);
        input = output[0];
        if (pid < 0) {
            if (input >= 0)
                close(input);
            return false;
        }
    }
    return true;
}

int exec_pipeline(const struct node *n)
{
    struct job *job = job_create(n->text);

    if (!start_stages(job, n, JOB_FOREGROUND)) {
        job_wait(job);
        return shell_end_after_error(STATUS_ERROR);
    }
    return job_wait(job);
}

int exec_background(const struct node *n)
{
    const struct node *body = n->first;
    struct job *job = job_create(n->text);
    pid_t pid;

    if (body->kind == NODE_PIPELINE) {
        if (!start_stages(job, body, JOB_BACKGROUND))
            return shell_end_after_error(STATUS_ERROR);
    } else {
        pid = job_fork(job, JOB_BACKGROUND);
        if (pid == 0)
            run_and_exit(body);
        if (pid < 0) {
            job_drop(job);
            return shell_end_after_error(STATUS_ERROR);
        }
    }
    job_leave(job);
    return 0;
}

static void run_subshell(const struct node *n)
{
    shell.subshell = true;
    if (!redirect_apply(n->redirects, NULL))
        shell_exit(STATUS_ERROR);
    run_and_exit(n->first);
}

int exec_subshell(const struct node *n, int flags)
{
    struct job *job;
    pid_t pid;

    if (exec_may_replace_shell(flags))
        run_subshell(n);
    job = job_create(n->text);
    pid = job_fork(job, JOB_FOREGROUND);
    if (pid == 0)
        run_subshell(n);
    if (pid < 0) {
        job_drop(job);
        return shell_end_after_error(STATUS_ERROR);
    }
    return job_wait(job);
}

static void read_output(int fd, struct text *output)
{
    ssize_t got;

    for (;;) {
        char *place = text_reserve(output, READ_SIZE);
        size_t length = output->length;

        got = read(fd, place, READ_SIZE);
        if (got < 0 && errno == EINTR && !shell.interrupted)
            continue;
        if (got <= 0)
            break;
        /* A string cannot hold NUL. */
        for (ssize_t i = 0; i < got; i++)
            if (place[i] != '\0')
                output->data[length++] = place[i];
        output->length = length;
    }
    while (output->length > 0 && output->data[output->length - 1] == '\n')
        output->length--;
}

bool exec_substitution(const struct node *body, struct text *output)
{
    int fd[2];
    pid_t pid;

    if (redirect_make_pipe(fd) < 0) {
        shell_end_after_error(STATUS_ERROR);
        return false;
    }
    pid = jobs_fork();
    if (pid == 0) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        run_and_exit(body);
    }
    close(fd[1]);
    if (pid > 0)
        read_output(fd[0], output);
    close(fd[0]);
    if (pid < 0) {
        shell_end_after_error(STATUS_ERROR);
        return false;
    }
    shell.substitution = jobs_wait_process(pid);
    return true;
}
