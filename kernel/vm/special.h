/* SPDX-License-Identifier: MIT */
/*
 * special.h - the page that the kernel lends to every process.
 */
#pragma once

void special_init(void);
