/* SPDX-License-Identifier: MIT */
/*
 * schedtest.c - policies of scheduling, priorities of input and output: what a thread may be,
 * who may say so, what children get.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include "lib/abi/ioprio.h"
#include "lib/abi/time.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

static long set_policy(pid_t pid, int policy, int priority)
{
    struct sched_param param = { priority };

    return syscall(SYS_sched_setscheduler, pid, policy, &param);
}

static long policy_of(pid_t pid)
{
    return syscall(SYS_sched_getscheduler, pid);
}

static long set_attr(pid_t pid, const struct sched_attr *attr)
{
    return syscall(SYS_sched_setattr, pid, attr, 0);
}

static struct sched_attr attr_of(pid_t pid)
{
    struct sched_attr attr = { 0 };

    EXPECT_OK(syscall(SYS_sched_getattr, pid, &attr, sizeof(attr), 0));
    EXPECT_EQ(attr.size, sizeof(attr));
    return attr;
}

/* Of the fields of /proc/self/stat the one that tells the policy. */
static int shown_policy(void)
{
    char text[1024] = "", *at;

    read_file("/proc/self/stat", text, sizeof(text));
    at = strrchr(text, ')');
    REQUIRE(at);
    for (int field = 2; field < 41; field++)
        at = strchr(at + 1, ' ');
    return atoi(at);
}

static void priorities(void)
{
    static const int none[] = { SCHED_OTHER, SCHED_BATCH, SCHED_IDLE, SCHED_DEADLINE };
    static const int unknown[] = { -1, 4, 8, SCHED_RESET_ON_FORK, INT32_MIN };

    for (size_t i = 0; i < COUNT(none); i++) {
        EXPECT_EQ(syscall(SYS_sched_get_priority_min, none[i]), 0);
        EXPECT_EQ(syscall(SYS_sched_get_priority_max, none[i]), 0);
    }
    for (int policy = SCHED_FIFO; policy <= SCHED_RR; policy++) {
        EXPECT_EQ(syscall(SYS_sched_get_priority_min, policy), 1);
        EXPECT_EQ(syscall(SYS_sched_get_priority_max, policy), 99);
    }
    for (size_t i = 0; i < COUNT(unknown); i++) {
        EXPECT_ERROR(syscall(SYS_sched_get_priority_min, unknown[i]), EINVAL);
        EXPECT_ERROR(syscall(SYS_sched_get_priority_max, unknown[i]), EINVAL);
    }
}

static void policies_are_kept(void)
{
    static const int policies[] = { SCHED_BATCH, SCHED_IDLE, SCHED_OTHER };
    struct sched_param param = { 7 };

    EXPECT_EQ(policy_of(0), SCHED_OTHER);
    for (size_t i = 0; i < COUNT(policies); i++) {
        EXPECT_OK(set_policy(0, policies[i], 0));
        EXPECT_EQ(policy_of(0), policies[i]);
        EXPECT_EQ(policy_of(getpid()), policies[i]);
        EXPECT_EQ(shown_policy(), policies[i]);
        EXPECT_EQ(attr_of(0).sched_policy, policies[i]);
        param.sched_priority = 7;
        EXPECT_OK(syscall(SYS_sched_getparam, 0, &param));
        EXPECT_EQ(param.sched_priority, 0);
        EXPECT_OK(syscall(SYS_sched_setparam, 0, &param));
        EXPECT_EQ(policy_of(0), policies[i]);
    }
}

static void wrong_arguments(void)
{
    struct sched_param param = { 1 };
    pid_t gone = start_child(pause_forever, NULL);
    char large[2 * PAGE] = { 0 };
    struct timespec slice;

    end_child(gone);
    EXPECT_ERROR(set_policy(0, -1, 0), EINVAL);
    EXPECT_ERROR(set_policy(0, 4, 0), EINVAL);
    EXPECT_ERROR(set_policy(0, SCHED_BATCH, 1), EINVAL);
    EXPECT_ERROR(set_policy(0, SCHED_FIFO, 0), EINVAL);
    EXPECT_ERROR(set_policy(0, SCHED_RR, 100), EINVAL);
    EXPECT_ERROR(set_policy(-1, SCHED_BATCH, 0), EINVAL);
    EXPECT_ERROR(set_policy(gone, SCHED_BATCH, 0), ESRCH);
    EXPECT_ERROR(syscall(SYS_sched_setscheduler, 0, SCHED_BATCH, NULL), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_setparam, 0, &param), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_setparam, gone, &param), ESRCH);
    EXPECT_ERROR(syscall(SYS_sched_getparam, -1, &param), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_getparam, gone, &param), ESRCH);
    EXPECT_ERROR(policy_of(-1), EINVAL);
    EXPECT_ERROR(policy_of(gone), ESRCH);
    EXPECT_ERROR(syscall(SYS_sched_rr_get_interval, -1, &slice), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_rr_get_interval, gone, &slice), ESRCH);
    EXPECT_ERROR(syscall(SYS_sched_getattr, 0, large, SCHED_ATTR_SIZE_VER0 - 1, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_getattr, 0, large, PAGE + 1, 0), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_getattr, 0, large, PAGE, 1), EINVAL);
    EXPECT_ERROR(syscall(SYS_sched_getattr, gone, large, PAGE, 0), ESRCH);
    EXPECT_ERROR(syscall(SYS_sched_getattr, 0, NULL, PAGE, 0), EINVAL);
}

static void a_turn_has_a_length(void)
{
    struct timespec slice = { 7, 7 };

    EXPECT_OK(syscall(SYS_sched_rr_get_interval, 0, &slice));
    EXPECT_EQ(slice.tv_sec, 0);
    EXPECT_RANGE(slice.tv_nsec, 0, 100000000);          /* Linux counts in ticks, it may be none */
}

/* Attributes */

static void attributes(void)
{
    struct sched_attr attr = { .size = sizeof(attr), .sched_policy = SCHED_BATCH, .sched_nice = 5 };

    EXPECT_OK(set_attr(0, &attr));
    EXPECT_EQ(policy_of(0), SCHED_BATCH);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 5);
    EXPECT_EQ(attr_of(0).sched_nice, 5);
    attr.sched_nice = -40;
    attr.sched_policy = SCHED_OTHER;
    EXPECT_OK(set_attr(0, &attr));
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), -20);
    attr.sched_nice = 3;
    attr.sched_flags = SCHED_FLAG_KEEP_PARAMS | SCHED_FLAG_RESET_ON_FORK;
    attr.sched_policy = SCHED_IDLE;
    EXPECT_OK(set_attr(0, &attr));
    EXPECT_EQ(policy_of(0), SCHED_OTHER | SCHED_RESET_ON_FORK);     /* the policy is one, too */
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), -20);
    attr.sched_flags = SCHED_FLAG_KEEP_POLICY;
    EXPECT_OK(set_attr(0, &attr));
    EXPECT_EQ(policy_of(0), SCHED_OTHER | SCHED_RESET_ON_FORK);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 3);
    EXPECT_OK(set_policy(0, SCHED_OTHER, 0));
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 3);
}

static void attributes_refused(void)
{
    struct {
        struct sched_attr attr;
        char more[2 * PAGE];
    } long_one = { .attr.size = PAGE };
    struct sched_attr *attr = &long_one.attr;

    EXPECT_OK(set_attr(0, attr));
    long_one.more[8] = 1;
    EXPECT_ERROR(set_attr(0, attr), E2BIG);
    EXPECT_EQ(attr->size, sizeof(*attr));
    attr->size = PAGE + 1;
    EXPECT_ERROR(set_attr(0, attr), E2BIG);
    EXPECT_EQ(attr->size, sizeof(*attr));
    attr->size = SCHED_ATTR_SIZE_VER0 - 1;
    EXPECT_ERROR(set_attr(0, attr), E2BIG);
    EXPECT_EQ(attr->size, sizeof(*attr));
    attr->size = 0;
    EXPECT_OK(set_attr(0, attr));
    attr->sched_policy = 4;
    EXPECT_ERROR(set_attr(0, attr), EINVAL);
    attr->sched_policy = (uint32_t)-1;
    EXPECT_ERROR(set_attr(0, attr), EINVAL);
    attr->sched_policy = SCHED_OTHER;
    attr->sched_priority = 1;
    EXPECT_ERROR(set_attr(0, attr), EINVAL);
    attr->sched_priority = 0;
    attr->sched_flags = 1UL << 40;
    EXPECT_ERROR(set_attr(0, attr), EINVAL);
    EXPECT_ERROR(set_attr(0, NULL), EINVAL);
    EXPECT_ERROR(set_attr(0, (struct sched_attr *)8), EFAULT);
    EXPECT_ERROR(syscall(SYS_sched_setattr, 0, attr, 1), EINVAL);
}

/* Who may, and who inherits */

static void expect_batch(void *arg)
{
    (void)arg;
    EXPECT_EQ(policy_of(0), SCHED_BATCH);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), -5);
}

static void expect_reset(void *arg)
{
    (void)arg;
    EXPECT_EQ(policy_of(0), SCHED_BATCH);
    EXPECT_EQ(getpriority(PRIO_PROCESS, 0), 0);
}

static void children_inherit(void)
{
    EXPECT_OK(setpriority(PRIO_PROCESS, 0, -5));
    EXPECT_OK(set_policy(0, SCHED_BATCH, 0));
    EXPECT_EQ(run_child(expect_batch, NULL), 0);
    EXPECT_OK(set_policy(0, SCHED_BATCH | SCHED_RESET_ON_FORK, 0));
    EXPECT_EQ(policy_of(0), SCHED_BATCH | SCHED_RESET_ON_FORK);
    EXPECT_EQ(attr_of(0).sched_flags, SCHED_FLAG_RESET_ON_FORK);
    EXPECT_EQ(run_child(expect_reset, NULL), 0);
    EXPECT_OK(set_policy(0, SCHED_BATCH, 0));
}

static void become_less(void *pid_of_root)
{
    pid_t of_root = *(pid_t *)pid_of_root;
    struct sched_attr attr = { .size = sizeof(attr), .sched_nice = -1 };

    become_user(ANN, ANN);
    EXPECT_ERROR(set_policy(of_root, SCHED_BATCH, 0), EPERM);
    EXPECT_EQ(policy_of(of_root), SCHED_OTHER);
    EXPECT_ERROR(set_policy(0, SCHED_FIFO, 1), EPERM);
    EXPECT_ERROR(set_attr(0, &attr), EPERM);
    EXPECT_OK(set_policy(0, SCHED_BATCH, 0));
    EXPECT_OK(set_policy(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0));
    EXPECT_ERROR(set_policy(0, SCHED_OTHER, 0), EPERM);
    EXPECT_OK(set_policy(0, SCHED_IDLE | SCHED_RESET_ON_FORK, 0));
    EXPECT_ERROR(set_policy(0, SCHED_OTHER | SCHED_RESET_ON_FORK, 0), EPERM);
    EXPECT_EQ(policy_of(0), SCHED_IDLE | SCHED_RESET_ON_FORK);
}

static void users_may_become_less(void)
{
    pid_t of_root = start_child(pause_forever, NULL);

    EXPECT_EQ(run_child(become_less, &of_root), 0);
    end_child(of_root);
}

/* Input and output */

#define VALUE(class, level) IOPRIO_PRIO_VALUE(IOPRIO_CLASS_##class, level)

static long set_io(int which, int who, int value)
{
    return syscall(SYS_ioprio_set, which, who, value);
}

static long io_of(int which, int who)
{
    return syscall(SYS_ioprio_get, which, who);
}

static void expect_idle_io(void *arg)
{
    (void)arg;
    EXPECT_EQ(io_of(IOPRIO_WHO_PROCESS, 0), VALUE(IDLE, 0));
}

static void io_priorities(void)
{
    EXPECT_EQ(io_of(IOPRIO_WHO_PROCESS, 0), 0);
    EXPECT_OK(setpgid(0, 0));
    EXPECT_EQ(io_of(IOPRIO_WHO_PGRP, 0), VALUE(BE, 4));          /* as nice value 0 says */
    EXPECT_OK(set_io(IOPRIO_WHO_PROCESS, 0, VALUE(BE, 6)));
    EXPECT_EQ(io_of(IOPRIO_WHO_PROCESS, getpid()), VALUE(BE, 6));
    EXPECT_EQ(io_of(IOPRIO_WHO_PGRP, getpid()), VALUE(BE, 6));
    EXPECT_OK(set_io(IOPRIO_WHO_PGRP, 0, VALUE(IDLE, 0)));
    expect_idle_io(NULL);
    EXPECT_EQ(run_child(expect_idle_io, NULL), 0);
    EXPECT_OK(set_io(IOPRIO_WHO_PROCESS, 0, VALUE(RT, 1)));
    EXPECT_EQ(io_of(IOPRIO_WHO_USER, 0), VALUE(RT, 1));
    EXPECT_OK(set_io(IOPRIO_WHO_PROCESS, 0, VALUE(NONE, 0)));
    EXPECT_EQ(io_of(IOPRIO_WHO_PROCESS, 0), 0);
}

static void io_priorities_refused(void)
{
    pid_t gone = start_child(pause_forever, NULL);

    end_child(gone);
    EXPECT_ERROR(io_of(0, 0), EINVAL);
    EXPECT_ERROR(io_of(4, 0), EINVAL);
    EXPECT_ERROR(set_io(4, 0, VALUE(BE, 1)), EINVAL);
    EXPECT_ERROR(set_io(IOPRIO_WHO_PROCESS, 0, VALUE(NONE, 1)), EINVAL);
    EXPECT_ERROR(set_io(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(4, 0)), EINVAL);
    EXPECT_ERROR(io_of(IOPRIO_WHO_PROCESS, gone), ESRCH);
    EXPECT_ERROR(io_of(IOPRIO_WHO_PGRP, gone), ESRCH);
    EXPECT_ERROR(set_io(IOPRIO_WHO_PROCESS, gone, VALUE(BE, 1)), ESRCH);
    become_user(ANN, ANN);
    EXPECT_ERROR(set_io(IOPRIO_WHO_PROCESS, 0, VALUE(RT, 1)), EPERM);
    EXPECT_ERROR(set_io(IOPRIO_WHO_PROCESS, getppid(), VALUE(BE, 1)), EPERM);
    EXPECT_OK(set_io(IOPRIO_WHO_PROCESS, 0, VALUE(BE, 0)));
}

static const struct test tests[] = {
    TEST(priorities),
    CHILD_TEST(policies_are_kept),
    TEST(wrong_arguments),
    TEST(a_turn_has_a_length),
    CHILD_TEST(attributes),
    CHILD_TEST(attributes_refused),
    CHILD_TEST(children_inherit),
    TEST(users_may_become_less),
    CHILD_TEST(io_priorities),
    CHILD_TEST(io_priorities_refused),
};

TEST_MAIN(tests)
