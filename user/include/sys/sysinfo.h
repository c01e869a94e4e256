/* SPDX-License-Identifier: MIT */
/* sysinfo.h - memory, load and uptime. */
#pragma once
#include "lib/abi/sysinfo.h"

int sysinfo(struct sysinfo *info);
/* Processors on line, at least 1. */
int get_nprocs(void);
