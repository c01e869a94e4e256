/* SPDX-License-Identifier: MIT */
/*
 * swapbench.c - how often a program waits for swap when its memory does not suffice.
 *
 *     swapbench [-d DISK] [-f MB] [-m MB] [-n ACCESSES]
 *
 * A second process, the filler, locks memory until FREE megabytes (30) of the machine
 * are free.  Then SIZE megabytes (128) are used in passes, one after the other:
 *
 *     write    each page is written once, in order
 *     read1    each is read once, in order: what is still dirty goes to swap
 *     read2    the same again: all is clean
 *     hot      ACCESSES (32768) reads of pages drawn at random, nine of ten from the first
 *              quarter, the others from the rest
 *
 * For each pass it prints a line
 *
 *     swapbench PASS major N in N out N
 *
 * of this process's major faults, and pages read from and written to swap by all.  Each
 * page says which it is, and is looked at.  DISK (/dev/vdb) is a swap area made by mkswap.
 *
 * A plain Linux program.  Counts do not depend on how fast a machine is, though they do a
 * little on when the pager runs.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>
#include <signal.h>
#include "lib/rand.h"

#define PAGE 4096UL
#define MB (1UL << 20)
#define FILL_STEP (256UL << 10)     /* the filler locks so much at a time   */
#define HOT_SEED 20                 /* of the generator of the pass "hot"   */

struct figures {
    long major, in, out;
};

static size_t npages;
static char *memory;

/* The number behind the line of a file that begins with KEY. */
static long number_of(const char *path, const char *key)
{
    char line[256];
    long n = -1;
    FILE *f = fopen(path, "r");

    if (!f)
        err(1, "%s", path);
    while (n < 0 && fgets(line, sizeof(line), f))
        if (strncmp(line, key, strlen(key)) == 0)
            n = strtol(line + strlen(key), NULL, 10);
    fclose(f);
    return n;
}

/* Field 12 of /proc/self/stat; the name, field 2, is ours and has no blanks. */
static long major_faults(void)
{
    char line[512], *field = line;
    FILE *f = fopen("/proc/self/stat", "r");

    if (!f || !fgets(line, sizeof(line), f))
        err(1, "/proc/self/stat");
    fclose(f);
    for (int n = 1; n < 12; n++) {
        field = strchr(field, ' ');
        if (!field++)
            errx(1, "/proc/self/stat: %d fields", n);
    }
    return strtol(field, NULL, 10);
}

static struct figures figures_now(void)
{
    return (struct figures){
        .major = major_faults(),
        .in = number_of("/proc/vmstat", "pswpin "),
        .out = number_of("/proc/vmstat", "pswpout "),
    };
}

/* ---- the filler --------------------------------------------------------------------------- */

static void fill_and_stay(long free_mb, int ready)
{
    while (number_of("/proc/meminfo", "MemFree:") > free_mb * 1024) {
        char *p = mmap(NULL, FILL_STEP, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                       0);

        if (p == MAP_FAILED || mlock(p, FILL_STEP) < 0)
            err(1, "filler");
    }
    if (write(ready, "", 1) != 1)
        err(1, "filler");
    for (;;)
        pause();
}

static pid_t start_filler(long free_mb)
{
    int fds[2];
    char byte;
    pid_t pid;

    if (pipe(fds) < 0)
        err(1, "pipe");
    pid = fork();
    if (pid < 0)
        err(1, "fork");
    if (pid == 0)
        fill_and_stay(free_mb, fds[1]);
    close(fds[1]);
    if (read(fds[0], &byte, 1) != 1)
        errx(1, "the filler did not get ready");
    return pid;
}

/* ---- passes ------------------------------------------------------------------------------- */

static volatile size_t *word_of(size_t page)
{
    return (volatile size_t *)(memory + page * PAGE);
}

static void look_at(size_t page)
{
    if (*word_of(page) != page)
        errx(1, "page %zu says %zu", page, *word_of(page));
}

static void write_all(void)
{
    for (size_t i = 0; i < npages; i++)
        *word_of(i) = i;
}

static void read_all(void)
{
    for (size_t i = 0; i < npages; i++)
        look_at(i);
}

static long accesses = 32768;

static void read_hot_quarter(void)
{
    size_t hot = npages / 4;
    struct rand r;

    rand_seed(&r, HOT_SEED);
    for (long i = 0; i < accesses; i++)
        look_at(rand_below(&r, 10) ? rand_below(&r, hot) : hot + rand_below(&r, npages - hot));
}

static void pass(const char *name, void (*run)(void))
{
    struct figures before = figures_now(), after;

    run();
    after = figures_now();
    printf("swapbench %s major %ld in %ld out %ld\n", name, after.major - before.major,
           after.in - before.in, after.out - before.out);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    const char *disk = "/dev/vdb";
    long free_mb = 30, size_mb = 128;
    int option;
    pid_t filler;

    while ((option = getopt(argc, argv, "d:f:m:n:")) != -1) {
        if (option == 'd')
            disk = optarg;
        else if (option == 'f')
            free_mb = strtol(optarg, NULL, 10);
        else if (option == 'm')
            size_mb = strtol(optarg, NULL, 10);
        else if (option == 'n')
            accesses = strtol(optarg, NULL, 10);
        else
            errx(2, "usage: swapbench [-d DISK] [-f MB] [-m MB] [-n ACCESSES]");
    }
    npages = (size_t)size_mb * MB / PAGE;
    if (swapon(disk, 0) < 0)
        err(1, "swapon %s", disk);
    memory = mmap(NULL, npages * PAGE, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        err(1, "mmap");
    filler = start_filler(free_mb);
    pass("write", write_all);
    pass("read1", read_all);
    pass("read2", read_all);
    pass("hot", read_hot_quarter);
    kill(filler, SIGKILL);
    waitpid(filler, NULL, 0);
    munmap(memory, npages * PAGE);
    if (swapoff(disk) < 0)
        err(1, "swapoff %s", disk);
    printf("swapbench done\n");
    return 0;
}
