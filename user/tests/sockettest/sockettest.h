/* SPDX-License-Identifier: MIT */
/*
 * sockettest.h - what the files of sockettest share: a pair, names, and what an end says.
 */
#pragma once
#include <poll.h>
#include <sys/socket.h>
#include "user/tests/lib/test.h"

/* A pair that most tests use; and its end. */
extern int s[2];
void open_pair(int type);
void open_stream_pair(int flags);
void close_pair(void);

/* What poll says of FD now. */
short ready(int fd);
/* An option of SOL_SOCKET that is one number; and setting it. */
int option_of(int fd, int option);
void set_option(int fd, int option, int value);

/* An address, and its length with the family. */
struct name {
    struct sockaddr_un un;
    socklen_t len;
};
/* A path in /tmp, and an abstract name; TEXT makes them different. */
struct name path_name(const char *text);
struct name abstract_name(const char *text);
void remove_name(const struct name *n);

/* A socket; one bound to N; one that listens there. */
int new_socket(int type);
int bound_socket(int type, const struct name *n);
int listener(int type, const struct name *n, int backlog);
/* Results of the calls. */
int bind_to(int fd, const struct name *n);
int connect_to(int fd, const struct name *n);
ssize_t send_to(int fd, const char *text, const struct name *n);

/* Exactly this message, or these bytes, can be read now. */
#define EXPECT_MESSAGE(fd, text) expect_message(__FILE__, __LINE__, fd, text)
void expect_message(const char *file, int line, int fd, const char *text);

extern const struct test_list pair_tests, file_tests, name_tests, connect_tests, datagram_tests,
    option_tests;
