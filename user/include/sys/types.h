/* SPDX-License-Identifier: MIT */
/* types.h - the system's own names for numbers. */
#pragma once
#include "lib/types.h"

typedef int pid_t;
typedef unsigned uid_t;
typedef unsigned gid_t;
typedef unsigned id_t;
typedef unsigned mode_t;
typedef unsigned nlink_t;
typedef uint64_t dev_t;
typedef uint64_t ino_t;
typedef long off_t;
typedef long time_t;
typedef long suseconds_t;
typedef long clock_t;
typedef int clockid_t;
typedef int blksize_t;
typedef long blkcnt_t;
typedef unsigned long fsblkcnt_t;
typedef unsigned long fsfilcnt_t;
typedef unsigned long ulong;
typedef unsigned uint;
