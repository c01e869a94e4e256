/* SPDX-License-Identifier: MIT */
/*
 * exec.c - replace a process's program.
 *
 *   1. open the file; follow #! to the interpreter, at most five times
 *   2. collect the strings                     (from the old address space)
 *   3. check the ELF headers, and the dynamic loader's
 *   4. build the new address space beside the old one
 *   5. no other threads; own files and signal actions
 *   6. commit: from here on nothing can fail
 *
 * Nothing is read in but headers: the file is mapped, and its pages come when
 * they are touched.
 */
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/kvmalloc.h"
#include "kernel/proc/exec_impl.h"
#include "kernel/proc/files.h"
#include "kernel/proc/process_impl.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fpu.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/record.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/personality.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define INTERP_DEPTH 5                      /* scripts that may be each other's interpreter */

/* Release the file being executed. */
static void close_file(struct file **f)
{
    if (!*f)
        return;
    inode_allow_write((*f)->inode);
    file_put(*f);
    *f = NULL;
}

/* Whether CRED may run the program INODE. */
static int check_executable(struct inode *inode, const struct cred *cred)
{
    if (S_ISLNK(inode->mode))
        return -ELOOP;
    if (!S_ISREG(inode->mode) || (inode->sb->flags & MS_NOEXEC))
        return -EACCES;
    return inode_permission(inode, MAY_EXEC, cred);
}

/* Open what NAME says.  Who may run a program need not be allowed to read it, so root opens it. */
static int open_executable(const struct exec_name *name, struct file **out)
{
    static const struct cred root;
    struct path_ctx ctx;
    struct path path;
    struct file *f;
    int err;

    path_ctx_current(&ctx);
    err = path_lookup(&ctx, name->start, name->path, name->lookup, &path);
    if (!err) {
        err = check_executable(path_inode(&path), ctx.cred);
        if (!err)
            err = file_open_path(&path, O_RDONLY | O_LARGEFILE, &root, &f);
        path_put(&path);
    }
    path_ctx_put(&ctx);
    if (err)
        return err;
    err = inode_deny_write(f->inode);
    if (err)
        file_put(f);
    else
        *out = f;
    return err;
}

/* The same of a plain name. */
static int open_named(const char *path, struct file **out)
{
    const struct exec_name name = { .path = path, .lookup = LOOKUP_FOLLOW };

    return open_executable(&name, out);
}

static int read_head(struct exec *x)
{
    ssize_t n = file_read_kernel(x->file, x->head, sizeof(x->head), 0);

    if (n < 0)
        return (int)n;
    x->head_len = (size_t)n;
    return 0;
}

/*
 * Split "#! interp option" in HEAD; false if there is no interpreter, or its name may go on
 * behind HEAD.  An option that does is cut.
 */
static bool split_script_line(struct exec *x, char **interp, char **option)
{
    char *s = x->head + 2, *end = memchr(x->head, '\n', x->head_len);
    bool cut = !end && x->head_len == EXEC_HEAD;

    if (!end)
        end = x->head + MIN(x->head_len, (size_t)EXEC_HEAD - 1);
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    while (*s == ' ' || *s == '\t')
        s++;
    *interp = s;
    while (*s && *s != ' ' && *s != '\t')
        s++;
    if (cut && s == x->head + EXEC_HEAD - 1)
        return false;
    *option = NULL;
    if (*s) {
        *s++ = '\0';
        while (*s == ' ' || *s == '\t')
            s++;
        *option = *s ? s : NULL;
    }
    return **interp;
}

/* x->file is a script: open its interpreter in its place. */
static int follow_script(struct exec *x, const char *script)
{
    char *interp, *option;
    int err;

    if (!split_script_line(x, &interp, &option))
        return -ENOEXEC;
    err = exec_args_interpose(&x->args, interp, option, script);
    if (err)
        return err;
    close_file(&x->file);
    return open_named(interp, &x->file);
}

/* Set x->file to the binary that will run. */
static int find_binary(struct exec *x, const struct exec_name *name)
{
    const char *path = name->shown;
    char script[EXEC_HEAD];
    int err = open_executable(name, &x->file);

    for (int depth = 0; !err; depth++) {
        err = read_head(x);
        if (err || x->head_len < 2 || x->head[0] != '#' || x->head[1] != '!')
            return err;
        if (depth == INTERP_DEPTH)
            return -ELOOP;
        if (name->closes)
            return -ENOENT;
        err = follow_script(x, path);
        /* Should the interpreter be a script too, its name is what its own interpreter gets. */
        strlcpy(script, x->args.buf, sizeof(script));
        path = script;
    }
    return err;
}

/* Read and check the program headers of F, whose first bytes are HEAD. */
static int parse_file(struct file *f, const char *head, size_t len, struct elf_image *image)
{
    struct elf64_ehdr header;
    struct elf64_phdr *phdrs;
    size_t size;
    ssize_t n;
    int err = elf_check_header(head, len, &header);

    if (err)
        return err;
    size = header.e_phnum * sizeof(*phdrs);
    phdrs = kvmalloc(size);
    if (!phdrs)
        return -ENOMEM;
    n = file_read_kernel(f, phdrs, size, header.e_phoff);
    if (n < 0)
        err = (int)n;
    else if ((size_t)n < size)
        err = -ENOEXEC;
    else
        err = elf_parse(&header, phdrs, inode_size(f->inode), USER_END, image);
    kvfree(phdrs);
    return err;
}

/* The dynamic loader that the program names. */
static int find_loader(struct exec *x)
{
    size_t size = x->image.interp_size;
    char *name = kmalloc(size, GFP_KERNEL);
    char head[sizeof(struct elf64_ehdr)];
    ssize_t n;
    int err;

    if (!name)
        return -ENOMEM;
    n = file_read_kernel(x->file, name, size, x->image.interp_offset);
    if (n < 0)
        err = (int)n;
    else if ((size_t)n < size || name[size - 1])
        err = -ENOEXEC;
    else
        err = open_named(name, &x->loader);
    kfree(name);
    if (err)
        return err;
    n = file_read_kernel(x->loader, head, sizeof(head), 0);
    if (n < 0)
        return (int)n;
    err = parse_file(x->loader, head, (size_t)n, &x->loader_image);
    return err == -ENOEXEC ? -ELIBBAD : err;
}

/* Whether the program may have more rights than the caller: not if another process could
 * change its root or working directory under it. */
static bool may_gain(const struct exec *x, const struct process *p, const struct inode *inode)
{
    return !(inode->sb->flags & MS_NOSUID) && !p->no_new_privs && (x->is_alone || !p->cred.euid);
}

/* Our own, changed by the set-user-ID and set-group-ID bits of the file.  Who gains rights that
 * way cannot be made to lie where the caller knows. */
static void take_identity(struct exec *x, const struct inode *inode)
{
    const struct process *p = current_process();
    bool trusted = may_gain(x, p, inode);
    struct cred *cred = &x->cred;

    *cred = p->cred;
    x->personality = p->personality;
    if (trusted && (inode->mode & (S_ISUID | S_ISGID)))
        x->personality &= ~ADDR_NO_RANDOMIZE;
    if (trusted && (inode->mode & S_ISUID))
        cred->euid = inode->uid;
    if (trusted && (inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
        cred->egid = inode->gid;
    cred->suid = cred->fsuid = cred->euid;
    cred->sgid = cred->fsgid = cred->egid;
}

static int build_mm(struct exec *x)
{
    struct process *p = current_process();
    int err;

    x->mm = mm_create();
    if (!x->mm)
        return -ENOMEM;
    x->mm->limit_as = p->rlimits[RLIMIT_AS].rlim_cur;
    x->mm->limit_data = p->rlimits[RLIMIT_DATA].rlim_cur;
    x->mm->limit_stack = p->rlimits[RLIMIT_STACK].rlim_cur;
    layout_choose(&x->layout, x->mm->limit_stack, x->personality & ADDR_NO_RANDOMIZE);
    x->mm->mmap_base = x->layout.mmap_base;
    err = exec_map_program(x);
    if (!err)
        err = vm_map_stack(x->mm, x->layout.stack_top);
    if (!err && x->loader)
        err = exec_map_loader(x);
    if (!err)
        err = vm_map_vdso(x->mm);
    if (!err)
        err = exec_build_stack(x);
    return err;
}

/* Everything is ready, all but the registers: become the new program. */
static void commit(struct exec *x)
{
    struct process *p = current_process();
    struct mm *old = p->mm;
    const char *name = x->args.buf + x->args.execfn_offset, *slash = strrchr(name, '/');
    uint64_t flags;

    x->mm->exe = x->file;                   /* keeps writing denied */
    x->file = NULL;
    flags = spin_lock_irqsave(&proc_lock);  /* others take references on it */
    p->mm = x->mm;
    p->cred = x->cred;
    p->personality = x->personality;
    if (cred_is_raised(&x->cred))           /* a parent might not send it this signal */
        p->death_signal = 0;
    spin_unlock_irqrestore(&proc_lock, flags);
    mm_switch_current(x->mm);
    record_follow(old, x->mm);
    x->mm = NULL;
    proc_exec_commit(slash ? slash + 1 : name);
    if (old)
        mm_put(old);
}

static void set_registers(const struct exec *x)
{
    struct trap_frame *frame = current->frame;

    memset(frame, 0, sizeof(*frame));
    frame->pc = x->entry;
    frame->sp = x->sp;
    frame->status = SSTATUS_SPIE | SSTATUS_FS_INITIAL;
    fpu_reset();
}

static int load(struct exec *x, const struct exec_name *name)
{
    int err = find_binary(x, name);

    if (!err)
        err = parse_file(x->file, x->head, x->head_len, &x->image);
    if (!err && x->image.interp_size)
        err = find_loader(x);
    if (err)
        return err;
    x->is_alone = fs_context_begin_exec(current_process()->fs);
    take_identity(x, x->file->inode);
    err = build_mm(x);
    return err ? err : proc_exec_prepare();
}

/* Take over X's strings; on success the frame is that of the new program. */
static int exec_common(struct exec *x, const struct exec_name *name)
{
    int err = load(x, name);

    if (!err) {
        commit(x);
        set_registers(x);
    }
    if (x->is_alone)
        fs_context_end_exec(current_process()->fs);
    if (x->mm)
        mm_put(x->mm);
    close_file(&x->file);
    close_file(&x->loader);
    exec_args_fini(&x->args);
    return err;
}

int proc_exec(const struct exec_name *name, uintptr_t argv, uintptr_t envp)
{
    struct exec *x = kzalloc(sizeof(*x), GFP_KERNEL);
    int err = x ? exec_args_init(&x->args, name->shown, argv, envp) : -ENOMEM;

    if (!err)
        err = exec_common(x, name);
    kfree(x);
    return err;
}

int proc_exec_kernel(const char *path, const char *const argv[], const char *const envp[])
{
    const struct exec_name name = { .path = path, .shown = path, .lookup = LOOKUP_FOLLOW };
    struct exec *x = kzalloc(sizeof(*x), GFP_KERNEL);
    int err = x ? exec_args_init_kernel(&x->args, path, argv, envp) : -ENOMEM;

    if (!err)
        err = exec_common(x, &name);
    kfree(x);
    return err;
}
