/* SPDX-License-Identifier: MIT */
/*
 * abi/capability.h - root's rights, one by one, as capget and capset tell them.
 *
 * Version 1 has one struct cap_data, the others two: the lower and the upper 32.
 */
#pragma once
#include "lib/types.h"

#define LINUX_CAPABILITY_VERSION_1 0x19980330
#define LINUX_CAPABILITY_VERSION_2 0x20071026
#define LINUX_CAPABILITY_VERSION_3 0x20080522

struct cap_header {
    uint32_t version;
    int32_t pid;
};

struct cap_data {
    uint32_t effective, permitted, inheritable;
};

/* Those that follow the file system's user id */
#define CAP_CHOWN 0
#define CAP_DAC_OVERRIDE 1
#define CAP_DAC_READ_SEARCH 2
#define CAP_FOWNER 3
#define CAP_FSETID 4
#define CAP_LINUX_IMMUTABLE 9
#define CAP_MKNOD 27
#define CAP_MAC_OVERRIDE 32

#define CAP_LAST_CAP 40

_Static_assert(sizeof(struct cap_header) == 8 && sizeof(struct cap_data) == 12, "capabilities");
