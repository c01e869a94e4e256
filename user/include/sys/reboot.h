/* SPDX-License-Identifier: MIT */
/* reboot.h - power off, restart. */
#pragma once
#include "lib/abi/reboot.h"

/* Needs sync() first; returns only on failure for a command that ends the machine. */
int reboot(int command);
