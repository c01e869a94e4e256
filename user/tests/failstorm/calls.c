/* SPDX-License-Identifier: MIT */
/*
 * calls.c - the system calls that change mappings, or look at them.
 */
#include "user/tests/failstorm/storm.h"

/* More mappings */

static long map_more(struct area *a)
{
    return map_like(a, MOVED_TO, 0);
}

static long map_present(struct area *a)
{
    return map_like(a, MOVED_TO, MAP_POPULATE);
}

static long map_locked(struct area *a)
{
    return map_like(a, MOVED_TO, MAP_LOCKED);
}

static long map_over(struct area *a)
{
    return result((long)mmap(part(a), part_size(a), RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
                             -1, 0));
}

static void part_is_new(struct area *a, long r)
{
    if (r >= 0)
        now_is(a, a->first, a->last, 0);
}

static long map_file_over(struct area *a)
{
    return map_like(a, a->p, MAP_POPULATE);
}

static void file_is_there(struct area *a, long r)
{
    for (size_t i = 0; i < a->npages && r >= 0; i++)
        a->is[i] = a->file_is[i];
}

static long unmap_part(struct area *a)
{
    return result(munmap(part(a), part_size(a)));
}

static void part_is_gone(struct area *a, long r)
{
    if (r >= 0)
        now_is(a, a->first, a->last, GONE);
}

/* A file in memory, whose name the kernel has to fetch from a page that is not there. */
static void put_name_aside(struct area *a)
{
    struct area names = { .kind = PRIVATE_FILE, .npages = 1, .fd = a->fd };

    REQUIRE(map_like(&names, ASIDE, 0) == (long)ASIDE);
}

static long make_memory_file(struct area *a)
{
    (void)a;
    return result(memfd_create(ASIDE, 0));
}

static void close_memory_file(struct area *a, long r)
{
    (void)a;
    if (r >= 0)
        close((int)r);
}

/* The heap: it cannot just grow behind a page with other rights. */

static char *end_of_heap;

static void set_heap(const char *end)
{
    REQUIRE(syscall(SYS_brk, end) == (long)end);
}

static void end_heap(struct area *a)
{
    (void)a;
    end_of_heap = (char *)((syscall(SYS_brk, 0) + (long)PAGE - 1) & -(long)PAGE);
    set_heap(end_of_heap + PAGE);
    EXPECT_OK(mprotect(end_of_heap, PAGE, PROT_READ));
}

static long grow_heap(struct area *a)
{
    char *end = end_of_heap + 9 * PAGE;

    (void)a;
    return syscall(SYS_brk, end) == (long)end ? 0 : -ENOMEM;
}

static void shrink_heap(struct area *a, long r)
{
    (void)a;
    EXPECT_EQ(syscall(SYS_brk, 0), end_of_heap + (r < 0 ? 1 : 9) * PAGE);
    set_heap(end_of_heap);
}

static void end_heap_and_lock(struct area *a)
{
    end_heap(a);
    EXPECT_OK(mlockall(MCL_FUTURE));
}

static void shrink_heap_and_unlock(struct area *a, long r)
{
    shrink_heap(a, r);
    EXPECT_OK(munlockall());
}

/* Rights */

static long protect_part(struct area *a)
{
    return result(mprotect(part(a), part_size(a), PROT_READ));
}

static long forbid_part(struct area *a)
{
    return result(mprotect(part(a), part_size(a), PROT_NONE));
}

static void allow_part(struct area *a, long r)
{
    if (r >= 0)
        EXPECT_OK(mprotect(part(a), part_size(a), RW));
}

/* Memory that has not been promised, since nobody may store there. */
static void map_for_reading(struct area *a)
{
    int anon = a->fd < 0 ? MAP_ANONYMOUS : 0;

    REQUIRE(mmap(a->p, size_of(a), PROT_READ, MAP_PRIVATE | MAP_FIXED | anon, a->fd, 0) == a->p);
    for (size_t i = 0; i < a->npages; i++)
        a->is[i] = a->file_is ? a->file_is[i] : 0;
}

/* It is there, but stores will need copies. */
static void lock_for_reading(struct area *a)
{
    map_for_reading(a);
    EXPECT_OK(mlock(a->p, size_of(a)));
}

static long allow_stores_to_part(struct area *a)
{
    return result(mprotect(part(a), part_size(a), RW));
}

static void make_pieces(struct area *a)
{
    for (size_t i = a->first; i < a->last; i += 2)
        EXPECT_OK(mprotect(a->p + i * PAGE, PAGE, PROT_READ));
}

/* Of the first and the last piece only a part. */
static long protect_pieces(struct area *a)
{
    return result(mprotect(a->p + PAGE, size_of(a) - 2 * PAGE, PROT_READ | PROT_EXEC));
}

/* Moving */

static long move_all(struct area *a)
{
    return result((long)mremap(a->p, size_of(a), size_of(a), MREMAP_MAYMOVE | MREMAP_FIXED,
                               MOVED_TO));
}

static void is_elsewhere(struct area *a, long r)
{
    if (r >= 0)
        check_moved(a, 0, a->npages, (char *)r);
}

static long move_part(struct area *a)
{
    return result((long)mremap(part(a), part_size(a), part_size(a), MREMAP_MAYMOVE | MREMAP_FIXED,
                               MOVED_TO));
}

static void part_is_elsewhere(struct area *a, long r)
{
    if (r >= 0)
        check_moved(a, a->first, a->last - a->first, (char *)r);
}

/* Something lies behind, so that it cannot grow where it is. */
static void put_behind(struct area *a)
{
    char *end = a->p + size_of(a);

    REQUIRE(mmap(end, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == end);
}

/* The rest of the part goes. */
static long shrink_part(struct area *a)
{
    return result((long)mremap(part(a), part_size(a), PAGE, 0));
}

static void rest_is_gone(struct area *a, long r)
{
    if (r >= 0)
        now_is(a, a->first + 1, a->last, GONE);
}

/* Where the part goes, it makes a hole in another mapping. */
static void put_in_the_way(struct area *a)
{
    char *p = MOVED_TO - PAGE;
    size_t size = part_size(a) + 2 * PAGE;

    REQUIRE(mmap(p, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
}

static long grow(struct area *a)
{
    return result((long)mremap(a->p, size_of(a), size_of(a) + GROWTH * PAGE, MREMAP_MAYMOVE));
}

static void has_grown(struct area *a, long r)
{
    if (r < 0)
        return;
    if ((char *)r != a->p)
        check_moved(a, 0, a->npages, (char *)r);
    EXPECT_OK(munmap((char *)r, size_of(a) + GROWTH * PAGE));
    now_is(a, 0, a->npages, GONE);
}

static void lock_it(struct area *a)
{
    EXPECT_OK(mlock(a->p, size_of(a)));
}

static long move_and_keep(struct area *a)
{
    return result((long)mremap(a->p, size_of(a), size_of(a),
                               MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP, MOVED_TO));
}

/* What was private memory has moved, and left none; a file can still be seen here. */
static void is_there_and_here(struct area *a, long r)
{
    uint64_t was[MOST_PAGES];

    if (r < 0)
        return;
    memcpy(was, a->is, sizeof(was));
    check_moved(a, 0, a->npages, (char *)r);
    for (size_t i = 0; i < a->npages; i++)
        a->is[i] = a->file_is ? a->file_is[i] : a->kind == ANON ? 0 : was[i];
}

static long see_twice(struct area *a)
{
    return result((long)mremap(a->p, 0, size_of(a), MREMAP_MAYMOVE | MREMAP_FIXED,
                               MOVED_TO));
}

static void is_seen_twice(struct area *a, long r)
{
    struct area seen = *a;

    if (r >= 0)
        check_moved(&seen, 0, seen.npages, (char *)r);
}

/* Advice, and what is written */

static long advise_part(struct area *a)
{
    return result(madvise(part(a), part_size(a), MADV_DONTFORK));
}

static long read_ahead(struct area *a)
{
    return result(madvise(a->p, size_of(a), MADV_WILLNEED));
}

static long have_for_reading(struct area *a)
{
    return result(madvise(a->p, size_of(a), MADV_POPULATE_READ));
}

static long have_for_writing(struct area *a)
{
    return result(madvise(a->p, size_of(a), MADV_POPULATE_WRITE));
}

static long remove_part(struct area *a)
{
    return result(madvise(part(a), part_size(a), MADV_REMOVE));
}

static void fill_hole(struct area *a)
{
    empty_file(a);
    for (size_t i = 0; i < a->npages; i++)
        *(volatile char *)(a->p + i * PAGE + PAGE - 1) = 1;
}

static long synchronize(struct area *a)
{
    return result(msync(a->p, size_of(a), MS_SYNC));
}

/* The answer goes to a page that is not there yet. */
static void put_answer_aside(struct area *a)
{
    struct area answer = { .kind = ANON, .npages = 1, .fd = -1 };

    (void)a;
    REQUIRE(map_like(&answer, ASIDE, 0) == (long)ASIDE);
}

static long look_in_core(struct area *a)
{
    return result(mincore(a->p, size_of(a), (unsigned char *)ASIDE));
}

/* Locks */

static long lock_part(struct area *a)
{
    return result(mlock(part(a), part_size(a)));
}

static long lock_part_later(struct area *a)
{
    return result(mlock2(part(a), part_size(a), MLOCK_ONFAULT));
}

static void unlock_it(struct area *a, long r)
{
    (void)r;
    EXPECT_OK(munlock(a->p, size_of(a)));
}

static void lock_all_later(struct area *a)
{
    EXPECT_OK(mlock2(a->p, size_of(a), MLOCK_ONFAULT));
}

static long unlock_part(struct area *a)
{
    return result(munlock(part(a), part_size(a)));
}

static long lock_everything(struct area *a)
{
    (void)a;
    return result(mlockall(MCL_CURRENT | MCL_FUTURE));
}

static void unlock_everything(struct area *a, long r)
{
    (void)a, (void)r;
    EXPECT_OK(munlockall());
}

static long unlock_all(struct area *a)
{
    (void)a;
    return result(munlockall());
}

#define NO_MEMORY .errors = { ENOMEM }

const struct action calls[] = {
    { "mmap", ANYTHING, .act = map_more, NO_MEMORY },
    { "mmap of cold pages", MEMORY, .act = map_present, NO_MEMORY, .cold = true },
    { "mmap, locked", MEMORY, .act = map_locked, NO_MEMORY },
    { "mmap over a part", MEMORY, .act = map_over, .after = part_is_new, NO_MEMORY },
    { "mmap over all", OF_FILE, .act = map_file_over, .after = file_is_there, NO_MEMORY },
    { "munmap", MEMORY, .act = unmap_part, .after = part_is_gone, NO_MEMORY },
    { "memfd_create", ON(PRIVATE_FILE), .prepare = put_name_aside, .act = make_memory_file,
      .after = close_memory_file, .errors = { ENOMEM, EFAULT }, .copy_error = EFAULT,
      .disk_error = EFAULT, .cold = true },
    { "brk", ON(ANON), .prepare = end_heap, .act = grow_heap, .after = shrink_heap, NO_MEMORY },
    { "brk, locked", ON(ANON), .prepare = end_heap_and_lock, .act = grow_heap,
      .after = shrink_heap_and_unlock, NO_MEMORY },
    { "mprotect", MEMORY, .act = protect_part, NO_MEMORY },
    { "mprotect to nothing", MEMORY, .act = forbid_part, .after = allow_part, NO_MEMORY },
    { "mprotect to allow stores", ON(ANON) | ON(PRIVATE_FILE), .prepare = map_for_reading,
      .act = allow_stores_to_part, NO_MEMORY },
    { "mprotect to allow stores, locked", ON(ANON) | ON(PRIVATE_FILE),
      .prepare = lock_for_reading, .act = allow_stores_to_part, NO_MEMORY },
    { "mprotect of pieces", MEMORY, .prepare = make_pieces, .act = protect_pieces, NO_MEMORY,
      .in_part = true },
    { "mremap", ANYTHING, .act = move_all, .after = is_elsewhere, NO_MEMORY },
    { "mremap of a part", MEMORY, .act = move_part, .after = part_is_elsewhere, NO_MEMORY },
    { "mremap of a part onto a part", MEMORY, .prepare = put_in_the_way, .act = move_part,
      .after = part_is_elsewhere, NO_MEMORY, .in_part = true },
    { "mremap, shrunk", MEMORY, .act = shrink_part, .after = rest_is_gone, NO_MEMORY },
    { "mremap, grown", MEMORY, .prepare = put_behind, .act = grow, .after = has_grown, NO_MEMORY },
    { "mremap, locked", MEMORY, .prepare = lock_it, .act = grow, .after = has_grown, NO_MEMORY },
    { "mremap, kept", MEMORY, .act = move_and_keep, .after = is_there_and_here, NO_MEMORY },
    { "mremap of nothing", SHARED, .act = see_twice, .after = is_seen_twice, NO_MEMORY },
    { "madvise of a part", MEMORY, .act = advise_part, .errors = { EAGAIN } },
    { "madvise to read", OF_FILE, .act = read_ahead, .cold = true },
    { "madvise to populate", MEMORY, .act = have_for_reading, NO_MEMORY, .disk_error = EFAULT,
      .cold = true },
    { "madvise to populate for stores", MEMORY, .act = have_for_writing, NO_MEMORY,
      .disk_error = EFAULT, .cold = true },
    { "madvise to remove", ON(SHMEM) | ON(MEMFD), .act = remove_part,
      .after = part_is_new, NO_MEMORY, .in_part = true },
    { "msync", ON(SHARED_FILE), .act = synchronize, NO_MEMORY, .disk_error = EIO },
    { "msync of what was a hole", ON(SHARED_FILE), .prepare = fill_hole, .act = synchronize,
      NO_MEMORY, .disk_error = EIO },
    { "mincore", ANYTHING, .prepare = put_answer_aside, .act = look_in_core,
      .errors = { EAGAIN, EFAULT }, .copy_error = EFAULT },
    { "mlock", MEMORY, .act = lock_part, .after = unlock_it, .errors = { ENOMEM, EAGAIN },
      .disk_error = ENOMEM, .in_part = true, .cold = true },
    { "mlock2", MEMORY, .act = lock_part_later, .after = unlock_it, NO_MEMORY },
    { "munlock", MEMORY, .prepare = lock_all_later, .act = unlock_part, NO_MEMORY },
    { "mlockall", MEMORY, .act = lock_everything, .after = unlock_everything, .cold = true },
    { "munlockall", MEMORY, .prepare = lock_it, .act = unlock_all },
};

const size_t ncalls = COUNT(calls);
