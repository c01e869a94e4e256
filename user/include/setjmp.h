/* SPDX-License-Identifier: MIT */
/* setjmp.h - jumps out of nested calls.  The sig forms save and restore the signal mask. */
#pragma once

typedef struct {
    unsigned long integer[14]; /* ra sp s0-s11 */
    unsigned long floating[12]; /* fs0-fs11 */
    unsigned long mask;         /* signal mask, when has_mask */
    long has_mask;
} jmp_buf[1];
typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf env) __attribute__((returns_twice));
int _setjmp(jmp_buf env) __attribute__((returns_twice));
void longjmp(jmp_buf env, int value) __attribute__((noreturn));
void _longjmp(jmp_buf env, int value) __attribute__((noreturn));
int sigsetjmp(sigjmp_buf env, int save_mask) __attribute__((returns_twice));
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));
