/* SPDX-License-Identifier: MIT */
/*
 * ptytest.h - what the files of ptytest share: pairs, and bytes expected at an end.
 *
 * What is typed at a master reaches the slave some time later (on Linux, a thread
 * carries it there), so a test waits for what it wants to see.
 */
#pragma once
#include <poll.h>
#include <termios.h>
#include "user/tests/lib/test.h"

struct pair {
    int master, slave;
    char name[32];              /* of the slave */
};

/* Only the master, its slave unlocked. */
struct pair open_master(void);
/* Both ends; nobody's controlling terminal. */
struct pair open_pair(void);
void close_pair(struct pair *p);

/* The slave: no echo, no lines, no translation. */
void make_raw(const struct pair *p);

/* Exactly this should be written, and read: the next bytes, however many calls it takes. */
void put(int fd, const char *text);
void expect_text(const char *file, int line, int fd, const char *text);
#define EXPECT_TEXT(fd, text) expect_text(__FILE__, __LINE__, fd, text)

/* What poll says of FD now; and wait until it says EVENTS, or says them no more. */
int ready(int fd);
void await_ready(int fd, int events);
void await_not_ready(int fd, int events);

/* Read or write once without waiting: bytes, or -errno. */
long try_to_read(int fd);
long try_to_write(int fd, size_t size);

extern const struct test_list name_tests, byte_tests, hang_up_tests, session_tests;
