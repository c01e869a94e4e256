/* SPDX-License-Identifier: MIT */
/* abi/pidfd.h - flags of pidfd_open. */
#pragma once
#include "lib/abi/fcntl.h"

#define PIDFD_NONBLOCK O_NONBLOCK
