/* SPDX-License-Identifier: MIT */
/*
 * sys/fsuid.h - the ids that rights to files go by; they follow the effective ones.
 *
 * Both return the previous id, whether or not it changed; -1 only asks.
 */
#pragma once
#include <sys/types.h>

int setfsuid(uid_t uid);
int setfsgid(gid_t gid);
