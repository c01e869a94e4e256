/* SPDX-License-Identifier: MIT */
/*
 * captest.c - root's rights one by one: who has which, as calls and /proc say.
 */
#include <stdio.h>
#include <sys/fsuid.h>
#include <sys/klog.h>
#include <sys/prctl.h>
#include "lib/abi/capability.h"
#include "lib/abi/syslog.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/users.h"
#include "user/tests/lib/watch.h"

#define ALL ((2UL << CAP_LAST_CAP) - 1)
#define TO_FILES 0x10800021fUL

static long get(uint32_t version, pid_t pid, struct cap_data data[2])
{
    struct cap_header header = { version, pid };

    return syscall(SYS_capget, &header, data);
}

static long set(uint32_t version, pid_t pid, const struct cap_data data[2])
{
    struct cap_header header = { version, pid };

    return syscall(SYS_capset, &header, data);
}

/* The number behind KEY in our status. */
static uint64_t shown(const char *key)
{
    char text[2048] = "";
    const char *line;

    read_file("/proc/self/status", text, sizeof(text));
    line = strstr(text, key);
    REQUIRE(line);
    return strtoul(line + strlen(key), NULL, 16);
}

/* The caller's rights should be these. */
static void expect_rights(int line, uint64_t permitted, uint64_t effective)
{
    struct cap_data d[2] = { { 1, 1, 1 }, { 1, 1, 1 } };
    uint64_t is_permitted, is_effective;

    EXPECT_OK(get(LINUX_CAPABILITY_VERSION_3, 0, d));
    is_permitted = (uint64_t)d[1].permitted << 32 | d[0].permitted;
    is_effective = (uint64_t)d[1].effective << 32 | d[0].effective;
    if (is_permitted != permitted || is_effective != effective || d[0].inheritable || d[1].inheritable)
        fail(__FILE__, line, "rights are %lx %lx %x %x", is_permitted, is_effective,
             d[0].inheritable, d[1].inheritable);
    if (shown("CapPrm:") != permitted || shown("CapEff:") != effective)
        fail(__FILE__, line, "/proc says %lx %lx", shown("CapPrm:"), shown("CapEff:"));
    EXPECT_OK(set(LINUX_CAPABILITY_VERSION_3, 0, d));
}

#define EXPECT_RIGHTS(permitted, effective) expect_rights(__LINE__, permitted, effective)

static void follow_ids(void)
{
    EXPECT_RIGHTS(ALL, ALL);
    EXPECT_OK(setresuid(-1, ANN, -1));
    EXPECT_RIGHTS(ALL, 0);
    setfsuid(0);
    EXPECT_RIGHTS(ALL, TO_FILES);
    EXPECT_OK(seteuid(0));
    setfsuid(ANN);
    EXPECT_RIGHTS(ALL, ALL & ~TO_FILES);
    EXPECT_OK(setresuid(ANN, ANN, 0));
    EXPECT_RIGHTS(ALL, 0);
    EXPECT_OK(seteuid(0));
    EXPECT_RIGHTS(ALL, ALL);
    EXPECT_OK(setresuid(ANN, ANN, ANN));
    EXPECT_RIGHTS(0, 0);
    EXPECT_EQ(shown("CapBnd:"), ALL);
    EXPECT_EQ(shown("CapInh:"), 0);
    EXPECT_EQ(shown("CapAmb:"), 0);
}

static void versions(void)
{
    struct cap_header header = { 7, 0 };
    struct cap_data d[2] = { 0 };

    EXPECT_ERROR(syscall(SYS_capget, &header, d), EINVAL);
    EXPECT_EQ(header.version, LINUX_CAPABILITY_VERSION_3);
    header.version = 0;
    EXPECT_OK(syscall(SYS_capget, &header, NULL));
    EXPECT_EQ(header.version, LINUX_CAPABILITY_VERSION_3);
    header.version = 8;
    EXPECT_ERROR(syscall(SYS_capset, &header, d), EINVAL);
    EXPECT_EQ(header.version, LINUX_CAPABILITY_VERSION_3);
    EXPECT_OK(get(LINUX_CAPABILITY_VERSION_1, 0, d));
    EXPECT_EQ(d[0].effective, UINT32_MAX);
    EXPECT_EQ(d[1].effective, 0);
    EXPECT_OK(get(LINUX_CAPABILITY_VERSION_2, 0, d));
    EXPECT_EQ(d[1].effective, ALL >> 32);
}

static void be_ann(void *gate)
{
    become_user(ANN, ANN);
    signal_gate(gate);
    pause_forever(NULL);
}

static void of_others(void)
{
    struct cap_data d[2] = { { 1, 1, 1 }, { 1, 1, 1 } };
    struct gate is_ann;
    pid_t pid;

    open_gate(&is_ann);
    pid = start_child(be_ann, &is_ann);
    wait_gate(&is_ann);
    EXPECT_OK(get(LINUX_CAPABILITY_VERSION_3, pid, d));
    EXPECT_EQ(d[0].permitted | d[1].permitted | d[0].effective | d[1].effective, 0);
    EXPECT_ERROR(set(LINUX_CAPABILITY_VERSION_3, pid, d), EPERM);
    EXPECT_OK(get(LINUX_CAPABILITY_VERSION_3, getpid(), d));
    EXPECT_OK(set(LINUX_CAPABILITY_VERSION_3, getpid(), d));
    EXPECT_ERROR(get(LINUX_CAPABILITY_VERSION_3, -1, d), EINVAL);
    EXPECT_ERROR(set(LINUX_CAPABILITY_VERSION_3, -1, d), EPERM);
    end_child(pid);
    EXPECT_ERROR(get(LINUX_CAPABILITY_VERSION_3, pid, d), ESRCH);
    close_gate(&is_ann);
}

static void none_is_gained(void)
{
    struct cap_data d[2] = { 0 };

    become_user(ANN, ANN);
    EXPECT_OK(set(LINUX_CAPABILITY_VERSION_3, 0, d));
    d[0].permitted = 1;
    EXPECT_ERROR(set(LINUX_CAPABILITY_VERSION_3, 0, d), EPERM);
    d[0] = (struct cap_data){ .effective = 1 };
    EXPECT_ERROR(set(LINUX_CAPABILITY_VERSION_3, 0, d), EPERM);
    d[0] = (struct cap_data){ .inheritable = 1 };
    EXPECT_ERROR(set(LINUX_CAPABILITY_VERSION_3, 0, d), EPERM);
    EXPECT_ERROR(prctl(PR_CAPBSET_DROP, CAP_CHOWN, 0, 0, 0), EPERM);
}

static void by_prctl(void)
{
    EXPECT_EQ(prctl(PR_CAPBSET_READ, 0, 0, 0, 0), 1);
    EXPECT_EQ(prctl(PR_CAPBSET_READ, CAP_LAST_CAP, 0, 0, 0), 1);
    EXPECT_ERROR(prctl(PR_CAPBSET_READ, CAP_LAST_CAP + 1, 0, 0, 0), EINVAL);
    EXPECT_ERROR(prctl(PR_CAPBSET_DROP, CAP_LAST_CAP + 1, 0, 0, 0), EINVAL);
    EXPECT_EQ(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0), 0);
    EXPECT_OK(prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0));
    EXPECT_ERROR(prctl(PR_SET_KEEPCAPS, 2, 0, 0, 0), EINVAL);
    EXPECT_EQ(prctl(PR_GET_SECUREBITS, 0, 0, 0, 0), 0);
}

static void expect_promised(void *arg)
{
    (void)arg;
    EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
}

/* What it promises, credtest sees. */
static void no_new_privs(void)
{
    EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
    EXPECT_ERROR(prctl(PR_GET_NO_NEW_PRIVS, 1, 0, 0, 0), EINVAL);
    EXPECT_ERROR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
    EXPECT_ERROR(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 1), EINVAL);
    EXPECT_EQ(shown("NoNewPrivs:"), 0);
    EXPECT_OK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
    EXPECT_EQ(shown("NoNewPrivs:"), 1);
    expect_promised(NULL);
    EXPECT_EQ(run_child(expect_promised, NULL), 0);
    EXPECT_ERROR(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0), EINVAL);
}

/* The kernel's log is for all to read, and root's to clear. */
static void the_log_is_roots(void)
{
    char line[100];

    EXPECT_OK(klogctl(SYSLOG_ACTION_SIZE_UNREAD, NULL, 0));
    be(STRANGER, GUESTS);
    EXPECT_ERROR(klogctl(SYSLOG_ACTION_CLEAR, NULL, 0), EPERM);
    EXPECT_ERROR(klogctl(SYSLOG_ACTION_READ_CLEAR, line, sizeof(line)), EPERM);
    EXPECT_ERROR(klogctl(SYSLOG_ACTION_SIZE_UNREAD, NULL, 0), EPERM);
    be_root();
}

static const struct test tests[] = {
    CHILD_TEST(follow_ids),
    TEST(versions),
    TEST(of_others),
    CHILD_TEST(none_is_gained),
    TEST(by_prctl),
    CHILD_TEST(no_new_privs),
    CHILD_TEST(the_log_is_roots),
};

TEST_MAIN(tests)
