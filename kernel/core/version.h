/* SPDX-License-Identifier: MIT */
/*
 * version.h - what uname(2) and /proc/version say.
 *
 * The release is that of the Linux whose ABI this is, because programs compare
 * it; the version says who we are.
 */
#pragma once

#define PAGODA_RELEASE "6.12.0-pagoda"
#define PAGODA_VERSION "#1 SMP Pagoda"
