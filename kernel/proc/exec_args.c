/* SPDX-License-Identifier: MIT */
/*
 * exec_args.c - collect argv and envp before the memory they lie in goes.
 */
#include "kernel/mm/kvmalloc.h"
#include "kernel/proc/exec_args.h"
#include "kernel/proc/process.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define STRING_MAX (32 * PAGE_SIZE)     /* one string, as Linux */
#define LEAST_MAX  (128UL << 10)        /* all, with their pointers, on the smallest stack, as Linux */
#define MOST_MAX   (6UL << 20)          /* ... and on the largest, as Linux */

/* A quarter of the stack that the process may have. */
static size_t total_max(void)
{
    size_t stack = current_process()->rlimits[RLIMIT_STACK].rlim_cur;

    return MAX(MIN(stack / 4, MOST_MAX), LEAST_MAX);
}

/* Room for N more bytes, and for the pointer to them on the new stack. */
static int reserve(struct exec_args *a, size_t n)
{
    size_t want = MAX(a->capacity, PAGE_SIZE);
    char *buf;

    if (a->len + n + (a->argc + a->envc + 1) * 8 > a->max)
        return -E2BIG;
    while (want < a->len + n)
        want *= 2;
    if (want == a->capacity)
        return 0;
    buf = kvrealloc(a->buf, a->len, want);
    if (!buf)
        return -ENOMEM;
    a->buf = buf;
    a->capacity = want;
    return 0;
}

static int add_kernel(struct exec_args *a, const char *s)
{
    size_t n = strlen(s) + 1;
    int err = reserve(a, n);

    if (err)
        return err;
    memcpy(a->buf + a->len, s, n);
    a->len += n;
    return 0;
}

/* Append the user's string at ADDR, growing the buffer until it fits. */
static int add_user(struct exec_args *a, uintptr_t addr)
{
    int err = reserve(a, 1);

    while (!err) {
        size_t room = MIN(a->capacity - a->len, STRING_MAX);
        ssize_t n = strncpy_from_user(a->buf + a->len, addr, room);

        if (n >= 0) {
            a->len += (size_t)n + 1;
            return 0;
        }
        if (n != -ENAMETOOLONG)
            return (int)n;
        err = room == STRING_MAX ? -E2BIG : reserve(a, room + 1);
    }
    return err;
}

/* A NULL-terminated vector of user pointers; VECTOR 0 is empty. */
static int add_vector(struct exec_args *a, uintptr_t vector, size_t *count)
{
    uint64_t addr;
    int err;

    for (*count = 0; vector; ++*count) {
        err = copy_from_user(&addr, vector + *count * 8, 8);
        if (err || !addr)
            return err;
        err = add_user(a, addr);
        if (err)
            return err;
    }
    return 0;
}

/* A program without argv[0] gets an empty one, as on Linux. */
static int add_missing_argv0(struct exec_args *a)
{
    if (a->argc)
        return 0;
    a->argc = 1;
    return add_kernel(a, "");
}

int exec_args_init(struct exec_args *a, const char *path, uintptr_t argv, uintptr_t envp)
{
    int err;

    *a = (struct exec_args){ .max = total_max() };
    err = add_vector(a, argv, &a->argc);
    if (!err)
        err = add_missing_argv0(a);
    a->env_offset = a->len;
    if (!err)
        err = add_vector(a, envp, &a->envc);
    a->execfn_offset = a->len;
    if (!err)
        err = add_kernel(a, path);
    if (err)
        exec_args_fini(a);
    return err;
}

int exec_args_init_kernel(struct exec_args *a, const char *path, const char *const argv[],
                          const char *const envp[])
{
    int err = 0;

    *a = (struct exec_args){ .max = total_max() };
    for (; !err && argv[a->argc]; a->argc++)
        err = add_kernel(a, argv[a->argc]);
    a->env_offset = a->len;
    for (; !err && envp[a->envc]; a->envc++)
        err = add_kernel(a, envp[a->envc]);
    a->execfn_offset = a->len;
    if (!err)
        err = add_kernel(a, path);
    if (err)
        exec_args_fini(a);
    return err;
}

int exec_args_interpose(struct exec_args *a, const char *interp, const char *option,
                        const char *script)
{
    size_t old = strlen(a->buf) + 1;
    size_t ni = strlen(interp) + 1, no = option ? strlen(option) + 1 : 0, ns = strlen(script) + 1;
    size_t new = ni + no + ns;
    int err = reserve(a, new);

    if (err)
        return err;
    memmove(a->buf + new, a->buf + old, a->len - old);
    memcpy(a->buf, interp, ni);
    if (option)
        memcpy(a->buf + ni, option, no);
    memcpy(a->buf + ni + no, script, ns);
    a->len += new - old;
    a->env_offset += new - old;
    a->execfn_offset += new - old;
    a->argc += option ? 2 : 1;
    return 0;
}

void exec_args_fini(struct exec_args *a)
{
    kvfree(a->buf);
    a->buf = NULL;
}
