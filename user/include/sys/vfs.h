/* SPDX-License-Identifier: MIT */
/* vfs.h - Linux's other name for statfs.h. */
#pragma once
#include <sys/statfs.h>
