/* SPDX-License-Identifier: MIT */
/*
 * container.h - from a member back to the structure that holds it.
 */
#pragma once
#include <stddef.h>

/* The TYPE whose MEMBER is at PTR; PTR must point to such a member. */
#define container_of(ptr, type, member) \
    ((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))
