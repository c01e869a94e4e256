/* SPDX-License-Identifier: MIT */
/*
 * rightstest.c - who may do what to which file, and what a file keeps of its mode.
 */
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"

#define DIR   "/tmp/rightstest.d"
#define FILE_ DIR "/file"
#define SUB   DIR "/sub"

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

/* Each directory can be read only after its own mode was changed. */
static void chmod_mends_a_tree(void)
{
    pid_t pid;

    make_directory(SUB, 0700);
    make_directory(SUB "/inner", 0700);
    make_file(SUB "/inner/file", 0);
    EXPECT_OK(chmod(SUB "/inner", 0));
    EXPECT_OK(chmod(SUB, 0));
    pid = fork();
    if (pid == 0) {
        become_user(ANN, STAFF);
        execl("/bin/chmod", "chmod", "-R", "u+rwX", SUB, (char *)NULL);
        _exit(127);
    }
    EXPECT_CHILD(pid);
    EXPECT_EQ(mode_of(SUB), 0700);
    EXPECT_EQ(mode_of(SUB "/inner"), 0700);
    EXPECT_EQ(mode_of(SUB "/inner/file"), 0600);
    unlink(SUB "/inner/file");
    rmdir(SUB "/inner");
    rmdir(SUB);
}

static const struct test tests[] = {
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
    CHILD_TEST(chmod_mends_a_tree),
};

int main(int argc, char **argv)
{
    int status;

    mkdir(DIR, 0755);
    chmod(DIR, 0755);
    status = test_main(argc, argv, tests, COUNT(tests));
    unlink(FILE_);
    rmdir(DIR);
    return status;
}
