/* SPDX-License-Identifier: MIT */
/*
 * ls.c - list directories.
 *
 * Names come in columns on a terminal and one to a line elsewhere.  Files are looked at with lstat
 * only when an option needs more than their names.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>
#include <util.h>

#define HALF_A_YEAR (365L * 86400 / 2)

struct file {
    char *name;   /* as it is shown */
    char *target; /* of a symbolic link, for -l */
    struct stat st;
};

struct files {
    struct file *file;
    size_t count, room;
};

static struct {
    bool all, almost_all, long_format, one_column, recursive, inode, human, directory, classify;
    bool reverse, numeric;
    char sort; /* 0: by name, 't': by time, 'S': by size */
    int width; /* of the terminal */
} opt;

static int status;
static bool printed; /* a listing came before: separate the next one */
static time_t now;

/* 1: something below could not be listed; 2: an operand could not. */
static void fail(int severity, const char *path)
{
    warn("%s", path);
    if (status < severity)
        status = severity;
}

/* ---- collecting ---- */

static bool needs_stat(void)
{
    return opt.long_format || opt.inode || opt.classify || opt.recursive || opt.sort != 0;
}

static char *read_target(const char *path)
{
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof(target) - 1);

    if (length < 0)
        return NULL;
    target[length] = '\0';
    return strdup(target);
}

static void *check(void *p)
{
    if (p == NULL)
        err(2, NULL);
    return p;
}

static void add(struct files *files, const char *name, const char *path, const struct stat *st)
{
    struct file *file;

    if (files->count == files->room) {
        files->room = files->room * 2 + 32;
        files->file = check(reallocarray(files->file, files->room, sizeof(*files->file)));
    }
    file = &files->file[files->count++];
    *file = (struct file){ .name = check(strdup(name)) };
    if (st != NULL)
        file->st = *st;
    if (opt.long_format && S_ISLNK(file->st.st_mode))
        file->target = read_target(path);
}

static void release(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->file[i].name);
        free(files->file[i].target);
    }
    free(files->file);
}

static int compare(const void *x, const void *y)
{
    const struct file *a = x;
    const struct file *b = y;
    long order = 0;

    if (opt.sort == 'S') {
        order = (b->st.st_size > a->st.st_size) - (b->st.st_size < a->st.st_size);
    } else if (opt.sort == 't') {
        order = (b->st.st_mtim.tv_sec > a->st.st_mtim.tv_sec)
                - (b->st.st_mtim.tv_sec < a->st.st_mtim.tv_sec);
        if (order == 0)
            order = b->st.st_mtim.tv_nsec - a->st.st_mtim.tv_nsec;
    }
    if (order == 0)
        order = strcoll(a->name, b->name);
    return opt.reverse ? (order < 0) - (order > 0) : (order > 0) - (order < 0);
}

/* ---- printing ---- */

static char type_mark(mode_t mode)
{
    if (!opt.classify)
        return 0;
    switch (mode & S_IFMT) {
    case S_IFDIR:
        return '/';
    case S_IFLNK:
        return opt.long_format ? 0 : '@';
    case S_IFIFO:
        return '|';
    case S_IFSOCK:
        return '=';
    case S_IFREG:
        return (mode & 0111) != 0 ? '*' : 0;
    }
    return 0;
}

/* What a terminal would obey is shown as '?'. */
static void print_name(const char *name)
{
    static int to_terminal = -1;

    if (to_terminal < 0)
        to_terminal = isatty(STDOUT_FILENO);
    if (!to_terminal) {
        fputs(name, stdout);
        return;
    }
    for (; *name != '\0'; name++)
        putchar((unsigned char)*name < ' ' || *name == 127 ? '?' : *name);
}

static void print_short(const struct file *file, int inode_width)
{
    char mark = type_mark(file->st.st_mode);

    if (opt.inode)
        printf("%*lu ", inode_width, file->st.st_ino);
    print_name(file->name);
    if (mark != 0)
        putchar(mark);
}

static int digits(unsigned long n)
{
    int count = 1;

    for (; n >= 10; n /= 10)
        count++;
    return count;
}

static int max(int a, int b)
{
    return a > b ? a : b;
}

static int inode_width(const struct files *files)
{
    int width = 0;

    for (size_t i = 0; i < files->count; i++)
        width = max(width, digits(files->file[i].st.st_ino));
    return width;
}

/* Names of owners; the last answer is kept, since neighbours mostly have the same owner. */
static const char *user_name(uid_t uid)
{
    static char name[32];
    static uid_t last;
    struct passwd *user;

    if (name[0] != '\0' && uid == last)
        return name;
    last = uid;
    user = opt.numeric ? NULL : getpwuid(uid);
    if (user != NULL)
        strlcpy(name, user->pw_name, sizeof(name));
    else
        snprintf(name, sizeof(name), "%u", uid);
    return name;
}

static const char *group_name(gid_t gid)
{
    static char name[32];
    static gid_t last;
    struct group *group;

    if (name[0] != '\0' && gid == last)
        return name;
    last = gid;
    group = opt.numeric ? NULL : getgrgid(gid);
    if (group != NULL)
        strlcpy(name, group->gr_name, sizeof(name));
    else
        snprintf(name, sizeof(name), "%u", gid);
    return name;
}

/* The size, or the number of a device. */
static const char *size_text(const struct stat *st)
{
    static char text[32];

    if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
        snprintf(text, sizeof(text), "%u, %u", major(st->st_rdev), minor(st->st_rdev));
    else if (opt.human)
        human_size((uint64_t)st->st_size, text);
    else
        snprintf(text, sizeof(text), "%ld", st->st_size);
    return text;
}

/* The year stands for the time of day when the date is more than half a year away. */
static void print_time(time_t t)
{
    char text[32];
    const char *format = t > now - HALF_A_YEAR && t <= now ? "%b %e %H:%M" : "%b %e  %Y";
    const struct tm *tm = localtime(&t);

    if (tm == NULL)                     /* no year has that many digits */
        snprintf(text, sizeof(text), "%12ld", t);
    else
        strftime(text, sizeof(text), format, tm);
    fputs(text, stdout);
}

struct widths {
    int inode, links, user, group, size;
};

static struct widths measure(const struct files *files)
{
    struct widths w = { 0 };

    w.inode = inode_width(files);
    for (size_t i = 0; i < files->count; i++) {
        const struct stat *st = &files->file[i].st;

        w.links = max(w.links, digits(st->st_nlink));
        w.user = max(w.user, (int)strlen(user_name(st->st_uid)));
        w.group = max(w.group, (int)strlen(group_name(st->st_gid)));
        w.size = max(w.size, (int)strlen(size_text(st)));
    }
    return w;
}

static void print_long(const struct file *file, const struct widths *w)
{
    const struct stat *st = &file->st;
    char mode[11];
    char mark = type_mark(st->st_mode);

    strmode(st->st_mode, mode);
    if (opt.inode)
        printf("%*lu ", w->inode, st->st_ino);
    printf("%s %*u %-*s %-*s %*s ", mode, w->links, st->st_nlink, w->user,
           user_name(st->st_uid), w->group, group_name(st->st_gid), w->size, size_text(st));
    print_time(st->st_mtim.tv_sec);
    putchar(' ');
    print_name(file->name);
    if (file->target != NULL)
        printf(" -> %s", file->target);
    if (mark != 0)
        putchar(mark);
    putchar('\n');
}

static int short_width(const struct file *file, int inode)
{
    return (int)strlen(file->name) + (type_mark(file->st.st_mode) != 0)
           + (opt.inode ? inode + 1 : 0);
}

static int column_width(const struct files *files, size_t first, size_t rows, int inode)
{
    int width = 0;

    for (size_t i = first; i < first + rows && i < files->count; i++)
        width = max(width, short_width(&files->file[i], inode));
    return width + 2;
}

/* The fewest rows whose columns fit next to each other. */
static size_t choose_rows(const struct files *files, int inode)
{
    size_t rows = 1;

    for (; rows < files->count; rows++) {
        int width = -2;

        for (size_t first = 0; first < files->count && width <= opt.width; first += rows)
            width += column_width(files, first, rows, inode);
        if (width <= opt.width)
            break;
    }
    return rows;
}

static void print_columns(const struct files *files)
{
    int inode = inode_width(files);
    size_t rows = opt.one_column ? files->count : choose_rows(files, inode);

    for (size_t row = 0; row < rows; row++) {
        for (size_t i = row; i < files->count; i += rows) {
            int width = column_width(files, i - row, rows, inode);

            print_short(&files->file[i], inode);
            if (i + rows < files->count)
                printf("%*s", width - short_width(&files->file[i], inode), "");
        }
        putchar('\n');
    }
}

static void print(struct files *files)
{
    if (files->count == 0)
        return;
    qsort(files->file, files->count, sizeof(*files->file), compare);
    if (opt.long_format) {
        struct widths w = measure(files);

        for (size_t i = 0; i < files->count; i++)
            print_long(&files->file[i], &w);
    } else {
        print_columns(files);
    }
    printed = true;
}

static void print_total(const struct files *files)
{
    uint64_t blocks = 0;
    char text[8];

    for (size_t i = 0; i < files->count; i++)
        blocks += (uint64_t)files->file[i].st.st_blocks;
    if (opt.human)
        printf("total %s\n", human_size(blocks * 512, text));
    else
        printf("total %lu\n", blocks / 2);
}

/* ---- directories ---- */

static bool is_shown(const char *name)
{
    if (opt.all || name[0] != '.')
        return true;
    return opt.almost_all && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static void join(char *to, const char *dir, const char *name)
{
    const char *slash = dir[strlen(dir) - 1] == '/' ? "" : "/";

    snprintf(to, PATH_MAX, "%s%s%s", dir, slash, name);
}

static bool read_directory(const char *path, struct files *files)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (dir == NULL)
        return false;
    while (errno = 0, (entry = readdir(dir)) != NULL) {
        char full[PATH_MAX];
        struct stat st;

        if (!is_shown(entry->d_name))
            continue;
        join(full, path, entry->d_name);
        if (!needs_stat())
            add(files, entry->d_name, full, NULL);
        else if (lstat(full, &st) == 0)
            add(files, entry->d_name, full, &st);
        else
            fail(1, full);
    }
    if (errno != 0)
        fail(1, path);
    closedir(dir);
    return true;
}

static void list_directory(const char *path, bool with_title, int severity)
{
    struct files files = { 0 };

    if (!read_directory(path, &files)) {
        fail(severity, path);
        return;
    }
    if (with_title)
        printf(printed ? "\n%s:\n" : "%s:\n", path);
    printed = true;
    if (opt.long_format)
        print_total(&files);
    print(&files);
    for (size_t i = 0; opt.recursive && i < files.count; i++) {
        const struct file *file = &files.file[i];
        char full[PATH_MAX];

        if (!S_ISDIR(file->st.st_mode) || strcmp(file->name, ".") == 0
            || strcmp(file->name, "..") == 0)
            continue;
        join(full, path, file->name);
        list_directory(full, true, 1);
    }
    release(&files);
}

/* A symbolic link to a directory is listed as that, unless the link itself is to be described. */
static bool lists_as_directory(const char *path, const struct stat *st)
{
    struct stat target;

    if (opt.directory)
        return false;
    if (S_ISLNK(st->st_mode) && !opt.long_format && !opt.classify)
        return stat(path, &target) == 0 && S_ISDIR(target.st_mode);
    return S_ISDIR(st->st_mode);
}

/* Files first, then directories, each group sorted. */
static void list_operands(char **operand, int count)
{
    struct files plain = { 0 };
    struct files directories = { 0 };

    for (int i = 0; i < count; i++) {
        struct stat st;

        if (lstat(operand[i], &st) < 0)
            fail(2, operand[i]);
        else
            add(lists_as_directory(operand[i], &st) ? &directories : &plain, operand[i],
                operand[i], &st);
    }
    print(&plain);
    qsort(directories.file, directories.count, sizeof(*directories.file), compare);
    for (size_t i = 0; i < directories.count; i++)
        list_directory(directories.file[i].name, opt.recursive || count > 1, 2);
    release(&plain);
    release(&directories);
}

static void choose_layout(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;

    opt.width = 80;
    if (!isatty(STDOUT_FILENO))
        opt.one_column = true;
    else if (columns != NULL && atoi(columns) > 0)
        opt.width = atoi(columns);
    else if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        opt.width = size.ws_col;
}

int main(int argc, char **argv)
{
    static char *here[] = { "." };
    int option;

    now = time(NULL);
    choose_layout();
    while ((option = getopt(argc, argv, "laA1CRihdtSrFn")) != -1) {
        switch (option) {
        case 'l':
            opt.long_format = true;
            break;
        case 'a':
            opt.all = true;
            break;
        case 'A':
            opt.almost_all = true;
            break;
        case '1':
            opt.one_column = true;
            break;
        case 'C':
            opt.one_column = opt.long_format = false;
            break;
        case 'R':
            opt.recursive = true;
            break;
        case 'i':
            opt.inode = true;
            break;
        case 'h':
            opt.human = true;
            break;
        case 'd':
            opt.directory = true;
            break;
        case 't':
        case 'S':
            opt.sort = (char)option;
            break;
        case 'r':
            opt.reverse = true;
            break;
        case 'F':
            opt.classify = true;
            break;
        case 'n':
            opt.long_format = opt.numeric = true;
            break;
        default:
            fputs("usage: ls [-1aACdFhilnrRSt] [file ...]\n", stderr);
            return 2;
        }
    }
    if (optind == argc)
        list_operands(here, 1);
    else
        list_operands(argv + optind, argc - optind);
    return finish_output(status);
}
