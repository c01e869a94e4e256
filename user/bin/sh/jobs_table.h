/* SPDX-License-Identifier: MIT */
/*
 * jobs_table.h - the table behind jobs.h, for the two files that implement it.
 *
 * The newest job comes first.  Only foreground jobs that were never stopped have no number.
 */
#pragma once
#include "user/bin/sh/jobs.h"

struct process {
    pid_t pid;
    int status;  /* as wait() has it; valid unless running */
    enum job_state state;
};

struct job {
    struct job *next;
    int id;                 /* 0: has none yet */
    unsigned recent;        /* higher: made the current job later */
    pid_t group;            /* its process group, or 0: the shell's */
    bool changed;           /* nobody has been told about its state */
    struct terminal_modes *modes; /* of the terminal, when it was stopped */
    char *text;
    struct process *processes;
    int nprocesses;
};

extern struct job *jobs;

/* An exit status from a wait status. */
int jobs_status_of(int status);

/*
 * The wait status that stands for the whole job: the last process's, or with pipefail a failure's.
 */
int job_raw_status(const struct job *job);

/* Make it the current job; if it has no number, it gets the one above all others. */
void job_give_id(struct job *job);

/* Note all changes of children so far. */
void jobs_collect(void);
