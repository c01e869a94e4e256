/* SPDX-License-Identifier: MIT */
/*
 * dirent.c - the entries in one block of a directory.
 */
#include "kernel/fs/ext2/dirent.h"
#include "lib/string.h"

/* What is wrong with an entry at OFFSET, or NULL. */
static const char *find_fault(const struct ext2_dirent *e, uint32_t offset, uint32_t ninodes)
{
    uint32_t rec_len = le16_get(e->rec_len);

    if (rec_len < EXT2_DIRENT_SIZE(1))
        return "record too short";
    if (rec_len % 4 != 0)
        return "record length is not a multiple of 4";
    if (rec_len > EXT2_BLOCK_SIZE - offset)
        return "record crosses the end of the block";
    if (rec_len < EXT2_DIRENT_SIZE(e->name_len))
        return "record shorter than its name";
    if (le32_get(e->inode) > ninodes)
        return "inode number out of range";
    if (le32_get(e->inode) != 0 && e->name_len == 0)
        return "empty name";
    return NULL;
}

struct ext2_dirent *ext2_dirent_at(struct ext2_dir_block *b, uint32_t offset)
{
    struct ext2_dirent *e = (struct ext2_dirent *)(b->bytes + offset);

    b->fault = NULL;
    if (offset >= EXT2_BLOCK_SIZE)
        return NULL;
    if (EXT2_BLOCK_SIZE - offset < EXT2_DIRENT_SIZE(1))
        b->fault = "no room for the last record";
    else
        b->fault = find_fault(e, offset, b->ninodes);
    return b->fault ? NULL : e;
}

uint32_t ext2_dirent_settle(struct ext2_dir_block *b, uint32_t pos)
{
    struct ext2_dirent *e;
    uint32_t offset = 0;

    while (offset < pos && (e = ext2_dirent_at(b, offset)) != NULL)
        offset += le16_get(e->rec_len);
    return b->fault ? EXT2_BLOCK_SIZE : offset;
}

/* The quick part of find_fault: enough to go on to the next entry. */
static bool is_passable(const struct ext2_dirent *e, uint32_t room)
{
    uint32_t rec_len = le16_get(e->rec_len);

    return rec_len >= EXT2_DIRENT_SIZE(1) && rec_len >= EXT2_DIRENT_SIZE(e->name_len) &&
           rec_len <= room && rec_len % 4 == 0;
}

/* Looking a name up passes over every other: so it checks no more than it must. */
struct ext2_dirent *ext2_dirent_find(struct ext2_dir_block *b, const char *name, size_t len,
                                     uint32_t *offset)
{
    struct ext2_dirent *e;
    uint32_t at = 0;

    for (; at <= EXT2_BLOCK_SIZE - EXT2_DIRENT_SIZE(1); at += le16_get(e->rec_len)) {
        e = (struct ext2_dirent *)(b->bytes + at);
        if (!is_passable(e, EXT2_BLOCK_SIZE - at))
            break;
        if (e->name_len == len && e->name[0] == name[0] && e->inode.raw != 0 &&
            memcmp(e->name, name, len) == 0)
            break;
    }
    *offset = at;
    return ext2_dirent_at(b, at);
}

/* Bytes of E that its own name does not need. */
static uint32_t surplus(const struct ext2_dirent *e)
{
    uint32_t used = le32_get(e->inode) ? EXT2_DIRENT_SIZE(e->name_len) : 0;

    return le16_get(e->rec_len) - used;
}

/* Shrink E to its name; the rest becomes an entry of its own, which is returned. */
static struct ext2_dirent *split(struct ext2_dirent *e)
{
    uint32_t rest = surplus(e), used = le16_get(e->rec_len) - rest;
    struct ext2_dirent *second = (struct ext2_dirent *)((uint8_t *)e + used);

    e->rec_len = le16_make((uint16_t)used);
    second->rec_len = le16_make((uint16_t)rest);
    return second;
}

bool ext2_dirent_insert(struct ext2_dir_block *b, const char *name, size_t len, uint32_t ino,
                        uint8_t type)
{
    uint32_t need = EXT2_DIRENT_SIZE(len), offset = 0;
    struct ext2_dirent *e;

    while ((e = ext2_dirent_at(b, offset)) != NULL && surplus(e) < need)
        offset += le16_get(e->rec_len);
    if (!e)
        return false;
    if (le32_get(e->inode) != 0)
        e = split(e);
    e->inode = le32_make(ino);
    e->name_len = (uint8_t)len;
    e->file_type = type;
    memcpy(e->name, name, len);
    return true;
}

/* What was found can be removed: so this passes over the others as looking up does. */
bool ext2_dirent_remove(struct ext2_dir_block *b, uint32_t offset)
{
    struct ext2_dirent *e, *previous = NULL;
    uint32_t at = 0;

    while (at < offset) {
        previous = (struct ext2_dirent *)(b->bytes + at);
        if (!is_passable(previous, EXT2_BLOCK_SIZE - at))
            return false;
        at += le16_get(previous->rec_len);
    }
    e = ext2_dirent_at(b, offset);
    if (!e || at != offset)
        return false;
    if (previous)
        previous->rec_len = le16_make(le16_get(previous->rec_len) + le16_get(e->rec_len));
    e->inode = le32_make(0);
    return true;
}

bool ext2_dirent_is_empty(struct ext2_dir_block *b)
{
    struct ext2_dirent *e;

    for (uint32_t offset = 0; (e = ext2_dirent_at(b, offset)) != NULL;
         offset += le16_get(e->rec_len))
        if (le32_get(e->inode) != 0 && !ext2_name_is_dots(e->name, e->name_len))
            return false;
    return !b->fault;
}

static struct ext2_dirent *set_entry(struct ext2_dir_block *b, uint32_t offset, uint32_t rec_len,
                                     uint32_t ino, const char *name, uint8_t type)
{
    struct ext2_dirent *e = (struct ext2_dirent *)(b->bytes + offset);

    e->inode = le32_make(ino);
    e->rec_len = le16_make((uint16_t)rec_len);
    e->name_len = (uint8_t)strlen(name);
    e->file_type = type;
    memcpy(e->name, name, e->name_len);
    return e;
}

void ext2_dirent_init_block(struct ext2_dir_block *b)
{
    memset(b->bytes, 0, EXT2_BLOCK_SIZE);
    set_entry(b, 0, EXT2_BLOCK_SIZE, 0, "", EXT2_FT_UNKNOWN);
}

void ext2_dirent_init_dots(struct ext2_dir_block *b, uint32_t self, uint32_t parent,
                           uint8_t type)
{
    uint32_t dot = EXT2_DIRENT_SIZE(1);

    memset(b->bytes, 0, EXT2_BLOCK_SIZE);
    set_entry(b, 0, dot, self, ".", type);
    set_entry(b, dot, EXT2_BLOCK_SIZE - dot, parent, "..", type);
}
