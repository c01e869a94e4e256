/* SPDX-License-Identifier: MIT */
/*
 * signals.h - catching, blocking and recording signals in a test.
 *
 * Signals that a record handler catches are noted in order; EXPECT_SEEN compares
 * and starts anew.  One process, one record: a child has its own.
 */
#pragma once
#include <signal.h>
#include "user/tests/lib/test.h"

/* What the handlers saw, in order, and what the last one was told. */
extern volatile int seen[64];
extern volatile int nseen;
extern siginfo_t last_info;

/* Handlers: note the signal; the second keeps its siginfo, too. */
void record(int sig);
void record_info(int sig, siginfo_t *info, void *context);

/* Install a handler with an empty mask; the second with SA_SIGINFO. */
void handle_with(int sig, void (*handler)(int), int flags);
void handle_info(int sig, void (*handler)(int, siginfo_t *, void *), int flags);

/* A set of one or two signals, 0: none. */
sigset_t set_of(int a, int b);
void block(int a, int b);
void unblock(int a, int b);
bool is_blocked(int sig);
bool is_pending(int sig);

/* Send the process a signal with a value, as sigqueue() does; -1 and errno. */
int queue_to_self(int sig, int value);

/* Wait until N signals have been seen; they are let in while it waits, only. */
void await_signals(int n);

/* The state letter of /proc/PID/stat. */
char state_of(pid_t pid);
/* Until the process is in this state: 'S' asleep, 'T' stopped.  Nothing depends on time. */
void wait_until(pid_t pid, char state);

void expect_seen(const char *file, int line, int n, const int *order);

/* The signals seen since the last time should be these. */
#define EXPECT_SEEN(...)                                                       \
    do {                                                                       \
        const int order_[] = { __VA_ARGS__ };                                  \
                                                                               \
        expect_seen(__FILE__, __LINE__, (int)COUNT(order_), order_);           \
    } while (0)
