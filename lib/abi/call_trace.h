/* SPDX-License-Identifier: MIT */
/*
 * abi/call_trace.h - /proc/call_trace: the system calls of a process, one by one.
 *
 *     write   a struct call_trace_start: the tasks of that process are followed from now on
 *     read    whole records, oldest first; the end when none of the tasks is left
 *     close   nobody is followed any more
 *
 * Which arguments are addresses of what is the reader's knowledge: it tells the kernel at
 * the start what to copy.  A mask has bit I set for argument I.
 *
 * Ours; Linux has ptrace.
 */
#pragma once
#include "lib/types.h"

#define CALL_TRACE_CALLS 512            /* numbers from here on have no masks            */
#define CALL_TRACE_FORKS 1u             /* flags: follow what the tasks make, too        */
#define CALL_TRACE_BYTES 128            /* of one argument, at most                      */
#define CALL_TRACE_TEXT (3 * CALL_TRACE_BYTES)      /* of all arguments of a call        */

struct call_masks {
    uint8_t strings;                    /* it ends with a NUL                            */
    uint8_t given;                      /* bytes; the next argument says how many        */
    uint8_t taken;                      /* bytes; the result says how many               */
};

struct call_trace_start {
    int32_t pid;
    uint32_t flags;
    struct call_masks masks[CALL_TRACE_CALLS];
};

enum call_record_kind { CALL_BEGINS, CALL_RETURNS };

struct call_record {
    int32_t tid;
    uint32_t kind;
    uint32_t nlost;                     /* records before this one: a signal came first  */
    uint8_t lengths[8];                 /* bytes of argument I in `text`, one after another */
    uint32_t unused;
    uint64_t nr;
    uint64_t args[6];
    int64_t result;                     /* CALL_RETURNS                                  */
    char text[CALL_TRACE_TEXT];         /* a string without NUL here is longer           */
};
