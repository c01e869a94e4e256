/* SPDX-License-Identifier: MIT */
/*
 * ftw.c - walking a tree.
 *
 * The names of a directory are read and the directory is closed before its entries are visited, so
 * the depth of the tree is limited by memory and PATH_MAX, not by open files, and the function may
 * remove what it is given.
 */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

typedef int visit_fn(const char *path, const struct stat *st, int type, struct FTW *where);

struct walk {
    visit_fn *visit;
    int flags;
    dev_t dev; /* of the start */
    char path[PATH_MAX];
};

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int classify(const struct walk *w, struct stat *st)
{
    if (!(w->flags & FTW_PHYS)) {
        if (stat(w->path, st) == 0)
            return S_ISDIR(st->st_mode) ? FTW_D : FTW_F;
        return lstat(w->path, st) == 0 && S_ISLNK(st->st_mode) ? FTW_SLN : FTW_NS;
    }
    if (lstat(w->path, st) < 0)
        return FTW_NS;
    if (S_ISLNK(st->st_mode))
        return FTW_SL;
    return S_ISDIR(st->st_mode) ? FTW_D : FTW_F;
}

static int walk(struct walk *w, size_t length, struct FTW where);

/* Visit the entries in LIST, and free it. */
static int walk_entries(struct walk *w, size_t length, int level, struct dirent **list, int count)
{
    int result = 0;

    if (w->path[length - 1] != '/')
        w->path[length++] = '/';
    for (int i = 0; i < count; i++) {
        size_t name_length = strlen(list[i]->d_name);

        if (result == 0 && length + name_length < sizeof(w->path)) {
            memcpy(w->path + length, list[i]->d_name, name_length + 1);
            result = walk(w, length + name_length, (struct FTW){ (int)length, level });
        } else if (result == 0) {
            errno = ENAMETOOLONG;
            result = -1;
        }
        free(list[i]);
    }
    free(list);
    return result;
}

static int walk(struct walk *w, size_t length, struct FTW where)
{
    struct dirent **list = NULL;
    struct stat st = { 0 };
    int type = classify(w, &st);
    int count = 0;
    int result;

    if (type != FTW_D)
        return w->visit(w->path, &st, type, &where);
    if ((w->flags & FTW_MOUNT) && st.st_dev != w->dev)
        return 0;
    count = scandir(w->path, &list, is_entry, alphasort);
    if (count < 0)
        return errno == ENOMEM ? -1 : w->visit(w->path, &st, FTW_DNR, &where);
    result = w->flags & FTW_DEPTH ? 0 : w->visit(w->path, &st, FTW_D, &where);
    if (result != 0) {
        while (count > 0)
            free(list[--count]);
        free(list);
        return result;
    }
    result = walk_entries(w, length, where.level + 1, list, count);
    w->path[length] = '\0';
    if (result == 0 && (w->flags & FTW_DEPTH))
        result = w->visit(w->path, &st, FTW_DP, &where);
    return result;
}

int nftw(const char *path, visit_fn *function, int max_fds, int flags)
{
    struct walk *w = malloc(sizeof(*w));
    const char *slash = strrchr(path, '/');
    struct stat st;
    size_t length;
    int result;

    (void)max_fds;
    if (w == NULL)
        return -1;
    w->visit = function;
    w->flags = flags;
    length = strlcpy(w->path, path, sizeof(w->path));
    if (length == 0 || length >= sizeof(w->path)) {
        free(w);
        errno = length == 0 ? ENOENT : ENAMETOOLONG;
        return -1;
    }
    w->dev = stat(path, &st) == 0 ? st.st_dev : 0;
    result = walk(w, length, (struct FTW){ slash != NULL ? (int)(slash + 1 - path) : 0, 0 });
    free(w);
    return result;
}
