/* SPDX-License-Identifier: MIT */
/* longjmp.c - the parts of setjmp and longjmp that deal with the signal mask; see setjmp.S. */
#include <setjmp.h>
#include <signal.h>

void __longjmp(jmp_buf env, int value) __attribute__((noreturn));
void __setjmp_save_mask(jmp_buf env, int save_mask);

void __setjmp_save_mask(jmp_buf env, int save_mask)
{
    env->has_mask = save_mask != 0;
    if (save_mask)
        sigprocmask(SIG_BLOCK, NULL, &env->mask);
}

void longjmp(jmp_buf env, int value)
{
    if (env->has_mask)
        sigprocmask(SIG_SETMASK, &env->mask, NULL);
    __longjmp(env, value);
}

void _longjmp(jmp_buf env, int value)
{
    longjmp(env, value);
}

void siglongjmp(sigjmp_buf env, int value)
{
    longjmp(env, value);
}
