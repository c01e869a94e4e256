/* SPDX-License-Identifier: MIT */
/*
 * procdisktest.c - what /proc says of disks, devices, file systems and mounts is true.
 *
 * Each figure follows its cause, and each line has Linux's format to the blank.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

/* Disks */

enum { READS, READS_MERGED, READ_SECTORS, READ_MS, WRITES, WRITES_MERGED, WRITE_SECTORS, WRITE_MS,
       IN_FLIGHT, BUSY_MS, WEIGHTED_MS, DISCARDS, FLUSHES = 15, FLUSH_MS, DISK_FIELDS };

struct disk {
    unsigned major, minor;
    char name[16];
    long v[DISK_FIELDS];
};

/* The line of vda; those of other disks only have to be there. */
static struct disk read_disk(void)
{
    struct disk d;
    char *at = open_text("/proc/diskstats"), *line = next_line(&at), *p;
    int from;

    REQUIRE(line && sscanf(line, "%u %u %15s%n", &d.major, &d.minor, d.name, &from) == 3);
    p = line + from;
    for (int i = 0; i < DISK_FIELDS; i++)
        d.v[i] = strtol(p, &p, 10);
    EXPECT_LINE(line, "%4u %7u %s %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld %ld 0 0 0 0 %ld %ld",
                d.major, d.minor, d.name, d.v[0], d.v[1], d.v[2], d.v[3], d.v[4], d.v[5], d.v[6],
                d.v[7], d.v[8], d.v[9], d.v[10], d.v[FLUSHES], d.v[FLUSH_MS]);
    return d;
}

static struct disk growth(const struct disk *before)
{
    struct disk d = read_disk();

    for (int i = 0; i < DISK_FIELDS; i++)
        d.v[i] -= before->v[i];
    return d;
}

static void disk_reads(void)
{
    struct disk before, d;

    write_on_disk();
    before = read_disk();
    read_from_disk();
    d = growth(&before);
    EXPECT_RANGE(d.v[READ_SECTORS], DISK_FILE_PAGES * 8, DISK_FILE_PAGES * 8 + 400);
    EXPECT_RANGE(d.v[READS], 1, DISK_FILE_PAGES);
    EXPECT_EQ(d.v[WRITE_SECTORS], 0);
    EXPECT_EQ(d.v[FLUSHES], 0);
    while ((d = growth(&before)).v[READ_MS] < 3 || d.v[BUSY_MS] < 3)
        read_from_disk();
    EXPECT_EQ(d.v[WRITE_MS], 0);
    EXPECT_RANGE(d.v[WEIGHTED_MS] - d.v[READ_MS], -1, 1);
    unlink(DISK_FILE);
}

static void disk_writes(void)
{
    struct disk before = read_disk(), d;

    write_on_disk();
    d = growth(&before);
    EXPECT_RANGE(d.v[WRITE_SECTORS], DISK_FILE_PAGES * 8, DISK_FILE_PAGES * 8 + 400);
    EXPECT_RANGE(d.v[WRITES], 1, DISK_FILE_PAGES);
    EXPECT_RANGE(d.v[FLUSHES], 1, 4);
    while ((d = growth(&before)).v[WRITE_MS] < 3 || d.v[FLUSH_MS] < 1)
        write_on_disk();
    EXPECT_RANGE(d.v[WEIGHTED_MS] - d.v[READ_MS] - d.v[WRITE_MS] - d.v[FLUSH_MS], -3, 3);
    unlink(DISK_FILE);
}

static bool requests_agree(void)
{
    struct debug_counters c = read_counters();
    struct disk d = read_disk();

    return (uint64_t)(d.v[READS] + d.v[READS_MERGED]) == c.disk_reads
           && (uint64_t)(d.v[WRITES] + d.v[WRITES_MERGED]) == c.disk_writes;
}

/* A request is one for the device, however many neighbours joined it. */
static void disk_merges(void)
{
    need_debug_call();
    write_on_disk();
    read_from_disk();
    EXPECT_SOON(requests_agree());
    unlink(DISK_FILE);
}

static void write_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        write_on_disk();
}

static void disk_in_flight(void)
{
    pid_t pid = start_child(write_for_ever, NULL);

    AWAIT(read_disk().v[IN_FLIGHT] > 0);
    end_child(pid);
    unlink(DISK_FILE);
    sync();
    EXPECT_EQ(read_disk().v[IN_FLIGHT], 0);
}

static void partitions(void)
{
    char *at = open_text("/proc/partitions"), *line;
    unsigned major, minor;
    char name[16], path[32];
    struct stat st;
    long blocks, n = 0;

    EXPECT_LINE(next_line(&at), "major minor  #blocks  name");
    EXPECT_LINE(next_line(&at), "%s", "");
    for (; (line = next_line(&at)); n++) {
        int fd;

        REQUIRE(sscanf(line, "%u %u %ld %15s", &major, &minor, &blocks, name) == 4);
        snprintf(path, sizeof(path), "/dev/%s", name);
        fd = open(path, O_RDONLY);
        REQUIRE(fd >= 0 && fstat(fd, &st) == 0);
        EXPECT_LINE(line, "%4u  %7u %10ld %s", major(st.st_rdev), minor(st.st_rdev),
                    lseek(fd, 0, SEEK_END) / 1024, name);
        EXPECT_ERROR(lseek(fd, 1, SEEK_CUR), EINVAL);           /* nothing is beyond its end */
        close(fd);
    }
    EXPECT(n >= 1);
}

/* In the part of /proc/devices that begins with HEAD: is there NAME, with the number of PATH? */
static bool is_listed(const char *head, const char *path, const char *name)
{
    char *at = open_text("/proc/devices"), *line, shown[64];
    struct stat st;
    bool inside = false;

    REQUIRE(stat(path, &st) == 0);
    snprintf(shown, sizeof(shown), "%3u %s", major(st.st_rdev), name);
    while ((line = next_line(&at))) {
        if (inside && strcmp(line, shown) == 0)
            return true;
        inside = (inside && *line) || strcmp(line, head) == 0;
    }
    return false;
}

static void devices(void)
{
    static const struct {
        const char *path, *name;
    } known[] = {
        { "/dev/null", "mem" }, { "/dev/ttyS0", "ttyS" }, { "/dev/tty", "/dev/tty" },
        { "/dev/console", "/dev/console" },
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (!is_listed("Character devices:", known[i].path, known[i].name))
            fail(__FILE__, __LINE__, "%s is not listed", known[i].name);
    EXPECT(is_listed("Block devices:", "/dev/vda", "virtblk"));
}

/* File systems */

static void filesystems(void)
{
    char *at = open_text("/proc/filesystems"), *line;
    int n = 0, mounted = 0;

    for (; (line = next_line(&at)); n++) {
        char *type = strchr(line, '\t');

        REQUIRE(type != NULL);
        *type++ = '\0';
        EXPECT(strcmp(line, "nodev") == 0 || *line == '\0');
        if (!*line) {
            EXPECT_ERROR(mount("/dev/null", "/mnt", type, 0, NULL), ENOTBLK);
            continue;
        }
        if (mount("none", "/mnt", type, 0, NULL) == 0) {
            EXPECT_OK(umount("/mnt"));
            mounted++;
        } else {
            EXPECT_EQ(errno, EINVAL);           /* Linux has some for itself alone */
        }
    }
    EXPECT(n >= 4 && mounted >= 3);
    EXPECT_ERROR(mount("none", "/mnt", "nosuchfs", 0, NULL), ENODEV);
}

/* The last line of /proc/mounts, and how many there are. */
static int last_mount(char *last, size_t size)
{
    char *at = open_text("/proc/mounts"), *line;
    int n = 0;

    for (; (line = next_line(&at)); n++)
        snprintf(last, size, "%s", line);
    return n;
}

static void mounts_come_and_go(void)
{
    char line[256], first[256];
    int n = last_mount(first, sizeof(first));

    REQUIRE(mount("here", "/mnt", "tmpfs", 0, "size=1m,nr_inodes=77,mode=700") == 0);
    EXPECT_EQ(last_mount(line, sizeof(line)), n + 1);
    EXPECT_LINE(line, "here /mnt tmpfs rw,relatime,size=1024k,nr_inodes=77,mode=700,inode64 0 0");
    REQUIRE(umount("/mnt") == 0);
    REQUIRE(mount("proc", "/mnt", "proc", MS_RDONLY, NULL) == 0);
    last_mount(line, sizeof(line));
    EXPECT_LINE(line, "proc /mnt proc ro,relatime 0 0");
    REQUIRE(umount("/mnt") == 0);
    EXPECT_EQ(last_mount(line, sizeof(line)), n);
    EXPECT_LINE(line, "%s", first);
}

/* A line's words stay apart whatever they contain. */
static void mounts_are_escaped(void)
{
    char line[256];

    REQUIRE(mkdir("/tmp/a b\t\n\\", 0700) == 0);
    REQUIRE(mount("c d", "/tmp/a b\t\n\\", "tmpfs", 0, "size=1m,nr_inodes=77,mode=700") == 0);
    last_mount(line, sizeof(line));
    EXPECT_LINE(line, "c\\040d /tmp/a\\040b\\011\\012\\134 tmpfs "
                      "rw,relatime,size=1024k,nr_inodes=77,mode=700,inode64 0 0");
    REQUIRE(umount("/tmp/a b\t\n\\") == 0);
    rmdir("/tmp/a b\t\n\\");
}

static void mounts_of_self(void)
{
    static char own[4096];
    char target[32] = "";

    EXPECT_EQ(readlink("/proc/mounts", target, sizeof(target)), 11);
    EXPECT(strcmp(target, "self/mounts") == 0);
    read_file("/proc/self/mounts", own, sizeof(own));
    EXPECT(strcmp(open_text("/proc/mounts"), own) == 0);
    EXPECT(begins_with(own, "/dev/vda / ext2 rw,relatime 0 0\n"));
}

static const struct test tests[] = {
    TEST(disk_reads), TEST(disk_writes), TEST(disk_merges), TEST(disk_in_flight), TEST(partitions),
    TEST(devices), TEST(filesystems), TEST(mounts_come_and_go), TEST(mounts_are_escaped),
    TEST(mounts_of_self),
};

TEST_MAIN(tests)
