/* SPDX-License-Identifier: MIT */
/*
 * syscall.h - how the library enters the kernel.
 *
 * The number goes in a7, the arguments in a0 to a5, the result comes back in a0; -4095 to -1 is a
 * negated errno.  Two sizes of call are enough: the registers beyond the arguments a call takes are
 * not looked at, and most calls take three or fewer.
 */
#pragma once
#include <errno.h>
#include <unistd.h>

static inline long kernel_call3(long number, long a, long b, long c)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
    return a0;
}

static inline long kernel_call6(long number, long a, long b, long c, long d, long e, long f)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = number;

    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}

/* Turn the kernel's result into the C convention: -1 and errno on an error. */
static inline long syscall_result(long result)
{
    if ((unsigned long)result < -4095UL)
        return result;
    errno = (int)-result;
    return -1;
}

/*
 * RAW_SYSCALL(SYS_x, arguments...) gives the kernel's own result, SYSCALL the C convention.  They
 * are macros because arguments are integers and pointers alike: each is cast to long here, once.
 */
#define RAW_SYSCALL(...)                                                                     \
    SYSCALL_PICK(__VA_ARGS__, CALL6, CALL5, CALL4, CALL3, CALL2, CALL1, CALL0)(__VA_ARGS__)
#define SYSCALL(...) syscall_result(RAW_SYSCALL(__VA_ARGS__))

#define SYSCALL_PICK(n, a, b, c, d, e, f, pick, ...) pick
#define CALL0(n) kernel_call3(n, 0, 0, 0)
#define CALL1(n, a) kernel_call3(n, (long)(a), 0, 0)
#define CALL2(n, a, b) kernel_call3(n, (long)(a), (long)(b), 0)
#define CALL3(n, a, b, c) kernel_call3(n, (long)(a), (long)(b), (long)(c))
#define CALL4(n, a, b, c, d) \
    kernel_call6(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)
#define CALL5(n, a, b, c, d, e) \
    kernel_call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), 0)
#define CALL6(n, a, b, c, d, e, f) \
    kernel_call6(n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
