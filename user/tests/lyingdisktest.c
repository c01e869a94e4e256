/* SPDX-License-Identifier: MIT */
/*
 * lyingdisktest.c - a file system whose metadata lies.
 *
 * The disk, /dev/vdb, holds a small ext2 made by the host (tests/qemu/files.py).  In each
 * round a few words of its superblock, descriptors, bitmaps, inodes, directories or blocks of
 * addresses get other values; then it is mounted, read everywhere and changed.  Whatever the
 * calls say, the kernel goes on, nothing waits for ever, and the disk can be unmounted.  At the
 * end the disk is again what it was.
 *
 * LYING_ROUNDS in the environment: how many rounds.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include "user/tests/lib/child.h"

#define DISK "/dev/vdb"
#define BLOCK 4096u
#define SUPER 1024u             /* byte offsets and sizes of the ext2 on the disk */
#define SUPER_WORDS 66
#define GROUP_WORDS 8
#define INODE_SIZE_AT (SUPER + 88)
#define NINODES_AT SUPER
#define BLOCK_BITMAP_AT BLOCK
#define INODE_TABLE_AT (BLOCK + 8)
#define BLOCKS_OF_INODE 40
#define INDIRECT 12

#define DEEPEST 6
#define MOST_NAMES 200          /* that one walk looks at: directories may form circles */

static uint8_t *original, *image;
static size_t disk_size;

/* ---- what may lie ------------------------------------------------------------------------- */

static uint32_t word_at(const uint8_t *from, size_t offset)
{
    uint32_t word;

    memcpy(&word, from + offset, sizeof(word));
    return word;
}

static uint32_t random_below(uint32_t n)
{
    return (uint32_t)rand_below(&test_rand, n);
}

/* Numbers that are likely to be believed, or to be too much. */
static uint32_t lie(uint32_t truth)
{
    switch (random_below(7)) {
    case 0:
        return 0;
    case 1:
        return UINT32_MAX;
    case 2:
        return INT32_MAX;
    case 3:
        return truth ^ 1u << random_below(32);
    case 4:
        return random_below(64);
    case 5:
        return random_below((uint32_t)(disk_size / BLOCK) + 4);
    }
    return (uint32_t)rand_next(&test_rand);
}

/* Most numbers are words; some are halves of one. */
static void lie_at(size_t offset)
{
    uint32_t word;
    size_t size = random_below(3) ? sizeof(word) : 1 + random_below(2);

    if (offset + sizeof(word) > disk_size)
        return;
    word = lie(word_at(image, offset));
    memcpy(image + offset, &word, size);
}

static size_t inode_at(uint32_t number)
{
    return (size_t)word_at(original, INODE_TABLE_AT) * BLOCK
           + (number - 1) * (word_at(original, INODE_SIZE_AT) & 0xffff);
}

/* An inode in use: the few that are have low numbers. */
static uint32_t random_inode(void)
{
    uint32_t number;

    do {
        number = 1 + random_below(word_at(original, NINODES_AT));
    } while (word_at(original, inode_at(number)) == 0);
    return number;
}

static void lie_in_super(void)
{
    lie_at(SUPER + 4 * random_below(SUPER_WORDS));
}

static void lie_in_group(void)
{
    lie_at(BLOCK + 4 * random_below(GROUP_WORDS));
}

static void lie_in_bitmap(void)
{
    size_t map = word_at(original, BLOCK_BITMAP_AT + 4 * random_below(2));

    lie_at(map * BLOCK + 4 * random_below(16));
}

static void lie_in_inode(void)
{
    lie_at(inode_at(random_inode()) + 2 * random_below(64));
}

/* In a block that belongs to an inode: its names, its addresses, or only its bytes. */
static void lie_in_block(void)
{
    size_t slot = random_below(3) ? 0 : INDIRECT + random_below(2);
    uint32_t block = word_at(original, inode_at(random_inode()) + BLOCKS_OF_INODE + 4 * slot);

    lie_at((size_t)block * BLOCK + 4 * random_below(random_below(2) ? 24 : BLOCK / 4));
}

static void tell_lies(void)
{
    static void (*const places[])(void) = {
        lie_in_super, lie_in_group, lie_in_bitmap, lie_in_inode, lie_in_inode, lie_in_inode,
        lie_in_block, lie_in_block, lie_in_block,
    };
    uint32_t count = 1 + random_below(4);

    memcpy(image, original, disk_size);
    for (uint32_t i = 0; i < count; i++)
        places[random_below(COUNT(places))]();
}

static void write_disk(const uint8_t *bytes)
{
    int fd = open(DISK, O_WRONLY);

    REQUIRE(fd >= 0 && pwrite(fd, bytes, disk_size, 0) == (ssize_t)disk_size);
    REQUIRE(fsync(fd) == 0 && close(fd) == 0);
}

/* ---- who believes it ---------------------------------------------------------------------- */

static int names_left;

static void use_mapping(int fd)
{
    char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    if (p == MAP_FAILED)
        return;
    p[0]++;                             /* or SIGBUS */
    p[3 * PAGE]++;
    munmap(p, 4 * PAGE);
}

static void use_file(const char *path, const struct stat *st)
{
    static char buf[16 * KB];
    int fd = open(path, O_RDWR | O_NONBLOCK);

    if (fd < 0)
        fd = open(path, O_RDONLY | O_NONBLOCK);
    if (fd < 0)
        return;
    (void)!pread(fd, buf, sizeof(buf), 0);
    (void)!pread(fd, buf, sizeof(buf), st->st_size / 2);
    (void)!pread(fd, buf, sizeof(buf), st->st_size - 100);
    if (random_below(2))
        (void)!pwrite(fd, buf, sizeof(buf), (off_t)random_below(1u << 24));
    if (random_below(4) == 0)
        use_mapping(fd);
    if (random_below(4) == 0)
        (void)!ftruncate(fd, (off_t)random_below(1u << 18));
    if (random_below(4) == 0)
        fsync(fd);
    close(fd);
}

static void change_name(const char *path)
{
    static const char *const places[] = { "/mnt", "/mnt/d0", "/mnt/d1", "/mnt/d0/deep" };
    char to[64];

    snprintf(to, sizeof(to), "%s/new%u", places[random_below(COUNT(places))], random_below(20));
    switch (random_below(9)) {
    case 0:
        rename(path, to);
        break;
    case 1:
        link(path, to);
        break;
    case 2:
        unlink(path);
        break;
    case 3:
        rmdir(path);
        break;
    case 4:
        mkdir(to, 0755);
        break;
    case 5:
        symlink("/a/symbolic/link/that/is/too/long/for/the/inode/and/needs/a/block/of/its/own", to);
        break;
    case 6:
        close(open(to, O_WRONLY | O_CREAT, 0644));
        break;
    case 7:
        setxattr(path, "user.name", to, strlen(to), 0);
        break;
    case 8:
        syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, to, 2 /* RENAME_EXCHANGE */);
        break;
    }
}

static void walk(const char *folder, int depth)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[1024], text[256];
    struct stat st;

    while (dir && names_left > 0 && (entry = readdir(dir))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        names_left--;
        if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path)
            || lstat(path, &st) < 0)
            continue;
        (void)!readlink(path, text, sizeof(text));
        (void)!getxattr(path, "user.origin", text, sizeof(text));
        (void)!listxattr(path, text, sizeof(text));
        if (S_ISREG(st.st_mode))
            use_file(path, &st);
        else if (S_ISDIR(st.st_mode) && depth < DEEPEST)
            walk(path, depth + 1);
        if (random_below(3) == 0)
            change_name(path);
    }
    if (dir)
        closedir(dir);
}

static void use_disk(void *seed)
{
    rand_seed(&test_rand, (uintptr_t)seed);
    names_left = MOST_NAMES;
    walk("/mnt", 0);
}

static void mount_and_use(void)
{
    static const char *const on_error[] = { "errors=continue", "errors=remount-ro" };
    unsigned long flags = random_below(4) ? 0 : MS_RDONLY;
    int status;

    if (mount(DISK, "/mnt", "ext2", flags, on_error[random_below(2)]) < 0) {
        EXPECT(errno == EINVAL || errno == EIO || errno == EROFS);
        return;
    }
    status = run_child(use_disk, (void *)rand_next(&test_rand));
    EXPECT(status == 0 || (status & ~WCOREFLAG) == SIGBUS);
    REQUIRE(umount("/mnt") == 0);
}

/* ---- rounds ------------------------------------------------------------------------------- */

static void read_disk(void)
{
    int fd = open(DISK, O_RDONLY);

    if (fd < 0)
        skip("needs a second disk");
    disk_size = (size_t)lseek(fd, 0, SEEK_END);
    original = (uint8_t *)malloc(disk_size);
    image = (uint8_t *)malloc(disk_size);
    REQUIRE(original && image && pread(fd, original, disk_size, 0) == (ssize_t)disk_size);
    close(fd);
}

static void nothing_is_believed(void)
{
    const char *rounds = getenv("LYING_ROUNDS");

    read_disk();
    for (int round = rounds ? atoi(rounds) : 40; round > 0; round--) {
        tell_lies();
        write_disk(image);
        mount_and_use();
    }
    write_disk(original);
    free(original);
    free(image);
}

static const struct test tests[] = { TEST(nothing_is_believed) };
TEST_MAIN(tests)
