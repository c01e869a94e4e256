/* SPDX-License-Identifier: MIT */
/*
 * credtest.c - users and groups: who may become whom, and who may do what to which file.
 *
 * The program is root.  be() makes it act as another user for a while: its real and
 * saved ids stay 0, so that it can return.
 */
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define DIR   "/tmp/credtest.d"
#define FILE_ DIR "/file"
#define SUB   DIR "/sub"

enum { ANN = 1000, BOB = 1001, OTHER = 1002, STRANGER = 1003, STAFF = 50, GUESTS = 60 };

extern char **environ;

/* Act as this user of this one group. */
static void be(uid_t uid, gid_t gid)
{
    REQUIRE(seteuid(0) == 0 && setgroups(0, NULL) == 0);
    REQUIRE(setegid(gid) == 0 && seteuid(uid) == 0);
}

static void be_root(void)
{
    be(0, 0);
}

/* For good: all ids. */
static void become_user(uid_t uid, gid_t gid)
{
    REQUIRE(setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0);
    REQUIRE(setresuid(uid, uid, uid) == 0);
}

/* An empty file that belongs to Ann and the staff. */
static void make_file(const char *path, mode_t mode)
{
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    REQUIRE(fd >= 0);
    EXPECT_OK(fchown(fd, ANN, STAFF));
    EXPECT_OK(fchmod(fd, mode));
    close(fd);
}

static void make_directory(const char *path, mode_t mode)
{
    REQUIRE(mkdir(path, 0700) == 0);
    EXPECT_OK(chown(path, ANN, STAFF));
    EXPECT_OK(chmod(path, mode));
}

static mode_t mode_of(const char *path)
{
    struct stat st;

    REQUIRE(lstat(path, &st) == 0);
    return st.st_mode & 07777;
}

static int open_close(const char *path, int flags)
{
    int fd = open(path, flags, 0666);

    if (fd >= 0)
        close(fd);
    return fd < 0 ? -1 : 0;
}

/* Ids */

#define EXPECT_UIDS(real, effective, saved)                                    \
    do {                                                                       \
        uid_t r_, e_, s_;                                                      \
                                                                               \
        EXPECT_OK(getresuid(&r_, &e_, &s_));                                   \
        EXPECT_EQ(r_, real);                                                   \
        EXPECT_EQ(e_, effective);                                              \
        EXPECT_EQ(s_, saved);                                                  \
    } while (0)

#define EXPECT_GIDS(real, effective, saved)                                    \
    do {                                                                       \
        gid_t r_, e_, s_;                                                      \
                                                                               \
        EXPECT_OK(getresgid(&r_, &e_, &s_));                                   \
        EXPECT_EQ(r_, real);                                                   \
        EXPECT_EQ(e_, effective);                                              \
        EXPECT_EQ(s_, saved);                                                  \
    } while (0)

static void setresuid_rules(void)
{
    EXPECT_OK(setresuid(1, 2, 3));
    EXPECT_UIDS(1, 2, 3);
    EXPECT_ERROR(setresuid(4, -1, -1), EPERM);
    EXPECT_ERROR(setresuid(-1, 0, -1), EPERM);
    EXPECT_ERROR(setresuid(1, 2, 4), EPERM);
    EXPECT_UIDS(1, 2, 3);
    EXPECT_OK(setresuid(3, 1, 2));
    EXPECT_UIDS(3, 1, 2);
    EXPECT_OK(setresuid(-1, 2, -1));
    EXPECT_UIDS(3, 2, 2);
    EXPECT_ERROR(setresuid(1, -1, -1), EPERM);          /* nobody remembers it any more */
}

static void setreuid_rules(void)
{
    EXPECT_OK(setreuid(5, 6));
    EXPECT_UIDS(5, 6, 6);                               /* the saved id follows */
    EXPECT_ERROR(setreuid(7, -1), EPERM);
    EXPECT_ERROR(setreuid(-1, 7), EPERM);
    EXPECT_OK(setreuid(-1, 5));
    EXPECT_UIDS(5, 5, 6);                               /* not if the real one is taken */
    EXPECT_ERROR(setreuid(6, -1), EPERM);               /* real: not from the saved id */
    EXPECT_OK(setreuid(-1, 6));
    EXPECT_OK(setreuid(6, 5));
    EXPECT_UIDS(6, 5, 5);
}

static void setuid_rules(void)
{
    EXPECT_ERROR(setuid(-1), EINVAL);
    EXPECT_OK(setresuid(1, 0, 3));
    EXPECT_OK(setresuid(1, 2, 3));
    EXPECT_ERROR(setuid(0), EPERM);
    EXPECT_ERROR(setuid(2), EPERM);                     /* effective already, but no other */
    EXPECT_OK(setuid(3));
    EXPECT_UIDS(1, 3, 3);
    EXPECT_OK(setuid(1));
    EXPECT_UIDS(1, 1, 3);
}

static void root_setuid_is_final(void)
{
    EXPECT_OK(setuid(ANN));
    EXPECT_UIDS(ANN, ANN, ANN);
    EXPECT_ERROR(setuid(0), EPERM);
    EXPECT_ERROR(seteuid(0), EPERM);
}

static void group_id_rules(void)
{
    EXPECT_OK(setresgid(1, 2, 3));
    EXPECT_OK(setresgid(9, 8, 7));                      /* root is who has user id 0 */
    EXPECT_OK(setregid(5, 6));
    EXPECT_GIDS(5, 6, 6);
    EXPECT_OK(setresgid(1, 2, 3));
    EXPECT_OK(seteuid(ANN));
    EXPECT_ERROR(setresgid(4, -1, -1), EPERM);
    EXPECT_ERROR(setregid(3, -1), EPERM);
    EXPECT_ERROR(setgid(2), EPERM);
    EXPECT_ERROR(setgid(0), EPERM);
    EXPECT_OK(setgid(3));
    EXPECT_GIDS(1, 3, 3);
}

static void group_lists(void)
{
    gid_t some[] = { 70, 80, 90 }, got[8];

    EXPECT_OK(setgroups(3, some));
    EXPECT_EQ(getgroups(0, NULL), 3);
    EXPECT_ERROR(getgroups(2, got), EINVAL);
    EXPECT_ERROR(getgroups(-1, got), EINVAL);
    EXPECT_EQ(getgroups(8, got), 3);
    EXPECT(memcmp(got, some, sizeof(some)) == 0);
    EXPECT_ERROR(setgroups(65537, some), EINVAL);
    EXPECT_ERROR(setgroups(3, NULL), EFAULT);
    EXPECT_OK(setresuid(ANN, ANN, 0));
    EXPECT_ERROR(setgroups(0, NULL), EPERM);
    EXPECT_EQ(getgroups(8, got), 3);
}

/* Only these of the file system change; -1 asks. */
static void file_system_ids(void)
{
    EXPECT_OK(setresuid(ANN, 0, BOB));
    EXPECT_EQ(setfsuid(OTHER), 0);
    EXPECT_UIDS(ANN, 0, BOB);
    EXPECT_EQ(setfsuid(-1), OTHER);
    EXPECT_OK(seteuid(ANN));
    EXPECT_EQ(setfsuid(OTHER), ANN);                    /* followed; this is refused */
    EXPECT_EQ(setfsuid(BOB), ANN);
    EXPECT_EQ(setfsuid(ANN), BOB);
    EXPECT_OK(setreuid(-1, BOB));
    EXPECT_EQ(setfsuid(-1), BOB);
    EXPECT_EQ(setfsuid(ANN), BOB);
    EXPECT_OK(setuid(BOB));
    EXPECT_EQ(setfsuid(-1), BOB);
}

static void file_system_groups(void)
{
    EXPECT_EQ(setfsgid(STAFF), 0);
    EXPECT_GIDS(0, 0, 0);
    EXPECT_OK(setegid(GUESTS));
    EXPECT_EQ(setfsgid(STAFF), GUESTS);
    EXPECT_OK(seteuid(ANN));
    EXPECT_EQ(setfsgid(7), STAFF);
    EXPECT_EQ(setfsgid(0), STAFF);
    EXPECT_EQ(setfsgid(-1), 0);
}

/* Files */

/* The first class that fits decides, even if a later one has more. */
static void file_rights(void)
{
    static const struct {
        uid_t uid;
        gid_t gid;
        int shift;
    } who[] = { { ANN, GUESTS, 6 }, { ANN, STAFF, 6 }, { BOB, STAFF, 3 }, { BOB, GUESTS, 0 } };

    make_file(FILE_, 0);
    for (size_t i = 0; i < COUNT(who); i++)
        for (mode_t bits = 0; bits < 8; bits++) {
            be_root();
            chmod(FILE_, (0777 & ~(7u << who[i].shift)) | bits << who[i].shift);
            be(who[i].uid, who[i].gid);
            EXPECT_EQ(open_close(FILE_, O_RDONLY), bits & 4 ? 0 : -1);
            EXPECT_EQ(open_close(FILE_, O_WRONLY), bits & 2 ? 0 : -1);
            EXPECT_EQ(open_close(FILE_, O_RDWR), (bits & 6) == 6 ? 0 : -1);
            EXPECT_EQ(faccessat(AT_FDCWD, FILE_, X_OK, AT_EACCESS), bits & 1 ? 0 : -1);
        }
    be_root();
    chmod(FILE_, 0);
    EXPECT_OK(open_close(FILE_, O_RDWR));
    EXPECT_ERROR(access(FILE_, X_OK), EACCES);
}

/* Rights to files go by the ids of the file system, root's too; other rights do not. */
static void file_system_rights(void)
{
    struct stat st;

    make_file(FILE_, 0640);
    setfsuid(BOB);
    EXPECT_ERROR(open_close(FILE_, O_RDONLY), EACCES);
    EXPECT_ERROR(faccessat(AT_FDCWD, FILE_, R_OK, AT_EACCESS), EACCES);
    EXPECT_OK(access(FILE_, R_OK));                     /* that asks for the real user */
    EXPECT_ERROR(chmod(FILE_, 0600), EPERM);
    EXPECT_ERROR(mknod(DIR "/node", S_IFCHR | 0600, makedev(1, 3)), EACCES);
    EXPECT_OK(setpriority(PRIO_PROCESS, 0, -1));
    setfsgid(STAFF);
    EXPECT_OK(open_close(FILE_, O_RDONLY));
    EXPECT_ERROR(open_close(FILE_, O_WRONLY), EACCES);
    setfsuid(ANN);
    EXPECT_OK(open_close(FILE_, O_RDWR));
    be_root();
    chmod(DIR, 0777);
    setfsuid(BOB);
    setfsgid(GUESTS);
    EXPECT_ERROR(mknod(DIR "/node", S_IFCHR | 0600, makedev(1, 3)), EPERM);
    EXPECT_OK(open_close(DIR "/new", O_WRONLY | O_CREAT));
    EXPECT_OK(stat(DIR "/new", &st));
    EXPECT_EQ(st.st_uid, BOB);
    EXPECT_EQ(st.st_gid, GUESTS);
    unlink(DIR "/new");
    be_root();
    chmod(DIR, 0755);
    chmod(FILE_, 0);
    EXPECT_OK(seteuid(BOB));
    EXPECT_EQ(setfsuid(0), BOB);                        /* user 0 of files, not of the rest */
    EXPECT_OK(open_close(FILE_, O_RDWR));
    EXPECT_OK(chown(FILE_, OTHER, GUESTS));
    EXPECT_OK(mknod(DIR "/node", S_IFCHR | 0600, makedev(1, 3)));
    unlink(DIR "/node");
    EXPECT_ERROR(setgroups(0, NULL), EPERM);
}

static void supplementary_groups(void)
{
    gid_t groups[] = { GUESTS, STAFF };

    make_file(FILE_, 0040);
    be(BOB, 1);
    EXPECT_ERROR(open_close(FILE_, O_RDONLY), EACCES);
    be_root();
    EXPECT_OK(setgroups(2, groups));
    EXPECT_OK(seteuid(BOB));
    EXPECT_OK(open_close(FILE_, O_RDONLY));
    EXPECT_ERROR(open_close(FILE_, O_WRONLY), EACCES);
}

static void directory_rights(void)
{
    make_directory(SUB, 0777);
    make_file(SUB "/a", 0666);
    be(BOB, GUESTS);
    EXPECT_OK(open_close(SUB "/a", O_RDONLY));
    be_root();
    chmod(SUB, 0776);                                   /* no search */
    be(BOB, GUESTS);
    EXPECT_ERROR(open_close(SUB "/a", O_RDONLY), EACCES);
    EXPECT_ERROR(chdir(SUB), EACCES);
    EXPECT_ERROR(unlink(SUB "/a"), EACCES);
    EXPECT_OK(open_close(SUB, O_RDONLY | O_DIRECTORY));
    be_root();
    chmod(SUB, 0775);                                   /* no write */
    be(BOB, GUESTS);
    EXPECT_ERROR(open_close(SUB "/b", O_WRONLY | O_CREAT), EACCES);
    EXPECT_ERROR(mkdir(SUB "/b", 0777), EACCES);
    EXPECT_ERROR(symlink("x", SUB "/b"), EACCES);
    EXPECT_ERROR(link(SUB "/a", SUB "/b"), EACCES);
    EXPECT_ERROR(unlink(SUB "/a"), EACCES);
    EXPECT_ERROR(rename(SUB "/a", SUB "/b"), EACCES);
    EXPECT_OK(open_close(SUB "/a", O_WRONLY));
    be_root();
    chmod(SUB, 0773);                                   /* no read */
    be(BOB, GUESTS);
    EXPECT_ERROR(open_close(SUB, O_RDONLY | O_DIRECTORY), EACCES);
    EXPECT_OK(rename(SUB "/a", SUB "/b"));
    EXPECT_OK(unlink(SUB "/b"));
    be_root();
    rmdir(SUB);
}

/* In a sticky directory a name belongs to the file's owner and the directory's. */
static void sticky_directory(void)
{
    make_directory(SUB, 01777);
    REQUIRE(mkdir(DIR "/open", 0777) == 0 && chmod(DIR "/open", 0777) == 0);
    be(BOB, GUESTS);
    EXPECT_OK(open_close(SUB "/bob", O_WRONLY | O_CREAT));
    be(OTHER, GUESTS);
    EXPECT_ERROR(unlink(SUB "/bob"), EPERM);
    EXPECT_ERROR(rename(SUB "/bob", SUB "/x"), EPERM);
    EXPECT_ERROR(rename(SUB "/bob", DIR "/open/x"), EPERM);
    EXPECT_OK(open_close(SUB "/other", O_WRONLY | O_CREAT));
    EXPECT_ERROR(rename(SUB "/other", SUB "/bob"), EPERM);      /* would remove it */
    be(BOB, GUESTS);
    EXPECT_OK(rename(SUB "/bob", SUB "/robert"));
    EXPECT_OK(unlink(SUB "/robert"));
    be(ANN, GUESTS);
    EXPECT_OK(unlink(SUB "/other"));
    be_root();
    rmdir(DIR "/open");
    rmdir(SUB);
}

static void who_may_chmod(void)
{
    make_file(FILE_, 0666);
    be(BOB, STAFF);
    EXPECT_ERROR(chmod(FILE_, 0777), EPERM);
    be(ANN, GUESTS);
    EXPECT_OK(chmod(FILE_, 04711));
    EXPECT_EQ(mode_of(FILE_), 04711);
    EXPECT_OK(chmod(FILE_, 02711));                     /* not in the file's group */
    EXPECT_EQ(mode_of(FILE_), 0711);
    be(ANN, STAFF);
    EXPECT_OK(chmod(FILE_, 02711));
    EXPECT_EQ(mode_of(FILE_), 02711);
    be_root();
    EXPECT_OK(chmod(FILE_, 06711));
    EXPECT_EQ(mode_of(FILE_), 06711);
}

static void who_may_chown(void)
{
    gid_t groups[] = { GUESTS };

    make_file(FILE_, 0666);
    be(ANN, STAFF);
    EXPECT_ERROR(chown(FILE_, BOB, -1), EPERM);
    EXPECT_ERROR(chown(FILE_, -1, GUESTS), EPERM);
    EXPECT_OK(chown(FILE_, ANN, STAFF));
    EXPECT_OK(chown(FILE_, -1, -1));
    be_root();
    EXPECT_OK(setgroups(1, groups));
    EXPECT_OK(seteuid(ANN));
    EXPECT_OK(chown(FILE_, -1, GUESTS));                /* a group of one's own */
    be(BOB, GUESTS);
    EXPECT_ERROR(chown(FILE_, -1, GUESTS), EPERM);
}

/* Any chown takes the set-id bits away, one that changes nothing and root's, too. */
static void chown_takes_set_id_bits(void)
{
    make_file(FILE_, 06777);
    EXPECT_OK(chown(FILE_, ANN, GUESTS));
    EXPECT_EQ(mode_of(FILE_), 0777);
    make_file(FILE_, 06777);
    EXPECT_OK(chown(FILE_, -1, -1));
    EXPECT_EQ(mode_of(FILE_), 0777);
    make_file(FILE_, 06767);                            /* no program: locks, once */
    EXPECT_OK(chown(FILE_, ANN, STAFF));
    EXPECT_EQ(mode_of(FILE_), 02767);
    chmod(FILE_, 06777);
    be(BOB, STAFF);
    EXPECT_ERROR(chown(FILE_, -1, -1), EPERM);          /* it would be a chmod */
    EXPECT_EQ(mode_of(FILE_), 06777);
    be(ANN, STAFF);
    EXPECT_OK(chown(FILE_, -1, -1));
    EXPECT_EQ(mode_of(FILE_), 0777);
    be(BOB, STAFF);
    EXPECT_OK(chown(FILE_, -1, -1));                    /* nothing to take any more */
    be_root();
    chmod(FILE_, 02767);
    be(ANN, GUESTS);
    EXPECT_OK(chown(FILE_, -1, -1));
    EXPECT_EQ(mode_of(FILE_), 0767);                    /* not of the group */
    be_root();
    make_directory(SUB, 06777);
    EXPECT_OK(chown(SUB, BOB, GUESTS));
    EXPECT_EQ(mode_of(SUB), 06777);
    rmdir(SUB);
}

/* It is the writer who counts, not who opened the file. */
static void write_takes_set_id_bits(void)
{
    int fd;

    make_file(FILE_, 06777);
    fd = open(FILE_, O_WRONLY);
    EXPECT_EQ(write(fd, "x", 1), 1);
    EXPECT_EQ(mode_of(FILE_), 06777);                   /* root may write */
    be(BOB, GUESTS);
    EXPECT_EQ(write(fd, "x", 0), 0);
    EXPECT_EQ(mode_of(FILE_), 06777);
    EXPECT_EQ(write(fd, "x", 1), 1);
    EXPECT_EQ(mode_of(FILE_), 0777);
    close(fd);
    fd = open(FILE_, O_WRONLY);
    be_root();
    chmod(FILE_, 06777);
    EXPECT_EQ(write(fd, "x", 1), 1);
    EXPECT_EQ(mode_of(FILE_), 06777);
    setfsuid(BOB);
    EXPECT_EQ(write(fd, "x", 1), 1);
    EXPECT_EQ(mode_of(FILE_), 0777);
    close(fd);
}

static void truncation_takes_set_id_bits(void)
{
    int fd;

    make_file(FILE_, 06777);
    EXPECT_OK(truncate(FILE_, 10));
    EXPECT_OK(open_close(FILE_, O_WRONLY | O_TRUNC));
    EXPECT_EQ(mode_of(FILE_), 06777);
    fd = open(FILE_, O_WRONLY);
    EXPECT_OK(ftruncate(fd, 5));
    EXPECT_EQ(mode_of(FILE_), 06777);
    be(BOB, GUESTS);
    EXPECT_OK(ftruncate(fd, 4));
    EXPECT_EQ(mode_of(FILE_), 0777);
    close(fd);
    be_root();
    chmod(FILE_, 06777);
    be(BOB, GUESTS);
    EXPECT_OK(truncate(FILE_, 0));
    EXPECT_EQ(mode_of(FILE_), 0777);
    be_root();
    chmod(FILE_, 06767);
    be(BOB, STAFF);
    EXPECT_OK(open_close(FILE_, O_WRONLY | O_TRUNC));
    EXPECT_EQ(mode_of(FILE_), 02767);                   /* one of the group might set it */
    be(BOB, GUESTS);
    EXPECT_OK(open_close(FILE_, O_WRONLY | O_TRUNC));
    EXPECT_EQ(mode_of(FILE_), 0767);
}

/* What is made in a set-group-ID directory gets its group, and no more than one's own right. */
static void set_gid_directory(void)
{
    struct stat st;

    make_directory(SUB, 02777);
    umask(0);
    be(BOB, GUESTS);
    EXPECT_OK(mkdir(SUB "/dir", 0755));
    EXPECT_EQ(mode_of(SUB "/dir"), 02755);
    EXPECT_OK(close(open(SUB "/file", O_WRONLY | O_CREAT, 02775)));
    EXPECT_OK(stat(SUB "/file", &st));
    EXPECT_EQ(st.st_gid, STAFF);
    EXPECT_EQ(st.st_uid, BOB);
    EXPECT_EQ(mode_of(SUB "/file"), 0775);              /* not of the group: no set-id program */
    be_root();
    unlink(SUB "/file");
    rmdir(SUB "/dir");
    rmdir(SUB);
}

static void umask_takes_away(void)
{
    umask(01027);
    EXPECT_EQ(umask(027), 027);                         /* only the nine bits are kept */
    EXPECT_OK(open_close(DIR "/new", O_WRONLY | O_CREAT));
    EXPECT_EQ(mode_of(DIR "/new"), 0640);
    EXPECT_OK(mkdir(SUB, 0777));
    EXPECT_EQ(mode_of(SUB), 0750);
    unlink(DIR "/new");
    rmdir(SUB);
}

static void real_and_effective_access(void)
{
    make_file(FILE_, 0600);
    REQUIRE(setresuid(BOB, ANN, 0) == 0);
    EXPECT_ERROR(access(FILE_, R_OK), EACCES);
    EXPECT_OK(faccessat(AT_FDCWD, FILE_, R_OK, AT_EACCESS));
    EXPECT_OK(access(FILE_, F_OK));
    EXPECT_OK(setresuid(ANN, BOB, 0));
    EXPECT_OK(access(FILE_, R_OK | W_OK));
    EXPECT_ERROR(faccessat(AT_FDCWD, FILE_, R_OK, AT_EACCESS), EACCES);
    EXPECT_ERROR(access(FILE_, 8), EINVAL);
}

static void noatime_is_the_owners(void)
{
    make_file(FILE_, 0666);
    be(ANN, GUESTS);
    EXPECT_OK(open_close(FILE_, O_RDONLY | O_NOATIME));
    be(BOB, STAFF);
    EXPECT_ERROR(open_close(FILE_, O_RDONLY | O_NOATIME), EPERM);
    EXPECT_OK(open_close(FILE_, O_RDONLY));
}

/* Set-id programs */

static void copy_self(mode_t mode)
{
    static char block[64 * KB];
    int in = open("/proc/self/exe", O_RDONLY);
    int out = open(FILE_, O_WRONLY | O_CREAT | O_TRUNC, 0700);
    ssize_t n;

    REQUIRE(in >= 0 && out >= 0);
    while ((n = read(in, block, sizeof(block))) > 0)
        REQUIRE(write(out, block, (size_t)n) == n);
    EXPECT_OK(fchown(out, ANN, STAFF));
    EXPECT_OK(fchmod(out, mode));
    close(in);
    close(out);
}

/* Run the copy, as Bob, in its test NAME. */
static void exec_copy(const char *name)
{
    become_user(BOB, GUESTS);
    exec_test(FILE_, name);
}

/* What the kernel says of AT_SECURE. */
static uint64_t secure(void)
{
    char **p = environ;
    uint64_t *aux;

    while (*p++)
        continue;
    for (aux = (uint64_t *)p; aux[0] != AT_SECURE; aux += 2)
        REQUIRE(aux[0] != AT_NULL);
    return aux[1];
}

static void find_setuid(void)
{
    EXPECT_UIDS(BOB, ANN, ANN);
    EXPECT_GIDS(GUESTS, GUESTS, GUESTS);
    EXPECT_EQ(secure(), 1);
    EXPECT_OK(seteuid(BOB));
    EXPECT_OK(seteuid(ANN));                            /* the saved id */
}

static void find_setgid(void)
{
    EXPECT_UIDS(BOB, BOB, BOB);
    EXPECT_GIDS(GUESTS, STAFF, STAFF);
    EXPECT_EQ(secure(), 1);
}

static void find_nothing_set(void)
{
    EXPECT_UIDS(BOB, BOB, BOB);
    EXPECT_GIDS(GUESTS, GUESTS, GUESTS);
    EXPECT_EQ(secure(), 0);
}

static void setuid_program(void)
{
    copy_self(04755);
    exec_copy("find_setuid");
}

static void setgid_program(void)
{
    copy_self(02755);
    exec_copy("find_setgid");
}

static void setgid_without_x(void)
{
    copy_self(02745);
    exec_copy("find_nothing_set");
}

static void exec_copy_child(void *name)
{
    exec_copy(name);
}

static void no_suid_mount(void)
{
    REQUIRE(mount("tmpfs", DIR, "tmpfs", MS_NOSUID, NULL) == 0);
    copy_self(06755);
    EXPECT_EQ(run_child(exec_copy_child, "find_nothing_set"), 0);
    EXPECT_OK(umount(DIR));
}

/* Processes */

static void be_and_pause(void *ids)
{
    const uid_t *id = ids;

    REQUIRE(setresuid(id[0], id[1], id[2]) == 0);
    EXPECT_EQ(write((int)id[3], "", 1), 1);
    pause_forever(NULL);
}

/* A child with these user ids, which it has when this returns. */
static pid_t start_as(uid_t real, uid_t effective, uid_t saved)
{
    struct gate g;
    uid_t ids[4] = { real, effective, saved };
    pid_t pid;

    open_gate(&g);
    ids[3] = (uid_t)g.fd[1];
    pid = start_child(be_and_pause, ids);
    wait_gate(&g);
    close_gate(&g);
    return pid;
}

/* The sender's real or effective id must be the other's real or saved one. */
static void who_may_kill(void)
{
    pid_t pid = start_as(ANN, BOB, OTHER);

    EXPECT_OK(kill(pid, 0));
    EXPECT_OK(setresuid(STRANGER, ANN, 0));
    EXPECT_OK(kill(pid, 0));
    EXPECT_OK(seteuid(0));
    EXPECT_OK(seteuid(BOB));
    EXPECT_ERROR(kill(pid, 0), EPERM);
    EXPECT_ERROR(kill(pid, SIGTERM), EPERM);
    EXPECT_OK(kill(pid, SIGCONT));                      /* in one session */
    EXPECT_OK(seteuid(0));
    EXPECT_OK(seteuid(OTHER));
    EXPECT_OK(kill(pid, 0));
    EXPECT_OK(seteuid(0));
    EXPECT_OK(setresuid(OTHER, BOB, 0));
    EXPECT_OK(kill(pid, 0));
    be_root();
    end_child(pid);
}

static void limits_only_fall(void)
{
    struct rlimit limit = { 100, 200 }, raised = { 100, 201 };

    EXPECT_OK(setrlimit(RLIMIT_NOFILE, &limit));
    EXPECT_OK(setrlimit(RLIMIT_NOFILE, &raised));
    become_user(ANN, STAFF);
    raised.rlim_max = 202;
    EXPECT_ERROR(setrlimit(RLIMIT_NOFILE, &raised), EPERM);
    limit.rlim_cur = 200;
    EXPECT_OK(setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = 201;
    EXPECT_ERROR(setrlimit(RLIMIT_NOFILE, &limit), EINVAL);
}

static void niceness(void)
{
    pid_t pid = start_as(BOB, BOB, BOB);

    EXPECT_OK(setpriority(PRIO_PROCESS, 0, -5));
    EXPECT_OK(seteuid(ANN));
    EXPECT_OK(setpriority(PRIO_PROCESS, 0, 3));
    EXPECT_ERROR(setpriority(PRIO_PROCESS, 0, 2), EACCES);
    EXPECT_ERROR(setpriority(PRIO_PROCESS, pid, 5), EPERM);
    EXPECT_EQ(getpriority(PRIO_PROCESS, pid), 0);
    EXPECT_OK(seteuid(0));
    EXPECT_OK(setpriority(PRIO_PROCESS, pid, 5));
    be_root();
    end_child(pid);
}

static const struct test tests[] = {
    CHILD_TEST(setresuid_rules),
    CHILD_TEST(setreuid_rules),
    CHILD_TEST(setuid_rules),
    CHILD_TEST(root_setuid_is_final),
    CHILD_TEST(group_id_rules),
    CHILD_TEST(group_lists),
    CHILD_TEST(file_system_ids),
    CHILD_TEST(file_system_groups),
    CHILD_TEST(file_rights),
    CHILD_TEST(file_system_rights),
    CHILD_TEST(supplementary_groups),
    CHILD_TEST(directory_rights),
    CHILD_TEST(sticky_directory),
    CHILD_TEST(who_may_chmod),
    CHILD_TEST(who_may_chown),
    CHILD_TEST(chown_takes_set_id_bits),
    CHILD_TEST(write_takes_set_id_bits),
    CHILD_TEST(truncation_takes_set_id_bits),
    CHILD_TEST(set_gid_directory),
    CHILD_TEST(umask_takes_away),
    CHILD_TEST(real_and_effective_access),
    CHILD_TEST(noatime_is_the_owners),
    CHILD_TEST(setuid_program),
    CHILD_TEST(setgid_program),
    CHILD_TEST(setgid_without_x),
    CHILD_TEST(no_suid_mount),
    CHILD_TEST(who_may_kill),
    CHILD_TEST(limits_only_fall),
    CHILD_TEST(niceness),
    /* In the new program, after the exec of a test above. */
    NAMED_TEST(find_setuid),
    NAMED_TEST(find_setgid),
    NAMED_TEST(find_nothing_set),
};

int main(int argc, char **argv)
{
    bool after_exec = argc == 2 && strncmp(argv[1], "find_", 5) == 0;
    int status;

    if (!after_exec) {
        mkdir(DIR, 0755);
        chmod(DIR, 0755);
    }
    status = test_main(argc, argv, tests, COUNT(tests));
    if (!after_exec) {
        unlink(FILE_);
        rmdir(DIR);
    }
    return status;
}
