/* SPDX-License-Identifier: MIT */
/*
 * abi/personality.h - the ways of a process: a kind in the low byte, and flags.
 */
#pragma once

#define PER_LINUX 0
#define ADDR_NO_RANDOMIZE 0x0040000     /* no address is drawn at exec        */
#define PERSONALITY_ASK 0xffffffff      /* of personality(2): change nothing  */
