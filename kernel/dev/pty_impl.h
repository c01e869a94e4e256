/* SPDX-License-Identifier: MIT */
/*
 * pty_impl.h - what the two ends of a pseudo terminal know of each other.
 */
#pragma once
#include "kernel/dev/pty.h"

/* pty.c */
/* Move up to N bytes of what the slave printed to BUF; returns how many. */
size_t pty_take(struct pty *p, uint8_t *buf, size_t n);
/* How many there are. */
size_t pty_count(struct pty *p);
/* Forget them. */
void pty_discard(struct pty *p);
/* The slave was open, and is not. */
bool pty_is_left(struct pty *p);
