/* SPDX-License-Identifier: MIT */
/*
 * abi/utsname.h - the answer of uname.
 */
#pragma once

struct utsname {
    char sysname[65];
    char nodename[65];
    char release[65];
    char version[65];
    char machine[65];
    char domainname[65];
};

_Static_assert(sizeof(struct utsname) == 6 * 65, "struct utsname");
