/* SPDX-License-Identifier: MIT */
/*
 * jobs.h - the processes that the shell started, and which of them has the terminal.
 *
 * A job is a command with its processes: one per stage of a pipeline.  With job control (set -m)
 * each job is a process group of its own, the foreground job is the one that the terminal listens
 * to, and ^Z stops it.  Without it all processes stay in the shell's group.
 *
 *     running    a process of it runs
 *     stopped    none runs, but one was stopped
 *     done       all have ended; kept until somebody has been told
 */
#pragma once
#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

enum job_place { JOB_FOREGROUND, JOB_BACKGROUND };
enum job_state { JOB_RUNNING, JOB_STOPPED, JOB_DONE };

struct job;

/*
 * A job without processes; TEXT is shown for it and may be NULL.  It must come to an end by
 * job_wait(), job_leave() or job_drop().
 */
struct job *job_create(const char *text);

/*
 * Fork a process for the job: 0 in the child, which is a subshell then, the process in the parent,
 * or -1 after a message.
 */
pid_t job_fork(struct job *job, enum job_place place);

/* Wait for a foreground job; its status.  Unless it was stopped it is gone then. */
int job_wait(struct job *job);

/* Let it run in the background. */
void job_leave(struct job *job);

/* Forget it; its processes, if any, are waited for by nobody. */
void job_drop(struct job *job);

/* A subshell that is part of no job; see job_fork(). */
pid_t jobs_fork(void);
/* Wait for that; its status. */
int jobs_wait_process(pid_t pid);

/* Does this shell control jobs?  A subshell does not. */
bool jobs_are_controlled(void);

/* Turn job control on or off as set -m says; on needs a terminal, else the option is reset. */
void jobs_update_control(void);

/* Give the terminal back to whom the shell took it from. */
void jobs_release_terminal(void);

/* Before a prompt: collect children that ended, and tell about jobs that did. */
void jobs_notify(void);

/* "%1" "%%" "%+" "%-" "%name" "%?text" or a process; NULL after a message, unless QUIET. */
struct job *jobs_find(const char *spec, bool quiet);
struct job *jobs_current(void);

/* One after the other by number: NULL to begin, NULL at the end. */
struct job *jobs_next(const struct job *after);
bool jobs_has_stopped(void);

enum job_state job_state(const struct job *job);
int job_id(const struct job *job);
/* The process that stands for the job in kill(): negative for a group. */
pid_t job_target(const struct job *job);

/* Print "[1]+ Stopped  text"; LONG: with the processes. */
void job_print(FILE *to, struct job *job, bool longer);
/* Only the text, on one line. */
void job_print_text(FILE *to, const struct job *job);

/* Print as `jobs` does: jobs that are done are told about, and forgotten. */
void jobs_print(bool longer, bool only_processes, const struct job *only);

/* Continue in the foreground, returning its status, or in the background. */
int job_continue(struct job *job, enum job_place place);

/*
 * For `wait`: until the job is done or a trapped signal comes (then 128 + signal).  NULL: all jobs.
 */
int jobs_wait_for(struct job *job);
