/* SPDX-License-Identifier: MIT */
/*
 * mv.c - rename files; between file systems, copy and remove.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <util.h>

static bool interactive, verbose;

/* Run a command with up to two files; its exit status. */
static int run(const char *command, const char *options, const char *a, const char *b)
{
    char *argv[] = { (char *)command, (char *)options, "--", (char *)a, (char *)b, NULL };
    int status = 1;
    pid_t pid = fork();

    if (pid == 0) {
        execvp(command, argv);
        err(127, "%s", command);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        warn("%s", command);
    return status != 0;
}

/* Whether FROM could be renamed to TO, which is there; what rename says on one file system. */
static bool is_kind_of(const struct stat *from, const struct stat *to)
{
    errno = S_ISDIR(to->st_mode) ? EISDIR : ENOTDIR;
    return S_ISDIR(from->st_mode) == S_ISDIR(to->st_mode);
}

/* What stands in the way must go first: a copy would follow a link or fill a directory. */
static int move_between(const char *source, const char *target)
{
    struct stat from, to;

    if (lstat(source, &from) == 0 && lstat(target, &to) == 0 && !is_kind_of(&from, &to)) {
        warn("%s", target);
        return 1;
    }
    if (remove(target) < 0 && errno != ENOENT) {
        warn("%s", target);
        return 1;
    }
    if (run("cp", "-a", source, target) != 0)
        return 1;
    return run("rm", "-rf", source, NULL);
}

static int move(const char *source, const char *target)
{
    struct stat from, to;

    if (lstat(source, &from) < 0) {
        warn("%s", source);
        return 1;
    }
    if (lstat(target, &to) == 0) {
        if (from.st_dev == to.st_dev && from.st_ino == to.st_ino) {
            warnx("%s and %s are the same file", source, target);
            return 1;
        }
        if (interactive && !ask("mv: overwrite %s? ", target))
            return 0;
    }
    if (rename(source, target) < 0) {
        if (errno == EXDEV)
            return move_between(source, target);
        warn("%s to %s", source, target);
        return 1;
    }
    if (verbose)
        printf("%s -> %s\n", source, target);
    return 0;
}

static int usage(void)
{
    fputs("usage: mv [-fiv] source target\n"
          "       mv [-fiv] source ... directory\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "fiv")) != -1) {
        switch (option) {
        case 'f':
            interactive = false;
            break;
        case 'i':
            interactive = true;
            break;
        case 'v':
            verbose = true;
            break;
        default:
            return usage();
        }
    }
    if (argc - optind < 2)
        return usage();
    return finish_output(put_all(argc - optind, argv + optind, move));
}
