/* SPDX-License-Identifier: MIT */
/*
 * exec_impl.h - what the files of exec share among themselves.
 */
#pragma once
#include "kernel/proc/elf.h"
#include "kernel/proc/exec_args.h"
#include "kernel/proc/process.h"
#include "kernel/vm/layout.h"

#define EXEC_HEAD 256                       /* bytes read to tell the format; a #! line's limit */

/* A program on its way in. */
struct exec {
    struct file *file;                      /* what is executed; writing denied  */
    struct exec_args args;
    char head[EXEC_HEAD];
    size_t head_len;
    struct elf_image image;
    struct file *loader;                    /* PT_INTERP, or NULL                */
    struct elf_image loader_image;
    vaddr_t bias, loader_bias;              /* where they were put               */
    struct mm *mm;
    struct layout layout;                   /* where its parts go                */
    bool is_alone;                          /* no other process has our fs_context */
    struct cred cred;                       /* whom the program will run as      */
    uint32_t personality;                   /* as personality(2) says             */
    vaddr_t sp, entry;
};

/* Whether a program with CRED has rights that who runs it has not. */
static inline bool cred_is_raised(const struct cred *cred)
{
    return cred->uid != cred->euid || cred->gid != cred->egid;
}

/* Map the program into x->mm, then its loader where mmap would put it; the entry is that of
 * the one mapped last.  0, or an error of vm_mmap.  Both sleep. */
int exec_map_program(struct exec *x);
int exec_map_loader(struct exec *x);

/* Fill the stack of x->mm, which is mapped, and set x->sp.  0 or -ENOMEM.  Sleeps. */
int exec_build_stack(struct exec *x);
