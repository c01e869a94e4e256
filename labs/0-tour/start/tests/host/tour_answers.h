/* SPDX-License-Identifier: MIT */
/*
 * tour_answers.h - what you found on the tour.  Replace each 0 and each "".
 */
#pragma once

/* Step 1: look around. */
#define LARGEST_BLOCK_PAGES 0               /* what the last column of /proc/buddyinfo counts */
#define CODE_RIGHTS ""                      /* of a program's code, as in /proc/self/maps */
#define BAD_MUNMAP_ERRNO 0                  /* munmap of an address in the middle of a page */

/* Step 2: the address that `make grade T=your-address` names. */
#define INDEX_AT_LEVEL_2 0
#define INDEX_AT_LEVEL_1 0
#define INDEX_AT_LEVEL_0 0
#define OFFSET_IN_PAGE 0

/* Step 3: with the debugger. */
#define STRUCT_PAGE_BYTES 0
#define LINEAR_MAP_BEGINS 0
#define CALLER_OF_THE_FAULT_HANDLER ""      /* when a program touches new memory */
