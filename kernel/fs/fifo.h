/* SPDX-License-Identifier: MIT */
/*
 * fifo.h - file operations of named pipes (inside fs/ only).
 */
#pragma once
#include "kernel/fs/file.h"

extern const struct file_operations fifo_file_ops;

void pipe_init(void);
