/* SPDX-License-Identifier: MIT */
/* exit.c - the ways a program ends. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "user/libc/exit.h"

#define MAX_FUNCTIONS 32 /* what C promises */

static void (*functions[MAX_FUNCTIONS])(void);
static int nfunctions;

void (*__exit_stdio)(void);

int atexit(void (*function)(void))
{
    if (nfunctions == MAX_FUNCTIONS)
        return -1;
    functions[nfunctions++] = function;
    return 0;
}

/* Last registered, first called; a function may register or exit again. */
void exit(int status)
{
    while (nfunctions > 0)
        functions[--nfunctions]();
    if (__exit_stdio != NULL)
        __exit_stdio();
    _exit(status);
}

void abort(void)
{
    sigset_t set = (sigset_t)1 << (SIGABRT - 1);

    raise(SIGABRT);
    /* It was caught, ignored or blocked. */
    signal(SIGABRT, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(SIGABRT);
    _exit(127);
}
