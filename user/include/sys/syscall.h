/* SPDX-License-Identifier: MIT */
/* syscall.h - the numbers for syscall(). */
#pragma once
#include "lib/abi/syscall.h"
