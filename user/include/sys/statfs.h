/* SPDX-License-Identifier: MIT */
/* statfs.h - the size and kind of a mounted file system. */
#pragma once
#include "lib/abi/stat.h"

int statfs(const char *path, struct statfs *fs);
int fstatfs(int fd, struct statfs *fs);
