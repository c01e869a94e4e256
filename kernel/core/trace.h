/* SPDX-License-Identifier: MIT */
/*
 * trace.h - what happened last: a small ring of events per hart.
 *
 * Off by default; an event then costs a load and a branch.  On, it costs a time
 * stamp and five stores, no lock and no I/O, so races stay what they were.  A
 * panic prints the tail of every hart's ring.
 */
#pragma once
#include "kernel/core/hart.h"

enum trace_event {
    TRACE_SYSCALL,          /* number, first argument; first, as the test is the shortest */
    TRACE_SWITCH,           /* from tid, to tid          */
    TRACE_WAKE,             /* tid, hart                 */
    TRACE_FAULT,            /* address, cause            */
    TRACE_IRQ,              /* cause or line, 0          */
    TRACE_TLB,              /* start, end                */
    TRACE_EVENTS
};

struct trace_record {
    uint64_t time;          /* timebase ticks */
    uint64_t event;
    uint64_t a, b;
    int64_t tid;
};

/* Which events are recorded: 1 << event.  And whether anybody follows the system calls of
 * some task (proc/call_trace.h), so that one look answers both. */
extern uint64_t trace_mask;
#define TRACE_WATCHED (1UL << TRACE_EVENTS)

/* Set or clear TRACE_WATCHED. */
void trace_watch_calls(bool watched);

void trace_record_event(enum trace_event e, uint64_t a, uint64_t b);

static inline void trace(enum trace_event e, uint64_t a, uint64_t b)
{
    if (__builtin_expect(trace_mask >> e & 1, 0))
        trace_record_event(e, a, b);
}

const char *trace_event_name(enum trace_event e);
/* Names separated by commas, "all" or "none".  0 or -EINVAL. */
int trace_set_events(const char *names);

/*
 * Read a hart's ring, oldest first: fills RECORD with the one at *POS (moved up
 * if overwritten), advances *POS; false at the end.
 */
bool trace_read(unsigned hart, uint64_t *pos, struct trace_record *record);
/* Print the last N events of each hart. */
void trace_dump(unsigned n);
/* Reads trace=. */
void trace_init(void);
/* Whose tid a record carries; registered by sched/. */
void trace_set_tid_source(int (*tid)(void));
