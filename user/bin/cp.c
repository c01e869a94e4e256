/* SPDX-License-Identifier: MIT */
/*
 * cp.c - copy files and trees.
 *
 *   -r -R  directories with all they hold   -a  -r, and keep everything: -p, links as links
 *   -p     keep owner, mode and times       -f  replace a file that cannot be written
 *   -i     ask before overwriting           -v  say what is copied
 *
 * A directory's mode and times are set after its contents, which would change them or be refused.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>

static struct {
    bool recursive, preserve, keep_links, force, interactive, verbose;
} opt;

static int fail(const char *path)
{
    warn("%s", path);
    return 1;
}

static int keep_attributes(const char *path, const struct stat *st)
{
    struct timespec times[2] = { st->st_atim, st->st_mtim };
    int status = 0;

    if (!opt.preserve)
        return 0;
    /* Only root may give files away: then they stay with whoever copies, without set-id bits. */
    mode_t mode = st->st_mode & 07777;

    if (lchown(path, st->st_uid, st->st_gid) < 0)
        mode &= ~(mode_t)(S_ISUID | S_ISGID);
    if (!S_ISLNK(st->st_mode) && chmod(path, mode) < 0)
        status = fail(path);
    if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
        status = fail(path);
    return status;
}

static int copy_bytes(int from, int to, const char *from_name, const char *to_name)
{
    static char buffer[64 * 1024];
    ssize_t got;

    while ((got = read(from, buffer, sizeof(buffer))) > 0)
        if (write_all(to, buffer, (size_t)got) < 0)
            return fail(to_name);
    return got < 0 ? fail(from_name) : 0;
}

static int open_target(const char *path, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode & 0777);

    if (fd >= 0 || !opt.force || unlink(path) < 0)
        return fd;
    return open(path, O_WRONLY | O_CREAT | O_TRUNC, mode & 0777);
}

static int copy_regular(const char *source, const char *target, const struct stat *st)
{
    int from = open(source, O_RDONLY);
    int status;
    int to;

    if (from < 0)
        return fail(source);
    to = open_target(target, st->st_mode);
    if (to < 0) {
        status = fail(target);
        close(from);
        return status;
    }
    status = copy_bytes(from, to, source, target);
    close(from);
    if (close(to) < 0)
        status = fail(target);
    return status | keep_attributes(target, st);
}

static int copy_link(const char *source, const char *target, const struct stat *st)
{
    char text[PATH_MAX];
    ssize_t length = readlink(source, text, sizeof(text) - 1);

    if (length < 0)
        return fail(source);
    text[length] = '\0';
    if (symlink(text, target) < 0 && (errno != EEXIST || unlink(target) < 0
                                      || symlink(text, target) < 0))
        return fail(target);
    return keep_attributes(target, st);
}

static int copy_node(const char *target, const struct stat *st)
{
    if (mknod(target, st->st_mode, st->st_rdev) < 0)
        return fail(target);
    return keep_attributes(target, st);
}

/* Does TARGET lie inside the directory SOURCE?  The copy would never end. */
static bool is_inside(const char *source, const char *target)
{
    char from[PATH_MAX], to[PATH_MAX];
    size_t length;

    if (realpath(source, from) == NULL || realpath(target, to) == NULL)
        return false;
    length = strlen(from);
    return strncmp(from, to, length) == 0 && (to[length] == '/' || to[length] == '\0');
}

static int copy(const char *source, const char *target, bool is_operand);

static int copy_entries(const char *source, const char *target)
{
    DIR *dir = opendir(source);
    struct dirent *entry;
    int status = 0;

    if (dir == NULL)
        return fail(source);
    while (errno = 0, (entry = readdir(dir)) != NULL) {
        char *from, *to;

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        from = path_join(source, entry->d_name);
        to = path_join(target, entry->d_name);
        status |= copy(from, to, false);
        free(from);
        free(to);
    }
    if (errno != 0)
        status = fail(source);
    closedir(dir);
    return status;
}

static int copy_directory(const char *source, const char *target, const struct stat *st)
{
    bool made;
    int status;

    if (!opt.recursive) {
        warnx("%s: is a directory (-r not given)", source);
        return 1;
    }
    made = mkdir(target, (st->st_mode & 0777) | S_IRWXU) == 0;
    if (!made && (errno != EEXIST || !is_directory(target)))
        return fail(target);
    if (is_inside(source, target)) {
        if (made)
            rmdir(target);
        warnx("%s: cannot copy a directory into itself, %s", source, target);
        return 1;
    }
    status = copy_entries(source, target);
    if (made && !opt.preserve && (st->st_mode & S_IRWXU) != S_IRWXU) {
        mode_t mask = umask(0);

        umask(mask);
        chmod(target, st->st_mode & 0777 & ~mask);
    }
    return status | keep_attributes(target, st);
}

/* May TARGET be written?  Not when it is SOURCE itself, or the user says no. */
static int check_target(const char *source, const char *target, const struct stat *st)
{
    struct stat old;

    if (stat(target, &old) < 0)
        return 0;
    if (S_ISLNK(st->st_mode) ? leads_to(source, target)
                             : old.st_dev == st->st_dev && old.st_ino == st->st_ino) {
        warnx("%s and %s are the same file", source, target);
        return 1;
    }
    if (S_ISDIR(old.st_mode) && !S_ISDIR(st->st_mode)) {
        warnx("%s: cannot replace a directory by %s", target, source);
        return 1;
    }
    if (opt.interactive && !S_ISDIR(old.st_mode) && !ask("cp: overwrite %s? ", target))
        return -1;
    return 0;
}

/* Operands that are links are followed, unless -a; links inside a tree are copied as links. */
static int copy(const char *source, const char *target, bool is_operand)
{
    bool follow = !opt.keep_links && (is_operand || !opt.recursive);
    struct stat st;
    int refused;

    if ((follow ? stat(source, &st) : lstat(source, &st)) < 0)
        return fail(source);
    refused = check_target(source, target, &st);
    if (refused != 0)
        return refused > 0;
    if (opt.verbose)
        printf("%s -> %s\n", source, target);
    if (S_ISDIR(st.st_mode))
        return copy_directory(source, target, &st);
    if (S_ISLNK(st.st_mode))
        return copy_link(source, target, &st);
    if (S_ISREG(st.st_mode) || !opt.recursive)
        return copy_regular(source, target, &st);
    return copy_node(target, &st);
}

static int copy_operand(const char *source, const char *target)
{
    return copy(source, target, true);
}

static int usage(void)
{
    fputs("usage: cp [-afiprRv] source target\n"
          "       cp [-afiprRv] source ... directory\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "afiprRv")) != -1) {
        switch (option) {
        case 'a':
            opt.recursive = opt.preserve = opt.keep_links = true;
            break;
        case 'f':
            opt.force = true;
            break;
        case 'i':
            opt.interactive = true;
            break;
        case 'p':
            opt.preserve = true;
            break;
        case 'r':
        case 'R':
            opt.recursive = true;
            break;
        case 'v':
            opt.verbose = true;
            break;
        default:
            return usage();
        }
    }
    if (argc - optind < 2)
        return usage();
    return finish_output(put_all(argc - optind, argv + optind, copy_operand));
}
