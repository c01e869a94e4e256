/* SPDX-License-Identifier: MIT */
/*
 * sys_mm.c - calls on the address space.
 */
#include "kernel/mm/icache.h"
#include "kernel/sys/args.h"
#include "kernel/sys/calls.h"
#include "kernel/vm/mlock.h"
#include "kernel/vm/mmap.h"
#include "lib/abi/mman.h"

int64_t sys_brk(const uint64_t *a)
{
    return (int64_t)vm_brk(current_mm(), a[0]);
}

static __attribute__((noinline)) int64_t mmap_file(const uint64_t *a)
{
    struct fd_ref ref = fd_get((int)a[4]);
    int64_t r;

    if (!ref.file)
        return -EBADF;
    r = vm_mmap(current_mm(), a[0], a[1], (unsigned)a[2], (unsigned)a[3], ref.file, a[5]);
    fd_put(ref);
    return r;
}

int64_t sys_mmap(const uint64_t *a)
{
    if (!(a[3] & MAP_ANONYMOUS))
        return mmap_file(a);
    return vm_mmap(current_mm(), a[0], a[1], (unsigned)a[2], (unsigned)a[3], NULL, a[5]);
}

int64_t sys_munmap(const uint64_t *a)
{
    return vm_munmap(current_mm(), a[0], a[1]);
}

int64_t sys_mprotect(const uint64_t *a)
{
    return vm_mprotect(current_mm(), a[0], a[1], (unsigned)a[2]);
}

int64_t sys_mremap(const uint64_t *a)
{
    return vm_mremap(current_mm(), a[0], a[1], a[2], (unsigned)a[3], a[4]);
}

int64_t sys_msync(const uint64_t *a)
{
    return vm_msync(current_mm(), a[0], a[1], (unsigned)a[2]);
}

int64_t sys_mincore(const uint64_t *a)
{
    return vm_mincore(current_mm(), a[0], a[1], a[2]);
}

int64_t sys_madvise(const uint64_t *a)
{
    return vm_madvise(current_mm(), a[0], a[1], (int)a[2]);
}

int64_t sys_mlock(const uint64_t *a)
{
    return vm_mlock(current_mm(), a[0], a[1], 0);
}

int64_t sys_mlock2(const uint64_t *a)
{
    return vm_mlock(current_mm(), a[0], a[1], (unsigned)a[2]);
}

int64_t sys_munlock(const uint64_t *a)
{
    return vm_munlock(current_mm(), a[0], a[1]);
}

int64_t sys_mlockall(const uint64_t *a)
{
    return vm_mlockall(current_mm(), (unsigned)a[0]);
}

int64_t sys_munlockall(const uint64_t *a)
{
    (void)a;
    vm_munlockall(current_mm());
    return 0;
}

/* The range does not matter: the fence has no finer form. */
int64_t sys_riscv_flush_icache(const uint64_t *a)
{
    if (a[2] & ~1UL)
        return -EINVAL;
    fence_i_all();
    return 0;
}
