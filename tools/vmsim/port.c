/* SPDX-License-Identifier: MIT */
/*
 * port.c - what the kernel's policies ask of the world, on the host (kernel/port/port.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include "kernel/mm/frame.h"
#include "kernel/port/port.h"
#include "lib/rand.h"
#include "tools/vmsim/port.h"

struct frames frames;
static struct rand chance;

void port_seed(uint64_t seed)
{
    rand_seed(&chance, seed);
}

uint64_t port_random(void)
{
    return rand_next(&chance);
}

void panic(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    fputs("vmsim: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    abort();
}
