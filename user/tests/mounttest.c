/* SPDX-License-Identifier: MIT */
/*
 * mounttest.c - what /proc/<pid>/mountinfo and mounts tell, and the rules that they name.
 *
 * Each mount is made here, and the line that comes of it is held to Linux's format.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define SIZE "size=1m,nr_inodes=77,mode=755"
#define SIZE_SHOWN "size=1024k,nr_inodes=77,mode=755,inode64"

struct info {
    int id, parent;
    unsigned major, minor;
    char root[64], point[64], flags[128], type[32], source[64], options[256];
};

/* The line whose mount point is POINT, the last of them; 0 if there is none. */
static int find_info(const char *path, const char *point, struct info *found)
{
    char *at = open_text(path), *line;
    struct info m;
    int n = 0;

    while ((line = next_line(&at))) {
        if (sscanf(line, "%d %d %u:%u %63s %63s %127s - %31s %63s %255s", &m.id, &m.parent, &m.major,
                   &m.minor, m.root, m.point, m.flags, m.type, m.source, m.options) != 10)
            fail(__FILE__, __LINE__, "%s: %s", path, line);
        EXPECT_LINE(line, "%d %d %u:%u %s %s %s - %s %s %s", m.id, m.parent, m.major, m.minor,
                    m.root, m.point, m.flags, m.type, m.source, m.options);
        if (strcmp(m.point, point))
            continue;
        *found = m;
        n++;
    }
    return n;
}

static struct info info_of(const char *point)
{
    struct info m = { 0 };

    EXPECT_EQ(find_info("/proc/self/mountinfo", point, &m), 1);
    return m;
}

static void mount_tmpfs(const char *point, unsigned long flags)
{
    REQUIRE(mount("here", point, "tmpfs", flags, SIZE) == 0);
}

static void lines_follow_mounts(void)
{
    struct info outer, inner, unused;
    struct stat st;

    mount_tmpfs("/mnt", 0);
    REQUIRE(mkdir("/mnt/sub", 0755) == 0);
    mount_tmpfs("/mnt/sub", MS_RDONLY);
    outer = info_of("/mnt");
    inner = info_of("/mnt/sub");
    EXPECT_EQ(outer.parent, info_of("/").id);
    EXPECT_EQ(inner.parent, outer.id);
    EXPECT(inner.id != outer.id);
    REQUIRE(stat("/mnt/sub", &st) == 0);
    EXPECT_EQ(makedev(inner.major, inner.minor), st.st_dev);
    EXPECT(!strcmp(inner.root, "/") && !strcmp(inner.type, "tmpfs") && !strcmp(inner.source, "here"));
    EXPECT(!strcmp(outer.flags, "rw,relatime") && !strcmp(outer.options, "rw," SIZE_SHOWN));
    EXPECT(!strcmp(inner.flags, "ro,relatime") && !strcmp(inner.options, "ro," SIZE_SHOWN));
    REQUIRE(umount("/mnt/sub") == 0);
    EXPECT_EQ(find_info("/proc/self/mountinfo", "/mnt/sub", &unused), 0);
    REQUIRE(umount("/mnt") == 0);
    EXPECT_EQ(find_info("/proc/self/mountinfo", "/mnt", &unused), 0);
}

/* One above the other: the upper one hangs on the lower one. */
static void lines_of_one_place(void)
{
    struct info lower, upper;

    mount_tmpfs("/mnt", 0);
    lower = info_of("/mnt");
    mount_tmpfs("/mnt", MS_RDONLY);
    EXPECT_EQ(find_info("/proc/self/mountinfo", "/mnt", &upper), 2);
    EXPECT_EQ(upper.parent, lower.id);
    EXPECT(begins_with(upper.flags, "ro,"));
    REQUIRE(umount("/mnt") == 0);
    EXPECT_EQ(info_of("/mnt").id, lower.id);
    REQUIRE(umount("/mnt") == 0);
}

/* What FLAGS look like in both files, and what statfs tells of times of access. */
static void check_flags(unsigned long flags, const char *shown, const char *sync,
                        unsigned long time_flags)
{
    const unsigned long times = ST_NOATIME | ST_NODIRATIME | ST_RELATIME;
    char expected[256], text[4096], wanted[320];
    struct statfs st;
    struct info m;

    mount_tmpfs("/mnt", flags);
    m = info_of("/mnt");
    EXPECT(!strcmp(m.flags, shown));
    snprintf(expected, sizeof(expected), "rw%s," SIZE_SHOWN, sync);
    EXPECT(!strcmp(m.options, expected));
    snprintf(wanted, sizeof(wanted), "\nhere /mnt tmpfs rw%s%s," SIZE_SHOWN " 0 0\n", sync,
             shown + 2);
    read_file("/proc/self/mounts", text, sizeof(text));
    EXPECT(strstr(text, wanted) != NULL);
    REQUIRE(statfs("/mnt", &st) == 0);
    EXPECT_EQ(st.f_flags & times, time_flags);
    REQUIRE(umount("/mnt") == 0);
}

static void flags_are_shown(void)
{
    check_flags(0, "rw,relatime", "", ST_RELATIME);
    check_flags(MS_NOSUID | MS_NODEV | MS_NOEXEC, "rw,nosuid,nodev,noexec,relatime", "", ST_RELATIME);
    check_flags(MS_NOATIME, "rw,noatime", "", ST_NOATIME);
    check_flags(MS_NODIRATIME | MS_SYNCHRONOUS, "rw,nodiratime,relatime", ",sync",
                ST_NODIRATIME | ST_RELATIME);
    check_flags(MS_STRICTATIME, "rw", "", 0);
    check_flags(MS_STRICTATIME | MS_NOATIME, "rw", "", 0);
}

/* Does reading a file twice change its time of access the second time? */
static bool time_moves(void)
{
    struct timespec instant = { 0, 20000000 };
    struct stat first, second;
    char c;
    int fd = open("/mnt/file", O_RDWR | O_CREAT, 0600);

    REQUIRE(fd >= 0 && write(fd, "x", 1) == 1);
    nanosleep(&instant, NULL);
    EXPECT_EQ(pread(fd, &c, 1, 0), 1);
    REQUIRE(fstat(fd, &first) == 0);
    nanosleep(&instant, NULL);
    EXPECT_EQ(pread(fd, &c, 1, 0), 1);
    REQUIRE(fstat(fd, &second) == 0);
    close(fd);
    return memcmp(&first.st_atim, &second.st_atim, sizeof(first.st_atim)) != 0;
}

/* A remount that names no rule for times keeps the old one. */
static void times_follow_flags(void)
{
    mount_tmpfs("/mnt", 0);
    EXPECT(!time_moves());
    REQUIRE(mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_STRICTATIME, NULL) == 0);
    EXPECT(time_moves());
    REQUIRE(mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_NOSUID, NULL) == 0);
    EXPECT(time_moves());
    EXPECT(!strcmp(info_of("/mnt").flags, "rw,nosuid"));
    REQUIRE(mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_NOATIME, NULL) == 0);
    EXPECT(!time_moves());
    EXPECT(!strcmp(info_of("/mnt").flags, "rw,noatime"));
    REQUIRE(umount("/mnt") == 0);
}

/* The end of a file that has no name any more is a change, and has to be possible. */
static void removed_files_keep_it_writable(void)
{
    int fd;

    mount_tmpfs("/mnt", 0);
    fd = open("/mnt/file", O_RDONLY | O_CREAT, 0644);
    REQUIRE(fd >= 0 && unlink("/mnt/file") == 0);
    EXPECT_ERROR(mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
    close(fd);
    EXPECT_OK(mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_RDONLY, NULL));
    EXPECT_ERROR(open("/mnt/file", O_RDONLY | O_CREAT, 0644), EROFS);
    REQUIRE(umount("/mnt") == 0);
}

static volatile int *stop_changing;

/* Make and remove files, from time to time in vain. */
static void change_names(void *number)
{
    char name[16];
    long made = 0;

    snprintf(name, sizeof(name), "/mnt/%zu", (uintptr_t)number);
    while (!*stop_changing) {
        if (mknod(name, S_IFREG | 0644, 0) == 0)
            made++;
        else
            EXPECT(errno == EROFS || errno == EEXIST);
        if (unlink(name) < 0)
            EXPECT(errno == EROFS || errno == ENOENT);
        usleep(100);                        /* Linux does not wait for changes: let it find none */
    }
    EXPECT(made > 0);
}

static fsfilcnt_t free_inodes(void)
{
    struct statfs st;

    REQUIRE(statfs("/mnt", &st) == 0);
    return st.f_ffree;
}

/* What has begun ends before mount() does, and then nothing begins. */
static void read_only_is_final(void)
{
    enum { CHANGERS = 4, TURNS = 300 };
    pid_t pid[CHANGERS];
    int changed = 0;

    mount_tmpfs("/mnt", 0);
    stop_changing = (volatile int *)map_shared(1);
    for (size_t i = 0; i < CHANGERS; i++)
        pid[i] = start_child(change_names, (void *)i);
    for (int turn = 0; turn < TURNS; turn++) {
        fsfilcnt_t nfree;

        while (mount(NULL, "/mnt", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
            REQUIRE(errno == EBUSY);        /* a file is without a name, for a moment */
        nfree = free_inodes();
        usleep(500);
        changed += free_inodes() != nfree;
        EXPECT_OK(mount(NULL, "/mnt", NULL, MS_REMOUNT, NULL));
        usleep(500);
    }
    EXPECT_EQ(changed, 0);
    *stop_changing = 1;
    for (size_t i = 0; i < CHANGERS; i++)
        EXPECT_CHILD(pid[i]);
    unmap((char *)(uintptr_t)stop_changing, 1);
    REQUIRE(umount("/mnt") == 0);
}

static void remove_and_make(void *dir)
{
    volatile int *removed = stop_changing + 1;

    while (!*stop_changing)
        if (rmdir(dir) == 0) {
            *removed = true;
            REQUIRE(mkdir(dir, 0755) == 0);
        } else {
            EXPECT_EQ(errno, EBUSY);
        }
}

/* Who comes too late finds nothing to mount on; what is mounted on stays.  On one hart it
 * may take long until both have succeeded. */
static void mounted_on_is_not_removed(void)
{
    enum { TURNS = 1000 };
    bool mounted = false;
    pid_t pid;

    REQUIRE(mkdir("/mnt/point", 0755) == 0);
    stop_changing = (volatile int *)map_shared(1);
    pid = start_child(remove_and_make, "/mnt/point");
    for (int turn = 0; turn < TURNS || !mounted || !stop_changing[1]; turn++)
        if (mount("tmpfs", "/mnt/point", "tmpfs", 0, NULL) == 0) {
            mounted = true;
            REQUIRE(umount("/mnt/point") == 0);
        } else {
            EXPECT_EQ(errno, ENOENT);
        }
    *stop_changing = 1;
    EXPECT_CHILD(pid);
    unmap((char *)(uintptr_t)stop_changing, 1);
    EXPECT_OK(rmdir("/mnt/point"));
}

/* How many names /mnt/a gets beside its own before there is no room for one more. */
static int add_names(void)
{
    char name[16];
    int n = 0;

    do
        snprintf(name, sizeof(name), "/mnt/a%d", n);
    while (n < 100 && link("/mnt/a", name) == 0 && ++n);
    EXPECT_EQ(errno, ENOSPC);
    return n;
}

/* Each name but the first takes an inode of the limit, until it goes. */
static void names_have_a_limit(void)
{
    REQUIRE(mount("here", "/mnt", "tmpfs", 0, "nr_inodes=10") == 0);
    REQUIRE(mknod("/mnt/a", S_IFREG | 0644, 0) == 0);
    EXPECT_EQ(add_names(), 8);
    EXPECT_ERROR(mknod("/mnt/b", S_IFREG | 0644, 0), ENOSPC);
    EXPECT_OK(unlink("/mnt/a7"));
    EXPECT_OK(mknod("/mnt/b", S_IFREG | 0644, 0));
    EXPECT_ERROR(link("/mnt/b", "/mnt/c"), ENOSPC);
    EXPECT_OK(rename("/mnt/b", "/mnt/a6"));
    EXPECT_OK(mknod("/mnt/b", S_IFREG | 0644, 0));
    EXPECT_ERROR(mknod("/mnt/c", S_IFREG | 0644, 0), ENOSPC);
    EXPECT_OK(unlink("/mnt/a"));
    for (const char *n = "012345"; *n; n++)
        EXPECT_OK(unlink((char[]){ '/', 'm', 'n', 't', '/', 'a', *n, '\0' }));
    EXPECT_OK(unlink("/mnt/a6"));
    REQUIRE(mknod("/mnt/a", S_IFREG | 0644, 0) == 0);
    EXPECT_EQ(add_names(), 7);
    REQUIRE(umount("/mnt") == 0);
}

/* What statfs tells of a limit that there is not. */
static void zero_is_no_limit(void)
{
    struct statfs st;
    int fd;

    REQUIRE(mount("here", "/mnt", "tmpfs", 0, "size=0,nr_inodes=0") == 0);
    fd = open("/mnt/a", O_RDWR | O_CREAT, 0644);
    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, "a", 1), 1);
    close(fd);
    REQUIRE(statfs("/mnt", &st) == 0);
    EXPECT_EQ(st.f_blocks, 0);
    EXPECT_EQ(st.f_bfree, 0);
    EXPECT_EQ(st.f_files, 0);
    EXPECT_EQ(st.f_ffree, 0);
    REQUIRE(umount("/mnt") == 0);
}

static int remount(const char *options)
{
    return mount(NULL, "/mnt", NULL, MS_REMOUNT, options);
}

/* Not below what is taken, and not from none to one. */
static void limits_change(void)
{
    int fd;

    mount_tmpfs("/mnt", 0);
    fd = open("/mnt/a", O_RDWR | O_CREAT, 0644);
    REQUIRE(fd >= 0 && fallocate(fd, 0, 0, 3 * PAGE) == 0);
    close(fd);
    EXPECT_OK(remount("size=2m"));
    EXPECT(!strcmp(info_of("/mnt").options, "rw,size=2048k,nr_inodes=77,mode=755,inode64"));
    EXPECT_OK(remount("nr_inodes=2,mode=700"));
    EXPECT(!strcmp(info_of("/mnt").options, "rw,size=2048k,nr_inodes=2,mode=755,inode64"));
    EXPECT_ERROR(mknod("/mnt/b", S_IFREG | 0644, 0), ENOSPC);
    EXPECT_ERROR(remount("nr_inodes=1"), EINVAL);
    EXPECT_ERROR(remount("size=8k"), EINVAL);
    EXPECT_ERROR(remount("size=4m,nr_inodes=1"), EINVAL);
    EXPECT_ERROR(remount("size=4m,unknown=1"), EINVAL);
    EXPECT_ERROR(remount("size=much"), EINVAL);
    EXPECT_OK(remount("size=12k"));
    EXPECT(!strcmp(info_of("/mnt").options, "rw,size=12k,nr_inodes=2,mode=755,inode64"));
    EXPECT_OK(remount("size=0,nr_inodes=0"));
    EXPECT_OK(mknod("/mnt/b", S_IFREG | 0644, 0));
    EXPECT_ERROR(remount("size=1g"), EINVAL);
    EXPECT_ERROR(remount("nr_inodes=1000"), EINVAL);
    REQUIRE(umount("/mnt") == 0);
}

/* The source too, where a sign in front would make a comment of the line. */
static void words_are_escaped(void)
{
    struct info m;

    REQUIRE(mkdir("/tmp/a b#\n\\", 0700) == 0);
    REQUIRE(mount("#c d", "/tmp/a b#\n\\", "tmpfs", 0, SIZE) == 0);
    m = info_of("/tmp/a\\040b#\\012\\134");
    EXPECT(!strcmp(m.source, "\\043c\\040d"));
    REQUIRE(umount("/tmp/a b#\n\\") == 0);
    rmdir("/tmp/a b#\n\\");
}

static struct gate ready;

static void live_in_jail(void *arg)
{
    (void)arg;
    REQUIRE(chroot("/mnt/jail") == 0);
    signal_gate(&ready);
    pause_forever(NULL);
}

/* A process sees what is below its root, named from there. */
static void mounts_below_a_root(void)
{
    char path[64], text[1024];
    struct info m;
    pid_t pid;

    mount_tmpfs("/mnt", 0);
    REQUIRE(mkdir("/mnt/jail", 0755) == 0 && mkdir("/mnt/jail/cell", 0755) == 0);
    mount_tmpfs("/mnt/jail/cell", 0);
    open_gate(&ready);
    pid = start_child(live_in_jail, NULL);
    wait_gate(&ready);
    snprintf(path, sizeof(path), "/proc/%d/mounts", pid);
    read_file(path, text, sizeof(text));
    EXPECT(!strcmp(text, "here /cell tmpfs rw,relatime," SIZE_SHOWN " 0 0\n"));
    snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
    EXPECT_EQ(find_info(path, "/cell", &m), 1);
    EXPECT_EQ(find_info(path, "/mnt", &m), 0);
    EXPECT_EQ(info_of("/mnt/jail/cell").parent, info_of("/mnt").id);
    end_child(pid);
    close_gate(&ready);
    REQUIRE(umount("/mnt/jail/cell") == 0);
    REQUIRE(umount("/mnt") == 0);
}

static void end_at_once(void *arg)
{
    (void)arg;
}

/* Read the first byte of PATH: Linux refuses to open what we refuse to read. */
static int read_byte(const char *path)
{
    int fd = open(path, O_RDONLY), n;
    char c;

    if (fd < 0)
        return -1;
    n = (int)read(fd, &c, 1);
    close(fd);
    return n;
}

/* Who has ended has no root. */
static void mounts_of_the_dead(void)
{
    pid_t pid = start_child(end_at_once, NULL);
    siginfo_t info;
    char path[64];

    REQUIRE(syscall(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT, NULL) == 0);
    snprintf(path, sizeof(path), "/proc/%d/mountinfo", pid);
    EXPECT_ERROR(read_byte(path), EINVAL);
    EXPECT_CHILD(pid);
}

/* Of a directory of /mnt, entered by chroot, that is then mounted on once more. */
static void climb_out(void *unused)
{
    (void)unused;
    REQUIRE(mkdir("/mnt/below", 0755) == 0 && chroot("/mnt") == 0 && chdir("/below") == 0);
    REQUIRE(mount("tmpfs", "/", "tmpfs", 0, NULL) == 0);
    for (int i = 0; i < 3; i++)
        EXPECT_OK(chdir(".."));
    EXPECT_ERROR(access("proc", F_OK), ENOENT);         /* which only the outer root has */
    EXPECT_ERROR(access("below", F_OK), ENOENT);
}

/* Above a root there is nothing, however many file systems are mounted on it. */
static void roots_are_final(void)
{
    mount_tmpfs("/mnt", 0);
    EXPECT_EQ(run_child(climb_out, NULL), 0);
    while (umount("/mnt") == 0)
        ;
}

static void expect_no_new_names(void)
{
    EXPECT_ERROR(mkdir("/proc/new", 0755), ENOENT);
    EXPECT_ERROR(open("/proc/new", O_WRONLY | O_CREAT, 0644), ENOENT);
    EXPECT_ERROR(open("/proc/self/new", O_WRONLY | O_CREAT | O_EXCL, 0644), ENOENT);
    EXPECT_ERROR(mknod("/proc/sys/new", S_IFIFO | 0644, 0), ENOENT);
    EXPECT_ERROR(symlink("here", "/proc/self/fd/new"), ENOENT);
    EXPECT_ERROR(mkdir("/proc/self", 0755), EEXIST);
    EXPECT_ERROR(open("/proc/version", O_RDONLY | O_CREAT | O_EXCL, 0644), EEXIST);
}

/* Only the kernel makes names in /proc: whoever asks for others looks for what is not there. */
static void names_of_proc(void)
{
    expect_no_new_names();
    EXPECT_ERROR(rename("/proc/version", "/proc/new"), ENOENT);
    EXPECT_ERROR(link("/proc/version", "/proc/new"), ENOENT);
    EXPECT_ERROR(rename("/proc/version", "/proc/uptime"), EPERM);
    EXPECT_ERROR(unlink("/proc/version"), EPERM);
    EXPECT_ERROR(rmdir("/proc/sys"), EPERM);
    be(ANN, STAFF);
    expect_no_new_names();
    EXPECT_ERROR(unlink("/proc/version"), EACCES);
}

static const struct test tests[] = {
    TEST(lines_follow_mounts), TEST(lines_of_one_place), TEST(flags_are_shown),
    TEST(times_follow_flags), TEST(words_are_escaped), TEST(mounts_below_a_root),
    TEST(mounts_of_the_dead), TEST(roots_are_final), CHILD_TEST(names_of_proc),
    TEST(removed_files_keep_it_writable),
    TEST(read_only_is_final), TEST(mounted_on_is_not_removed), TEST(names_have_a_limit),
    TEST(zero_is_no_limit), TEST(limits_change),
};

TEST_MAIN(tests)
