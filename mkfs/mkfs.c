/* SPDX-License-Identifier: MIT */
/*
 * mkfs.c - build an ext2 image from a manifest, without root rights.
 *
 *     mkfs -o IMAGE [-s SIZE] [-N INODES] MANIFEST
 *
 * A manifest has one object per line; '#' starts a comment, missing parent
 * directories are made with mode 0755, owner and group default to 0:
 *
 *     dir     PATH [MODE [UID GID]]
 *     file    PATH HOST-FILE [MODE [UID GID]]
 *     symlink PATH TARGET
 *     link    PATH EXISTING-PATH
 *     node    PATH b|c|p MAJOR MINOR [MODE [UID GID]]
 *
 * The format is what the kernel mounts: ext2 revision 1, 4 KiB blocks, 256-byte
 * inodes, features filetype, sparse_super and large_file only.
 *
 * The same input gives the same bytes: the UUID is fixed; times come from
 * SOURCE_DATE_EPOCH, or else from the files themselves, newest for the rest.
 *
 * All work on the disk format is libext2fs's.
 */
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_SIZE   4096u
#define INODE_SIZE   256u
#define EXTRA_ISIZE  32             /* room for nanoseconds and birth time */
#define MAX_FIELDS   8
#define CHUNK        BLOCK_SIZE

static const uint8_t fixed_uuid[16] = "Pagoda root disk";

/* One line of the manifest, cut into words. */
struct line {
    const char *file;
    unsigned number;
    unsigned nfields;
    char *field[MAX_FIELDS];
};

/* Who owns an object and what may be done with it. */
struct attributes {
    uint16_t mode;                  /* type and permissions */
    uint32_t uid, gid;
    time_t time;
};

static ext2_filsys fs;
static const char *image;           /* removed again if building fails */
static bool fixed_time;             /* SOURCE_DATE_EPOCH is set        */
static time_t epoch;                /* time of what has no own time    */

/* Errors */

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    fputs("mkfs: ", stderr);
    vfprintf(stderr, fmt, ap);
    fputc('\n', stderr);
    va_end(ap);
    if (image)
        unlink(image);
    exit(1);
}

static void __attribute__((noreturn, format(printf, 2, 3)))
die_at(const struct line *l, const char *fmt, ...)
{
    char message[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(message, sizeof(message), fmt, ap);
    va_end(ap);
    die("%s:%u: %s", l->file, l->number, message);
}

/* libext2fs failed while working on line L. */
static void check(const struct line *l, errcode_t err, const char *doing)
{
    if (err)
        die_at(l, "%s %s: %s", doing, l->field[1], error_message(err));
}

static void check_fs(errcode_t err, const char *doing)
{
    if (err)
        die("%s: %s: %s", image, doing, error_message(err));
}

/* The manifest */

static bool split(struct line *l, char *text)
{
    text[strcspn(text, "#\n")] = '\0';
    l->nfields = 0;
    for (char *word = strtok(text, " \t"); word; word = strtok(NULL, " \t")) {
        if (l->nfields == MAX_FIELDS)
            die_at(l, "more than %d words", MAX_FIELDS);
        l->field[l->nfields++] = word;
    }
    return l->nfields > 0;
}

static unsigned long number(const struct line *l, unsigned field, int base, unsigned long max)
{
    char *end;
    unsigned long value;

    errno = 0;
    value = strtoul(l->field[field], &end, base);
    if (*end || end == l->field[field] || errno || value > max)
        die_at(l, "'%s' is not a number up to %lu", l->field[field], max);
    return value;
}

/* MODE [UID GID], the optional end of a line, from field FIRST on. */
static struct attributes parse_attributes(const struct line *l, unsigned first,
                                          uint16_t type, uint16_t default_mode)
{
    struct attributes a = { .mode = type | default_mode, .time = epoch };

    if (l->nfields > first)
        a.mode = type | number(l, first, 8, 07777);
    if (l->nfields == first + 2)
        die_at(l, "UID without GID");
    if (l->nfields > first + 2) {
        a.uid = number(l, first + 1, 10, UINT32_MAX);
        a.gid = number(l, first + 2, 10, UINT32_MAX);
    }
    if (l->nfields > first + 3)
        die_at(l, "unexpected '%s'", l->field[first + 3]);
    return a;
}

static void need_fields(const struct line *l, unsigned n, const char *grammar)
{
    if (l->nfields < n)
        die_at(l, "expected: %s", grammar);
    if (l->field[1][0] != '/')
        die_at(l, "'%s' does not start with '/'", l->field[1]);
}

/* Inodes and names */

static void set_attributes(const struct line *l, ext2_ino_t ino, const struct attributes *a)
{
    struct ext2_inode_large inode;
    struct ext2_inode *small = (struct ext2_inode *)&inode;

    check(l, ext2fs_read_inode_full(fs, ino, small, sizeof(inode)), "reading the inode of");
    inode.i_mode = a->mode;
    inode.i_uid = a->uid;
    ext2fs_set_i_uid_high(inode, a->uid >> 16);
    inode.i_gid = a->gid;
    ext2fs_set_i_gid_high(inode, a->gid >> 16);
    inode.i_atime = inode.i_mtime = inode.i_ctime = inode.i_crtime = a->time;
    inode.i_extra_isize = EXTRA_ISIZE;
    check(l, ext2fs_write_inode_full(fs, ino, small, sizeof(inode)), "writing the inode of");
}

static void enter_name(const struct line *l, ext2_ino_t dir, const char *name,
                       ext2_ino_t ino, int type)
{
    errcode_t err = ext2fs_link(fs, dir, name, ino, type);

    if (err == EXT2_ET_DIR_NO_SPACE) {
        check(l, ext2fs_expand_dir(fs, dir), "growing the parent of");
        err = ext2fs_link(fs, dir, name, ino, type);
    }
    check(l, err, "linking");
}

static ext2_ino_t make_dir(const struct line *l, ext2_ino_t parent, const char *name)
{
    struct attributes a = { .mode = LINUX_S_IFDIR | 0755, .time = epoch };
    errcode_t err = ext2fs_mkdir(fs, parent, 0, name);
    ext2_ino_t ino;

    if (err == EXT2_ET_DIR_NO_SPACE) {
        check(l, ext2fs_expand_dir(fs, parent), "growing the parent of");
        err = ext2fs_mkdir(fs, parent, 0, name);
    }
    check(l, err, "making directory");
    check(l, ext2fs_lookup(fs, parent, name, strlen(name), NULL, &ino), "finding");
    set_attributes(l, ino, &a);
    return ino;
}

/* The directory that holds PATH, made if missing; *NAME is the last component. */
static ext2_ino_t parent_of(const struct line *l, char *path, const char **name)
{
    ext2_ino_t dir = EXT2_ROOT_INO, next;
    char *part = path + strspn(path, "/"), *slash;

    while ((slash = strchr(part, '/')) && slash[strspn(slash, "/")]) {
        *slash = '\0';
        if (ext2fs_lookup(fs, dir, part, strlen(part), NULL, &next))
            next = make_dir(l, dir, part);
        if (ext2fs_check_directory(fs, next))
            die_at(l, "'%s' is not a directory", part);
        *slash = '/';
        dir = next;
        part = slash + strspn(slash, "/");
    }
    part[strcspn(part, "/")] = '\0';
    if (strlen(part) > EXT2_NAME_LEN)
        die_at(l, "name longer than %d bytes", EXT2_NAME_LEN);
    *name = part;
    return dir;
}

/* As above for an object that must not exist yet. */
static ext2_ino_t parent_of_new(const struct line *l, char *path, const char **name)
{
    ext2_ino_t dir = parent_of(l, path, name), there;

    if (!**name || !ext2fs_lookup(fs, dir, *name, strlen(*name), NULL, &there))
        die_at(l, "%s exists already", l->field[1]);
    return dir;
}

/* A new inode without content, entered as NAME in DIR. */
static ext2_ino_t make_inode(const struct line *l, ext2_ino_t dir, const char *name,
                             const struct attributes *a, int type, uint32_t device)
{
    struct ext2_inode_large inode = { .i_mode = a->mode, .i_links_count = 1 };
    ext2_ino_t ino;

    inode.i_block[device < 0x10000 ? 0 : 1] = device;   /* old and new encoding */
    check(l, ext2fs_new_inode(fs, dir, a->mode, NULL, &ino), "allocating an inode for");
    ext2fs_inode_alloc_stats2(fs, ino, +1, 0);
    check(l, ext2fs_write_new_inode(fs, ino, (struct ext2_inode *)&inode), "writing the inode of");
    set_attributes(l, ino, a);
    enter_name(l, dir, name, ino, type);
    return ino;
}

/* Objects */

static bool is_zero(const char *data, size_t n)
{
    return data[0] == 0 && memcmp(data, data + 1, n - 1) == 0;
}

/* Copy host file FD to INO; blocks of zeroes become holes. */
static void copy_data(const struct line *l, int fd, ext2_ino_t ino)
{
    char chunk[CHUNK];
    ext2_file_t out;
    uint64_t size = 0;
    ssize_t n;

    check(l, ext2fs_file_open(fs, ino, EXT2_FILE_WRITE, &out), "opening");
    while ((n = read(fd, chunk, sizeof(chunk))) > 0) {
        uint64_t at = size;

        size += n;
        if (is_zero(chunk, n))
            continue;
        check(l, ext2fs_file_llseek(out, at, EXT2_SEEK_SET, NULL), "seeking in");
        check(l, ext2fs_file_write(out, chunk, n, NULL), "writing");
    }
    if (n < 0)
        die_at(l, "reading %s: %s", l->field[2], strerror(errno));
    check(l, ext2fs_file_set_size2(out, size), "setting the size of");
    check(l, ext2fs_file_close(out), "closing");
}

static void add_file(const struct line *l)
{
    struct attributes a;
    struct stat st;
    ext2_ino_t dir, ino;
    const char *name;
    int fd;

    need_fields(l, 3, "file PATH HOST-FILE [MODE [UID GID]]");
    a = parse_attributes(l, 3, LINUX_S_IFREG, 0644);
    fd = open(l->field[2], O_RDONLY);
    if (fd < 0 || fstat(fd, &st) < 0)
        die_at(l, "%s: %s", l->field[2], strerror(errno));
    if (!S_ISREG(st.st_mode))
        die_at(l, "%s is not a regular file", l->field[2]);
    if (!fixed_time)
        a.time = st.st_mtime;
    dir = parent_of_new(l, l->field[1], &name);
    ino = make_inode(l, dir, name, &a, EXT2_FT_REG_FILE, 0);
    copy_data(l, fd, ino);
    close(fd);
}

static void add_dir(const struct line *l)
{
    struct attributes a;
    ext2_ino_t dir, ino;
    const char *name;

    need_fields(l, 2, "dir PATH [MODE [UID GID]]");
    a = parse_attributes(l, 2, LINUX_S_IFDIR, 0755);
    dir = parent_of(l, l->field[1], &name);
    if (!*name)
        ino = EXT2_ROOT_INO;
    else if (ext2fs_lookup(fs, dir, name, strlen(name), NULL, &ino))
        ino = make_dir(l, dir, name);
    else if (ext2fs_check_directory(fs, ino))
        die_at(l, "%s exists and is not a directory", l->field[1]);
    set_attributes(l, ino, &a);
}

static void add_symlink(const struct line *l)
{
    struct attributes a = { .mode = LINUX_S_IFLNK | 0777, .time = epoch };
    ext2_ino_t dir, ino;
    const char *name;
    errcode_t err;

    need_fields(l, 3, "symlink PATH TARGET");
    dir = parent_of_new(l, l->field[1], &name);
    err = ext2fs_symlink(fs, dir, 0, name, l->field[2]);
    if (err == EXT2_ET_DIR_NO_SPACE) {
        check(l, ext2fs_expand_dir(fs, dir), "growing the parent of");
        err = ext2fs_symlink(fs, dir, 0, name, l->field[2]);
    }
    check(l, err, "making symbolic link");
    check(l, ext2fs_lookup(fs, dir, name, strlen(name), NULL, &ino), "finding");
    set_attributes(l, ino, &a);
}

static int dirent_type(uint16_t mode)
{
    switch (mode & LINUX_S_IFMT) {
    case LINUX_S_IFREG: return EXT2_FT_REG_FILE;
    case LINUX_S_IFLNK: return EXT2_FT_SYMLINK;
    case LINUX_S_IFCHR: return EXT2_FT_CHRDEV;
    case LINUX_S_IFBLK: return EXT2_FT_BLKDEV;
    case LINUX_S_IFIFO: return EXT2_FT_FIFO;
    default:            return EXT2_FT_UNKNOWN;
    }
}

static void add_link(const struct line *l)
{
    struct ext2_inode inode;
    ext2_ino_t dir, target;
    const char *name;

    need_fields(l, 3, "link PATH EXISTING-PATH");
    if (ext2fs_namei(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, l->field[2], &target))
        die_at(l, "%s is not in the image", l->field[2]);
    check(l, ext2fs_read_inode(fs, target, &inode), "reading the inode of");
    if (LINUX_S_ISDIR(inode.i_mode))
        die_at(l, "%s is a directory", l->field[2]);
    inode.i_links_count++;
    check(l, ext2fs_write_inode(fs, target, &inode), "writing the inode of");
    dir = parent_of_new(l, l->field[1], &name);
    enter_name(l, dir, name, target, dirent_type(inode.i_mode));
}

static void add_node(const struct line *l)
{
    struct attributes a;
    unsigned long major, minor;
    const char *name;
    ext2_ino_t dir;
    uint16_t type;

    need_fields(l, 5, "node PATH b|c|p MAJOR MINOR [MODE [UID GID]]");
    if (strlen(l->field[2]) != 1 || !strchr("bcp", l->field[2][0]))
        die_at(l, "'%s' is not b, c or p", l->field[2]);
    type = l->field[2][0] == 'b' ? LINUX_S_IFBLK :
           l->field[2][0] == 'c' ? LINUX_S_IFCHR : LINUX_S_IFIFO;
    major = number(l, 3, 10, 0xfff);
    minor = number(l, 4, 10, 0xfffff);
    a = parse_attributes(l, 5, type, 0600);
    dir = parent_of_new(l, l->field[1], &name);
    make_inode(l, dir, name, &a, dirent_type(type),
               (minor & 0xff) | major << 8 | (minor & ~0xffUL) << 12);
}

static void add(const struct line *l)
{
    static const struct { const char *kind; void (*add)(const struct line *l); } kinds[] = {
        { "file", add_file }, { "dir", add_dir },   { "symlink", add_symlink },
        { "link", add_link }, { "node", add_node },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(l->field[0], kinds[i].kind) != 0)
            continue;
        if (l->nfields < 2)
            die_at(l, "%s what?", l->field[0]);
        kinds[i].add(l);
        return;
    }
    die_at(l, "'%s' is not dir, file, symlink, link or node", l->field[0]);
}

/* Call FN for each object of the manifest. */
static void for_each_line(const char *path, void (*fn)(const struct line *l))
{
    struct line l = { .file = path };
    FILE *in = fopen(path, "r");
    char *text = NULL;
    size_t room = 0;

    if (!in)
        die("%s: %s", path, strerror(errno));
    while (getline(&text, &room, in) >= 0) {
        l.number++;
        if (split(&l, text))
            fn(&l);
    }
    free(text);
    fclose(in);
}

/* The epoch is the newest file's time. */
static void look_at_time(const struct line *l)
{
    struct stat st;

    if (strcmp(l->field[0], "file") == 0 && l->nfields > 2 &&
        stat(l->field[2], &st) == 0 && st.st_mtime > epoch)
        epoch = st.st_mtime;
}

static void choose_epoch(const char *manifest)
{
    const char *given = getenv("SOURCE_DATE_EPOCH");

    if (given && *given) {
        fixed_time = true;
        epoch = strtoll(given, NULL, 10);
        return;
    }
    for_each_line(manifest, look_at_time);
}

/* The file system */

static void create_file(uint64_t nblocks)
{
    int fd = open(image, O_RDWR | O_CREAT | O_TRUNC, 0644);

    if (fd < 0 || ftruncate(fd, nblocks * BLOCK_SIZE) < 0)
        die("%s: %s", image, strerror(errno));
    close(fd);
}

static void create_fs(uint64_t nblocks, uint32_t ninodes)
{
    struct ext2_super_block param = {
        .s_rev_level = EXT2_DYNAMIC_REV,
        .s_log_block_size = 2,
        .s_log_cluster_size = 2,
        .s_blocks_count = nblocks,
        .s_inodes_count = ninodes,
        .s_inode_size = INODE_SIZE,
        .s_feature_incompat = EXT2_FEATURE_INCOMPAT_FILETYPE,
        .s_feature_ro_compat = EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER |
                               EXT2_FEATURE_RO_COMPAT_LARGE_FILE,
    };

    check_fs(ext2fs_initialize(image, EXT2_FLAG_64BITS, &param, unix_io_manager, &fs),
             "making a file system");
    fs->now = epoch;
    fs->super->s_mkfs_time = fs->super->s_lastcheck = epoch;
    fs->super->s_min_extra_isize = fs->super->s_want_extra_isize = EXTRA_ISIZE;
    fs->super->s_max_mnt_count = -1;
    memcpy(fs->super->s_uuid, fixed_uuid, sizeof(fixed_uuid));
    memcpy(fs->super->s_volume_name, "pagoda", 7);
    check_fs(ext2fs_allocate_tables(fs), "allocating tables");
}

/* Inodes 1 to 10 are taken; 2 is the root, 11 lost+found, where e2fsck wants room. */
static void create_fixed_inodes(void)
{
    struct line l = { .file = image, .nfields = 2, .field = { "dir", "/lost+found" } };
    struct attributes root = { .mode = LINUX_S_IFDIR | 0755, .time = epoch };
    ext2_ino_t ino;

    ext2fs_inode_alloc_stats2(fs, EXT2_BAD_INO, +1, 0);
    check_fs(ext2fs_mkdir(fs, EXT2_ROOT_INO, EXT2_ROOT_INO, NULL), "making /");
    set_attributes(&l, EXT2_ROOT_INO, &root);
    for (ino = EXT2_ROOT_INO + 1; ino < EXT2_FIRST_INODE(fs->super); ino++)
        ext2fs_inode_alloc_stats2(fs, ino, +1, 0);
    ext2fs_mark_ib_dirty(fs);
    check_fs(ext2fs_update_bb_inode(fs, NULL), "writing the list of bad blocks");

    ino = make_dir(&l, EXT2_ROOT_INO, "lost+found");
    for (int blocks = 1; blocks < 4; blocks++)
        check_fs(ext2fs_expand_dir(fs, ino), "growing lost+found");
    root.mode = LINUX_S_IFDIR | 0700;
    set_attributes(&l, ino, &root);
}

/* Command line */

static uint64_t parse_size(const char *text)
{
    static const char units[] = "KMG";
    char *end;
    uint64_t size = strtoull(text, &end, 10);
    const char *unit = *end ? strchr(units, *end) : NULL;

    if (unit) {
        size <<= 10 * (unit - units + 1);
        end++;
    }
    if (end == text || *end || size < 64 * BLOCK_SIZE || size % BLOCK_SIZE)
        die("'%s' is not a size (a multiple of %u, at least %u; K, M and G may follow)",
            text, BLOCK_SIZE, 64 * BLOCK_SIZE);
    return size;
}

static void usage(void)
{
    fputs("usage: mkfs -o IMAGE [-s SIZE] [-N INODES] MANIFEST\n", stderr);
    exit(2);
}

int main(int argc, char **argv)
{
    const char *output = NULL;
    uint64_t size = 64 << 20;
    uint32_t ninodes = 0;
    int option;

    while ((option = getopt(argc, argv, "o:s:N:")) != -1) {
        switch (option) {
        case 'o': output = optarg; break;
        case 's': size = parse_size(optarg); break;
        case 'N': ninodes = strtoul(optarg, NULL, 10); break;
        default:  usage();
        }
    }
    if (!output || optind != argc - 1)
        usage();

    initialize_ext2_error_table();
    choose_epoch(argv[optind]);
    image = output;
    create_file(size / BLOCK_SIZE);
    create_fs(size / BLOCK_SIZE, ninodes);
    create_fixed_inodes();
    for_each_line(argv[optind], add);
    check_fs(ext2fs_close_free(&fs), "writing the image");
    return 0;
}
