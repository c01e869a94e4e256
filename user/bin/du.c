/* SPDX-License-Identifier: MIT */
/*
 * du.c - disk space used by trees, in KiB.
 *
 *   -s only the sum of each operand   -a also files      -c a sum of all
 *   -h with suffixes                  -b sizes instead of blocks   -x one file system only
 *
 * A file with several names counts once.
 */
#include <err.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <util.h>

#define MAX_DEPTH 256

struct file_id {
    dev_t dev;
    ino_t ino;
};

static bool sums_only, with_files, human, apparent;
static uint64_t sum[MAX_DEPTH]; /* of what was visited so far below each directory on the way */
static uint64_t grand_total;
static int status;

static struct file_id *seen;
static size_t nseen, room;

static bool was_seen(const struct stat *st)
{
    if (st->st_nlink < 2 || S_ISDIR(st->st_mode))
        return false;
    for (size_t i = 0; i < nseen; i++)
        if (seen[i].ino == st->st_ino && seen[i].dev == st->st_dev)
            return true;
    if (nseen == room) {
        room = room * 2 + 64;
        seen = reallocarray(seen, room, sizeof(*seen));
        if (seen == NULL)
            err(1, NULL);
    }
    seen[nseen++] = (struct file_id){ st->st_dev, st->st_ino };
    return false;
}

static void print(uint64_t bytes, const char *path)
{
    char text[8];

    if (human)
        printf("%s\t%s\n", human_size(bytes, text), path);
    else
        printf("%lu\t%s\n", apparent ? bytes : bytes / 1024, path);
}

/* Directories come after their contents, which have added themselves to sum[level]. */
static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
    int level = where->level < MAX_DEPTH - 1 ? where->level : MAX_DEPTH - 2;
    bool is_dir = type == FTW_DP || type == FTW_DNR;
    uint64_t bytes;

    if (type == FTW_NS || type == FTW_DNR) {
        warn("%s", path);
        status = 1;
    }
    if (type == FTW_NS || was_seen(st))
        return 0;
    bytes = apparent ? (uint64_t)st->st_size : (uint64_t)st->st_blocks * 512;
    if (is_dir) {
        bytes += sum[level + 1];
        sum[level + 1] = 0;
    }
    sum[level] += bytes;
    if (level == 0 || (!sums_only && (is_dir || with_files)))
        print(bytes, path);
    return 0;
}

int main(int argc, char **argv)
{
    static char *here[] = { ".", NULL };
    int flags = FTW_DEPTH | FTW_PHYS;
    bool with_total = false;
    int option;

    while ((option = getopt(argc, argv, "abchksx")) != -1) {
        switch (option) {
        case 'a':
            with_files = true;
            break;
        case 'b':
            apparent = true;
            break;
        case 'c':
            with_total = true;
            break;
        case 'h':
            human = true;
            break;
        case 'k':
            human = apparent = false;
            break;
        case 's':
            sums_only = true;
            break;
        case 'x':
            flags |= FTW_MOUNT;
            break;
        default:
            fputs("usage: du [-abchksx] [file ...]\n", stderr);
            return 1;
        }
    }
    for (char **file = optind < argc ? argv + optind : here; *file != NULL; file++) {
        sum[0] = 0;
        if (nftw(*file, visit, 1, flags) < 0) {
            warn("%s", *file);
            status = 1;
        }
        grand_total += sum[0];
    }
    if (with_total)
        print(grand_total, "total");
    return finish_output(status);
}
