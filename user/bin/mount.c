/* SPDX-License-Identifier: MIT */
/*
 * mount.c - attach a file system, or show what is attached.
 *
 *   mount [-r] [-t type] [-o option,...] source directory
 *
 * Options ro, rw, nosuid, nodev, noexec, sync, noatime, remount and bind become flags; others are
 * handed to the file system.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include <util.h>
#include "lib/bitops.h"

static const struct {
    const char *name;
    unsigned long set, clear;
} options[] = {
    { "defaults", 0, 0 },
    { "ro", MS_RDONLY, 0 },
    { "rw", 0, MS_RDONLY },
    { "nosuid", MS_NOSUID, 0 },
    { "nodev", MS_NODEV, 0 },
    { "noexec", MS_NOEXEC, 0 },
    { "sync", MS_SYNCHRONOUS, 0 },
    { "noatime", MS_NOATIME, 0 },
    { "relatime", MS_RELATIME, 0 },
    { "remount", MS_REMOUNT, 0 },
    { "bind", MS_BIND, 0 },
};

static unsigned long flags;
static char data[1024];

static void add_data(const char *option)
{
    if (data[0] != '\0')
        strlcat(data, ",", sizeof(data));
    if (strlcat(data, option, sizeof(data)) >= sizeof(data))
        errx(1, "too many options");
}

static void parse_options(char *list)
{
    char *option;

    while ((option = strsep(&list, ",")) != NULL) {
        size_t i = 0;

        while (i < ARRAY_SIZE(options) && strcmp(options[i].name, option) != 0)
            i++;
        if (i == ARRAY_SIZE(options)) {
            add_data(option);
            continue;
        }
        flags |= options[i].set;
        flags &= ~options[i].clear;
    }
}

/* "source place type options 0 0", as people like to read it. */
static int show_mounts(const char *type)
{
    FILE *f = fopen("/proc/mounts", "r");
    char *line = NULL;
    size_t size = 0;

    if (f == NULL)
        err(1, "/proc/mounts");
    while (getline(&line, &size, f) > 0) {
        char source[256], place[256], kind[64], how[256];

        if (sscanf(line, "%255s %255s %63s %255s", source, place, kind, how) != 4)
            continue;
        if (type == NULL || strcmp(type, kind) == 0)
            printf("%s on %s type %s (%s)\n", source, place, kind, how);
    }
    free(line);
    fclose(f);
    return finish_output(0);
}

static int usage(void)
{
    fputs("usage: mount [-t type]\n"
          "       mount [-r] [-t type] [-o option,...] source directory\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    const char *type = NULL;
    int option;

    while ((option = getopt(argc, argv, "rt:o:")) != -1) {
        switch (option) {
        case 'r':
            flags |= MS_RDONLY;
            break;
        case 't':
            type = optarg;
            break;
        case 'o':
            parse_options(optarg);
            break;
        default:
            return usage();
        }
    }
    if (optind == argc)
        return show_mounts(type);
    if (argc - optind != 2)
        return usage();
    if (type == NULL && !(flags & (MS_REMOUNT | MS_BIND)))
        type = "ext2";
    if (mount(argv[optind], argv[optind + 1], type, flags, data) < 0)
        err(1, "%s on %s", argv[optind], argv[optind + 1]);
    return 0;
}
