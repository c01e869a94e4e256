/* SPDX-License-Identifier: MIT */
/* jobs_list.c - finding jobs, and telling about them. */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include "user/bin/sh/arena.h"
#include "user/bin/sh/jobs_table.h"
#include "user/bin/sh/shell.h"

struct job *jobs_next(const struct job *after)
{
    struct job *next = NULL;

    for (struct job *job = jobs; job != NULL; job = job->next)
        if (job->id > (after != NULL ? after->id : 0) && (next == NULL || job->id < next->id))
            next = job;
    return next;
}

bool jobs_has_stopped(void)
{
    for (const struct job *job = jobs; job != NULL; job = job->next)
        if (job_state(job) == JOB_STOPPED)
            return true;
    return false;
}

/* Stopped jobs come first, then the most recent. */
static bool is_before(const struct job *a, const struct job *b)
{
    bool a_stopped = job_state(a) == JOB_STOPPED, b_stopped = job_state(b) == JOB_STOPPED;

    return a_stopped != b_stopped ? a_stopped : a->recent > b->recent;
}

/* The job that % means, or with OTHER the one that would be next. */
static struct job *find_current(const struct job *other)
{
    struct job *best = NULL;

    for (struct job *job = jobs; job != NULL; job = job->next)
        if (job->id != 0 && job != other && (best == NULL || is_before(job, best)))
            best = job;
    return best;
}

struct job *jobs_current(void)
{
    return find_current(NULL);
}

static struct job *find_by_process(pid_t pid)
{
    for (struct job *job = jobs; job != NULL; job = job->next)
        for (int i = 0; i < job->nprocesses; i++)
            if (job->processes[i].pid == pid)
                return job;
    return NULL;
}

static bool has_text(const struct job *job, const char *spec)
{
    if (*spec == '?')
        return strstr(job->text, spec + 1) != NULL;
    return strncmp(job->text, spec, strlen(spec)) == 0;
}

/* SPEC is what follows the percent sign. */
static struct job *find_by_spec(const char *spec)
{
    char *end;
    long id = strtol(spec, &end, 10);
    struct job *found = NULL;

    if (*spec == '\0' || strcmp(spec, "%") == 0 || strcmp(spec, "+") == 0)
        return find_current(NULL);
    if (strcmp(spec, "-") == 0)
        return find_current(find_current(NULL));
    for (struct job *job = jobs; job != NULL; job = job->next) {
        if (job->id == 0)
            continue;
        if (*end == '\0' ? job->id == id : has_text(job, spec))
            found = job;
    }
    return found;
}

struct job *jobs_find(const char *spec, bool quiet)
{
    struct job *job;

    job = *spec == '%' ? find_by_spec(spec + 1) : find_by_process((pid_t)strtol(spec, NULL, 10));
    if (job == NULL && !quiet)
        shell_warn("%s: no such job", spec);
    return job;
}

static char mark_of(const struct job *job)
{
    struct job *first = find_current(NULL);

    if (job == first)
        return '+';
    return job == find_current(first) ? '-' : ' ';
}

/* What to say about a state, in scratch. */
static const char *describe(enum job_state state, int status)
{
    if (state == JOB_RUNNING)
        return "Running";
    if (state == JOB_STOPPED)
        return strsignal(WSTOPSIG(status));
    if (WIFSIGNALED(status))
        return arena_printf(&scratch, "%s%s", strsignal(WTERMSIG(status)),
                            WCOREDUMP(status) ? " (core dumped)" : "");
    if (WEXITSTATUS(status) != 0)
        return arena_printf(&scratch, "Done(%d)", WEXITSTATUS(status));
    return "Done";
}

void job_print_text(FILE *to, const struct job *job)
{
    const char *text = job->text;

    for (; *text != '\0'; text++)
        fputc(*text == '\n' ? ' ' : *text, to);
    fputc('\n', to);
}

void job_print(FILE *to, struct job *job, bool longer)
{
    struct arena_mark mark = arena_mark(&scratch);

    fprintf(to, "[%d]%c ", job->id, mark_of(job));
    if (longer)
        fprintf(to, "%d ", (int)job->processes[0].pid);
    fprintf(to, "%-12s ", describe(job_state(job), job_raw_status(job)));
    job_print_text(to, job);
    for (int i = 1; longer && i < job->nprocesses; i++)
        fprintf(to, "     %d %s\n", (int)job->processes[i].pid,
                describe(job->processes[i].state, job->processes[i].status));
    arena_release(&scratch, mark);
}

void jobs_print(bool longer, bool only_processes, const struct job *only)
{
    struct job *next;

    jobs_collect();
    for (struct job *job = jobs_next(NULL); job != NULL; job = next) {
        next = jobs_next(job);
        if (only != NULL && job != only)
            continue;
        if (only_processes)
            printf("%d\n", (int)(job->group != 0 ? job->group : job->processes[0].pid));
        else
            job_print(stdout, job, longer);
        job->changed = false;
        if (job_state(job) == JOB_DONE && !only_processes)
            job_drop(job);
    }
}

void jobs_notify(void)
{
    struct job *next;

    jobs_collect();
    for (struct job *job = jobs_next(NULL); job != NULL; job = next) {
        next = jobs_next(job);
        if (!job->changed)
            continue;
        job->changed = false;
        if (job_state(job) != JOB_RUNNING)
            job_print(stderr, job, false);
        if (job_state(job) == JOB_DONE)
            job_drop(job);
    }
}
