/* SPDX-License-Identifier: MIT */
/*
 * child.h - children of a test, and accesses that are meant to fault.
 */
#pragma once
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include "user/tests/lib/test.h"

/* What clone(2) is told to make a thread of this process, without local storage of its own. */
#define THREAD (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

/*
 * Start a child that runs FUNCTION(ARG) and exits: with 0, or with 1 if an
 * expectation failed in it.  Gives the test up if fork fails.
 */
pid_t start_child(void (*function)(void *), void *arg);

/* Wait for the child PID and return its wait status. */
int wait_child(pid_t pid);

/* The same for init, which is left alone then: whatever else runs goes, and is waited
 * for.  -1 if there is no child PID.  Other processes wait for their children only. */
int wait_last_child(pid_t pid);

/* Both: the wait status of a child that runs FUNCTION(ARG). */
int run_child(void (*function)(void *), void *arg);

/* The child should have ended well: with status 0. */
#define EXPECT_CHILD(pid) EXPECT_EQ(wait_child(pid), 0)

/* What a child does that is to last: pause until it is killed. */
void pause_forever(void *arg);

/* Kill the child PID, which lasted until now, and wait for it. */
void end_child(pid_t pid);

/* COUNT children that run FUNCTION(NULL), all at the same time; PIDS is the caller's. */
void start_children(pid_t *pids, size_t count, void (*function)(void *));
void end_children(const pid_t *pids, size_t count);

/* A child running FUNCTION(ARG) should be killed by SIGNAL. */
#define EXPECT_KILLED(function, arg, signal)                                   \
    EXPECT_EQ(run_child(function, arg) & ~WCOREFLAG, signal)

/*
 * A pipe on which processes of a test wait for each other: signal_gate() lets
 * one wait_gate() pass.
 */
struct gate {
    int fd[2];
};

void open_gate(struct gate *g);
void close_gate(struct gate *g);
void signal_gate(struct gate *g);
void wait_gate(struct gate *g);

/*
 * A child that has our memory as it is now: it waits until end_late_child(), which
 * has it run FUNCTION(ARG), if there is one, and end well.
 */
struct late_child {
    struct gate go;
    void (*function)(void *);
    void *arg;
    pid_t pid;
};

void start_late_child(struct late_child *c, void (*function)(void *), void *arg);
void end_late_child(struct late_child *c);

/* Run PATH with ARGV and an empty environment; its wait status. */
int run_program(const char *path, char *const argv[]);

/*
 * Become PROGRAM, this one ("/proc/self/exe") or a copy of it, and there run the
 * test NAME, with a status as start_child() gives and no environment of ours.
 * Fails, and returns, if that cannot be.
 */
void exec_test(const char *program, const char *name);

/* An access to memory and the signal that it raised; sig 0: none. */
struct fault {
    int sig;
    int code;
    uintptr_t addr;
};

struct fault try_read(const volatile void *p);
struct fault try_write(volatile void *p);       /* the byte becomes 1 */
struct fault try_call(const void *p);

#define EXPECT_FAULT(try, signal, si_code_, address)                           \
    do {                                                                       \
        struct fault f_ = try;                                                 \
                                                                               \
        if (f_.sig != (signal) || f_.code != (si_code_) || f_.addr != (uintptr_t)(address)) \
            fail(__FILE__, __LINE__, "%s: signal %d code %d at %lx, not %s %s at %lx", #try, \
                 f_.sig, f_.code, f_.addr, #signal, #si_code_, (uintptr_t)(address)); \
    } while (0)

#define EXPECT_NO_FAULT(try)                                                   \
    do {                                                                       \
        struct fault f_ = try;                                                 \
                                                                               \
        if (f_.sig)                                                            \
            fail(__FILE__, __LINE__, "%s: signal %d code %d at %lx", #try, f_.sig, f_.code, \
                 f_.addr);                                                     \
    } while (0)
