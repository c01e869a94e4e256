/* SPDX-License-Identifier: MIT */
/*
 * elftest.c - execve of what is no program, or a broken one: it is refused, or dies alone.
 */
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"

#define FILE_ "/tmp/elftest.program"
#define HEADERS (sizeof(struct elf64_ehdr) + 4 * sizeof(struct elf64_phdr))

static unsigned char image[128 * KB];           /* of the small program */
static size_t image_size;

static void read_small(void)
{
    int fd = open(SMALL_PROGRAM, O_RDONLY);
    ssize_t n;

    REQUIRE(fd >= 0);
    image_size = 0;
    while ((n = read(fd, image + image_size, sizeof(image) - image_size)) > 0)
        image_size += (size_t)n;
    close(fd);
    REQUIRE(image_size > HEADERS && image_size < sizeof(image));
}

static void expect_refused(int line, const void *changed, size_t size)
{
    int status;

    make_program(FILE_, changed, size, 0755);
    status = exec_file(FILE_);
    if (status != ENOEXEC << 8)
        fail(__FILE__, line, "status %x, not ENOEXEC", status);
}

#define EXPECT_REFUSED(changed, size) expect_refused(__LINE__, changed, size)

static void foreign_formats(void)
{
    static const size_t sizes[] = { 1, 3, 4, 16, sizeof(struct elf64_ehdr) - 1,
                                    sizeof(struct elf64_ehdr) };
    static char garbage[PAGE];

    read_small();
    for (size_t i = 0; i < COUNT(sizes); i++)
        EXPECT_REFUSED(image, sizes[i]);
    EXPECT_REFUSED("", 0);
    EXPECT_REFUSED("echo hello\n", 11);
    EXPECT_REFUSED("MZ\220\0", 4);
    for (size_t i = 0; i < sizeof(garbage); i++)
        garbage[i] = (char)rand_next(&test_rand);
    garbage[0] = '\0';
    EXPECT_REFUSED(garbage, sizeof(garbage));
    unlink(FILE_);
}

/* A field of the header made wrong, in a way that Linux on riscv64 does not take. */
static const struct {
    size_t offset, size;
    uint64_t value;
} wrong[] = {
#define FIELD(name, value)                                                     \
    { offsetof(struct elf64_ehdr, name), sizeof(((struct elf64_ehdr *)0)->name), value }
    { 0, 1, 'x' }, { 3, 1, 'f' }, { EI_CLASS, 1, 1 /* 32 bits */ },
    FIELD(e_type, ET_NONE), FIELD(e_type, ET_REL), FIELD(e_type, ET_CORE), FIELD(e_type, 0xffff),
    FIELD(e_machine, 0), FIELD(e_machine, 8 /* MIPS */), FIELD(e_machine, 0xffff),
    FIELD(e_phentsize, 0), FIELD(e_phentsize, 55), FIELD(e_phentsize, 0xffff),
    FIELD(e_phnum, 0), FIELD(e_phnum, 0xffff),
    FIELD(e_phoff, 1UL << 40), FIELD(e_phoff, (uint64_t)-8),
#undef FIELD
};

static void wrong_headers(void)
{
    static unsigned char changed[sizeof(image)];

    read_small();
    for (size_t i = 0; i < COUNT(wrong); i++) {
        memcpy(changed, image, image_size);
        memcpy(changed + wrong[i].offset, &wrong[i].value, wrong[i].size);
        make_program(FILE_, changed, image_size, 0755);
        if (exec_file(FILE_) != ENOEXEC << 8)
            fail(__FILE__, __LINE__, "case %zu: status %x", i, outcome.status);
    }
    unlink(FILE_);
}

/*
 * Exec what may be anything, as a user who can do no harm and not for long.
 * Whatever comes of it will do, if only the process ends and we are still here.
 */
static void try_anything(void *arg)
{
    struct itimerval soon = { .it_value = { .tv_usec = 100000 } };
    struct rlimit none = { 0, 0 };

    (void)arg;
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
    close(STDOUT_FILENO);
    REQUIRE(setresuid(65534, 65534, 65534) == 0);
    setitimer(ITIMER_REAL, &soon, NULL);
    execve(FILE_, no_strings, no_strings);
    _exit(errno);
}

/* Write the changed HEADERS (SIZE bytes) over the program's and run it. */
static void try_headers(const void *headers, size_t size)
{
    int fd = open(FILE_, O_WRONLY), status;

    REQUIRE(fd >= 0);
    EXPECT_EQ(pwrite(fd, headers, size, 0), size);
    close(fd);
    status = run_child(try_anything, NULL);
    EXPECT(WIFEXITED(status) || WIFSIGNALED(status));
}

/* Numbers on which arithmetic goes wrong. */
static uint64_t odd_number(void)
{
    static const uint64_t odd[] = {
        0, 1, 7, PAGE - 1, PAGE, 0x7fffffff, 1UL << 31, (1UL << 38) - PAGE, 1UL << 38, 1UL << 63,
        (uint64_t)-(long)PAGE, (uint64_t)-1,
    };

    return odd[rand_below(&test_rand, COUNT(odd))] + rand_below(&test_rand, 2);
}

/* Each field in turn: of the header in pairs of bytes, of the program headers in words. */
static void each_field_wrong(void)
{
    unsigned char changed[HEADERS];

    read_small();
    make_program(FILE_, image, image_size, 0755);
    for (size_t i = 4; i < HEADERS;) {
        bool wide = i >= 24 && i % 8 == 0 && (i < 48 || i >= 72);
        uint64_t value = odd_number();

        memcpy(changed, image, HEADERS);
        memcpy(changed + i, &value, wide ? 8 : 2);
        try_headers(changed, HEADERS);
        i += wide ? 8 : 2;
    }
    unlink(FILE_);
}

static void random_bytes_wrong(void)
{
    unsigned char changed[HEADERS];

    read_small();
    make_program(FILE_, image, image_size, 0755);
    for (int i = 0; i < 100; i++) {
        memcpy(changed, image, HEADERS);
        for (uint64_t n = 1 + rand_below(&test_rand, 4); n > 0; n--)
            changed[4 + rand_below(&test_rand, HEADERS - 4)] = (unsigned char)rand_next(&test_rand);
        try_headers(changed, HEADERS);
    }
    unlink(FILE_);
}

static const struct test tests[] = {
    TEST(foreign_formats), TEST(wrong_headers), TEST(each_field_wrong), TEST(random_bytes_wrong),
};

TEST_MAIN(tests)
