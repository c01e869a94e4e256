/* SPDX-License-Identifier: MIT */
/*
 * letters.h - memory and files whose every byte is known: each page is full of one letter.
 *
 * A text names the letters of pages that follow each other; '0' stands for zero bytes.
 */
#pragma once
#include "user/tests/lib/test.h"

/* Fill pages with C. */
void fill(char *p, size_t npages, char c);

/* Private memory of the pages that CONTENT names. */
char *make_pages(const char *content);

/* A new file of such pages, open for reading and writing; remove_file() takes it back. */
int make_file(const char *path, const char *content);
void remove_file(int fd, const char *path);

/* Is all of a page C? */
bool page_is(const char *p, char c);

void expect_pages(const char *file, int line, const char *p, const char *expected);

/* The pages from P on should be those that EXPECTED names. */
#define EXPECT_PAGES(p, expected) expect_pages(__FILE__, __LINE__, p, expected)
