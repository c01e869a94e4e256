/* SPDX-License-Identifier: MIT */
/*
 * virtio_gpu.h - the display of a virtual machine, two-dimensional (VIRTIO 1.2, section 5.7).
 */
#pragma once

struct virtio_device;

/* Make V, whose id is VIRTIO_ID_GPU, the frame buffer.  Takes V over; closes it if it cannot
 * be used, and the log says why.  Interrupts must be on.  0 or an errno.  May sleep. */
int virtio_gpu_attach(struct virtio_device *v);
