/* SPDX-License-Identifier: MIT */
/* klog.h - the kernel's message buffer. */
#pragma once

#include "lib/abi/syslog.h"

/* ACTION is one of SYSLOG_ACTION_... */
int klogctl(int action, char *to, int size);
