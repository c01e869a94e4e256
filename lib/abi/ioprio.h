/* SPDX-License-Identifier: MIT */
/* abi/ioprio.h - priorities of input and output: a class above, a level below. */
#pragma once

#define IOPRIO_CLASS_SHIFT 13
#define IOPRIO_CLASS_NONE 0             /* as the nice value says */
#define IOPRIO_CLASS_RT 1
#define IOPRIO_CLASS_BE 2
#define IOPRIO_CLASS_IDLE 3

#define IOPRIO_PRIO_VALUE(class, level) ((class) << IOPRIO_CLASS_SHIFT | (level))
#define IOPRIO_PRIO_CLASS(value) ((value) >> IOPRIO_CLASS_SHIFT & 7)
#define IOPRIO_PRIO_LEVEL(value) ((value) & 7)

#define IOPRIO_WHO_PROCESS 1            /* a thread, in fact */
#define IOPRIO_WHO_PGRP 2
#define IOPRIO_WHO_USER 3
