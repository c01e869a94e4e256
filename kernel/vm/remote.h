/* SPDX-License-Identifier: MIT */
/*
 * remote.h - bytes between two address spaces.
 */
#pragma once
#include "kernel/core/uio.h"
#include "kernel/vm/fault.h"

/*
 * Copy N bytes of MM at ADDR to U (ACCESS_READ), or from U to there (ACCESS_WRITE), with the
 * rights that MM itself has.  Faults of both are served.  MM may be in use, and may be the
 * running thread's own; the caller has a user of it.  Bytes copied: short at the first that
 * cannot be had, or when the thread is to end.  Nothing held; may sleep.
 */
size_t remote_copy(struct mm *mm, uintptr_t addr, size_t n, struct uio *u, enum access access);
