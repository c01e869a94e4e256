/* SPDX-License-Identifier: MIT */
/*
 * credtest.c - users and groups: who may become whom, by calls and by set-id programs,
 * and whom one may signal and hurry.
 */
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"
#include "user/tests/lib/users.h"

#define DIR  "/tmp/credtest.d"
#define COPY DIR "/copy"

extern char **environ;

/* Ids */

static void expect_ids(int line, const char *whose, int (*get)(uid_t *, uid_t *, uid_t *),
                       uid_t real, uid_t effective, uid_t saved)
{
    uid_t r, e, s;

    EXPECT_OK(get(&r, &e, &s));
    if (r != real || e != effective || s != saved)
        fail(__FILE__, line, "%s ids are %u %u %u, not %u %u %u", whose, r, e, s, real, effective,
             saved);
}

#define EXPECT_UIDS(real, effective, saved)                                    \
    expect_ids(__LINE__, "user", getresuid, real, effective, saved)
#define EXPECT_GIDS(real, effective, saved)                                    \
    expect_ids(__LINE__, "group", getresgid, real, effective, saved)

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

/* Set-id programs */

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

/* Linux says AT_SECURE, though nothing was gained. */
static void find_same_ids(void)
{
    EXPECT_UIDS(BOB, BOB, BOB);
    EXPECT_GIDS(GUESTS, GUESTS, GUESTS);
}

static void find_nothing_set(void)
{
    EXPECT_UIDS(BOB, BOB, BOB);
    EXPECT_GIDS(GUESTS, GUESTS, GUESTS);
    EXPECT_EQ(secure(), 0);
}

static bool promises;               /* that he wants no more rights */
static bool shares;                 /* his working directory, with another process */

/* It ends with us. */
static void share_directory(void)
{
    struct gate ready;
    long pid;

    open_gate(&ready);
    pid = syscall(SYS_clone, CLONE_FS | SIGCHLD, 0, 0, 0, 0);
    REQUIRE(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        signal_gate(&ready);
        pause_forever(NULL);
    }
    wait_gate(&ready);
    close_gate(&ready);
}

static void exec_as_bob(void *test)
{
    if (promises)
        EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    become_user(BOB, GUESTS);
    if (shares)
        share_directory();
    exec_test(COPY, test);
}

/*
 * Run a copy of this program that has MODE and is Ann's and the staff's, in its test
 * NAME, from a file system mounted with these flags.
 */
static void run_copy(unsigned long flags, mode_t mode, char *name)
{
    mkdir(DIR, 0755);
    REQUIRE(mount("tmpfs", DIR, "tmpfs", flags, NULL) == 0);
    copy_program("/proc/self/exe", COPY);
    EXPECT_OK(chown(COPY, ANN, STAFF));
    EXPECT_OK(chmod(COPY, mode));
    EXPECT_EQ(run_child(exec_as_bob, name), 0);
    EXPECT_OK(umount(DIR));
    rmdir(DIR);
}

static void setuid_program(void)
{
    run_copy(0, 04755, "find_setuid");
}

static void setgid_program(void)
{
    run_copy(0, 02755, "find_setgid");
}

static void setgid_without_x(void)
{
    run_copy(0, 02745, "find_nothing_set");
}

static void no_suid_mount(void)
{
    run_copy(MS_NOSUID, 06755, "find_nothing_set");
}

static void no_new_privs(void)
{
    promises = true;
    run_copy(0, 06755, "find_nothing_set");
}

static void shared_directory(void)
{
    shares = true;
    run_copy(0, 06755, "find_same_ids");
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
    TEST(setuid_program),
    TEST(setgid_program),
    TEST(setgid_without_x),
    TEST(no_suid_mount),
    CHILD_TEST(no_new_privs),
    CHILD_TEST(shared_directory),
    CHILD_TEST(who_may_kill),
    CHILD_TEST(limits_only_fall),
    CHILD_TEST(niceness),
    /* In the new program, after the exec of a test above. */
    NAMED_TEST(find_setuid),
    NAMED_TEST(find_setgid),
    NAMED_TEST(find_same_ids),
    NAMED_TEST(find_nothing_set),
};

TEST_MAIN(tests)
