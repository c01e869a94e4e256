/* SPDX-License-Identifier: MIT */
/*
 * mapstorm.c - random changes of mappings, against a model with one record per page.
 *
 * The arena is a row of pages over the border of two page tables, with pages that
 * nobody may use at both ends.  Each step maps, unmaps, protects, moves, stores or
 * forks somewhere in it, does the same to the model, and compares the pages it was
 * about and a few others; now and then, and at the end, all of them, and the
 * picture that /proc/self/maps gives.
 *
 * A page has a byte at its start and the same one at its end.  What must not be
 * accessible is tried by system calls, which say EFAULT.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define RW (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)
#define ARENA 96                /* pages                                  */
#define LONGEST 14              /* pages of one change                    */
#define TABLE (2 * MB)          /* what one page table maps               */
#define STEPS 2500

/* Objects: number 0 is a file, the others shared memory.  NOBODY's are private pages. */
#define OBJECTS 24
#define OBJECT_PAGES 40
#define THE_FILE 0
#define NOBODY OBJECTS

static struct {
    size_t npages, users;       /* users: pages of the arena that show it */
    uint8_t value[OBJECT_PAGES];
} objects[OBJECTS];

struct record {
    bool mapped, shared;
    uint8_t prot;
    uint8_t object;
    uint8_t index;              /* page of the object                     */
    bool own;                   /* private and written, or of no object   */
    uint8_t value;              /* its byte then                          */
};

static const struct record hole = { .object = NOBODY };
static const int prots[] = { PROT_NONE, PROT_READ, RW, RW, RW };

static struct record model[ARENA];
static char *arena;
static struct gate probes;
static int file;

/* What is being done, for the report of a failure. */
static struct {
    const char *what;
    unsigned long step, first, count, size, to, flags;
} doing;

static void explain(void)
{
    note("step %lu: %s of page %lu + %lu, %lu to %lu, flags %lx", doing.step, doing.what,
         doing.first, doing.count, doing.size, doing.to, doing.flags);
}

static char *page(size_t i)
{
    return arena + i * PAGE;
}

/* Records */

static bool is_there(const struct record *r)
{
    return r->own || r->index < objects[r->object].npages;
}

static bool is_readable(const struct record *r)
{
    return r->mapped && (r->prot & PROT_READ) && is_there(r);
}

static bool is_writable(const struct record *r)
{
    return is_readable(r) && (r->prot & PROT_WRITE);
}

static uint8_t value_of(const struct record *r)
{
    return r->own ? r->value : objects[r->object].value[r->index];
}

static void put(size_t i, struct record r)
{
    if (model[i].object != NOBODY)
        objects[model[i].object].users--;
    model[i] = r;
    if (r.object != NOBODY)
        objects[r.object].users++;
}

static void clear(size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        put(i, hole);
}

/* The page that stands N behind R in the same mapping, as it was at first. */
static struct record fresh(struct record r, size_t n)
{
    r.own = r.object == NOBODY;
    r.value = 0;
    if (r.object != NOBODY)
        r.index += n;
    return r;
}

/* Whether [FIRST, FIRST + COUNT) looks like part of one mapping. */
static bool is_uniform(size_t first, size_t count)
{
    const struct record *a = &model[first];

    for (size_t i = 0; i < count; i++) {
        const struct record *b = &model[first + i];

        if (b->mapped != a->mapped || b->prot != a->prot || b->object != a->object
            || b->shared != a->shared || (a->object != NOBODY && b->index != a->index + i))
            return false;
    }
    return true;
}

static bool are_holes(size_t first, size_t end)
{
    for (size_t i = first; i < end; i++)
        if (i >= ARENA || model[i].mapped)
            return false;
    return true;
}

/* Looking */

static bool can_be_read(const char *p)
{
    char c;

    errno = 0;
    if (write(probes.fd[1], p, 1) == 1)
        return read(probes.fd[0], &c, 1) == 1;
    EXPECT_EQ(errno, EFAULT);
    return false;
}

static bool can_be_written(char *p)
{
    char c;

    REQUIRE(write(probes.fd[1], "", 1) == 1);
    errno = 0;
    if (read(probes.fd[0], p, 1) == 1)
        return true;
    EXPECT_EQ(errno, EFAULT);
    REQUIRE(read(probes.fd[0], &c, 1) == 1);
    return false;
}

static void check_page(size_t i)
{
    const volatile uint8_t *p = (const volatile uint8_t *)page(i);
    uint8_t value;

    if (!is_readable(&model[i])) {
        if (can_be_read(page(i)))
            fail(__FILE__, __LINE__, "page %zu can be read", i);
        return;
    }
    value = value_of(&model[i]);
    if (p[0] != value || p[PAGE - 1] != value)
        fail(__FILE__, __LINE__, "page %zu holds %u and %u, not %u", i, p[0], p[PAGE - 1], value);
}

static void check_pages(size_t first, size_t count)
{
    for (size_t i = first; i < first + count && i < ARENA; i++)
        check_page(i);
}

/* The kernel's picture: rights, sharing, and for the file the offset. */
static void check_line(const char *line, bool *seen)
{
    uintptr_t start, end, offset;
    char rights[8];

    if (sscanf(line, "%lx-%lx %7s %lx", &start, &end, rights, &offset) != 4)
        return;
    for (uintptr_t p = start; p < end; p += PAGE) {
        size_t i = (p - (uintptr_t)arena) / PAGE;
        const struct record *r = &model[i];

        if (p < (uintptr_t)arena || i >= ARENA)
            continue;
        seen[i] = true;
        if (!r->mapped || (rights[0] == 'r') != !!(r->prot & PROT_READ)
            || (rights[1] == 'w') != !!(r->prot & PROT_WRITE) || (rights[3] == 's') != r->shared
            || (r->object == THE_FILE && offset + p - start != r->index * PAGE))
            fail(__FILE__, __LINE__, "page %zu is not of '%s'", i, line);
    }
}

static void check_maps(void)
{
    static char text[48 * KB];
    bool seen[ARENA] = { false };
    char *line, *next;

    read_file("/proc/self/maps", text, sizeof(text));
    for (line = text; (next = strchr(line, '\n')); line = next + 1) {
        *next = '\0';
        check_line(line, seen);
    }
    for (size_t i = 0; i < ARENA; i++)
        if (seen[i] != model[i].mapped)
            fail(__FILE__, __LINE__, "page %zu is %s in maps", i, seen[i] ? "there" : "missing");
}

static void stray_fault(int sig, siginfo_t *info, void *context)
{
    (void)context;
    note("signal %d at page %ld", sig, ((long)info->si_addr - (long)arena) / (long)PAGE);
    explain();
    _exit(1);
}

/* Changing */

static void choose_range(void)
{
    doing.first = rand_below(&test_rand, ARENA);
    doing.count = rand_range(&test_rand, 1, LONGEST);
    if (doing.count > ARENA - doing.first)
        doing.count = ARENA - doing.first;
}

/* Shared memory of that size, all zero; NOBODY if there are too many. */
static uint8_t new_object(size_t npages)
{
    for (uint8_t i = THE_FILE + 1; i < OBJECTS; i++)
        if (!objects[i].users) {
            memset(objects[i].value, 0, sizeof(objects[i].value));
            objects[i].npages = npages;
            return i;
        }
    return NOBODY;
}

static void do_map(void)
{
    size_t kind = rand_below(&test_rand, 5);
    bool of_file = kind == 1 || kind == 2;
    struct record r = {
        .mapped = true,
        .shared = kind == 2 || kind == 3,
        .prot = (uint8_t)prots[rand_below(&test_rand, COUNT(prots))],
        .object = NOBODY,
    };
    int flags = MAP_FIXED | (r.shared ? MAP_SHARED : MAP_PRIVATE) | (of_file ? 0 : MAP_ANONYMOUS);

    choose_range();
    doing.what = "mmap";
    doing.flags = kind;
    if (of_file) {
        r.object = THE_FILE;
        r.index = (uint8_t)rand_below(&test_rand, OBJECT_PAGES);
    } else if (r.shared) {
        r.object = new_object(doing.count);
        if (r.object == NOBODY)
            return;
    }
    REQUIRE(mmap(page(doing.first), doing.count * PAGE, r.prot, flags, of_file ? file : -1,
                 (off_t)(r.index * PAGE)) == page(doing.first));
    for (size_t i = 0; i < doing.count; i++)
        put(doing.first + i, fresh(r, i));
}

static void do_unmap(void)
{
    choose_range();
    doing.what = "munmap";
    EXPECT_OK(munmap(page(doing.first), doing.count * PAGE));
    clear(doing.first, doing.count);
}

/* A hole stops it; what lies before it is changed all the same. */
static void do_protect(void)
{
    int prot = prots[rand_below(&test_rand, COUNT(prots))], r;
    size_t n = 0;

    choose_range();
    doing.what = "mprotect";
    doing.flags = (unsigned long)prot;
    r = mprotect(page(doing.first), doing.count * PAGE, prot);
    for (; n < doing.count && model[doing.first + n].mapped; n++)
        model[doing.first + n].prot = (uint8_t)prot;
    EXPECT_EQ(r, n < doing.count ? -1 : 0);
    if (r)
        EXPECT_EQ(errno, ENOMEM);
}

static void store(size_t i)
{
    struct record *r = &model[i];
    uint8_t value = (uint8_t)rand_next(&test_rand);
    volatile uint8_t *p = (volatile uint8_t *)page(i);

    p[0] = p[PAGE - 1] = value;
    if (r->shared) {
        objects[r->object].value[r->index] = value;
    } else {
        r->own = true;
        r->value = value;
    }
}

static void do_store(void)
{
    choose_range();
    doing.what = "store";
    for (size_t i = doing.first; i < doing.first + doing.count; i++)
        if (is_writable(&model[i]))
            store(i);
        else if (can_be_written(page(i)))
            fail(__FILE__, __LINE__, "page %zu can be written", i);
}

/* The child has its own pages as they were, and what it stores in private ones stays with
 * it.  What the others show, the parent may be changing. */
static void store_in_private(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < ARENA; i++) {
        if (is_writable(&model[i]) && !model[i].shared)
            store(i);
        if (model[i].own)
            check_page(i);
    }
}

static void do_fork(void)
{
    pid_t pid = start_child(store_in_private, NULL);

    doing.what = "fork";
    do_store();
    EXPECT_CHILD(pid);
    check_pages(0, ARENA);
}

/* mremap */

static bool expect_refused(const char *q, int is, int should)
{
    if (q == MAP_FAILED && is == should)
        return true;
    fail(__FILE__, __LINE__, "mremap is %p with errno %d, not -1 with %d", q, is, should);
    return false;
}

/* Whether the kernel really has a border between mappings in the range. */
static bool is_divided(size_t first, size_t count)
{
    uintptr_t start, end;
    char line[256];

    return find_mapping(page(first), line, sizeof(line))
           && sscanf(line, "%lx-%lx", &start, &end) == 2 && end < (uintptr_t)page(first + count);
}

/* The records of the range as they will be elsewhere; the range is left as it must be. */
static void take_records(struct record *taken)
{
    size_t first = doing.first, count = doing.count;

    for (size_t i = 0; i < doing.size; i++)
        taken[i] = i < count ? model[first + i] : fresh(model[first], i);
    if (!(doing.flags & MREMAP_DONTUNMAP)) {
        clear(first, count);
        return;
    }
    for (size_t i = 0; i < count; i++)
        model[first + i] = fresh(model[first + i], 0);
}

static void put_records(size_t first, const struct record *taken)
{
    clear(first, doing.size);
    for (size_t i = 0; i < doing.size; i++)
        put(first + i, taken[i]);
}

/* The range is of one mapping, and Q is where it is now. */
static void follow_move(char *q)
{
    struct record taken[LONGEST];
    size_t at = doing.to;

    if (q == page(doing.first) && doing.count) {                /* in place */
        for (size_t i = doing.count; i < doing.size; i++)
            put(doing.first + i, fresh(model[doing.first], i));
        return;
    }
    take_records(taken);
    if (q >= arena && q < page(ARENA))
        at = (size_t)(q - arena) / PAGE;
    else        /* the kernel found a place elsewhere: bring it back */
        EXPECT_EQ(mremap(q, doing.size * PAGE, doing.size * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
                         page(at)), page(at));
    put_records(at, taken);
}

/* Not FIXED and not longer: what is more goes. */
static void follow_shrinking(const char *q)
{
    EXPECT_EQ(q, page(doing.first));
    clear(doing.first + doing.size, doing.count - doing.size);
}

/* What FIXED does before it looks whether the rest can be; false: nothing, or all is said. */
static bool follow_clearing(const char *q, int error)
{
    if (doing.first + doing.count > doing.to && doing.to + doing.size > doing.first) {
        expect_refused(q, error, EINVAL);
        return false;
    }
    clear(doing.to, doing.size);
    if (doing.count > doing.size) {
        clear(doing.first + doing.size, doing.count - doing.size);
        doing.count = doing.size;
    }
    return true;
}

/* Do to the model what mremap, which returned Q, should have done. */
static void follow_remap(char *q, int error)
{
    bool fixed = doing.flags & MREMAP_FIXED;
    const struct record *r = &model[doing.first];

    if (!r->mapped) {
        expect_refused(q, error, EFAULT);
        return;
    }
    if (!fixed && doing.count >= doing.size) {
        follow_shrinking(q);
        return;
    }
    if (fixed && !follow_clearing(q, error))
        return;
    if (r->mapped && !doing.count && !r->shared)
        expect_refused(q, error, EINVAL);
    else if (!r->mapped || !is_uniform(doing.first, doing.count))
        expect_refused(q, error, EFAULT);
    else if (q == MAP_FAILED && error == EFAULT)
        EXPECT(is_divided(doing.first, doing.count));
    else if (!(doing.flags & MREMAP_MAYMOVE)
             && (!doing.count || !are_holes(doing.first + doing.count, doing.first + doing.size)))
        expect_refused(q, error, ENOMEM);
    else if (q == MAP_FAILED)
        fail(__FILE__, __LINE__, "mremap is refused with errno %d", error);
    else
        follow_move(q);
}

static void do_remap(void)
{
    static const int ways[] = {
        0, MREMAP_MAYMOVE, MREMAP_MAYMOVE | MREMAP_FIXED, MREMAP_MAYMOVE | MREMAP_FIXED,
        MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP,
    };
    char *q;

    choose_range();
    doing.what = "mremap";
    doing.flags = (unsigned long)ways[rand_below(&test_rand, COUNT(ways))];
    doing.size = rand_range(&test_rand, 1, LONGEST);
    if (doing.flags & MREMAP_DONTUNMAP)
        doing.size = doing.count;
    else if (rand_below(&test_rand, 8) == 0)
        doing.count = 0;
    doing.to = rand_below(&test_rand, ARENA - doing.size + 1);
    q = mremap(page(doing.first), doing.count * PAGE, doing.size * PAGE, (int)doing.flags,
               page(doing.to));
    follow_remap(q, errno);
}

/* The storm */

static void begin(void)
{
    struct sigaction action = { .sa_sigaction = stray_fault, .sa_flags = SA_SIGINFO };
    size_t room = 2 * TABLE + ARENA * PAGE;
    char *p = mmap(NULL, room, PROT_NONE, ANON | MAP_NORESERVE, -1, 0);
    char first = 0;

    REQUIRE(p != MAP_FAILED);
    arena = p + TABLE - (uintptr_t)p % TABLE + TABLE - ARENA / 2 * PAGE;
    EXPECT_OK(munmap(arena, ARENA * PAGE));
    open_gate(&probes);
    file = open("mapstorm.1", O_RDWR | O_CREAT | O_TRUNC, 0600);
    REQUIRE(file >= 0 && unlink("mapstorm.1") == 0);
    EXPECT_OK(ftruncate(file, (OBJECT_PAGES - 4) * PAGE));
    EXPECT_EQ(pread(file, &first, 1, 0), 1);
    memset(objects, 0, sizeof(objects));
    objects[THE_FILE].npages = OBJECT_PAGES - 4;
    for (size_t i = 0; i < ARENA; i++)
        model[i] = hole;
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

static void end(void)
{
    check_pages(0, ARENA);
    check_maps();
    for (size_t i = 0; i < OBJECT_PAGES - 4; i++) {
        uint8_t c = 0;

        EXPECT_EQ(pread(file, &c, 1, (off_t)(i * PAGE)), 1);
        EXPECT_EQ(c, objects[THE_FILE].value[i]);
    }
    if (test_failures())
        explain();
    close(file);
    close_gate(&probes);
    EXPECT_OK(munmap(arena, ARENA * PAGE));
}

static void step(void)
{
    static void (*const actions[])(void) = {
        do_map, do_map, do_map, do_unmap, do_protect, do_protect, do_remap, do_remap, do_remap,
        do_remap, do_store, do_store, do_store,
    };

    doing.size = doing.to = doing.flags = 0;
    if (doing.step % 512 == 511)
        do_fork();
    else
        actions[rand_below(&test_rand, COUNT(actions))]();
    check_pages(doing.first, doing.count);
    check_pages(doing.to, doing.size);
    check_page(rand_below(&test_rand, ARENA));
    if (doing.step % 128 == 127)
        check_pages(0, ARENA);
}

static void run_steps(unsigned long count)
{
    begin();
    for (doing.step = 0; doing.step < count && !test_failures(); doing.step++)
        step();
    end();
}

static void storm(void)
{
    run_steps(STEPS);
}

/* Five storms, each with a seed of its own. */
static void long_storm(void *arg)
{
    (void)arg;
    run_steps(1000000);
}

static void five_million_steps(void)
{
    for (int i = 0; i < 5; i++) {
        rand_seed(&test_rand, test_seed * 5 + (uint64_t)i);
        EXPECT_EQ(run_child(long_storm, NULL), 0);
    }
}

static const struct test tests[] = {
    CHILD_TEST(storm),
    LONG_CHILD_TEST(five_million_steps),
};

TEST_MAIN(tests)
