/* SPDX-License-Identifier: MIT */
/*
 * virtio_blk.h - disks of a virtual machine (VIRTIO 1.1, section 5.2).
 */
#pragma once

struct virtio_device;

/*
 * Make V, whose id is VIRTIO_ID_BLOCK, a disk: vda, vdb, ... in the order of
 * these calls.  Takes V over; closes it if it cannot be used, and the log says
 * why.  Interrupts must be on.  0 or an errno.  May sleep.
 */
int virtio_blk_attach(struct virtio_device *v);
