/* SPDX-License-Identifier: MIT */
/* builtin_process.c - builtins for what a process has: folder, mask, limits, times. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/times.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/builtins.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/text.h"
#include "user/bin/sh/vars.h"

#define ALL_PERMISSIONS 0777

/*
 * Append the parts of PATH to the absolute path TO, taking "." and ".." by name.  False when ".."
 * would leave something that is no folder.
 */
static bool append_path(struct text *to, const char *path)
{
    while (*path != '\0') {
        size_t length = strcspn(path, "/");

        if (length == 2 && memcmp(path, "..", 2) == 0) {
            if (to->length > 0 && !is_directory(text_end(to)))
                return false;
            while (to->length > 0 && to->data[--to->length] != '/')
                continue;
        } else if (length > 0 && !(length == 1 && *path == '.')) {
            text_add(to, '/');
            text_add_bytes(to, path, length);
        }
        path += length;
        path += *path == '/';
    }
    return true;
}

/*
 * The folder as the user sees it: the way that led there, symbolic links included.  PATH itself when
 * there is no such way: then the system says what is wrong, or finds one, out of a deleted folder.
 */
static const char *logical_path(const char *path)
{
    const char *pwd = vars_get("PWD");
    struct text full;

    text_init(&full, &scratch);
    if (path[0] != '/') {
        if (pwd == NULL || pwd[0] != '/')
            return path;
        if (!append_path(&full, pwd))
            return path;
    }
    if (!append_path(&full, path))
        return path;
    if (full.length == 0)
        text_add(&full, '/');
    return text_end(&full);
}

/* PWD and OLDPWD after a change; NULL: ask the system. */
static int note_folder(const char *path)
{
    const char *old = vars_get("PWD");
    char *real = path == NULL ? getcwd(NULL, 0) : NULL;
    bool ok = old == NULL || vars_set("OLDPWD", old);

    if (path == NULL)
        path = real;
    ok = ok && (path == NULL || vars_mark("PWD", path, VAR_EXPORTED));
    free(real);
    return ok ? 0 : STATUS_ERROR;
}

/*
 * A relative name that begins neither with . nor with .. is looked for in CDPATH, too.  An empty
 * entry is the current folder, and so is what comes behind the last one.
 */
static const char *search_cdpath(const char *path)
{
    const char *folder = vars_get("CDPATH");
    struct stat st;

    if (path[0] == '/' || strncmp(path, "./", 2) == 0 || strncmp(path, "../", 3) == 0
        || strcmp(path, ".") == 0 || strcmp(path, "..") == 0)
        return path;
    while (folder != NULL && *folder != '\0') {
        size_t length = strcspn(folder, ":");
        const char *full = length == 0 ? path
                           : arena_printf(&scratch, "%.*s/%s", (int)length, folder, path);

        if (stat(full, &st) == 0 && S_ISDIR(st.st_mode))
            return full;
        folder += length;
        folder += *folder == ':';
    }
    return path;
}

int builtin_cd(int argc, char **argv)
{
    const char *rest = NULL, *word, *target, *found;
    bool physical = false, tell;
    int at = 1;
    int letter;

    (void)argc;
    while ((letter = builtin_option(argv, &at, &rest, "LP", &word)) > 0)
        physical = letter == 'P';
    if (letter < 0)
        return STATUS_ERROR;
    word = argv[at];
    target = word == NULL ? vars_get("HOME")
             : strcmp(word, "-") == 0 ? vars_get("OLDPWD") : word;
    if (target == NULL) {
        shell_warn("cd: %s is not set", word == NULL ? "HOME" : "OLDPWD");
        return STATUS_ERROR;
    }
    /* The variables change before it is printed. */
    target = arena_strdup(&scratch, target);
    found = search_cdpath(target);
    tell = found != target || (word != NULL && strcmp(word, "-") == 0);
    if (!physical)
        found = logical_path(found);
    if (*target == '\0')
        return 0;
    if (chdir(found) < 0) {
        shell_warn("cd: %s: %s", target, strerror(errno));
        return STATUS_ERROR;
    }
    if (tell)
        puts(found);
    return note_folder(physical || found[0] != '/' ? NULL : found);
}

int builtin_pwd(int argc, char **argv)
{
    const char *rest = NULL, *word;
    const char *pwd = vars_get("PWD");
    bool physical = false;
    int at = 1;
    int letter;
    char *real;

    (void)argc;
    while ((letter = builtin_option(argv, &at, &rest, "LP", &word)) > 0)
        physical = letter == 'P';
    if (letter < 0)
        return STATUS_ERROR;
    if (!physical && pwd != NULL && pwd[0] == '/') {
        puts(pwd);
        return 0;
    }
    real = getcwd(NULL, 0);
    if (real == NULL) {
        shell_warn("pwd: %s", strerror(errno));
        return 1;
    }
    puts(real);
    free(real);
    return 0;
}

/* u=rwx,g=rx,o=rx: what is not masked. */
static void print_symbolic(mode_t mask)
{
    static const char classes[] = "ugo";

    for (int i = 0; i < 3; i++) {
        unsigned bits = ~mask >> (6 - 3 * i) & 7;

        printf("%s%c=%s%s%s", i > 0 ? "," : "", classes[i], bits & 4 ? "r" : "",
               bits & 2 ? "w" : "", bits & 1 ? "x" : "");
    }
    putchar('\n');
}

int builtin_umask(int argc, char **argv)
{
    const char *rest = NULL, *word;
    mode_t mask = umask(0);
    bool symbolic = false;
    int at = 1;
    int letter;
    char *end;

    umask(mask);
    while ((letter = builtin_option(argv, &at, &rest, "S", &word)) > 0)
        symbolic = true;
    if (letter < 0)
        return STATUS_ERROR;
    if (at < argc && isdigit((unsigned char)argv[at][0])) {
        mask = (mode_t)strtoul(argv[at], &end, 8);
        if (*end != '\0' || mask > ALL_PERMISSIONS) {
            shell_warn("umask: %s: is no mask", argv[at]);
            return STATUS_ERROR;
        }
        umask(mask);
        return 0;
    }
    if (at < argc) {
        mode_t allowed = ~mask & ALL_PERMISSIONS;

        if (!parse_mode(argv[at], allowed, &allowed)) {
            shell_warn("umask: %s: is no mask", argv[at]);
            return STATUS_ERROR;
        }
        umask(~allowed & ALL_PERMISSIONS);
        return 0;
    }
    if (symbolic)
        print_symbolic(mask);
    else
        printf("%04o\n", mask);
    return 0;
}

static void print_times(clock_t user, clock_t system, long ticks)
{
    const clock_t pair[2] = { user, system };

    for (int i = 0; i < 2; i++)
        printf("%ldm%ld.%02lds%c", pair[i] / ticks / 60, pair[i] / ticks % 60,
               pair[i] % ticks * 100 / ticks, i == 0 ? ' ' : '\n');
}

/* The shell's own times, then those of its children. */
int builtin_times(int argc, char **argv)
{
    long ticks = sysconf(_SC_CLK_TCK);
    struct tms t;

    (void)argc;
    (void)argv;
    if (times(&t) == (clock_t)-1 || ticks <= 0) {
        shell_warn("times: %s", strerror(errno));
        return 1;
    }
    print_times(t.tms_utime, t.tms_stime, ticks);
    print_times(t.tms_cutime, t.tms_cstime, ticks);
    return 0;
}

static const struct limit {
    char letter;
    int resource;
    unsigned unit; /* bytes, or 1 */
    const char *name;
} limits[] = {
    { 't', RLIMIT_CPU, 1, "processor time (seconds)" },
    { 'f', RLIMIT_FSIZE, 512, "file size (512 bytes)" },
    { 'd', RLIMIT_DATA, 1024, "data (KiB)" },
    { 's', RLIMIT_STACK, 1024, "stack (KiB)" },
    { 'c', RLIMIT_CORE, 512, "core file (512 bytes)" },
    { 'm', RLIMIT_RSS, 1024, "memory (KiB)" },
    { 'l', RLIMIT_MEMLOCK, 1024, "locked memory (KiB)" },
    { 'p', RLIMIT_NPROC, 1, "processes" },
    { 'n', RLIMIT_NOFILE, 1, "open files" },
    { 'v', RLIMIT_AS, 1024, "address space (KiB)" },
};

#define NLIMITS (sizeof(limits) / sizeof(limits[0]))

static const struct limit *find_limit(char letter)
{
    for (size_t i = 0; i < NLIMITS; i++)
        if (limits[i].letter == letter)
            return &limits[i];
    return NULL;
}

static void print_limit(const struct limit *l, bool hard, bool with_name)
{
    struct rlimit r;
    rlim_t value;

    if (getrlimit(l->resource, &r) < 0)
        return;
    value = hard ? r.rlim_max : r.rlim_cur;
    if (with_name)
        printf("%-26s ", l->name);
    if (value == RLIM_INFINITY)
        puts("unlimited");
    else
        printf("%lu\n", (unsigned long)(value / l->unit));
}

static int set_limit(const struct limit *l, const char *word, bool hard, bool soft)
{
    rlim_t value = RLIM_INFINITY;
    struct rlimit r;
    char *end;

    if (strcmp(word, "unlimited") != 0) {
        value = (rlim_t)strtoul(word, &end, 10) * l->unit;
        if (!isdigit((unsigned char)*word) || *end != '\0') {
            shell_warn("ulimit: %s: is no number", word);
            return STATUS_ERROR;
        }
    }
    if (getrlimit(l->resource, &r) == 0) {
        if (hard)
            r.rlim_max = value;
        if (soft)
            r.rlim_cur = value;
        if (setrlimit(l->resource, &r) == 0)
            return 0;
    }
    shell_warn("ulimit: %s: %s", word, strerror(errno));
    return 1;
}

int builtin_ulimit(int argc, char **argv)
{
    const struct limit *l = find_limit('f');
    const char *rest = NULL, *word;
    bool all = false, hard = false, soft = false;
    int at = 1;
    int letter;

    while ((letter = builtin_option(argv, &at, &rest, "HSatfdscmlpnv", &word)) > 0) {
        all |= letter == 'a';
        hard |= letter == 'H';
        soft |= letter == 'S';
        if (strchr("aHS", letter) == NULL)
            l = find_limit((char)letter);
    }
    if (letter < 0)
        return STATUS_ERROR;
    for (size_t i = 0; all && i < NLIMITS; i++)
        print_limit(&limits[i], hard, true);
    if (all)
        return 0;
    if (at < argc)
        return set_limit(l, argv[at], hard || !soft, soft || !hard);
    print_limit(l, hard, false);
    return 0;
}
