/* SPDX-License-Identifier: MIT */
/* ioctl.h - commands for devices. */
#pragma once
#include "lib/abi/ioctl.h"
#include "lib/abi/termios.h"

int ioctl(int fd, unsigned long command, ...);
