/* SPDX-License-Identifier: MIT */
/*
 * identity.c - who a process is, what state it is in, and which signals it expects.
 */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

static void identity(void)
{
    struct stat_line s;
    pid_t pid = start_child(pause_forever, NULL);

    REQUIRE(setpgid(pid, pid) == 0);
    s = read_stat(pid);
    EXPECT_EQ(s.v[PID], pid);
    EXPECT_EQ(s.v[PPID], getpid());
    EXPECT_EQ(s.v[PGRP], pid);
    EXPECT_EQ(s.v[SESSION], getsid(0));
    EXPECT_EQ(s.v[EXIT_SIGNAL], SIGCHLD);
    EXPECT(s.v[PROCESSOR] < (uint64_t)harts());
    EXPECT_EQ(strtol(status_of(pid, "Tgid:"), NULL, 10), pid);
    EXPECT_EQ(strtol(status_of(pid, "Pid:"), NULL, 10), pid);
    EXPECT_EQ(strtol(status_of(pid, "PPid:"), NULL, 10), getpid());
    EXPECT(s.v[START] >= own(START));
    end_child(pid);
}

static void own_session(void)
{
    REQUIRE(setsid() == getpid());
    EXPECT_EQ(own(SESSION), getpid());
    EXPECT_EQ(own(TTY), 0);
    EXPECT_EQ((int)own(TPGID), -1);
    REQUIRE(open("/dev/ttyS0", O_RDWR) >= 0);
    EXPECT_EQ(own(TTY), 4 << 8 | 64);
    EXPECT_EQ(own(TPGID), getpid());
}

static void name_follows(void)
{
    EXPECT(strcmp(read_stat(getpid()).comm, "procpidtest") == 0);
    prctl(PR_SET_NAME, "a (new) name");
    EXPECT(strcmp(read_stat(getpid()).comm, "a (new) name") == 0);
    EXPECT(strcmp(status_of(getpid(), "Name:"), "a (new) name") == 0);
}

static void expect_state(pid_t pid, char state)
{
    while (read_stat(pid).state != state)       /* for ever, if it never comes there */
        sched_yield();
    while (*status_of(pid, "State:") != state)
        sched_yield();
}

static void states(void)
{
    pid_t pid = start_child(pause_forever, NULL);

    EXPECT_EQ(read_stat(getpid()).state, 'R');
    expect_state(pid, 'S');
    kill(pid, SIGSTOP);
    expect_state(pid, 'T');
    kill(pid, SIGCONT);
    expect_state(pid, 'S');
    kill(pid, SIGKILL);
    expect_state(pid, 'Z');
    EXPECT_EQ(read_stat(pid).v[EXIT_CODE], SIGKILL);
    EXPECT_EQ(read_stat(pid).v[VSIZE], 0);
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

static void write_for_ever(void *arg)
{
    static char block[64 * KB];
    int fd = open("/procpidtest.file", O_RDWR | O_CREAT, 0600);

    (void)arg;
    for (;;) {
        pwrite(fd, block, sizeof(block), 0);
        fsync(fd);
    }
}

static void waits_for_disk(void)
{
    pid_t pid = start_child(write_for_ever, NULL);

    expect_state(pid, 'D');
    while (proc_number("/proc/stat", "procs_blocked") < 1)
        sched_yield();
    end_child(pid);
    unlink("/procpidtest.file");
    EXPECT_EQ(proc_number("/proc/stat", "procs_blocked"), 0);
}

static void credentials(void)
{
    gid_t groups[] = { 70, 80 };

    REQUIRE(setgroups(2, groups) == 0 && setresgid(11, 12, 13) == 0 && setresuid(21, 22, 23) == 0);
    EXPECT(strcmp(status_of(getpid(), "Uid:"), "21\t22\t23\t22") == 0);
    EXPECT(strcmp(status_of(getpid(), "Gid:"), "11\t12\t13\t12") == 0);
    EXPECT(strncmp(status_of(getpid(), "Groups:"), "70 80", 5) == 0);
}

static uint64_t signals_in(const char *key)
{
    return strtoul(status_of(getpid(), key), NULL, 16);
}

#define BIT(sig) (1UL << ((sig) - 1))

static void signals(void)
{
    EXPECT_EQ(signals_in("SigCgt:") & BIT(SIGUSR1), 0);
    handle_with(SIGUSR1, record, 0);
    signal(SIGUSR2, SIG_IGN);
    block(SIGHUP, SIGTERM);
    kill(getpid(), SIGHUP);
    syscall(SYS_tkill, getpid(), SIGTERM);
    EXPECT_EQ(signals_in("SigCgt:"), BIT(SIGUSR1));
    EXPECT_EQ(signals_in("SigIgn:"), BIT(SIGUSR2));
    EXPECT_EQ(signals_in("SigBlk:"), BIT(SIGHUP) | BIT(SIGTERM));
    EXPECT_EQ(signals_in("ShdPnd:"), BIT(SIGHUP));
    EXPECT_EQ(signals_in("SigPnd:"), BIT(SIGTERM));
    EXPECT_EQ(own(CAUGHT), BIT(SIGUSR1));
    EXPECT_EQ(own(IGNORED), BIT(SIGUSR2));
    EXPECT_EQ(own(BLOCKED), BIT(SIGHUP) | BIT(SIGTERM));
    EXPECT_EQ(own(SIGNAL), BIT(SIGTERM));               /* those of the thread, only */
}

static const struct test tests[] = {
    TEST(identity), CHILD_TEST(own_session), CHILD_TEST(name_follows), TEST(states),
    TEST(waits_for_disk), CHILD_TEST(credentials), CHILD_TEST(signals),
};

const struct test_list identity_tests = TEST_LIST(tests);
