/* SPDX-License-Identifier: MIT */
/*
 * df.c - space on mounted file systems: in KiB, -h with suffixes, -i inodes, -a those without
 * space too.
 *
 * /proc/mounts says what is mounted; a file given as an operand stands for the file system it is
 * on, which is found by its device.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>
#include <util.h>

#define MAX_MOUNTS 128

struct row {
    char device[64];
    char size[24], used[24], available[24], percent[8];
    char place[256];
};

static struct row rows[MAX_MOUNTS];
static int nrows;
static bool human, inodes, all;

static void format(char to[24], uint64_t count, uint64_t unit)
{
    if (human)
        human_size(count * unit, to);
    else
        snprintf(to, 24, "%lu", unit == 1 ? count : count * unit / 1024);
}

/* "-" when there is nothing to have a share of; rounded up, so that nearly full is not 99. */
static void format_percent(char to[8], uint64_t used, uint64_t available)
{
    uint64_t all_of_it = used + available;

    if (all_of_it == 0)
        strcpy(to, "-");
    else
        snprintf(to, 8, "%lu%%", (used * 100 + all_of_it - 1) / all_of_it);
}

/* /proc/mounts writes blanks in names as \040. */
static void unescape(char *to, size_t size, const char *from)
{
    size_t n = 0;

    while (*from != '\0' && n + 1 < size) {
        if (from[0] == '\\' && strspn(from + 1, "01234567") >= 3) {
            to[n++] = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            to[n++] = *from++;
        }
    }
    to[n] = '\0';
}

/* A mount hides an earlier one at the same place. */
static struct row *choose_row(const char *place)
{
    for (int i = 0; i < nrows; i++)
        if (strcmp(rows[i].place, place) == 0)
            return &rows[i];
    return nrows < MAX_MOUNTS ? &rows[nrows++] : NULL;
}

static void add_row(const char *device, const char *place, const struct statfs *fs)
{
    struct row *row = choose_row(place);
    uint64_t unit = (uint64_t)(fs->f_frsize != 0 ? fs->f_frsize : fs->f_bsize);

    if (row == NULL)
        return;
    strlcpy(row->device, device, sizeof(row->device));
    strlcpy(row->place, place, sizeof(row->place));
    if (inodes) {
        format(row->size, fs->f_files, 1);
        format(row->used, fs->f_files - fs->f_ffree, 1);
        format(row->available, fs->f_ffree, 1);
        format_percent(row->percent, fs->f_files - fs->f_ffree, fs->f_ffree);
        return;
    }
    format(row->size, fs->f_blocks, unit);
    format(row->used, fs->f_blocks - fs->f_bfree, unit);
    format(row->available, fs->f_bavail, unit);
    format_percent(row->percent, fs->f_blocks - fs->f_bfree, fs->f_bavail);
}

static FILE *open_mounts(void)
{
    FILE *f = fopen("/proc/mounts", "r");

    if (f == NULL)
        err(1, "/proc/mounts");
    return f;
}

/* The next mount; false at the end. */
static bool next_mount(FILE *f, char device[64], char place[256])
{
    static char *line;
    static size_t size;
    char *rest, *first, *second;

    if (getline(&line, &size, f) <= 0)
        return false;
    rest = line;
    first = strsep(&rest, " ");
    second = strsep(&rest, " ");
    unescape(device, 64, first);
    unescape(place, 256, second != NULL ? second : "");
    return true;
}

static int add_all(void)
{
    FILE *f = open_mounts();
    char device[64], place[256];
    struct statfs fs;
    int status = 0;

    while (next_mount(f, device, place)) {
        if (statfs(place, &fs) < 0) {
            warn("%s", place);
            status = 1;
        } else if (all || fs.f_blocks > 0) {
            add_row(device, place, &fs);
        }
    }
    fclose(f);
    return status;
}

/* The last mount of the file's device is the one in sight. */
static int add_file(const char *path)
{
    char device[64], place[256], found_device[64] = "-", found_place[256] = "-";
    struct stat st, root;
    struct statfs fs;
    FILE *f;

    if (stat(path, &st) < 0 || statfs(path, &fs) < 0) {
        warn("%s", path);
        return 1;
    }
    f = open_mounts();
    while (next_mount(f, device, place))
        if (stat(place, &root) == 0 && root.st_dev == st.st_dev) {
            strcpy(found_device, device);
            strcpy(found_place, place);
        }
    fclose(f);
    add_row(found_device, found_place, &fs);
    return 0;
}

static int widest(int least, size_t offset)
{
    int width = least;

    for (int i = 0; i < nrows; i++) {
        int length = (int)strlen((char *)&rows[i] + offset);

        width = length > width ? length : width;
    }
    return width;
}

static void print(void)
{
    const char *size = inodes ? "Inodes" : human ? "Size" : "1K-blocks";
    const char *available = inodes ? "IFree" : human ? "Avail" : "Available";
    const char *used = inodes ? "IUsed" : "Used";
    const char *percent = inodes ? "IUse%" : "Use%";
    int device_width = widest(14, offsetof(struct row, device));
    int size_width = widest((int)strlen(size), offsetof(struct row, size));
    int used_width = widest(5, offsetof(struct row, used));
    int available_width = widest((int)strlen(available), offsetof(struct row, available));

    printf("%-*s %*s %*s %*s %s Mounted on\n", device_width, "Filesystem", size_width, size,
           used_width, used, available_width, available, percent);
    for (int i = 0; i < nrows; i++)
        printf("%-*s %*s %*s %*s %*s %s\n", device_width, rows[i].device, size_width, rows[i].size,
               used_width, rows[i].used, available_width, rows[i].available, (int)strlen(percent),
               rows[i].percent, rows[i].place);
}

int main(int argc, char **argv)
{
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "ahik")) != -1) {
        switch (option) {
        case 'a':
            all = true;
            break;
        case 'h':
            human = true;
            break;
        case 'i':
            inodes = true;
            break;
        case 'k':
            human = false;
            break;
        default:
            fputs("usage: df [-ahik] [file ...]\n", stderr);
            return 1;
        }
    }
    if (optind == argc)
        status = add_all();
    for (; optind < argc; optind++)
        status |= add_file(argv[optind]);
    if (nrows > 0)
        print();
    return finish_output(status);
}
