/* SPDX-License-Identifier: MIT */
/*
 * mkdir.c - make directories; -p those on the way too, -m with a given mode.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>

/* Directories on the way can be written and passed by their owner, whatever the umask says. */
static int make_parents(char *path)
{
    for (char *p = path + strspn(path, "/"); (p = strchr(p, '/')) != NULL; p += strspn(p, "/")) {
        if (p[strspn(p, "/")] == '\0')
            break;
        *p = '\0';
        if (mkdir(path, 0777) == 0) {
            struct stat st;

            if (stat(path, &st) == 0)
                chmod(path, (st.st_mode & 07777) | S_IWUSR | S_IXUSR);
        } else if (errno != EEXIST && !is_directory(path)) {
            return -1;
        }
        *p = '/';
    }
    return 0;
}

static int make(char *path, bool parents, const char *mode_text)
{
    mode_t mode = 0777;

    if (parents && make_parents(path) < 0)
        return -1;
    if (mkdir(path, mode) < 0)
        return parents && errno == EEXIST && is_directory(path) ? 0 : -1;
    if (mode_text == NULL)
        return 0;
    parse_mode(mode_text, S_IFDIR | 0777, &mode);
    return chmod(path, mode);
}

static int usage(void)
{
    fputs("usage: mkdir [-p] [-m mode] directory ...\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    const char *mode_text = NULL;
    bool parents = false;
    int status = 0;
    mode_t mode;
    int option;

    while ((option = getopt(argc, argv, "pm:")) != -1) {
        switch (option) {
        case 'p':
            parents = true;
            break;
        case 'm':
            mode_text = optarg;
            break;
        default:
            return usage();
        }
    }
    if (optind == argc)
        return usage();
    if (mode_text != NULL && !parse_mode(mode_text, S_IFDIR | 0777, &mode))
        errx(1, "%s: invalid mode", mode_text);
    for (; optind < argc; optind++)
        if (make(argv[optind], parents, mode_text) < 0) {
            warn("%s", argv[optind]);
            status = 1;
        }
    return status;
}
