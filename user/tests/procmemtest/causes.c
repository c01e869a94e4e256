/* SPDX-License-Identifier: MIT */
/*
 * causes.c - what is done to memory so that the figures of procmemtest must follow.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/sysinfo.h>
#include "user/tests/procmemtest/causes.h"
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/watch.h"

#define IN_MEMORY "/tmp/procmemtest.file"

/* Anonymous memory */

static char *memory;

static void touch(void)
{
    memory = map_touched(N);
}

static void release(void)
{
    unmap(memory, N);
}

static void touch_and_release(void)
{
    touch();
    release();
}

static void only_read(void)
{
    memory = map_anon(N * PAGE);
    for (long i = 0; i < N; i++)
        EXPECT_EQ(memory[i * (long)PAGE], 0);
}

static void lock(void)
{
    memory = map_anon(N * PAGE);
    EXPECT_OK(mlock(memory, N * PAGE));
}

const struct cause anon = { touch, release }, come_and_gone = { touch_and_release, NULL },
                   held = { lock, release },
                   reading_zero = { only_read, release };

/* Files */

static void remove_from_disk(void)
{
    unlink(DISK_FILE);
}

static void write_in_memory(void)
{
    static char page[PAGE];
    int fd = open(IN_MEMORY, O_CREAT | O_TRUNC | O_RDWR, 0600);

    REQUIRE(fd >= 0);
    for (long i = 0; i < N; i++)
        EXPECT_EQ(write(fd, page, PAGE), PAGE);
    close(fd);
}

static void remove_from_memory(void)
{
    unlink(IN_MEMORY);
}

static void drop_pages(void)
{
    set_text("/proc/sys/vm/drop_caches", "1\n");
}

static void drop_names(void)
{
    set_text("/proc/sys/vm/drop_caches", "2\n");
}

static void write_and_read(void)
{
    write_on_disk();
    read_from_disk();
}

static void map_disk_file(void)
{
    int fd = open(DISK_FILE, O_RDONLY);

    memory = mmap(NULL, N * PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    REQUIRE(memory != MAP_FAILED);
}

static void map_cached(void)
{
    write_and_read();
    map_disk_file();
    for (long i = 0; i < N; i++)
        EXPECT_EQ(memory[i * (long)PAGE], 0);
}

static void map_from_disk(void)
{
    write_on_disk();
    map_disk_file();
    drop_pages();
    EXPECT_EQ(memory[N / 2 * (long)PAGE], 0);
}

static void unmap_pages(void)
{
    release();
    remove_from_disk();
}

static void look_at_many_names(void)
{
    look_up_missing(1000);
}

const struct cause dirty_file = { dirty_on_disk, remove_from_disk },
                   clean_file = { write_and_read, remove_from_disk },
                   written_file = { write_on_disk, remove_from_disk },
                   tmpfs_file = { write_in_memory, remove_from_memory },
                   mapped_file = { map_cached, unmap_pages },
                   file_fault = { map_from_disk, unmap_pages },
                   names = { look_at_many_names, drop_names },
                   dropped_pages = { drop_pages, NULL },
                   dropped_names = { drop_names, NULL };

/* Pages on their way to the disk: somebody writes until they are seen. */
static pid_t writer;

static void write_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        write_on_disk();
}

static void write_until_seen(void)
{
    writer = start_child(write_for_ever, NULL);
    while (proc_number("/proc/vmstat", "nr_writeback ") == 0)
        sched_yield();
}

static void stop_writer(void)
{
    end_child(writer);
    remove_from_disk();
}

/* Processes */

static pid_t sleeper[CHILDREN];

static void start_sleepers(void)
{
    start_children(sleeper, CHILDREN, pause_forever);
}

static void end_sleepers(void)
{
    end_children(sleeper, CHILDREN);
}

const struct cause children = { start_sleepers, end_sleepers };

/* Copy-on-write */

static void write_pages(void *arg)
{
    (void)arg;
    for (long i = 0; i < N; i++)
        memory[i * (long)PAGE] = 2;
}

static void do_nothing(void *arg)
{
    (void)arg;
}

static void child_writes(void)
{
    touch();
    EXPECT_EQ(run_child(write_pages, NULL), 0);
    release();
}

static void parent_writes_alone(void)
{
    touch();
    EXPECT_EQ(run_child(do_nothing, NULL), 0);
    write_pages(NULL);
    release();
}

/* Reverse map */

static void pages_move(void)
{
    touch();
    for (long i = 0; i < N; i++)
        EXPECT_EQ(debug_call(DEBUG_MIGRATE, (uintptr_t)memory + (uintptr_t)i * PAGE, 0), 0);
    release();
}

const struct cause moves = { pages_move, NULL };
const struct cause copies = { child_writes, NULL }, reuses = { parent_writes_alone, NULL };

/* Rights that are taken away must be taken out of the TLBs of all harts. */
static char stack_of_sharer[2 * PAGE] __attribute__((aligned(16)));
static volatile bool sharer_runs, sharer_ends;

static int share(void *arg)
{
    (void)arg;
    sharer_runs = true;
    while (!sharer_ends)
        continue;
    return 0;
}

static void change_rights(void)
{
    touch();
    for (long i = 0; i < N; i++)
        EXPECT_OK(mprotect(memory + i * (long)PAGE, PAGE, PROT_READ));
    release();
}

static void change_all_rights(void)
{
    touch();
    EXPECT_OK(mprotect(memory, N * PAGE, PROT_READ));
    release();
}

static void change_rights_of_two(void)
{
    long before = proc_number("/proc/vmstat", "nr_tlb_remote_flush_received");
    pid_t pid;

    sharer_runs = sharer_ends = false;
    pid = clone(share, stack_of_sharer + sizeof(stack_of_sharer), CLONE_VM | SIGCHLD, NULL);
    REQUIRE(pid > 0);
    while (!sharer_runs)
        sched_yield();
    do
        change_rights();
    while (harts() > 1 && proc_number("/proc/vmstat", "nr_tlb_remote_flush_received") == before);
    sharer_ends = true;
    EXPECT_EQ(wait_child(pid), 0);
}

const struct cause one_right = { change_rights, NULL },
                   all_rights = { change_all_rights, NULL },
                   two_harts = { change_rights_of_two, NULL };

static void exec_often(void)
{
    char *const argv[] = { "/bin/true", NULL };

    for (int i = 0; i < 40; i++)
        EXPECT_EQ(run_program("/bin/true", argv), 0);
}

const struct cause many_spaces = { exec_often, NULL };

/* Somebody wants more than there is. */
static void touch_everything(void *arg)
{
    size_t size = (size_t)arg;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    REQUIRE(p != MAP_FAILED);
    for (size_t i = 0; i < size; i += PAGE)
        p[i] = 1;
}

static void run_out_of_memory(void)
{
    struct sysinfo info;

    REQUIRE(sysinfo(&info) == 0);
    write_on_disk();
    EXPECT_KILLED(touch_everything, (void *)(info.totalram + MB), SIGKILL);
    remove_from_disk();
}

/* Pages of a file are locked in memory while it is short, and then not any more. */
static void lock_while_short(void)
{
    map_cached();
    EXPECT_OK(mlock(memory, N * PAGE));
    EXPECT_KILLED(touch_everything,
                  (void *)(proc_number("/proc/meminfo", "MemTotal:") * KB + MB), SIGKILL);
    EXPECT_OK(munlock(memory, N * PAGE));
    unmap_pages();
}

const struct cause shortage = { run_out_of_memory, NULL },
                   locked_files = { lock_while_short, NULL };

static void fail_once(void)
{
    if (has_debug_call())
        fail_nth(DEBUG_FAIL_PAGE, 1);
    EXPECT(mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1,
                0) == MAP_FAILED || proc_number("/proc/vmstat", "fail_injected") > 0);
}

const struct cause failure = { fail_once, NULL };

const struct cause writing = { write_until_seen, stop_writer };
