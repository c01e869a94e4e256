/* SPDX-License-Identifier: MIT */
/*
 * call_trace.h - the system calls of followed tasks, for a reader of /proc/call_trace.
 *
 *     followed tasks --begins, returns--> ring --> reader
 *
 * A task that is followed owns a reference to its trace and lets go of it itself: when it
 * ends, or at its next call after the reader has gone.  Nothing is lost while no signal
 * comes: when the ring is full, the task waits for the reader.
 *
 * While there are traces, core/trace.h's mask sends system calls the long way
 * (trap.c); at other times nobody pays for them.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/abi/call_trace.h"

struct call_trace;
struct task;

/* Follow the tasks of a process as START says.  0 and the reader's reference in *OUT; -ESRCH,
 * -EINVAL (the caller's own process, flags), -EBUSY (one is followed already), -ENOMEM.  May
 * sleep. */
int call_trace_start(const struct call_trace_start *start, struct call_trace **out);
/* The reader goes, with its reference.  May sleep. */
void call_trace_stop(struct call_trace *t);
/* Wait for records and take up to N, oldest first.  How many; 0: there will be no more;
 * -EINTR. */
ssize_t call_trace_take(struct call_trace *t, struct call_record *out, size_t n);

/* What a call was made with. */
struct traced_call {
    uint64_t nr, args[6];
};

/* The running task makes CALL; false: it is not followed.  Nothing held; may sleep. */
bool call_trace_begins(const struct traced_call *call);
/* CALL, of which call_trace_begins was told, returned RESULT.  Nothing held; may sleep. */
void call_trace_returns(const struct traced_call *call, int64_t result);

/* CHILD, which nobody knows yet, is followed if its parent, which runs, is with its children. */
void call_trace_inherit(struct task *child);
/* The task T is followed no more: it runs, or never did.  May sleep. */
void call_trace_leave(struct task *t);
