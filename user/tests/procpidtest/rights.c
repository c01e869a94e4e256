/* SPDX-License-Identifier: MIT */
/*
 * rights.c - who may see what of another's process, also when it becomes another's meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define PROGRAM "/tmp/procpidtest.cat"

static const char *const guarded[] = { "auxv", "environ", "maps", "pagemap", "smaps", "smaps_rollup" };
static const char *const links[] = { "cwd", "exe", "root", "fd/0" };

static const char *path_of(pid_t pid, const char *name)
{
    static char path[64];

    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    return path;
}

static int open_of(pid_t pid, const char *name)
{
    return open(path_of(pid, name), O_RDONLY);
}

static void expect_hidden(pid_t pid)
{
    struct stat_line s = read_stat(pid);
    char text[64];

    for (size_t i = 0; i < COUNT(guarded); i++)
        EXPECT_ERROR(open_of(pid, guarded[i]), EACCES);
    for (size_t i = 0; i < COUNT(links); i++)
        EXPECT_ERROR(readlink(path_of(pid, links[i]), text, sizeof(text)), EACCES);
    EXPECT_ERROR(open_of(pid, "root/"), EACCES);
    EXPECT_EQ(s.v[STARTCODE], 1);
    EXPECT_EQ(s.v[ENDCODE], 1);
    EXPECT_EQ(s.v[STARTSTACK], 0);
    for (int word = START_DATA; word <= EXIT_CODE; word++)
        EXPECT_EQ(s.v[word], 0);
    EXPECT(*status_of(pid, "Name:") != '\0');           /* the rest is everybody's */
    EXPECT_OK(close(open_of(pid, "cmdline")));
}

static void expect_seen(pid_t pid)
{
    char text[64];

    for (size_t i = 0; i < COUNT(guarded); i++) {
        int fd = open_of(pid, guarded[i]);

        EXPECT_OK(fd);
        EXPECT(read(fd, text, 16) > 0);
        close(fd);
    }
    for (size_t i = 0; i < COUNT(links); i++)
        EXPECT_OK(readlink(path_of(pid, links[i]), text, sizeof(text)));
    EXPECT(read_stat(pid).v[STARTCODE] > 1);
    EXPECT(read_stat(pid).v[ARG_START] > 1);
}

static void of_root(void)
{
    pid_t pid = start_child(pause_forever, NULL);

    be(ANN, STAFF);                     /* the ids that decide are those of files */
    expect_hidden(1);
    expect_hidden(pid);
    EXPECT_OK(readlink("/proc/self/exe", (char[8]){ 0 }, 8));
    EXPECT_OK(close(open_of(getpid(), "maps")));
    be_root();
    EXPECT_OK(readlink(path_of(pid, "exe"), (char[8]){ 0 }, 8));
    EXPECT_OK(close(open_of(pid, "maps")));
    end_child(pid);
}

/* Programs that wait for a word on their input, and give it back. */

struct talk {
    int in[2], out[2];
    pid_t pid;
    struct gate go;
};

static void run_cat(void *arg)
{
    struct talk *t = arg;

    wait_gate(&t->go);
    dup2(t->in[0], 0);
    dup2(t->out[1], 1);
    execve(PROGRAM, (char *[]){ (char[]){ "cat" }, NULL }, (char *[]){ (char[]){ "A=1" }, NULL });
    EXPECT_EQ(errno, 0);
}

static void start_talk(struct talk *t)
{
    REQUIRE(pipe2(t->in, O_CLOEXEC) == 0 && pipe2(t->out, O_CLOEXEC) == 0);
    open_gate(&t->go);
    t->pid = start_child(run_cat, t);
    close(t->in[0]);
    close(t->out[1]);
}

/* Let it run, and wait until it does. */
static void let_run(struct talk *t)
{
    char c;

    signal_gate(&t->go);
    REQUIRE(write(t->in[1], "x", 1) == 1 && read(t->out[0], &c, 1) == 1);
}

static void end_talk(struct talk *t)
{
    close(t->in[1]);
    EXPECT_EQ(read(t->out[0], (char[1]){ 0 }, 1), 0);
    waitpid(t->pid, NULL, 0);
}

static void one_of_ones_own(void)
{
    struct talk t;

    start_talk(&t);
    let_run(&t);
    expect_seen(t.pid);
    end_talk(&t);
}

/* What was opened before does not show the new program. */
static void one_that_becomes_root(void)
{
    struct talk t;
    char text[256];
    int fd[COUNT(guarded)], folder, fds;

    start_talk(&t);
    for (size_t i = 0; i < COUNT(guarded); i++) {
        fd[i] = open_of(t.pid, guarded[i]);
        EXPECT_OK(fd[i]);
    }
    folder = open_of(t.pid, ".");
    fds = open_of(t.pid, "fd");
    let_run(&t);
    expect_hidden(t.pid);
    for (size_t i = 0; i < COUNT(guarded); i++) {
        if (strcmp(guarded[i], "auxv") != 0)            /* Linux shows that of before */
            EXPECT(read(fd[i], text, sizeof(text)) <= 0);
        close(fd[i]);
    }
    EXPECT_ERROR(readlinkat(fds, "0", text, sizeof(text)), EACCES);
    EXPECT_ERROR(openat(fds, "0", O_RDONLY), EACCES);
    EXPECT_ERROR(readlinkat(folder, "exe", text, sizeof(text)), EACCES);
    EXPECT_ERROR(openat(folder, "maps", O_RDONLY), EACCES);
    close(folder);
    close(fds);
    end_talk(&t);
}

/* As Ann in a new program: before its exec, who has just become her is seen by root only. */
static void exec_as_ann(void *test)
{
    become_user(ANN, STAFF);
    exec_test("/proc/self/exe", test);
}

static void run_as_ann(mode_t mode, char *test)
{
    copy_program("/bin/cat", PROGRAM);
    EXPECT_OK(chmod(PROGRAM, mode));
    EXPECT_EQ(run_child(exec_as_ann, test), 0);
    unlink(PROGRAM);
}

static void of_the_same_user(void)
{
    run_as_ann(0755, (char[]){ "one_of_ones_own" });
}

static void of_a_setuid_program(void)
{
    run_as_ann(04755, (char[]){ "one_that_becomes_root" });
}

/* A mode of /proc/<pid> says who may see it, so nobody changes it; owner and times are let be. */
static void modes_stay(void)
{
    static const char *const names[] = { ".", "maps", "comm", "environ", "fd", "fdinfo/0", "task" };
    struct stat st, later;

    for (size_t i = 0; i < COUNT(names); i++) {
        EXPECT_OK(stat(path_of(getpid(), names[i]), &st));
        EXPECT_ERROR(chmod(path_of(getpid(), names[i]), 0777), EPERM);
        EXPECT_OK(stat(path_of(getpid(), names[i]), &later));
        EXPECT_EQ(later.st_mode, st.st_mode);
    }
    EXPECT_OK(chown(path_of(getpid(), "maps"), 0, 0));
}

static void files_of_root(void)
{
    static const char *const names[] = { "kmsg", "pagetypeinfo", "slabinfo", "vmallocinfo" };
    char path[32];
    struct stat st;

    be(ANN, STAFF);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(path, sizeof(path), "/proc/%s", names[i]);
        EXPECT_OK(stat(path, &st));
        EXPECT_EQ(st.st_mode, S_IFREG | 0400);
        EXPECT_ERROR(open(path, O_RDONLY), EACCES);
    }
}

static const struct test tests[] = {
    CHILD_TEST(of_root), TEST(of_the_same_user), TEST(of_a_setuid_program),
    TEST(modes_stay), CHILD_TEST(files_of_root),
    NAMED_TEST(one_of_ones_own), NAMED_TEST(one_that_becomes_root),
};

const struct test_list rights_tests = TEST_LIST(tests);
