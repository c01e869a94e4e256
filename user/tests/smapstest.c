/* SPDX-License-Identifier: MIT */
/*
 * smapstest.c - what /proc says of a process's pages is true: smaps, smaps_rollup,
 * pagemap, clear_refs, and of frames: kpagecount, kpageflags.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include "lib/abi/pagemap.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/disk_file.h"
#include "user/tests/lib/frames.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define N 8                     /* pages of an area */
#define RW (PROT_READ | PROT_WRITE)
#define BIT(n) (1UL << (n))

/* Areas: mappings that no neighbour can be merged with. */

static char *fenced(size_t npages, int prot, int flags, int fd)
{
    char *p = mmap(NULL, (npages + 2) * PAGE, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    REQUIRE(p != MAP_FAILED);
    REQUIRE(mmap(p + PAGE, npages * PAGE, prot, flags | MAP_FIXED, fd, 0) == p + PAGE);
    return p + PAGE;
}

static char *new_area(void)
{
    return fenced(N, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void free_area(char *p, size_t npages)
{
    EXPECT_OK(munmap(p - PAGE, (npages + 2) * PAGE));
}

static void store(char *p, size_t npages)
{
    for (size_t i = 0; i < npages; i++)
        p[i * PAGE] = 1;
}

static int load(const volatile char *p, size_t npages)
{
    int sum = 0;

    for (size_t i = 0; i < npages; i++)
        sum += p[i * PAGE];
    return sum;
}

/* A file of N pages that are on the disk, and mapped nowhere. */
static int new_file(void)
{
    int fd = new_disk_file(N, 0);

    EXPECT_OK(fsync(fd));
    return fd;
}

/* The lines of smaps for the mapping that starts at P; "" if there is none. */
static const char *record_of(pid_t pid, const void *p)
{
    static char text[128 * KB];
    char path[64], start[32], *at;

    snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
    snprintf(start, sizeof(start), "%08lx-", (uintptr_t)p);
    read_file(path, text, sizeof(text));
    at = strstr(text, start);
    return at ? at : "";
}

static long field_of(pid_t pid, const void *p, const char *name)
{
    const char *at = strstr(record_of(pid, p), name);

    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static long field(const void *p, const char *name)
{
    return field_of(getpid(), p, name);
}

/* A child that stores to some pages of an area and stays until it is killed. */
static struct gate child_is_ready;
static char *stored;
static size_t nstored;

static void store_and_stay(void *arg)
{
    (void)arg;
    store(stored, nstored);
    signal_gate(&child_is_ready);
    for (;;)
        pause();
}

static pid_t child_that_stores(char *p, size_t npages)
{
    pid_t pid;

    stored = p;
    nstored = npages;
    open_gate(&child_is_ready);
    pid = start_child(store_and_stay, NULL);
    wait_gate(&child_is_ready);
    close_gate(&child_is_ready);
    return pid;
}

/* smaps */

static const char anonymous_record[] =
    "Size:                 32 kB\n"
    "KernelPageSize:        4 kB\n"
    "MMUPageSize:           4 kB\n"
    "Rss:                  12 kB\n"
    "Pss:                  12 kB\n"
    "Pss_Dirty:            12 kB\n"
    "Shared_Clean:          0 kB\n"
    "Shared_Dirty:          0 kB\n"
    "Private_Clean:         0 kB\n"
    "Private_Dirty:        12 kB\n"
    "Referenced:           12 kB\n"
    "Anonymous:            12 kB\n"
    "KSM:                   0 kB\n"
    "LazyFree:              0 kB\n"
    "AnonHugePages:         0 kB\n"
    "ShmemPmdMapped:        0 kB\n"
    "FilePmdMapped:         0 kB\n"
    "Shared_Hugetlb:        0 kB\n"
    "Private_Hugetlb:       0 kB\n"
    "Swap:                  0 kB\n"
    "SwapPss:               0 kB\n"
    "Locked:                0 kB\n"
    "THPeligible:           0\n"
    "VmFlags: rd wr mr mw me ";

static void anonymous_pages(void)
{
    char *p = new_area(), line[256];
    const char *record;

    EXPECT_EQ(field(p, "Rss:"), 0);
    store(p, 3);
    REQUIRE(find_mapping(p, line, sizeof(line)));
    record = record_of(getpid(), p);
    EXPECT(strncmp(record, line, strlen(line)) == 0);       /* the line is that of maps */
    REQUIRE(strchr(record, '\n') != NULL);
    record = strchr(record, '\n') + 1;
    EXPECT(strncmp(record, anonymous_record, strlen(anonymous_record)) == 0);
    EXPECT_OK(mprotect(p, N * PAGE, PROT_NONE));            /* they are still there */
    EXPECT_EQ(field(p, "Private_Dirty:"), 12);
    free_area(p, N);
}

static void zero_page_is_in_no_sum(void)
{
    char *p = new_area();

    EXPECT_EQ(load(p, N), 0);
    EXPECT_EQ(field(p, "Rss:"), 0);
    EXPECT_EQ(field(p, "Referenced:"), 0);
    store(p, 1);
    EXPECT_EQ(field(p, "Rss:"), 4);
    free_area(p, N);
}

static void expect_sharing(pid_t pid, const char *p, long pss, long shared, long private)
{
    EXPECT_EQ(field_of(pid, p, "Pss:"), pss);
    EXPECT_EQ(field_of(pid, p, "Pss_Dirty:"), pss);
    EXPECT_EQ(field_of(pid, p, "Shared_Dirty:"), shared);
    EXPECT_EQ(field_of(pid, p, "Private_Dirty:"), private);
    EXPECT_EQ(field_of(pid, p, "Rss:"), shared + private);
}

/* The processes share what none has stored to since fork. */
static void shares_halve(void)
{
    char *p = new_area();
    pid_t pid;

    store(p, N);
    pid = child_that_stores(p, 0);
    expect_sharing(getpid(), p, 16, 32, 0);
    expect_sharing(pid, p, 16, 32, 0);
    store(p, 1);
    expect_sharing(getpid(), p, 18, 28, 4);
    end_child(pid);
    pid = child_that_stores(p, 6);
    expect_sharing(getpid(), p, 28, 8, 24);
    expect_sharing(pid, p, 28, 8, 24);
    end_child(pid);
    expect_sharing(getpid(), p, 32, 0, 32);
    free_area(p, N);
}

static void third_shares_are_rounded_once(void)
{
    char *p = new_area();
    pid_t a, b;

    store(p, N);
    a = child_that_stores(p, 0);
    b = child_that_stores(p, 0);
    EXPECT_EQ(field(p, "Pss:"), 32 / 3);        /* 10: eight times 1 would be 8 */
    end_child(a);
    end_child(b);
    free_area(p, N);
}

static void pages_of_a_file(void)
{
    int fd = new_file();
    char *p = fenced(N, RW, MAP_SHARED, fd), *q;

    EXPECT_EQ(load(p, N), 0);
    EXPECT_EQ(field(p, "Private_Clean:"), 32);
    EXPECT_EQ(field(p, "Private_Dirty:"), 0);
    EXPECT_EQ(field(p, "Anonymous:"), 0);
    store(p, 2);
    EXPECT_EQ(field(p, "Private_Clean:"), 24);
    EXPECT_EQ(field(p, "Private_Dirty:"), 8);
    EXPECT_EQ(field(p, "Pss_Dirty:"), 8);
    EXPECT_OK(fsync(fd));
    EXPECT_EQ(field(p, "Private_Dirty:"), 0);
    q = fenced(N, RW, MAP_PRIVATE, fd);         /* the same pages a second time */
    EXPECT_EQ(load(q, N), 2);
    EXPECT_EQ(field(p, "Shared_Clean:"), 32);
    EXPECT_EQ(field(q, "Shared_Clean:"), 32);
    EXPECT_EQ(field(q, "Pss:"), 16);
    store(q, 3);                                /* copies, which are nobody else's */
    EXPECT_EQ(field(q, "Anonymous:"), 12);
    EXPECT_EQ(field(q, "Private_Dirty:"), 12);
    EXPECT_EQ(field(q, "Shared_Clean:"), 20);
    EXPECT_EQ(field(p, "Private_Clean:"), 12);
    free_area(p, N);
    free_area(q, N);
    close(fd);
}

static void locked_pages(void)
{
    char *p = new_area();
    pid_t pid;

    store(p, 2);
    EXPECT_EQ(field(p, "Locked:"), 0);
    EXPECT_OK(mlock(p, N * PAGE));
    EXPECT_EQ(field(p, "Rss:"), 32);
    EXPECT_EQ(field(p, "Locked:"), 32);
    pid = child_that_stores(p, 0);
    EXPECT_EQ(field(p, "Locked:"), 16);         /* its share, as Pss */
    EXPECT_EQ(field_of(pid, p, "Locked:"), 0);
    end_child(pid);
    EXPECT_OK(munlock(p, N * PAGE));
    EXPECT_EQ(field(p, "Locked:"), 0);
    free_area(p, N);
}

/* Whether the flags of the mapping at P are those, and none else but "ac", which is
 * a matter of how memory is promised. */
static void expect_flags(int line, const char *p, const char *flags)
{
    const char *at = strstr(record_of(getpid(), p), "VmFlags: ");
    char seen[128] = "";

    REQUIRE(at != NULL);
    for (at += strlen("VmFlags: "); *at && *at != '\n'; at += 3)
        if (strncmp(at, "ac ", 3) != 0)
            strncat(seen, at, 3);
    if (strcmp(seen, flags) != 0)
        fail(__FILE__, line, "flags are %s, not %s", seen, flags);
}
#define EXPECT_FLAGS(p, flags) expect_flags(__LINE__, p, flags)

static void flags_follow(void)
{
    char *p = new_area();

    EXPECT_FLAGS(p, "rd wr mr mw me ");
    EXPECT_OK(mprotect(p, N * PAGE, PROT_READ | PROT_EXEC));
    EXPECT_FLAGS(p, "rd ex mr mw me ");
    EXPECT_OK(mprotect(p, N * PAGE, PROT_NONE));
    EXPECT_FLAGS(p, "mr mw me ");
    EXPECT_OK(mprotect(p, N * PAGE, RW));
    EXPECT_OK(mlock2(p, N * PAGE, MLOCK_ONFAULT));
    EXPECT_FLAGS(p, "rd wr mr mw me lo lf ");
    EXPECT_OK(munlock(p, N * PAGE));
    EXPECT_OK(madvise(p, N * PAGE, MADV_SEQUENTIAL));
    EXPECT_FLAGS(p, "rd wr mr mw me sr ");
    EXPECT_OK(madvise(p, N * PAGE, MADV_RANDOM));
    EXPECT_FLAGS(p, "rd wr mr mw me rr ");
    EXPECT_OK(madvise(p, N * PAGE, MADV_NORMAL));
    EXPECT_OK(madvise(p, N * PAGE, MADV_DONTFORK));
    EXPECT_FLAGS(p, "rd wr mr mw me dc ");
    EXPECT_OK(madvise(p, N * PAGE, MADV_DOFORK));
    EXPECT_OK(madvise(p, N * PAGE, MADV_WIPEONFORK));
    EXPECT_FLAGS(p, "rd wr mr mw me wf ");
    free_area(p, N);
}

static void flags_of_shared_mappings(void)
{
    int fd = new_file(), reader;
    char *p = fenced(N, RW, MAP_SHARED, fd);

    EXPECT_FLAGS(p, "rd wr sh mr mw me ms ");
    free_area(p, N);
    close(fd);
    reader = open("/bin/sh", O_RDONLY);
    REQUIRE(reader >= 0);
    p = fenced(1, PROT_READ, MAP_SHARED, reader);
    EXPECT_FLAGS(p, "rd mr me ms ");
    free_area(p, 1);
    close(reader);
}

/* Many mappings, read in pieces that are no lines */

#define MANY 150

static void many_mappings(void)
{
    static char whole[256 * KB], piece[1000];
    char *at, *p = fenced(MANY, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    size_t len = 0, nrecords = 0;
    int fd = open("/proc/self/smaps", O_RDONLY);
    ssize_t n;

    store(whole, sizeof(whole) / PAGE);
    for (size_t i = 0; i < MANY; i += 2)
        EXPECT_OK(mprotect(p + i * PAGE, PAGE, PROT_READ));
    while ((n = read(fd, whole + len, 700)) > 0)
        len += (size_t)n;
    REQUIRE(len < sizeof(whole));
    whole[len] = '\0';
    for (at = whole; (at = strstr(at, "VmFlags:")); at++)
        nrecords++;
    at = whole;
    EXPECT_RANGE(nrecords, MANY + 4, MANY + 30);
    for (size_t i = 0; i < MANY && at; i++) {         /* in order */
        snprintf(piece, sizeof(piece), "\n%08lx-%08lx r%c-p", (uintptr_t)p + i * PAGE,
                 (uintptr_t)p + (i + 1) * PAGE, i % 2 ? 'w' : '-');
        at = strstr(at, piece);
        EXPECT(at != NULL);
    }
    /* Back, and anywhere: it is the same text. */
    for (size_t from = len - 1; from > 40 * KB; from -= 30 * KB) {
        size_t wanted = len - from < sizeof(piece) ? len - from : sizeof(piece);

        EXPECT_EQ(pread(fd, piece, sizeof(piece), (off_t)from), wanted);
        EXPECT(memcmp(piece, whole + from, wanted) == 0);
    }
    EXPECT_EQ(pread(fd, piece, sizeof(piece), (off_t)len), 0);
    close(fd);
    free_area(p, MANY);
}

/* smaps_rollup */

static long rolled_up(const char *name)
{
    return proc_number("/proc/self/smaps_rollup", name);
}

static void rollup_is_the_sum(void)
{
    static char text[4096];
    char *p = new_area(), *shared = fenced(N, RW, MAP_SHARED | MAP_ANONYMOUS, -1);
    long rss, anon, shmem, file;

    rolled_up("Rss:");
    rss = rolled_up("Rss:");
    anon = rolled_up("Pss_Anon:");
    shmem = rolled_up("Pss_Shmem:");
    store(p, N);
    store(shared, 2);
    EXPECT_EQ(rolled_up("Rss:") - rss, 40);
    EXPECT_EQ(rolled_up("Pss_Anon:") - anon, 32);
    EXPECT_EQ(rolled_up("Pss_Shmem:") - shmem, 8);
    file = rolled_up("Pss_File:");
    EXPECT(file > 0);
    EXPECT_RANGE(rolled_up("Pss:") - rolled_up("Pss_Anon:") - rolled_up("Pss_Shmem:") - file, 0, 2);
    EXPECT_EQ(rolled_up("Rss:"), resident_pages() * 4);
    read_file("/proc/self/smaps_rollup", text, sizeof(text));
    EXPECT(strstr(text, " ---p 00000000 00:00 0 ") && text[73 - 1] == ' '
           && strncmp(text + 73, "[rollup]\nRss:", 13) == 0);
    free_area(p, N);
    free_area(shared, N);
}

/* pagemap */

static uint64_t flags_of(uint64_t pfn)
{
    return word_at("/proc/kpageflags", pfn);
}

#define KINDS (PM_PRESENT | PM_SWAP | PM_FILE | PM_MMAP_EXCLUSIVE)

static void frames_are_shared_until_a_store(void)
{
    char *p = new_area();
    uint64_t frame;
    pid_t pid;

    EXPECT_EQ(word_of(getpid(), p), 0);
    store(p, 2);
    EXPECT_EQ(word_of(getpid(), p) & KINDS, PM_PRESENT | PM_MMAP_EXCLUSIVE);
    frame = frame_of(getpid(), p);
    EXPECT(frame != 0 && frame != frame_of(getpid(), p + PAGE));
    EXPECT_EQ(entries_of(frame), 1);
    pid = child_that_stores(p + PAGE, 1);
    EXPECT_EQ(frame_of(pid, p), frame);
    EXPECT_EQ(word_of(pid, p) & KINDS, PM_PRESENT);
    EXPECT_EQ(entries_of(frame), 2);
    EXPECT(frame_of(pid, p + PAGE) != frame_of(getpid(), p + PAGE));
    EXPECT_EQ(word_of(pid, p + PAGE) & KINDS, PM_PRESENT | PM_MMAP_EXCLUSIVE);
    EXPECT_EQ(entries_of(frame_of(pid, p + PAGE)), 1);
    end_child(pid);
    EXPECT_EQ(entries_of(frame), 1);
    free_area(p, N);
}

static void kinds_of_frames(void)
{
    int fd = new_file();
    char *p = new_area(), *file = fenced(N, RW, MAP_SHARED, fd);
    uint64_t flags;

    EXPECT_EQ(load(p, 2), 0);
    EXPECT_EQ(word_of(getpid(), p) & KINDS, PM_PRESENT);
    EXPECT_EQ(frame_of(getpid(), p), frame_of(getpid(), p + PAGE));
    EXPECT(flags_of(frame_of(getpid(), p)) & BIT(KPF_ZERO_PAGE));
    store(p, 1);
    flags = flags_of(frame_of(getpid(), p));
    EXPECT_EQ(flags & (BIT(KPF_ANON) | BIT(KPF_MMAP) | BIT(KPF_SWAPBACKED) | BIT(KPF_ZERO_PAGE)),
              BIT(KPF_ANON) | BIT(KPF_MMAP) | BIT(KPF_SWAPBACKED));
    EXPECT_EQ(flags & BIT(KPF_MLOCKED), 0);
    EXPECT_OK(mlock(p, PAGE));
    EXPECT(flags_of(frame_of(getpid(), p)) & BIT(KPF_MLOCKED));
    EXPECT_EQ(load(file, 1), 0);
    EXPECT_EQ(word_of(getpid(), file) & KINDS, PM_PRESENT | PM_FILE | PM_MMAP_EXCLUSIVE);
    flags = flags_of(frame_of(getpid(), file));
    EXPECT_EQ(flags & (BIT(KPF_ANON) | BIT(KPF_MMAP) | BIT(KPF_DIRTY) | BIT(KPF_UPTODATE)),
              BIT(KPF_MMAP) | BIT(KPF_UPTODATE));
    store(file, 1);
    EXPECT(flags_of(frame_of(getpid(), file)) & BIT(KPF_DIRTY));
    EXPECT_OK(munmap(p, PAGE));
    EXPECT_EQ(word_of(getpid(), p), 0);
    free_area(p, N);
    free_area(file, N);
    close(fd);
}

static void frames_of_the_machine(void)
{
    static uint64_t words[8192];
    uint64_t seen = 0, pfn = 0;
    int fd = open("/proc/kpageflags", O_RDONLY);
    ssize_t n;

    REQUIRE(fd >= 0);
    for (; (n = read(fd, words, sizeof(words))) > 0; pfn += (uint64_t)n / 8)
        for (size_t i = 0; i < (size_t)n / 8; i++)
            seen |= words[i];
    EXPECT(seen & BIT(KPF_BUDDY) && seen & BIT(KPF_SLAB) && seen & BIT(KPF_PGTABLE)
           && seen & BIT(KPF_RESERVED) && seen & BIT(KPF_LRU));
    EXPECT_EQ(pread(fd, words, 8, (off_t)(pfn * 8)), 0);
    EXPECT_ERROR(pread(fd, words, 8, 4), EINVAL);
    EXPECT_ERROR(read(fd, words, 9), EINVAL);
    EXPECT_ERROR(write(open("/proc/kpagecount", O_RDWR), words, 8), EIO);
    close(fd);
}

static void reads_of_pagemap(void)
{
    static uint64_t words[1500];
    char *p = fenced(1500, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1);
    off_t at = (off_t)((uintptr_t)p / PAGE * 8);
    int fd = open("/proc/self/pagemap", O_RDONLY);

    REQUIRE(fd >= 0);
    store(p, 1);
    store(p + 700 * PAGE, 1);
    store(p + 1499 * PAGE, 1);
    EXPECT_EQ(lseek(fd, at, SEEK_SET), at);
    EXPECT_EQ(read(fd, words, 8), 8);
    EXPECT_EQ(words[0], word_of(getpid(), p));
    EXPECT_EQ(read(fd, words + 1, sizeof(words) - 8), sizeof(words) - 8);
    EXPECT_EQ(lseek(fd, 0, SEEK_CUR), at + (off_t)sizeof(words));
    for (size_t i = 0; i < COUNT(words); i++)
        EXPECT_EQ(words[i] != 0, i == 0 || i == 700 || i == 1499);
    EXPECT_EQ(words[700], word_of(getpid(), p + 700 * PAGE));
    EXPECT_EQ(pread(fd, words, 0, at), 0);
    EXPECT_ERROR(pread(fd, words, 8, at + 1), EINVAL);
    EXPECT_ERROR(pread(fd, words, 12, at), EINVAL);
    EXPECT_ERROR(pread(fd, (void *)8, 8, at), EFAULT);
    EXPECT_EQ(pread(fd, words, 8, 1L << 60), 0);
    close(fd);
    free_area(p, 1500);
}

/* To the owner, pages; to root, frames; to others, nothing.  On Linux a process that
 * changed its user does not own its files in /proc before it says that it may. */
static void who_may_look(void)
{
    char *p = new_area();
    int own = open("/proc/self/pagemap", O_RDONLY);
    uint64_t word = 0;

    store(p, 1);
    EXPECT_OK(setresuid(1000, 1000, 1000));
    EXPECT_ERROR(open("/proc/1/pagemap", O_RDONLY), EACCES);
    EXPECT_ERROR(open("/proc/kpagecount", O_RDONLY), EACCES);
    EXPECT_ERROR(open("/proc/kpageflags", O_RDONLY), EACCES);
    EXPECT_EQ(pread(own, &word, 8, (off_t)((uintptr_t)p / PAGE * 8)), 8);
    EXPECT_EQ(word & KINDS, PM_PRESENT | PM_MMAP_EXCLUSIVE);
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    EXPECT_EQ(word_of(getpid(), p) & (KINDS | PM_PFN_MASK), PM_PRESENT | PM_MMAP_EXCLUSIVE);
}

/* clear_refs */

static void forgotten_use(void)
{
    int fd = new_file();
    char *p = new_area(), *file = fenced(N, RW, MAP_SHARED, fd);

    store(p, N);
    EXPECT_EQ(load(file, N), 0);
    EXPECT_EQ(field(p, "Referenced:"), 32);
    EXPECT_EQ(field(file, "Referenced:"), 32);
    set_text("/proc/self/clear_refs", "2\n");
    EXPECT_EQ(field(p, "Referenced:"), 0);
    EXPECT_EQ(field(file, "Referenced:"), 32);
    EXPECT_EQ(load(p, 3), 3);
    EXPECT_EQ(field(p, "Referenced:"), 12);
    set_text("/proc/self/clear_refs", "3\n");
    EXPECT_EQ(field(p, "Referenced:"), 12);
    EXPECT_EQ(field(file, "Referenced:"), 0);
    EXPECT_EQ(load(file, 2), 0);
    EXPECT_EQ(field(file, "Referenced:"), 8);
    set_text("/proc/self/clear_refs", "1\n");
    EXPECT_EQ(field(p, "Referenced:") + field(file, "Referenced:"), 0);
    EXPECT_EQ(field(p, "Rss:"), 32);
    free_area(p, N);
    free_area(file, N);
    close(fd);
}

static void peak_is_forgotten(void)
{
    char *p = map_anon(2 * MB);

    store(p, 512);
    EXPECT_OK(munmap(p, 2 * MB));
    EXPECT(proc_number("/proc/self/status", "VmHWM:")
           >= proc_number("/proc/self/status", "VmRSS:") + 1000);      /* Linux counts roughly */
    set_text("/proc/self/clear_refs", "5");
    EXPECT(proc_number("/proc/self/status", "VmHWM:")
           < proc_number("/proc/self/status", "VmRSS:") + 100);
}

static void words_it_does_not_know(void)
{
    EXPECT_EQ(write_text("/proc/self/clear_refs", "0"), EINVAL);
    EXPECT_EQ(write_text("/proc/self/clear_refs", "6"), EINVAL);
    EXPECT_EQ(write_text("/proc/self/clear_refs", "one"), EINVAL);
    EXPECT_EQ(write_text("/proc/self/clear_refs", "4"), 0);
}

static const struct test tests[] = {
    TEST(anonymous_pages), TEST(zero_page_is_in_no_sum), TEST(shares_halve),
    TEST(third_shares_are_rounded_once), TEST(pages_of_a_file), TEST(locked_pages),
    TEST(flags_follow), TEST(flags_of_shared_mappings), TEST(many_mappings),
    TEST(rollup_is_the_sum), TEST(frames_are_shared_until_a_store), TEST(kinds_of_frames),
    TEST(frames_of_the_machine), TEST(reads_of_pagemap), CHILD_TEST(who_may_look),
    TEST(forgotten_use), TEST(peak_is_forgotten), TEST(words_it_does_not_know),
};
TEST_MAIN(tests)
