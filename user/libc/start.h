/* SPDX-License-Identifier: MIT */
/* start.h - what the program's start leaves for the rest of the library. */
#pragma once

/* argv[0] as the kernel gave it; "?" when there was none. */
extern const char *__program_name;

/* Called by crt0.S with the stack as the kernel built it. */
void __libc_start(long *stack) __attribute__((noreturn));
