/* SPDX-License-Identifier: MIT */
/*
 * uaccess.c - bytes between the kernel and the running thread's memory.
 *
 * The kernel takes no page faults on behalf of a user: a copy that meets an
 * absent page stops short, and the full copies below serve the fault by an
 * ordinary call and go on.  So it is visible in the code where a copy may sleep.
 */
#include "kernel/core/uio.h"
#include "kernel/core/usercopy.h"
#include "kernel/vm/anon.h"
#include "kernel/vm/record.h"
#include "kernel/vm/remote.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

bool user_range_ok(uintptr_t addr, size_t n)
{
    return n <= USER_END && addr <= USER_END - n;
}

size_t copy_to_user_nofault(uintptr_t to, const void *from, size_t n)
{
    return user_range_ok(to, n) ? n - user_memcpy((void *)to, from, n) : 0;
}

size_t copy_from_user_nofault(void *to, uintptr_t from, size_t n)
{
    return user_range_ok(from, n) ? n - user_memcpy(to, (const void *)from, n) : 0;
}

size_t clear_user_nofault(uintptr_t to, size_t n)
{
    return user_range_ok(to, n) ? n - user_memzero((void *)to, n) : 0;
}

int fault_in_user(uintptr_t addr, size_t n, bool write)
{
    struct mm *mm = current_mm();
    enum access access = write ? ACCESS_WRITE : ACCESS_READ;
    vaddr_t first = addr & PAGE_MASK, last = (addr + (n ? n - 1 : 0)) & PAGE_MASK;

    if (!mm || !user_range_ok(addr, n) || port_should_fail(FAIL_UACCESS))
        return -EFAULT;
    if (handle_mm_fault(mm, first, access) != FAULT_OK)
        return -EFAULT;
    record_use(mm, first, access, false);
    for (vaddr_t va = first + PAGE_SIZE; va <= last; va += PAGE_SIZE) {
        if (handle_mm_fault(mm, va, access) != FAULT_OK)
            break;
        record_use(mm, va, access, false);
    }
    return 0;
}

/* Copies that got DONE of N bytes: serve the faults, one page at a time. */

static __attribute__((noinline))
int finish_to_user(uintptr_t to, const void *from, size_t n, size_t done)
{
    while (done < n) {
        if (!user_range_ok(to, n) || fault_in_user(to + done, 1, true) < 0)
            return -EFAULT;
        done += copy_to_user_nofault(to + done, (const char *)from + done, n - done);
    }
    return 0;
}

static __attribute__((noinline))
int finish_from_user(void *to, uintptr_t from, size_t n, size_t done)
{
    while (done < n) {
        if (!user_range_ok(from, n) || fault_in_user(from + done, 1, false) < 0)
            return -EFAULT;
        done += copy_from_user_nofault((char *)to + done, from + done, n - done);
    }
    return 0;
}

int copy_to_user(uintptr_t to, const void *from, size_t n)
{
    size_t done = copy_to_user_nofault(to, from, n);

    return done == n ? 0 : finish_to_user(to, from, n, done);
}

int copy_from_user(void *to, uintptr_t from, size_t n)
{
    size_t done = copy_from_user_nofault(to, from, n);

    return done == n ? 0 : finish_from_user(to, from, n, done);
}

int cmpxchg_user(uintptr_t addr, uint32_t *old, uint32_t value)
{
    if (addr % sizeof(value) || !user_range_ok(addr, sizeof(value)))
        return -EFAULT;
    while (user_cmpxchg32((uint32_t *)addr, old, value) < 0) {
        if (fault_in_user(addr, sizeof(value), true) < 0)
            return -EFAULT;
    }
    return 0;
}

ssize_t strncpy_from_user(char *buf, uintptr_t from, size_t size)
{
    size_t done = 0;

    while (done < size && from + done < USER_END) {
        size_t room = MIN(size - done, USER_END - from - done);
        ssize_t got = user_strncpy(buf + done, (const char *)from + done, room);

        if (got >= 0 && (size_t)got < room)
            return (ssize_t)done + got;
        done += got >= 0 ? (size_t)got : (size_t)(-1 - got);
        if (got < 0 && fault_in_user(from + done, 1, false) < 0)
            return -EFAULT;
    }
    return done < size ? -EFAULT : -ENAMETOOLONG;
}

/* Another address space */

static size_t mm_access(struct mm *mm, uintptr_t addr, void *buf, size_t n, enum access access)
{
    struct uio_segment seg;
    struct uio u;

    uio_init_kernel(&u, &seg, buf, n);
    return remote_copy(mm, addr, n, &u, access);
}

size_t mm_read(struct mm *mm, uintptr_t from, void *to, size_t n)
{
    return mm_access(mm, from, to, n, ACCESS_READ);
}

size_t mm_write(struct mm *mm, uintptr_t to, const void *from, size_t n)
{
    return mm_access(mm, to, (void *)from, n, ACCESS_WRITE);
}

size_t mm_clear(struct mm *mm, uintptr_t to, size_t n)
{
    size_t done = 0, moved;

    do {
        moved = mm_write(mm, to + done, page_address(zero_page), MIN(n - done, PAGE_SIZE));
        done += moved;
    } while (done < n && moved == PAGE_SIZE);
    return done;
}

static const struct uio_ops user_ops = {
    .to_user = copy_to_user_nofault,
    .from_user = copy_from_user_nofault,
    .zero_user = clear_user_nofault,
    .fault_in = fault_in_user,
};

void uaccess_init(void)
{
    uio_user_ops = &user_ops;
}
