/* SPDX-License-Identifier: MIT */
/* personality.h - the ways of a process, as exec keeps them. */
#pragma once
#include "lib/abi/personality.h"

int personality(unsigned long persona);
