/* SPDX-License-Identifier: MIT */
/* abi/eventfd.h - flags of eventfd2. */
#pragma once
#include "lib/abi/fcntl.h"

#define EFD_SEMAPHORE 1                 /* each read takes one */
#define EFD_NONBLOCK O_NONBLOCK
#define EFD_CLOEXEC O_CLOEXEC
