/* SPDX-License-Identifier: MIT */
/*
 * exit.h - how streams take part in exit() without being linked into programs that have none.
 */
#pragma once

/* NULL until the first stream is used; then what flushes them all. */
extern void (*__exit_stdio)(void);
