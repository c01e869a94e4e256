/* SPDX-License-Identifier: MIT */
/*
 * dirent.c - reading directories: a buffer of the kernel's records, handed out one by one.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "user/libc/syscall.h"

#define BUFFER 8192

struct dir_stream {
    int fd;
    size_t pos, end;      /* what of the buffer is still to be handed out */
    long position;        /* of the next entry, for telldir */
    struct dirent entry;  /* the one handed out last */
    char buffer[BUFFER] __attribute__((aligned(8)));
};

static DIR *create(int fd)
{
    DIR *dir = malloc(sizeof(*dir));

    if (dir == NULL)
        return NULL;
    dir->fd = fd;
    dir->pos = dir->end = 0;
    dir->position = 0;
    return dir;
}

DIR *opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir;

    if (fd < 0)
        return NULL;
    dir = create(fd);
    if (dir == NULL)
        close(fd);
    return dir;
}

DIR *fdopendir(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return NULL;
    if (!S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return NULL;
    }
    return create(fd);
}

int closedir(DIR *dir)
{
    int fd = dir->fd;

    free(dir);
    return close(fd);
}

struct dirent *readdir(DIR *dir)
{
    struct linux_dirent64 *record;

    if (dir->pos == dir->end) {
        long got = SYSCALL(SYS_getdents64, dir->fd, dir->buffer, sizeof(dir->buffer));

        if (got <= 0)
            return NULL;
        dir->pos = 0;
        dir->end = (size_t)got;
    }
    record = (struct linux_dirent64 *)(dir->buffer + dir->pos);
    dir->pos += record->d_reclen;
    dir->position = record->d_off;
    dir->entry.d_ino = record->d_ino;
    dir->entry.d_off = record->d_off;
    dir->entry.d_reclen = record->d_reclen;
    dir->entry.d_type = record->d_type;
    strlcpy(dir->entry.d_name, record->d_name, sizeof(dir->entry.d_name));
    return &dir->entry;
}

void seekdir(DIR *dir, long position)
{
    lseek(dir->fd, position, SEEK_SET);
    dir->pos = dir->end = 0;
    dir->position = position;
}

void rewinddir(DIR *dir)
{
    seekdir(dir, 0);
}

long telldir(DIR *dir)
{
    return dir->position;
}

int dirfd(DIR *dir)
{
    return dir->fd;
}

int alphasort(const struct dirent **a, const struct dirent **b)
{
    return strcoll((*a)->d_name, (*b)->d_name);
}

static void free_list(struct dirent **list, size_t count)
{
    while (count > 0)
        free(list[--count]);
    free(list);
}

/* Only as much of an entry as its name needs. */
static struct dirent *copy_entry(const struct dirent *entry)
{
    size_t size = offsetof(struct dirent, d_name) + strlen(entry->d_name) + 1;
    struct dirent *copy = malloc(size);

    return copy == NULL ? NULL : memcpy(copy, entry, size);
}

static int append(struct dirent ***list, size_t *count, size_t *room, const struct dirent *entry)
{
    if (*count == *room) {
        size_t more = *room * 2 + 16;
        struct dirent **larger = reallocarray(*list, more, sizeof(**list));

        if (larger == NULL)
            return -1;
        *list = larger;
        *room = more;
    }
    (*list)[*count] = copy_entry(entry);
    if ((*list)[*count] == NULL)
        return -1;
    (*count)++;
    return 0;
}

int scandir(const char *path, struct dirent ***list, int (*select)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
    DIR *dir = opendir(path);
    struct dirent **entries = NULL;
    struct dirent *entry;
    size_t count = 0;
    size_t room = 0;

    if (dir == NULL)
        return -1;
    for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0)
        if (select == NULL || select(entry))
            if (append(&entries, &count, &room, entry) < 0)
                break;
    if (errno != 0) {
        int error = errno;

        free_list(entries, count);
        closedir(dir);
        errno = error;
        return -1;
    }
    closedir(dir);
    if (compare != NULL)
        qsort(entries, count, sizeof(*entries),
              (int (*)(const void *, const void *))compare);
    *list = entries;
    return (int)count;
}
