/* SPDX-License-Identifier: MIT */
/*
 * start.c - from the kernel's stack image to main.
 *
 * STACK points at argc; argv follows it, then envp, each ended by NULL.
 */
#include <stdlib.h>
#include <unistd.h>
#include "user/libc/start.h"

int main(int argc, char **argv, char **envp);

char **environ;
const char *__program_name = "?";

void __libc_start(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);

    environ = argv + argc + 1;
    if (argc > 0)
        __program_name = argv[0];
    exit(main(argc, argv, environ));
}
