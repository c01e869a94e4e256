/* SPDX-License-Identifier: MIT */
/* sysmacros.h - the two halves of a device number. */
#pragma once
#include "lib/abi/stat.h"

#define makedev(major, minor) dev_make(major, minor)
#define major(dev) dev_major(dev)
#define minor(dev) dev_minor(dev)
