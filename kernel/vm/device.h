/* SPDX-License-Identifier: MIT */
/*
 * device.h - mappings of frames that are not memory: the registers of a device.
 *
 * All their entries are made when the mapping is, and are special: no struct page, no
 * count, and nobody who would take them back.  Their rights are the VMA's at all times.
 */
#pragma once
#include "kernel/vm/vma.h"

extern const struct vma_ops device_vma_ops;

/* Let VMA, which is VM_PFNMAP and new, show the frames from PFN on.  The map lock is
 * held for writing; may sleep.  0, or -ENOMEM: some entries have been made. */
int remap_pfn_range(struct vma *vma, pfn_t pfn);
