/* SPDX-License-Identifier: MIT */
/*
 * mmaptest.h - what the files of mmaptest share.
 */
#pragma once
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define TOP (1UL << 38)         /* the end of the user half with Sv39 */

extern const struct test_list anonymous_tests, right_tests, refusal_tests, unmapping_tests,
                              file_tests, model_tests;
