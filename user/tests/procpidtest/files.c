/* SPDX-License-Identifier: MIT */
/*
 * files.c - which files there are, the texts among them, and the links to what is in use.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>
#include "user/tests/procpidtest/process.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

/* Each file has a test here. */
static void files_are_known(void)
{
    static const char *const known[] = {
        ".", "..", "auxv", "cmdline", "comm", "cwd", "environ", "exe", "fd", "fdinfo", "limits",
        "maps", "root", "stat", "statm", "status", "task",
        /* mounttest */ "mountinfo", /* procdisktest */ "mounts",
        /* oomadjtest */ "oom_adj", "oom_score", "oom_score_adj",
        /* smapstest */ "clear_refs", "pagemap", "smaps", "smaps_rollup",
    };
    DIR *dir = opendir("/proc/self");
    struct dirent *e;
    size_t n = 0, i;

    need_debug_call();                                  /* Linux has more */
    REQUIRE(dir != NULL);
    for (; (e = readdir(dir)); n++) {
        for (i = 0; i < COUNT(known) && strcmp(e->d_name, known[i]) != 0; i++)
            continue;
        if (i == COUNT(known))
            fail(__FILE__, __LINE__, "nobody tests /proc/<pid>/%s", e->d_name);
    }
    closedir(dir);
    EXPECT_EQ(n, COUNT(known));
}

/* Until PID is a shell, and waits for its input. */
static void wait_for_shell(pid_t pid)
{
    char path[64], name[32];

    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    do {
        sched_yield();
        read_file(path, name, sizeof(name));
    } while (strcmp(name, "sh\n") != 0);
    wait_until(pid, 'S');
}

static void texts(void)
{
    char *const argv[] = { "/bin/sh", "-c", "read it", "", NULL };
    char *const envp[] = { "A=1", "B=2", NULL };
    char path[64], text[256];
    uint64_t aux[64];
    int held[2];                    /* what the shell reads from does not end */
    pid_t pid;

    REQUIRE(pipe(held) == 0 && (pid = fork()) >= 0);
    if (pid == 0) {
        dup2(held[0], STDIN_FILENO);
        close(held[1]);
        execve("/bin/sh", argv, envp);
        _exit(1);
    }
    wait_for_shell(pid);
    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    EXPECT_EQ(read_file(path, text, sizeof(text)), 20);
    EXPECT(memcmp(text, "/bin/sh\0-c\0read it\0", 20) == 0);
    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    EXPECT_EQ(read_file(path, text, sizeof(text)), 8);
    EXPECT(memcmp(text, "A=1\0B=2\0", 8) == 0);
    snprintf(path, sizeof(path), "/proc/%d/comm", pid);
    read_file(path, text, sizeof(text));
    EXPECT(strcmp(text, "sh\n") == 0);
    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    EXPECT_EQ(readlink(path, text, sizeof(text)), 7);
    EXPECT(memcmp(text, "/bin/sh", 7) == 0);
    snprintf(path, sizeof(path), "/proc/%d/auxv", pid);
    read_file(path, (char *)aux, sizeof(aux));
    EXPECT(aux[0] != 0);
    end_child(pid);
    close(held[0]);
    close(held[1]);
}

#define LONG (100 * KB)

static void run_with_long_arguments(void *arg)
{
    static char text[LONG];
    char *const argv[] = { "/bin/sh", "-c", "read it", text, text, NULL };
    char *const envp[] = { text, text, NULL };

    dup2(*(int *)arg, STDIN_FILENO);
    memset(text, 'x', LONG - 1);
    execve("/bin/sh", argv, envp);
}

static size_t length_of(const char *path)
{
    static char text[64 * KB];
    int fd = open(path, O_RDONLY);
    size_t all = 0;
    ssize_t n;

    while ((n = read(fd, text, sizeof(text))) > 0)
        all += (size_t)n;
    close(fd);
    return all;
}

static void long_texts(void)
{
    char path[64];
    int held[2];
    pid_t pid;

    REQUIRE(pipe(held) == 0);
    pid = start_child(run_with_long_arguments, &held[0]);
    wait_for_shell(pid);
    snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
    EXPECT_EQ(length_of(path), 2 * LONG + 19);
    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    EXPECT_EQ(length_of(path), 2 * LONG);
    end_child(pid);
    close(held[0]);
    close(held[1]);
}

/* The last byte of the arguments is no 0 any more: there is one text now, as long as it is. */
static void titles(void)
{
    char *start = (char *)own(ARG_START), *end = (char *)own(ARG_END), text[64];

    if ((char *)own(ENV_END) == end || end - start > 60)
        skip("no place for a title");
    memset(start, 't', (size_t)(end - start));
    *end = '\0';                    /* the environment's first byte */
    EXPECT_EQ(read_file("/proc/self/cmdline", text, sizeof(text)), end - start + 1);
    EXPECT(text[end - start - 1] == 't');
    start[3] = '\0';
    EXPECT_EQ(read_file("/proc/self/cmdline", text, sizeof(text)), 4);
}

static void texts_are_not_written(void)
{
    static const char *const names[] = { "/proc/self/maps", "/proc/self/stat", "/proc/self/limits" };

    for (size_t i = 0; i < COUNT(names); i++) {
        int fd = open(names[i], O_WRONLY);

        EXPECT_ERROR(write(fd, "x", 1), EINVAL);
        close(fd);
    }
}

static void directories(void)
{
    char text[64] = "";

    mkdir("/tmp/procpidtest.dir", 0755);
    REQUIRE(chdir("/tmp/procpidtest.dir") == 0);
    EXPECT_EQ(readlink("/proc/self/cwd", text, sizeof(text)), 20);
    EXPECT(strncmp(text, "/tmp/procpidtest.dir", 20) == 0);
    EXPECT_EQ(readlink("/proc/self/root", text, sizeof(text)), 1);
    chdir("/");
    rmdir("/tmp/procpidtest.dir");
}

static int open_in(int folder, const char *name)
{
    int fd = openat(folder, name, O_RDONLY);

    EXPECT_OK(fd);
    return fd;
}

/* Of a process that somebody has waited for there is nothing more, also for who holds on. */
static void of_the_gone(void)
{
    static const char *const folders[] = { ".", "fd", "fdinfo", "task" };
    static const char *const files[] = { "cmdline", "comm", "limits", "maps", "oom_score", "smaps",
                                         "smaps_rollup", "stat", "statm", "status" };
    pid_t pid = start_child(pause_forever, NULL);
    int folder[COUNT(folders)], file[COUNT(files)];
    char path[64], text[1024];

    snprintf(path, sizeof(path), "/proc/%d", pid);
    folder[0] = open_in(AT_FDCWD, path);
    for (size_t i = 1; i < COUNT(folders); i++)
        folder[i] = open_in(folder[0], folders[i]);
    for (size_t i = 0; i < COUNT(files); i++)
        file[i] = open_in(folder[0], files[i]);
    end_child(pid);
    EXPECT_ERROR(openat(folder[0], "stat", O_RDONLY), ESRCH);
    EXPECT_ERROR(openat(folder[1], "0", O_RDONLY), ENOENT);
    for (size_t i = 0; i < COUNT(folders); i++) {
        EXPECT_ERROR(syscall(SYS_getdents64, folder[i], text, sizeof(text)), ENOENT);
        close(folder[i]);
    }
    for (size_t i = 0; i < COUNT(files); i++) {
        EXPECT_ERROR(read(file[i], text, sizeof(text)), ESRCH);
        close(file[i]);
    }
}

static const struct test tests[] = {
    TEST(files_are_known), TEST(texts), TEST(long_texts), CHILD_TEST(titles),
    TEST(texts_are_not_written), TEST(directories), TEST(of_the_gone),
};

const struct test_list file_tests = TEST_LIST(tests);
