/* SPDX-License-Identifier: MIT */
/*
 * swapping.c - swap areas of a test, and pages that go there.
 */
#include <fcntl.h>
#include <sys/swap.h>
#include <sys/sysinfo.h>
#include "lib/abi/pagemap.h"
#include "lib/abi/swap.h"
#include "user/tests/lib/swapping.h"
#include "user/tests/lib/watch.h"

#define WORDS (PAGE / sizeof(uint64_t))

static void make_header(struct swap_header *h, size_t npages)
{
    memset(h, 0, sizeof(*h));
    h->version = SWAP_VERSION;
    h->last_page = (uint32_t)(npages - 1);
    memcpy(h->signature, SWAP_SIGNATURE, SWAP_SIGNATURE_LEN);
}

void make_swap_file(const char *path, size_t npages)
{
    static struct swap_header page;
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    REQUIRE(fd >= 0);
    make_header(&page, npages);
    for (size_t i = 0; i < npages; i++) {
        REQUIRE(write(fd, &page, sizeof(page)) == (ssize_t)sizeof(page));
        memset(&page, 0, sizeof(page));
    }
    EXPECT_OK(fsync(fd));
    close(fd);
}

void begin_swap_file(const char *path, size_t npages)
{
    make_swap_file(path, npages);
    REQUIRE(swapon(path, 0) == 0);
}

void end_swap_file(const char *path)
{
    EXPECT_OK(swapoff(path));
    EXPECT_OK(unlink(path));
}

bool has_room(size_t npages)
{
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    return npages < (info.freeram + info.freeswap) / PAGE;
}

void push_out(char *p, size_t npages)
{
    static int by_call = -1;

    if (by_call < 0)
        by_call = has_debug_call();
    if (!by_call)
        EXPECT_OK(madvise(p, npages * PAGE, MADV_PAGEOUT));
    for (size_t i = 0; by_call && i < npages; i++)
        debug_call(DEBUG_EVICT, (uintptr_t)p + i * PAGE, 0);
}

size_t slot_of(const char *p)
{
    int fd = open("/proc/self/pagemap", O_RDONLY);
    uint64_t word;

    REQUIRE(fd >= 0);
    REQUIRE(pread(fd, &word, sizeof(word), (off_t)((uintptr_t)p / PAGE * sizeof(word))) == 8);
    close(fd);
    return word & PM_SWAP ? (word & PM_PFN_MASK) >> PM_SWAP_OFFSET_SHIFT : 0;
}

static void start_words(struct rand *r, size_t i, uint64_t turn)
{
    rand_seed(r, test_seed ^ i << 8 ^ turn << 24);
}

void fill_page(char *p, size_t i, uint64_t turn)
{
    uint64_t *word = (uint64_t *)(p + i * PAGE);
    struct rand r;

    start_words(&r, i, turn);
    for (size_t n = 0; n < WORDS; n++)
        word[n] = rand_next(&r);
}

bool page_is_filled(const char *p, size_t i, uint64_t turn)
{
    const uint64_t *word = (const uint64_t *)(p + i * PAGE);
    struct rand r;

    start_words(&r, i, turn);
    for (size_t n = 0; n < WORDS; n++)
        if (word[n] != rand_next(&r))
            return false;
    return true;
}
