/* SPDX-License-Identifier: MIT */
/*
 * exec_args.h - the strings that a new program finds on its stack.
 *
 * Collected in one kernel buffer while the old address space is still there:
 *
 *     argv[0] \0 argv[1] \0 ... envp[0] \0 ... execfn \0
 */
#pragma once
#include "kernel/port/port.h"

struct exec_args {
    char *buf;
    size_t len, capacity;
    size_t max;                 /* of the strings and their pointers */
    size_t argc, envc;
    size_t env_offset;          /* where envp[0] begins  */
    size_t execfn_offset;       /* where the name begins */
};

/* Copy the user's vectors and the name PATH.  0, -EFAULT, -ENOMEM, or -E2BIG (a
 * string above 128 KiB; or all, with their pointers, above a quarter of RLIMIT_STACK, of
 * which 128 KiB are always granted and never more than 4 MiB).  On failure nothing is kept. */
int exec_args_init(struct exec_args *a, const char *path, uintptr_t argv, uintptr_t envp);
/* The same from kernel strings, NULL-terminated vectors. */
int exec_args_init_kernel(struct exec_args *a, const char *path, const char *const argv[],
                          const char *const envp[]);
/* A script: argv[0] becomes INTERP, OPTION (NULL: none), SCRIPT; execfn stays.
 * 0, -E2BIG, -ENOMEM. */
int exec_args_interpose(struct exec_args *a, const char *interp, const char *option,
                        const char *script);
void exec_args_fini(struct exec_args *a);
