/* SPDX-License-Identifier: MIT */
/* which.c - where the commands are that names stand for; -a all of them. */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util.h>

static bool is_command(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool find(const char *name, bool all)
{
    const char *path = getenv("PATH");
    bool found = false;

    if (strchr(name, '/') != NULL) {
        found = is_command(name);
        if (found)
            puts(name);
        return found;
    }
    for (const char *dir = path; dir != NULL;) {
        size_t length = strcspn(dir, ":");
        char full[PATH_MAX];

        snprintf(full, sizeof(full), "%.*s/%s", length > 0 ? (int)length : 1,
                 length > 0 ? dir : ".", name);
        if (is_command(full)) {
            puts(full);
            found = true;
            if (!all)
                break;
        }
        dir = dir[length] == ':' ? dir + length + 1 : NULL;
    }
    return found;
}

int main(int argc, char **argv)
{
    bool all = false;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "a")) != -1) {
        if (option == '?') {
            fputs("usage: which [-a] name ...\n", stderr);
            return 2;
        }
        all = true;
    }
    for (; optind < argc; optind++)
        if (!find(argv[optind], all))
            status = 1;
    return finish_output(status);
}
