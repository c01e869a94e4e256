/* SPDX-License-Identifier: MIT */
/* klog.h - the kernel's message buffer. */
#pragma once

#define KLOG_READ_ALL 3
#define KLOG_CLEAR 5
#define KLOG_SIZE_BUFFER 10

int klogctl(int action, char *to, int size);
