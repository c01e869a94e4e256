/* SPDX-License-Identifier: MIT */
/* file.h - whole-file locks. */
#pragma once
#include <fcntl.h>

int flock(int fd, int operation);
