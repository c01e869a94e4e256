/* SPDX-License-Identifier: MIT */
/*
 * open.h - making struct files (inside fs/ only).
 */
#pragma once
#include "kernel/fs/file.h"

/* A file with one reference and nothing behind it yet, or NULL. */
struct file *file_alloc(uint32_t flags);
/* Free F without telling its operations: open did not succeed. */
void file_free(struct file *f);
/* FILE_READ and FILE_WRITE as O_ACCMODE in FLAGS says. */
uint32_t file_access_mode(uint32_t flags);
