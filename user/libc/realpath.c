/* SPDX-License-Identifier: MIT */
/*
 * realpath.c - the absolute name of a file, without symbolic links, "." and "..".
 *
 * `done` is the part that is resolved; `rest` is what is still to be walked.  A symbolic link
 * puts its target in front of the rest.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct walk {
    char done[PATH_MAX];
    size_t length;
    char rest[PATH_MAX];
    int nlinks;
};

static int fail(int error)
{
    errno = error;
    return -1;
}

static void step_up(struct walk *w)
{
    char *slash = strrchr(w->done, '/');

    w->length = slash == w->done ? 1 : (size_t)(slash - w->done);
    w->done[w->length] = '\0';
}

/*
 * The link at `done` leads to its target followed by REST, which is empty or begins with a slash.
 */
static int follow(struct walk *w, const char *rest)
{
    char target[PATH_MAX];
    ssize_t length = readlink(w->done, target, sizeof(target) - 1);
    size_t rest_length = strlen(rest);

    if (length < 0)
        return -1;
    if (++w->nlinks > SYMLOOP_MAX)
        return fail(ELOOP);
    if ((size_t)length + rest_length + 1 > sizeof(w->rest))
        return fail(ENAMETOOLONG);
    memmove(w->rest + length, rest, rest_length + 1);
    memcpy(w->rest, target, (size_t)length);
    step_up(w);
    if (target[0] == '/')
        strcpy(w->done, "/");
    w->length = strlen(w->done);
    return 0;
}

/* Walk to NAME, of LENGTH bytes, below `done`; REST comes after it. */
static int step_down(struct walk *w, const char *name, size_t length, const char *rest)
{
    struct stat st;

    if (w->length + 1 + length + 1 > sizeof(w->done))
        return fail(ENAMETOOLONG);
    if (w->length > 1)
        w->done[w->length++] = '/';
    memcpy(w->done + w->length, name, length);
    w->length += length;
    w->done[w->length] = '\0';
    if (lstat(w->done, &st) < 0)
        return -1;
    if (S_ISLNK(st.st_mode))
        return follow(w, rest);
    return *rest != '\0' && !S_ISDIR(st.st_mode) ? fail(ENOTDIR) : 0;
}

static int resolve(struct walk *w)
{
    while (w->rest[0] != '\0') {
        char name[PATH_MAX];
        size_t skip = strspn(w->rest, "/");
        size_t length = strcspn(w->rest + skip, "/");

        memcpy(name, w->rest + skip, length);
        memmove(w->rest, w->rest + skip + length, strlen(w->rest + skip + length) + 1);
        if (length == 0 || (length == 1 && name[0] == '.'))
            continue;
        if (length == 2 && name[0] == '.' && name[1] == '.')
            step_up(w);
        else if (step_down(w, name, length, w->rest) < 0)
            return -1;
    }
    return 0;
}

char *realpath(const char *path, char *resolved)
{
    struct walk w = { .nlinks = 0 };

    if (path == NULL || *path == '\0') {
        errno = path == NULL ? EINVAL : ENOENT;
        return NULL;
    }
    if (strlcpy(w.rest, path, sizeof(w.rest)) >= sizeof(w.rest)) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    if (*path == '/')
        strcpy(w.done, "/");
    else if (getcwd(w.done, sizeof(w.done)) == NULL)
        return NULL;
    w.length = strlen(w.done);
    if (resolve(&w) < 0)
        return NULL;
    return resolved == NULL ? strdup(w.done) : strcpy(resolved, w.done);
}
