/* SPDX-License-Identifier: MIT */
/*
 * ps.c - processes, as /proc tells about them.
 *
 *   -e -A -a -x  all of them, not only those on this terminal     -p PID[,PID]  only these
 *   -f -l        more columns                                     -o NAME,...   these columns
 *
 * "ps aux" and other words without a dash are taken as letters too.  Columns are a table: a name, a
 * title, a width and the function that writes the text.
 */
#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <util.h>
#include "lib/bitops.h"

#define TICKS_PER_SECOND 100
#define PAGE_KIB 4
#define MAX_COLUMNS 24
#define MAX_PIDS 64

struct process {
    char comm[64];
    char args[1024];
    char state;
    uid_t uid;
    int pid, ppid, pgid, sid, tty, nice, threads;
    unsigned long minflt, majflt, utime, stime, start, vsize;
    long rss;
};

/* Write the text of a column for P to TO, which has SIZE bytes. */
typedef void write_fn(const struct process *p, char *to, size_t size);

/* ---- reading /proc ---- */

static bool read_file(int pid, const char *name, char *to, size_t size, size_t *length)
{
    char path[64];
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    f = fopen(path, "r");
    if (f == NULL)
        return false;
    *length = fread(to, 1, size - 1, f);
    to[*length] = '\0';
    fclose(f);
    return true;
}

/* The name stands in parentheses and may contain anything, also parentheses. */
static bool read_stat(struct process *p)
{
    char text[1024];
    char *open, *close;
    size_t length;

    if (!read_file(p->pid, "stat", text, sizeof(text), &length))
        return false;
    open = strchr(text, '(');
    close = strrchr(text, ')');
    if (open == NULL || close == NULL)
        return false;
    *close = '\0';
    strlcpy(p->comm, open + 1, sizeof(p->comm));
    return sscanf(close + 2,
                  "%c %d %d %d %d %*d %*u %lu %*u %lu %*u %lu %lu %*d %*d %*d %d %d %*d"
                  " %lu %lu %ld",
                  &p->state, &p->ppid, &p->pgid, &p->sid, &p->tty, &p->minflt, &p->majflt,
                  &p->utime, &p->stime, &p->nice, &p->threads, &p->start, &p->vsize, &p->rss) == 14;
}

/* Arguments end with NUL each; a kernel thread and a zombie have none. */
static void read_args(struct process *p)
{
    size_t length = 0;

    if (!read_file(p->pid, "cmdline", p->args, sizeof(p->args), &length) || length == 0) {
        snprintf(p->args, sizeof(p->args), "[%s]", p->comm);
        return;
    }
    while (length > 0 && p->args[length - 1] == '\0')
        length--;
    for (size_t i = 0; i < length; i++)
        if (!isprint((unsigned char)p->args[i]))
            p->args[i] = p->args[i] == '\0' ? ' ' : '?';
}

/* False when the process is gone. */
static bool read_process(int pid, struct process *p)
{
    char path[32];
    struct stat st;

    *p = (struct process){ .pid = pid };
    snprintf(path, sizeof(path), "/proc/%d", pid);
    if (stat(path, &st) < 0 || !read_stat(p))
        return false;
    p->uid = st.st_uid;
    read_args(p);
    return true;
}

/* ---- columns ---- */

static void write_pid(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%d", p->pid);
}

static void write_ppid(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%d", p->ppid);
}

static void write_pgid(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%d", p->pgid);
}

static void write_sid(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%d", p->sid);
}

static void write_user(const struct process *p, char *to, size_t size)
{
    struct passwd *user = getpwuid(p->uid);

    if (user != NULL)
        strlcpy(to, user->pw_name, size);
    else
        snprintf(to, size, "%u", p->uid);
}

/* 's': leads a session, 'l': has several threads, '<' 'N': a priority of its own. */
static void write_state(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%c%s%s%s", p->state, p->nice < 0 ? "<" : p->nice > 0 ? "N" : "",
             p->sid == p->pid ? "s" : "", p->threads > 1 ? "l" : "");
}

static void write_tty(const struct process *p, char *to, size_t size)
{
    unsigned kind = major((dev_t)(unsigned)p->tty);
    unsigned number = minor((dev_t)(unsigned)p->tty);

    if (p->tty == 0)
        strlcpy(to, "?", size);
    else if (kind == 4 && number >= 64)
        snprintf(to, size, "ttyS%u", number - 64);
    else if (kind == 4)
        snprintf(to, size, "tty%u", number);
    else if (kind >= 136 && kind < 144)
        snprintf(to, size, "pts/%u", (kind - 136) * 256 + number);
    else if (kind == 5 && number == 1)
        strlcpy(to, "console", size);
    else
        snprintf(to, size, "%u:%u", kind, number);
}

static void write_time(const struct process *p, char *to, size_t size)
{
    unsigned long seconds = (p->utime + p->stime) / TICKS_PER_SECOND;

    snprintf(to, size, "%02lu:%02lu:%02lu", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

static void write_vsz(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%lu", p->vsize / 1024);
}

static void write_rss(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%ld", p->rss * PAGE_KIB);
}

static void write_minflt(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%lu", p->minflt);
}

static void write_majflt(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%lu", p->majflt);
}

static void write_nice(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%d", p->nice);
}

static void write_threads(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, "%d", p->threads);
}

static void write_comm(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, p->state == 'Z' ? "%s <defunct>" : "%s", p->comm);
}

static void write_args(const struct process *p, char *to, size_t size)
{
    snprintf(to, size, p->state == 'Z' ? "%s <defunct>" : "%s", p->args);
}

struct column {
    const char *name;
    const char *title;
    int width; /* negative: text stands at the left */
    write_fn *write;
};

static const struct column columns[] = {
    { "pid", "PID", 5, write_pid },          { "ppid", "PPID", 5, write_ppid },
    { "pgid", "PGID", 5, write_pgid },       { "sid", "SID", 5, write_sid },
    { "user", "USER", -8, write_user },      { "stat", "STAT", -4, write_state },
    { "tty", "TTY", -8, write_tty },         { "time", "TIME", 8, write_time },
    { "vsz", "VSZ", 7, write_vsz },          { "rss", "RSS", 6, write_rss },
    { "minflt", "MINFLT", 7, write_minflt }, { "majflt", "MAJFLT", 7, write_majflt },
    { "ni", "NI", 3, write_nice },           { "nlwp", "NLWP", 4, write_threads },
    { "comm", "COMMAND", -15, write_comm },  { "args", "COMMAND", -15, write_args },
};

static const struct column *chosen[MAX_COLUMNS];
static int nchosen;

static void choose_columns(const char *names)
{
    char *copy = strdup(names);
    char *rest = copy;
    char *name;

    if (copy == NULL)
        err(1, NULL);
    while ((name = strsep(&rest, ", ")) != NULL) {
        size_t i = 0;

        if (*name == '\0')
            continue;
        while (i < ARRAY_SIZE(columns) && strcmp(columns[i].name, name) != 0)
            i++;
        if (i == ARRAY_SIZE(columns) || nchosen == MAX_COLUMNS)
            errx(1, "%s: unknown column", name);
        chosen[nchosen++] = &columns[i];
    }
    free(copy);
}

/* The last column ends with its text. */
static void print_cell(int i, const char *text)
{
    int width = chosen[i]->width;

    if (i == nchosen - 1 && width < 0)
        width = 0;
    printf("%s%*s", i > 0 ? " " : "", width, text);
}

static void print_titles(void)
{
    for (int i = 0; i < nchosen; i++)
        print_cell(i, chosen[i]->title);
    putchar('\n');
}

static void print_process(const struct process *p)
{
    char text[1100];

    for (int i = 0; i < nchosen; i++) {
        chosen[i]->write(p, text, sizeof(text));
        print_cell(i, text);
    }
    putchar('\n');
}

/* ---- selecting ---- */

static bool all;
static int pids[MAX_PIDS];
static int npids;

static void choose_pids(char *list)
{
    char *pid;

    while ((pid = strsep(&list, ", ")) != NULL) {
        if (npids == MAX_PIDS || atoi(pid) <= 0)
            errx(1, "%s: not a process id", pid);
        pids[npids++] = atoi(pid);
    }
}

static bool is_selected(const struct process *p, const struct process *self)
{
    for (int i = 0; i < npids; i++)
        if (pids[i] == p->pid)
            return true;
    return npids == 0 && (all || (p->tty == self->tty && p->uid == self->uid));
}

static int is_number(const struct dirent *entry)
{
    return isdigit((unsigned char)entry->d_name[0]);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
    return atoi((*a)->d_name) - atoi((*b)->d_name);
}

/* 0 when a process was shown. */
static int list_processes(void)
{
    struct dirent **list;
    int count = scandir("/proc", &list, is_number, by_number);
    struct process self, p;
    int status = 1;

    if (count < 0)
        err(1, "/proc");
    if (!read_process(getpid(), &self))
        err(1, "/proc/self");
    print_titles();
    for (int i = 0; i < count; i++) {
        if (read_process(atoi(list[i]->d_name), &p) && is_selected(&p, &self)) {
            print_process(&p);
            status = 0;
        }
        free(list[i]);
    }
    free(list);
    return status;
}

static int usage(void)
{
    fputs("usage: ps [-aAeflx] [-p pid,...] [-o column,...]\ncolumns:", stderr);
    for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
        fprintf(stderr, " %s", columns[i].name);
    fputc('\n', stderr);
    return 1;
}

int main(int argc, char **argv)
{
    const char *preset = "pid,tty,time,comm";
    int option;

    /* "ps aux" */
    if (argc == 2 && isalpha((unsigned char)argv[1][0])) {
        char *word = argv[1];

        if (word[strspn(word, "auxw")] != '\0')
            return usage();
        all = true;
        preset = "user,pid,stat,vsz,rss,tty,time,args";
        argc = 1;
    }
    while ((option = getopt(argc, argv, "aAeflxp:o:")) != -1) {
        switch (option) {
        case 'a':
        case 'A':
        case 'e':
        case 'x':
            all = true;
            break;
        case 'f':
            preset = "user,pid,ppid,stat,tty,time,args";
            break;
        case 'l':
            preset = "user,pid,ppid,pgid,stat,ni,vsz,rss,minflt,majflt,tty,time,args";
            break;
        case 'p':
            choose_pids(optarg);
            break;
        case 'o':
            choose_columns(optarg);
            break;
        default:
            return usage();
        }
    }
    if (optind < argc)
        return usage();
    if (nchosen == 0)
        choose_columns(preset);
    return finish_output(list_processes());
}
