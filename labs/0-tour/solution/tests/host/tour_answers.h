/* SPDX-License-Identifier: MIT */
/*
 * tour_answers.h - what there is to find on the tour, for seed 1.
 */
#pragma once

/* Step 1: look around. */
#define LARGEST_BLOCK_PAGES 1024            /* what the last column of /proc/buddyinfo counts */
#define CODE_RIGHTS "r-xp"                  /* of a program's code, as in /proc/self/maps */
#define BAD_MUNMAP_ERRNO 22                 /* munmap of an address in the middle of a page */

/* Step 2: the address that `make grade T=your-address` names. */
#define INDEX_AT_LEVEL_2 116
#define INDEX_AT_LEVEL_1 128
#define INDEX_AT_LEVEL_0 176
#define OFFSET_IN_PAGE 0x5e5

/* Step 3: with the debugger. */
#define STRUCT_PAGE_BYTES 64
#define LINEAR_MAP_BEGINS 0xffffffc000000000
#define CALLER_OF_THE_FAULT_HANDLER "fault_user"/* when a program touches new memory */
