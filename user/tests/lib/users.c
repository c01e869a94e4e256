/* SPDX-License-Identifier: MIT */
/*
 * users.c - a few users and groups, and how a test acts as one of them.
 */
#include <grp.h>
#include "user/tests/lib/users.h"

void be(uid_t uid, gid_t gid)
{
    REQUIRE(seteuid(0) == 0 && setgroups(0, NULL) == 0);
    REQUIRE(setegid(gid) == 0 && seteuid(uid) == 0);
}

void be_root(void)
{
    be(0, 0);
}

void become_user(uid_t uid, gid_t gid)
{
    REQUIRE(setgroups(0, NULL) == 0 && setresgid(gid, gid, gid) == 0);
    REQUIRE(setresuid(uid, uid, uid) == 0);
}
