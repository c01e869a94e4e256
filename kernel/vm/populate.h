/* SPDX-License-Identifier: MIT */
/*
 * populate.h - making memory present before it is touched.
 *
 * Nothing is held; may sleep long.
 */
#pragma once
#include "kernel/vm/fault.h"

/* Bring the pages of [START, END) that ACCESS would miss.  FAULT_OK; the first failure,
 * which ends it; FAULT_RETRY: the thread is to end. */
enum fault_result populate_pages(struct mm *mm, vaddr_t start, vaddr_t end, enum access access);

/* Bring what [START, END) may hold, in VMAs that have all of FLAGS: private writable
 * memory as if it were written, other as if it were read; none where locks are to come
 * with the pages (VM_LOCKONFAULT).  A failure ends the work in its VMA.  0, or the first
 * failure: -ENOMEM (no right, no object), -EAGAIN (no memory); -EINTR: the thread is to
 * end. */
int vm_populate(struct mm *mm, vaddr_t start, vaddr_t end, uint32_t flags);
