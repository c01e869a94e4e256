/* SPDX-License-Identifier: MIT */
/*
 * disk_file.h - a file on the root disk, and names that it has not, as causes of
 * what /proc shows.
 *
 * The test unlinks DISK_FILE when it has done with it.
 */
#pragma once
#include "user/tests/lib/test.h"

#define DISK_FILE "/disk_file.tmp"
#define DISK_FILE_PAGES 256L

/* Another one, which has no name: NPAGES full of FILL, not written yet.  Its descriptor, to
 * read and write. */
int new_disk_file(size_t npages, char fill);

/* Make the file, or make it anew, with DISK_FILE_PAGES pages that are not written yet. */
void dirty_on_disk(void);

/* The same, and they are written when this returns. */
void write_on_disk(void);

/* Read it all, wherever it is; and from the disk: first the page cache is dropped. */
void read_again(void);
void read_from_disk(void);

/* Write all that is dirty, and drop the pages of files from memory. */
void drop_cached_pages(void);

/* Skip the test where one may not do that. */
void need_to_drop_pages(void);

/* Skip the test where the root disk has no room for a file of NPAGES. */
void need_disk_room(size_t npages);

/* Ask for COUNT names that nobody has: the kernel remembers that they are not there. */
void look_up_missing(int count);
