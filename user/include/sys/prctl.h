/* SPDX-License-Identifier: MIT */
/* prctl.h - odds and ends of a process: its name, the signal when its parent dies. */
#pragma once
#include "lib/abi/prctl.h"

int prctl(int operation, ...);
