/* SPDX-License-Identifier: MIT */
/* into: kernel/vm/uaccess.c */
/* Asks for all pages of what is left, and copies then, as often as it takes. */

int fault_in_user(uintptr_t addr, size_t n, bool write)
{
    struct mm *mm = current_mm();
    enum access access = write ? ACCESS_WRITE : ACCESS_READ;
    uintptr_t va = addr, end = addr + (n ? n : 1);

    if (!mm || !user_range_ok(addr, n) || port_should_fail(FAIL_UACCESS))
        return -EFAULT;
    do {
        if (handle_mm_fault(mm, va, access) != FAULT_OK)
            return va == addr ? -EFAULT : 0;
        record_use(mm, va & PAGE_MASK, access, false);
        va = (va & PAGE_MASK) + PAGE_SIZE;
    } while (va < end);
    return 0;
}

static __attribute__((noinline))
int finish_to_user(uintptr_t to, const void *from, size_t n, size_t done)
{
    if (!user_range_ok(to, n))
        return -EFAULT;
    for (; done < n; done += copy_to_user_nofault(to + done, (const char *)from + done, n - done))
        if (fault_in_user(to + done, n - done, true) < 0)
            return -EFAULT;
    return 0;
}

static __attribute__((noinline))
int finish_from_user(void *to, uintptr_t from, size_t n, size_t done)
{
    if (!user_range_ok(from, n))
        return -EFAULT;
    for (; done < n; done += copy_from_user_nofault((char *)to + done, from + done, n - done))
        if (fault_in_user(from + done, n - done, false) < 0)
            return -EFAULT;
    return 0;
}
