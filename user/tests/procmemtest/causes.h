/* SPDX-License-Identifier: MIT */
/*
 * causes.h - what is done to memory so that the figures of procmemtest must follow.
 */
#pragma once
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/effect.h"

#define N DISK_FILE_PAGES               /* pages that a cause takes */
#define KIB (N * 4)
#define SLACK 48L                       /* pages that others take meanwhile */
#define SLACK_KIB (SLACK * 4)
#define CHILDREN 16L

/* Anonymous memory: touched, touched and given back, locked, only read. */
extern const struct cause anon, come_and_gone, held, reading_zero;

/* The file on the disk: only in memory, read, written, mapped, mapped but not in memory, and
 * always on its way; one in memory. */
extern const struct cause dirty_file, clean_file, written_file, mapped_file, file_fault, writing,
                          tmpfs_file;

/* The caches: of names, and emptied. */
extern const struct cause names, dropped_pages, dropped_names;

/* CHILDREN processes that sleep; many that come and go. */
extern const struct cause children, many_spaces;

/* Pages that are written after fork, copied or not, and pages that move. */
extern const struct cause copies, reuses, moves;

/* Rights that go, page by page, all in one call, and while another hart uses the memory. */
extern const struct cause one_right, all_rights, two_harts;

/* Somebody wants more than there is, also while the file is locked; an allocation fails. */
extern const struct cause shortage, locked_files, failure;

extern const struct test_list meminfo_tests, vmstat_tests;
