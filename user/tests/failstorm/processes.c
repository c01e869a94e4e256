/* SPDX-License-Identifier: MIT */
/*
 * processes.c - fork and its kind, exec, and the end.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include "lib/abi/elf.h"
#include "user/tests/failstorm/storm.h"
#include "user/tests/lib/program.h"

#define FILE_ "/tmp/failstorm.2"

#define THREAD_FLAGS                                                                   \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_PARENT_SETTID \
     | CLONE_CHILD_CLEARTID)

static long ended(pid_t pid)
{
    if (pid < 0)
        return -errno;
    EXPECT_CHILD(pid);
    return 0;
}

/* The child sees what we have, each in its own copy or in the one we share. */
static long fork_once(struct area *a)
{
    int before = test_failures();
    pid_t pid = fork();

    if (pid)
        return ended(pid);
    check_area(a, "forked");
    _exit(test_failures() != before);
}

static void move_away(struct area *a)
{
    char *p = mremap(a->p, size_of(a), size_of(a), MREMAP_MAYMOVE | MREMAP_FIXED, MOVED_TO);

    REQUIRE(p == MOVED_TO);
    a->p = p;
}

static long vfork_once(struct area *a)
{
    pid_t pid = vfork();

    (void)a;
    if (!pid)
        _exit(0);
    return ended(pid);
}

/* A thread, whose number the kernel writes to a page that is not there yet. */

static volatile int lives;

static int thread(void *arg)
{
    (void)arg;
    return 0;
}

static void put_page_aside(struct area *a)
{
    struct area page = { .kind = ANON, .npages = 3, .fd = -1 };

    (void)a;
    REQUIRE(map_like(&page, ASIDE, 0) == (long)ASIDE);
    ASIDE[PAGE] = 1;                    /* the stack is */
}

static long start_thread_once(struct area *a)
{
    (void)a;
    lives = 1;
    return result(clone(thread, ASIDE + 2 * PAGE, THREAD_FLAGS, NULL, ASIDE + 2 * PAGE, NULL,
                        &lives));
}

static void wait_thread(struct area *a, long r)
{
    (void)a;
    while (r >= 0 && lives)
        sched_yield();
}

/* In a child */

static long exec_path(struct area *a, const char *path)
{
    int before = test_failures();
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (pid)
        return child_result(wait_child(pid));
    let_fail();
    execve(path, (char *const *)ASIDE, NULL);
    pid = child_status(a, errno);       /* which makes errno another one's */
    _exit(test_failures() != before ? 1 : pid);
}

/* argv and its strings lie in pages that are not there: argv = { &code, NULL }. */
static void put_arguments_aside(struct area *a)
{
    uint64_t argv[] = { (uintptr_t)ASIDE + PAGE + 16, 0 };
    int fd = memfd_create("arguments", 0);

    (void)a;
    REQUIRE(pwrite(fd, argv, sizeof(argv), 0) == sizeof(argv));
    REQUIRE(pwrite(fd, "argument", 9, (off_t)PAGE + 16) == 9);
    REQUIRE(mmap(ASIDE, 2 * PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == ASIDE);
    close(fd);
}

static void cool_program(struct area *a)
{
    int fd = open(SMALL_PROGRAM, O_RDONLY);

    put_arguments_aside(a);
    evict(fd);
    close(fd);
}

static long exec_once(struct area *a)
{
    return exec_path(a, SMALL_PROGRAM);
}

static long exec_file_made(struct area *a)
{
    return exec_path(a, FILE_);
}

static void put_script(struct area *a)
{
    put_arguments_aside(a);
    make_script(FILE_, "#!" SMALL_PROGRAM " an argument\n");
}

/* A program of which nothing runs but its loader: the small program plays that part. */
static void put_loaded_program(struct area *a)
{
    struct {
        struct elf64_ehdr header;
        struct elf64_phdr loader, data;
        char name[sizeof(SMALL_PROGRAM)];
    } file = {
        .header = {
            .e_ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, .e_type = ET_EXEC, .e_machine = EM_RISCV,
            .e_version = 1, .e_entry = 0x40000000, .e_flags = EF_RISCV_FLOAT_ABI_DOUBLE,
            .e_phoff = sizeof(struct elf64_ehdr), .e_ehsize = sizeof(struct elf64_ehdr),
            .e_phentsize = sizeof(struct elf64_phdr), .e_phnum = 2,
        },
        .loader = { .p_type = PT_INTERP, .p_flags = PF_R, .p_filesz = sizeof(SMALL_PROGRAM),
                    .p_memsz = sizeof(SMALL_PROGRAM) },
        .data = { .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = 0x40000000,
                  .p_filesz = sizeof(file), .p_memsz = 2 * PAGE, .p_align = PAGE },
        .name = SMALL_PROGRAM,
    };

    file.loader.p_offset = (uint64_t)((char *)file.name - (char *)&file);
    put_arguments_aside(a);
    make_program(FILE_, &file, sizeof(file), 0755);
}

static void remove_file_made(struct area *a, long r)
{
    (void)a, (void)r;
    EXPECT_OK(unlink(FILE_));
}

static long exit_once(struct area *a)
{
    pid_t pid = fork();

    (void)a;
    REQUIRE(pid >= 0);
    if (pid)
        return child_result(wait_child(pid));
    let_fail();
    _exit(0);
}

const struct action processes[] = {
    { "fork", ANYTHING, .act = fork_once, .errors = { ENOMEM, EAGAIN }, .kills = true },
    { "fork of what has moved", MEMORY, .prepare = move_away, .act = fork_once,
      .errors = { ENOMEM, EAGAIN }, .kills = true },
    { "vfork", ON(ANON), .act = vfork_once, .errors = { ENOMEM, EAGAIN } },
    { "clone", ON(ANON), .prepare = put_page_aside, .act = start_thread_once,
      .after = wait_thread, .errors = { ENOMEM, EAGAIN } },
    { "exec", ON(ANON) | ON(SHARED_FILE) | ON(DEVICE), .prepare = put_arguments_aside,
      .act = exec_once, .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT,
      .in_child = true },
    { "exec, cold", ON(PRIVATE_FILE), .prepare = cool_program, .act = exec_once,
      .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT, .disk_error = EIO,
      .in_child = true },
    { "exec of a script", ON(SHMEM), .prepare = put_script, .act = exec_file_made,
      .after = remove_file_made, .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT,
      .in_child = true },
    { "exec by a loader", ON(MEMFD), .prepare = put_loaded_program, .act = exec_file_made,
      .after = remove_file_made, .errors = { ENOMEM, EFAULT, EAGAIN }, .copy_error = EFAULT,
      .in_child = true },
    { "exit", ON(ANON) | ON(SHARED_FILE) | ON(DEVICE), .act = exit_once, .in_child = true },
};

const size_t nprocesses = COUNT(processes);
