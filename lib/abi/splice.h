/* SPDX-License-Identifier: MIT */
/* abi/splice.h - flags of splice, tee and vmsplice. */
#pragma once

#define SPLICE_F_MOVE 1                 /* hints: move pages                   */
#define SPLICE_F_NONBLOCK 2             /* do not wait for the pipe            */
#define SPLICE_F_MORE 4                 /* more will follow                    */
#define SPLICE_F_GIFT 8                 /* the pages are the kernel's now      */
#define SPLICE_F_ALL 15
