/* SPDX-License-Identifier: MIT */
/*
 * users.h - a few users and groups, and how a test acts as one of them.
 *
 * The test is root's.
 */
#pragma once
#include <sys/types.h>
#include "user/tests/lib/test.h"

enum { ANN = 1000, BOB = 1001, OTHER = 1002, STRANGER = 1003, STAFF = 50, GUESTS = 60 };

/*
 * Act as this user, with this group and no other: by the effective ids, so that
 * be() and be_root() lead on from there.  Gives up on failure.
 */
void be(uid_t uid, gid_t gid);
void be_root(void);

/* The same for good: all ids. */
void become_user(uid_t uid, gid_t gid);
