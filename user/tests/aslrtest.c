/* SPDX-License-Identifier: MIT */
/*
 * aslrtest.c - programs lie at other addresses each time, unless they are not to; and none
 * can write what it can execute.
 *
 * By a link named "places" the program prints where its parts are.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include "lib/abi/elf.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/program.h"

#define PLACES  "/tmp/aslrtest.places"
#define SETTING "/proc/sys/kernel/randomize_va_space"
#define EXECS   200
#define ENOUGH  190             /* different ones: chance makes a few equal */

struct places {
    uintptr_t stack, mapping, heap;
};

static int print_places(void)
{
    int local;
    char *mapped = map_pages(1, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    printf("%lx %lx %lx\n", (uintptr_t)&local & ~(PAGE - 1), (uintptr_t)mapped,
           (uintptr_t)sbrk(0));
    fflush(stdout);
    return 0;
}

static struct places look(void)
{
    struct places p = { 0 };

    EXPECT_EQ(exec_file(PLACES), 0);
    if (sscanf(outcome.text, "%lx %lx %lx", &p.stack, &p.mapping, &p.heap) != 3)
        fail(__FILE__, __LINE__, "printed %s", outcome.text);
    return p;
}

static bool are_equal(const struct places *a, const struct places *b)
{
    return a->stack == b->stack && a->mapping == b->mapping && a->heap == b->heap;
}

static int compare(const void *a, const void *b)
{
    uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

    return (x > y) - (x < y);
}

static size_t count_different(uintptr_t *values)
{
    size_t n = 1;

    qsort(values, EXECS, sizeof(*values), compare);
    for (size_t i = 1; i < EXECS; i++)
        n += values[i] != values[i - 1];
    return n;
}

static void two_hundred_programs(void)
{
    static uintptr_t stack[EXECS], mapping[EXECS], heap[EXECS];

    for (size_t i = 0; i < EXECS; i++) {
        struct places p = look();

        stack[i] = p.stack;
        mapping[i] = p.mapping;
        heap[i] = p.heap;
    }
    EXPECT(count_different(stack) >= ENOUGH);
    EXPECT(count_different(mapping) >= ENOUGH);
    EXPECT(count_different(heap) >= ENOUGH);
}

static void stack_stays_above_mappings(void)
{
    struct rlimit wide = { 64 * MB, RLIM_INFINITY };
    struct places p;

    EXPECT_EQ(setrlimit(RLIMIT_STACK, &wide), 0);
    for (int i = 0; i < 10; i++) {
        p = look();
        EXPECT(p.stack > p.mapping + wide.rlim_cur);
        EXPECT(p.mapping > p.heap);
    }
}

static void no_randomness_wanted(void)
{
    struct places first, second;

    EXPECT_EQ(personality(PERSONALITY_ASK), PER_LINUX);
    EXPECT_EQ(personality(ADDR_NO_RANDOMIZE), PER_LINUX);
    EXPECT_EQ(personality(PERSONALITY_ASK), ADDR_NO_RANDOMIZE);
    first = look();
    second = look();
    EXPECT(are_equal(&first, &second));
    EXPECT_EQ(personality(PER_LINUX), ADDR_NO_RANDOMIZE);
    second = look();
    EXPECT(!are_equal(&first, &second));
}

/* Who runs a program with rights of its own may not choose its addresses. */
static void rights_end_the_wish(void)
{
    struct places first, second;

    EXPECT_EQ(chmod(PLACES, 04755), 0);
    EXPECT_EQ(personality(ADDR_NO_RANDOMIZE), PER_LINUX);
    first = look();
    second = look();
    EXPECT(first.stack != second.stack && first.mapping != second.mapping);
    EXPECT_EQ(chmod(PLACES, 0755), 0);
}

static void setting_for_all(void)
{
    struct places first, second;

    if (write_text(SETTING, "0") != 0)
        skip("only root changes the setting");
    first = look();
    second = look();
    EXPECT(are_equal(&first, &second));
    EXPECT_EQ(write_text(SETTING, "1"), 0);
    first = look();
    second = look();
    EXPECT(first.stack != second.stack && first.mapping != second.mapping);
    EXPECT_EQ(write_text(SETTING, "x"), EINVAL);
    EXPECT_EQ(write_text(SETTING, "3"), 0);         /* more than all is all */
    first = look();
    second = look();
    EXPECT(!are_equal(&first, &second));
    EXPECT_EQ(write_text(SETTING, "2"), 0);
}

/* A fault of a program that lets others write into its memory is worth less, if what they write
 * cannot be executed there. */

static void expect_apart(const char *path)
{
    struct elf64_ehdr head;
    struct elf64_phdr part;
    int fd = open(path, O_RDONLY);

    REQUIRE(fd >= 0);
    if (read(fd, &head, sizeof(head)) == sizeof(head) && memcmp(head.e_ident, ELFMAG, SELFMAG) == 0)
        for (size_t i = 0; i < head.e_phnum; i++) {
            REQUIRE(pread(fd, &part, sizeof(part), (off_t)(head.e_phoff + i * sizeof(part)))
                    == sizeof(part));
            if (part.p_type == PT_LOAD && (part.p_flags & PF_W) && (part.p_flags & PF_X))
                fail(__FILE__, __LINE__, "%s can write its code", path);
        }
    close(fd);
}

static size_t expect_apart_in(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *e;
    char path[300];
    size_t n = 0;

    REQUIRE(dir != NULL);
    for (; (e = readdir(dir)); n++) {
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        expect_apart(path);
    }
    closedir(dir);
    return n;
}

static void no_program_writes_its_code(void)
{
    EXPECT(expect_apart_in("/bin") > 20);
    EXPECT(expect_apart_in("/tests") > 20);
}

/* What the page tables grant beyond this, the audit after each test finds.
 * Was there a program?  A thread of the kernel has none. */
static bool expect_apart_now(const char *pid)
{
    char path[32], program[64], *text, *line, access[5];

    snprintf(path, sizeof(path), "/proc/%s/exe", pid);
    if (readlink(path, program, sizeof(program)) < 0)
        return false;
    snprintf(path, sizeof(path), "/proc/%s/maps", pid);
    text = open_text(path);
    while ((line = next_line(&text)))
        if (sscanf(line, "%*x-%*x %4s", access) != 1 || (access[1] == 'w' && access[2] == 'x'))
            fail(__FILE__, __LINE__, "process %s has %s", pid, line);
    return true;
}

static void no_process_writes_its_code(void)
{
    DIR *dir = opendir("/proc");
    struct dirent *e;
    size_t n = 0;

    REQUIRE(dir != NULL);
    while ((e = readdir(dir)))
        n += isdigit(e->d_name[0]) && expect_apart_now(e->d_name);
    closedir(dir);
    EXPECT(n >= 2);
}

/* Booted with norandmaps. */
static void nothing_is_drawn(void)
{
    struct places first = look(), second = look();

    EXPECT(are_equal(&first, &second));
}

static const struct test tests[] = {
    TEST(two_hundred_programs), CHILD_TEST(stack_stays_above_mappings),
    CHILD_TEST(no_randomness_wanted), CHILD_TEST(rights_end_the_wish), TEST(setting_for_all),
    TEST(no_program_writes_its_code), TEST(no_process_writes_its_code),
    NAMED_TEST(nothing_is_drawn),
};

int main(int argc, char **argv)
{
    int status;

    if (strcmp(argv[0], PLACES) == 0)
        return print_places();
    copy_program("/proc/self/exe", PLACES);
    status = test_main(argc, argv, tests, COUNT(tests));
    unlink(PLACES);
    return status;
}
