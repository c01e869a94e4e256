/* SPDX-License-Identifier: MIT */
/* utsname.h - the name of the system. */
#pragma once
#include "lib/abi/utsname.h"

int uname(struct utsname *name);
