/* SPDX-License-Identifier: MIT */
/* termios.h - how a terminal edits, echoes and signals.  struct termios is the kernel's own. */
#pragma once
#include <sys/types.h>
#include "lib/abi/termios.h"

typedef unsigned tcflag_t;
typedef unsigned char cc_t;
typedef unsigned speed_t;

int tcgetattr(int fd, struct termios *t);
int tcsetattr(int fd, int when, const struct termios *t);
int tcflush(int fd, int queue);
int tcdrain(int fd);
int tcsendbreak(int fd, int duration);
void cfmakeraw(struct termios *t);
speed_t cfgetispeed(const struct termios *t);
speed_t cfgetospeed(const struct termios *t);
int cfsetispeed(struct termios *t, speed_t speed);
int cfsetospeed(struct termios *t, speed_t speed);
