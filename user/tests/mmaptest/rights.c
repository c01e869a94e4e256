/* SPDX-License-Identifier: MIT */
/*
 * rights.c - what may be read, written and executed.
 */
#include "user/tests/mmaptest/mmaptest.h"

static void rights(void)
{
    char *none = mmap(NULL, PAGE, PROT_NONE, ANON, -1, 0);
    char *r = mmap(NULL, PAGE, PROT_READ, ANON, -1, 0);
    char *w = mmap(NULL, PAGE, PROT_WRITE, ANON, -1, 0);

    EXPECT_FAULT(try_read(none + 9), SIGSEGV, SEGV_ACCERR, none + 9);
    EXPECT_FAULT(try_write(none), SIGSEGV, SEGV_ACCERR, none);
    EXPECT_FAULT(try_call(none), SIGSEGV, SEGV_ACCERR, none);
    EXPECT_FAULT(try_write(r + 5), SIGSEGV, SEGV_ACCERR, r + 5);
    EXPECT_NO_FAULT(try_read(r + 5));
    EXPECT_FAULT(try_write(r + 5), SIGSEGV, SEGV_ACCERR, r + 5);    /* present now */
    EXPECT_FAULT(try_call(r), SIGSEGV, SEGV_ACCERR, r);
    EXPECT_NO_FAULT(try_write(w));
    EXPECT_NO_FAULT(try_read(w));               /* what can be written can be read */
    EXPECT_FAULT(try_call(w), SIGSEGV, SEGV_ACCERR, w);
    munmap(none, PAGE);
    munmap(r, PAGE);
    munmap(w, PAGE);
}

static const uint32_t return_at_once[] = {
#if defined(__riscv)
    0x00008067
#else
    0xc3
#endif
};

static void execution(void)
{
    char *p = mmap(NULL, PAGE, RW, ANON, -1, 0);

    memcpy(p, return_at_once, sizeof(return_at_once));
    EXPECT_FAULT(try_call(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT_OK(mprotect(p, PAGE, PROT_READ | PROT_EXEC));
    __builtin___clear_cache(p, p + PAGE);
    EXPECT_NO_FAULT(try_call(p));
    EXPECT_FAULT(try_write(p), SIGSEGV, SEGV_ACCERR, p);
#if defined(__riscv)
    EXPECT_OK(mprotect(p, PAGE, PROT_EXEC));
    EXPECT_NO_FAULT(try_call(p));
    EXPECT_FAULT(try_read(p), SIGSEGV, SEGV_ACCERR, p);
#endif
    EXPECT_OK(mprotect(p, PAGE, RW));
    EXPECT_FAULT(try_call(p), SIGSEGV, SEGV_ACCERR, p);
    EXPECT(memcmp(p, return_at_once, sizeof(return_at_once)) == 0);
    munmap(p, PAGE);
}

static void addresses_of_nobody(void)
{
    EXPECT_FAULT(try_read(NULL), SIGSEGV, SEGV_MAPERR, 0);
    EXPECT_FAULT(try_write((char *)8), SIGSEGV, SEGV_MAPERR, 8);
    EXPECT_FAULT(try_call((char *)16), SIGSEGV, SEGV_MAPERR, 16);
#if defined(__riscv)
    EXPECT_FAULT(try_read((char *)TOP), SIGSEGV, SEGV_MAPERR, TOP);
    EXPECT_FAULT(try_read((char *)0xffffffc080200000), SIGSEGV, f_.code, 0xffffffc080200000);
    EXPECT_FAULT(try_write((char *)0xffffffc080200000), SIGSEGV, f_.code, 0xffffffc080200000);
    EXPECT_FAULT(try_read((char *)0x8000000000000000), SIGSEGV, f_.code, 0x8000000000000000);
#endif
}

static const struct test tests[] = {
    TEST(rights), TEST(execution), TEST(addresses_of_nobody),
};

const struct test_list right_tests = TEST_LIST(tests);
