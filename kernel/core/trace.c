/* SPDX-License-Identifier: MIT */
/*
 * trace.c - rings of events, one per hart, each written by its hart alone.
 *
 * An interrupt handler may record while the code it interrupted does: the slot
 * is reserved by one atomic addition, so both get one.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/trace.h"
#include "kernel/riscv/csr.h"
#include "lib/abi/errno.h"
#include "lib/string.h"

BOOTARG(trace, "events to record: names separated by commas, or all");

#define RING_RECORDS 256

static struct ring {
    uint64_t end;                           /* records ever written [a] */
    struct trace_record records[RING_RECORDS];
} rings[MAX_HARTS];

uint64_t trace_mask;
static int (*tid_source)(void);

static const char *const names[TRACE_EVENTS] = {
    [TRACE_SYSCALL] = "syscall", [TRACE_SWITCH] = "switch", [TRACE_WAKE] = "wake",
    [TRACE_FAULT] = "fault", [TRACE_IRQ] = "irq", [TRACE_TLB] = "tlb",
};

const char *trace_event_name(enum trace_event e)
{
    return e < TRACE_EVENTS ? names[e] : "?";
}

void trace_set_tid_source(int (*tid)(void))
{
    tid_source = tid;
}

void trace_record_event(enum trace_event e, uint64_t a, uint64_t b)
{
    struct ring *ring = &rings[this_hart()->index];
    uint64_t slot = __atomic_fetch_add(&ring->end, 1, __ATOMIC_RELAXED) % RING_RECORDS;

    ring->records[slot] = (struct trace_record){
        .time = time_read(), .event = e, .a = a, .b = b, .tid = tid_source ? tid_source() : 0
    };
}

void trace_watch_calls(bool watched)
{
    if (watched)
        __atomic_fetch_or(&trace_mask, TRACE_WATCHED, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&trace_mask, ~TRACE_WATCHED, __ATOMIC_RELAXED);
}

static int event_by_name(const char *name, size_t len)
{
    for (unsigned e = 0; e < TRACE_EVENTS; e++) {
        if (strlen(names[e]) == len && memcmp(names[e], name, len) == 0)
            return (int)e;
    }
    return -EINVAL;
}

int trace_set_events(const char *list)
{
    uint64_t mask = 0;

    if (strcmp(list, "all") == 0)
        mask = (1UL << TRACE_EVENTS) - 1;
    else if (strcmp(list, "none") != 0) {
        while (*list) {
            const char *comma = strchr(list, ',');
            size_t len = comma ? (size_t)(comma - list) : strlen(list);
            int e = event_by_name(list, len);

            if (e < 0)
                return e;
            mask |= 1UL << e;
            list += len + (comma != NULL);
        }
    }
    trace_mask = mask;
    return 0;
}

bool trace_read(unsigned hart, uint64_t *pos, struct trace_record *record)
{
    struct ring *ring = &rings[hart];
    uint64_t end = __atomic_load_n(&ring->end, __ATOMIC_ACQUIRE);

    if (end > RING_RECORDS && *pos < end - RING_RECORDS)
        *pos = end - RING_RECORDS;
    if (*pos >= end)
        return false;
    *record = ring->records[(*pos)++ % RING_RECORDS];
    return true;
}

void trace_dump(unsigned n)
{
    struct trace_record r;

    for (unsigned hart = 0; hart < MAX_HARTS; hart++) {
        uint64_t end = rings[hart].end, pos = end > n ? end - n : 0;

        if (end > 0)
            printk("  trace of hart %u:\n", hart);
        while (trace_read(hart, &pos, &r))
            printk("    %12lu %5ld %-10s %lx %lx\n", r.time, r.tid, trace_event_name(r.event),
                   r.a, r.b);
    }
}

void trace_init(void)
{
    const char *list = bootarg_string("trace");

    if (list && trace_set_events(list) != 0)
        printk("boot: trace=%s names an event that does not exist, ignored\n", list);
}
