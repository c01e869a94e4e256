/* SPDX-License-Identifier: MIT */
/*
 * exec.c - replace a process's program.
 *
 *   1. open the file; follow #! to the interpreter, at most five times
 *   2. collect the strings                     (from the old address space)
 *   3. check the ELF headers, and the dynamic loader's
 *   4. build the new address space beside the old one
 *   5. own files and signal actions, no other threads
 *   6. commit: from here on nothing can fail
 *
 * Nothing is read in but headers: the file is mapped, and its pages come when
 * they are touched.
 */
#include "kernel/core/random.h"
#include "kernel/fs/super.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/elf.h"
#include "kernel/proc/exec_args.h"
#include "kernel/proc/files.h"
#include "kernel/proc/process.h"
#include "kernel/riscv/csr.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/sched/fpu.h"
#include "kernel/vm/mmap.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/abi/mman.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define HEAD_SIZE  256                      /* bytes read to tell the format; a #! line's limit */
#define PIE_BASE   (USER_END / 3 * 2 & PAGE_MASK)
#define HWCAP      0x112d                   /* I, M, A, F, D, C as bits of their letters        */
#define CLOCK_TICK 100
#define INTERP_DEPTH 5                      /* scripts that may be each other's interpreter */

/* A program on its way in. */
struct exec {
    struct file *file;                      /* what is executed; writing denied  */
    struct exec_args args;
    char head[HEAD_SIZE];
    size_t head_len;
    struct elf_image image;
    struct file *loader;                    /* PT_INTERP, or NULL                */
    struct elf_image loader_image;
    vaddr_t bias, loader_bias;              /* where they were put               */
    struct mm *mm;
    struct cred cred;                       /* whom the program will run as      */
    vaddr_t sp, entry;
};

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
    bool cut = !end && x->head_len == HEAD_SIZE;

    if (!end)
        end = x->head + MIN(x->head_len, (size_t)HEAD_SIZE - 1);
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    *end = '\0';
    while (*s == ' ' || *s == '\t')
        s++;
    *interp = s;
    while (*s && *s != ' ' && *s != '\t')
        s++;
    if (cut && s == x->head + HEAD_SIZE - 1)
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
    char script[HEAD_SIZE];
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
    phdrs = kmalloc(size, GFP_KERNEL);
    if (!phdrs)
        return -ENOMEM;
    n = file_read_kernel(f, phdrs, size, header.e_phoff);
    if (n < 0)
        err = (int)n;
    else if ((size_t)n < size)
        err = -ENOEXEC;
    else
        err = elf_parse(&header, phdrs, inode_size(f->inode), USER_END, image);
    kfree(phdrs);
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

static unsigned prot_of(uint32_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0)
           | (flags & PF_X ? PROT_EXEC : 0);
}

/*
 * Map one segment: whole pages of the file, then the rest of the last page
 * cleared if it may be written, then anonymous pages up to memsz.
 */
static int map_segment(struct mm *mm, struct file *f, const struct elf_segment *seg, vaddr_t bias)
{
    vaddr_t start = align_down(seg->vaddr + bias, PAGE_SIZE);
    vaddr_t file_end = seg->vaddr + bias + seg->filesz;
    vaddr_t anon = seg->filesz ? align_up(file_end, PAGE_SIZE) : start;
    vaddr_t end = align_up(seg->vaddr + bias + seg->memsz, PAGE_SIZE);
    int64_t at = 0;

    if (seg->filesz)
        at = vm_mmap(mm, start, file_end - start, prot_of(seg->flags), MAP_PRIVATE | MAP_FIXED, f,
                     align_down(seg->offset, PAGE_SIZE));
    if (at < 0)
        return (int)at;
    if (seg->filesz && (seg->flags & PF_W) && seg->memsz > seg->filesz && file_end < anon
        && mm_clear(mm, file_end, anon - file_end) < anon - file_end)
        return -ENOMEM;
    if (end > anon)
        at = vm_mmap(mm, anon, end - anon, prot_of(seg->flags),
                     MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, NULL, 0);
    return at < 0 ? (int)at : 0;
}

static int map_image(struct mm *mm, struct file *f, const struct elf_image *image, vaddr_t bias)
{
    for (size_t i = 0; i < image->nsegments; i++) {
        int err = map_segment(mm, f, &image->segment[i], bias);

        if (err)
            return err;
    }
    return 0;
}

/* What /proc and brk want to know: where code and data lie. */
static void describe_program(struct exec *x)
{
    struct mm *mm = x->mm;

    for (size_t i = 0; i < x->image.nsegments; i++) {
        const struct elf_segment *seg = &x->image.segment[i];
        vaddr_t start = seg->vaddr + x->bias, end = start + seg->filesz;

        if (seg->flags & PF_X) {
            mm->start_code = mm->start_code ? MIN(mm->start_code, start) : start;
            mm->end_code = MAX(mm->end_code, end);
        } else {
            mm->start_data = mm->start_data ? MIN(mm->start_data, start) : start;
            mm->end_data = MAX(mm->end_data, end);
        }
    }
    mm->start_brk = mm->brk = x->image.end + x->bias;
}

static int map_program(struct exec *x)
{
    int err;

    x->bias = x->image.is_pie ? PIE_BASE - x->image.start : 0;
    if (x->image.start + x->bias < mmap_min_addr)
        return -EPERM;
    err = map_image(x->mm, x->file, &x->image, x->bias);
    if (err)
        return err;
    describe_program(x);
    x->entry = x->image.entry + x->bias;
    return 0;
}

/* The loader goes where mmap would put it. */
static int map_loader(struct exec *x)
{
    size_t len = x->loader_image.end - x->loader_image.start;
    vaddr_t at = vmaset_find_gap(&x->mm->vmas, len, mmap_min_addr, x->mm->mmap_base);
    int err;

    if (!at)
        return -ENOMEM;
    x->loader_bias = x->loader_image.is_pie ? at - x->loader_image.start : 0;
    err = map_image(x->mm, x->loader, &x->loader_image, x->loader_bias);
    x->entry = x->loader_image.entry + x->loader_bias;
    return err;
}

/* Our own, changed by the set-user-ID and set-group-ID bits of the file. */
static void take_identity(struct cred *cred, const struct inode *inode)
{
    bool trusted = !(inode->sb->flags & MS_NOSUID);

    *cred = current_process()->cred;
    if (trusted && (inode->mode & S_ISUID))
        cred->euid = inode->uid;
    if (trusted && (inode->mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
        cred->egid = inode->gid;
    cred->suid = cred->fsuid = cred->euid;
    cred->sgid = cred->fsgid = cred->egid;
}

/* The auxiliary vector: what the program's start-up code asks the kernel for. */
static size_t fill_auxv(struct exec *x, uint64_t *auxv, vaddr_t random, vaddr_t execfn)
{
    const struct cred *cred = &x->cred;
    const struct { uint64_t type, value; } entries[] = {
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
        { AT_SECURE, cred->uid != cred->euid || cred->gid != cred->egid },
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
static int build_stack(struct exec *x)
{
    struct exec_args *a = &x->args;
    vaddr_t strings = STACK_TOP - 8 - a->len;
    vaddr_t random = align_down(strings, 16) - 16;
    size_t nwords = 1 + a->argc + 1 + a->envc + 1 + sizeof(x->mm->auxv) / 8;
    uint64_t seed[2] = { port_random(), port_random() };
    uint64_t *words = kmalloc(nwords * 8, GFP_KERNEL), *w;
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
    kfree(words);
    x->mm->arg_start = strings;
    x->mm->arg_end = x->mm->env_start = strings + a->env_offset;
    x->mm->env_end = strings + a->execfn_offset;
    x->mm->start_stack = x->sp;
    return ok ? 0 : -ENOMEM;
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
    err = map_program(x);
    if (!err)
        err = vm_map_stack(x->mm);
    if (!err && x->loader)
        err = map_loader(x);
    if (!err)
        err = vm_map_sigreturn(x->mm);
    if (!err)
        err = build_stack(x);
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
    spin_unlock_irqrestore(&proc_lock, flags);
    mm_switch_current(x->mm);
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
    take_identity(&x->cred, x->file->inode);
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
