/* SPDX-License-Identifier: MIT */
/*
 * exec_stack.c - what a new program finds on its stack.
 */
#include "kernel/core/random.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/proc/exec_impl.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define HWCAP      0x112d                   /* I, M, A, F, D, C as bits of their letters */
#define CLOCK_TICK 100

/* The auxiliary vector: what the program's start-up code asks the kernel for. */
static size_t fill_auxv(struct exec *x, uint64_t *auxv, vaddr_t random, vaddr_t execfn)
{
    const struct cred *cred = &x->cred;
    const struct { uint64_t type, value; } entries[] = {
        { AT_SYSINFO_EHDR, x->mm->vdso },
        { AT_HWCAP, HWCAP },
        { AT_PAGESZ, PAGE_SIZE },
        { AT_CLKTCK, CLOCK_TICK },
        { AT_PHDR, x->image.phdr ? x->image.phdr + x->bias : 0 },
        { AT_PHENT, x->image.phentsize },
        { AT_PHNUM, x->image.phnum },
        { AT_BASE, x->loader ? x->loader_image.start + x->loader_bias : 0 },
        { AT_FLAGS, 0 },
        { AT_ENTRY, x->image.entry + x->bias },
        { AT_UID, cred->uid },
        { AT_EUID, cred->euid },
        { AT_GID, cred->gid },
        { AT_EGID, cred->egid },
        { AT_SECURE, cred_is_raised(cred) },
        { AT_MINSIGSTKSZ, sizeof(struct rt_sigframe) },
        { AT_RANDOM, random },
        { AT_EXECFN, execfn },
        { AT_NULL, 0 },
    };

    _Static_assert(sizeof(entries) <= sizeof(x->mm->auxv), "auxv outgrew its place");
    memcpy(auxv, entries, sizeof(entries));
    return sizeof(entries) / 8;
}

/* Pointers to N consecutive strings, the first one at ADDR, into VECTOR; then NULL. */
static uint64_t *fill_pointers(uint64_t *vector, const char *strings, vaddr_t addr, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(strings) + 1;

        *vector++ = addr;
        strings += len;
        addr += len;
    }
    *vector++ = 0;
    return vector;
}

/*
 * From the top: eight zero bytes, the strings, sixteen random bytes, then at a
 * multiple of 16 the auxiliary vector, envp, argv and argc.
 */
int exec_build_stack(struct exec *x)
{
    struct exec_args *a = &x->args;
    vaddr_t strings = x->layout.stack_top - 8 - a->len;
    vaddr_t random = align_down(strings, 16) - 16;
    size_t nwords = 1 + a->argc + 1 + a->envc + 1 + sizeof(x->mm->auxv) / 8;
    uint64_t seed[2] = { port_random(), port_random() };
    uint64_t *words = kvmalloc(nwords * 8), *w;
    size_t nbytes, naux;
    bool ok;

    if (!words)
        return -ENOMEM;
    w = words;
    *w++ = a->argc;
    w = fill_pointers(w, a->buf, strings, a->argc);
    w = fill_pointers(w, a->buf + a->env_offset, strings + a->env_offset, a->envc);
    naux = fill_auxv(x, w, random, strings + a->execfn_offset);
    memcpy(x->mm->auxv, w, naux * 8);
    nbytes = (size_t)(w + naux - words) * 8;
    x->sp = align_down(random - nbytes, 16);
    ok = mm_write(x->mm, strings, a->buf, a->len) == a->len
         && mm_write(x->mm, random, seed, sizeof(seed)) == sizeof(seed)
         && mm_write(x->mm, x->sp, words, nbytes) == nbytes;
    kvfree(words);
    x->mm->arg_start = strings;
    x->mm->arg_end = x->mm->env_start = strings + a->env_offset;
    x->mm->env_end = strings + a->execfn_offset;
    x->mm->start_stack = x->sp;
    return ok ? 0 : -ENOMEM;
}
