/* SPDX-License-Identifier: MIT */
/*
 * shelltest.c - the shell over a corpus of scripts, and what a long loop leaves behind.
 *
 * The corpus is tests/qemu/scripts, on the second disk: each X.sh must print X.out.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

#define CORPUS "/mnt"
#define OUTPUT "/tmp/shelltest.out"
#define OUTPUT_MAX (256 * KB)

static char printed[OUTPUT_MAX], expected[OUTPUT_MAX];

/* Run SCRIPT with its output in a file; the wait status. */
static int run_script(const char *script)
{
    pid_t pid = fork();

    REQUIRE(pid >= 0);
    if (pid == 0) {
        int out = open(OUTPUT, O_WRONLY | O_CREAT | O_TRUNC, 0644);

        setenv("HOME", "/root", 1);
        dup2(open("/dev/null", O_RDONLY), 0);
        dup2(out, 1);
        dup2(open("/dev/null", O_WRONLY), 2);
        close(out);
        execl("/bin/sh", "sh", script, (char *)NULL);
        _exit(127);
    }
    return wait_child(pid);
}

/* The number of the line in which A and B begin to differ. */
static int first_difference(const char *a, const char *b)
{
    int line = 1;

    for (; *a && *a == *b; a++, b++)
        line += *a == '\n';
    return line;
}

static void check_script(const char *name, size_t len)
{
    char path[300];
    int status;

    snprintf(path, sizeof(path), CORPUS "/%s", name);
    status = run_script(path);
    if (WIFSIGNALED(status))
        fail(__FILE__, __LINE__, "%s: the shell was killed by signal %d", name, WTERMSIG(status));
    snprintf(path, sizeof(path), CORPUS "/%.*s.out", (int)len, name);
    read_file(OUTPUT, printed, sizeof(printed));
    read_file(path, expected, sizeof(expected));
    if (strcmp(printed, expected) != 0)
        fail(__FILE__, __LINE__, "%s: the output differs from line %d on", name,
             first_difference(printed, expected));
}

static void corpus(void)
{
    struct dirent *entry;
    int scripts = 0;
    DIR *dir;

    if (access("/dev/vdb", F_OK) < 0)
        skip("needs the scripts on a second disk");
    REQUIRE(mount("/dev/vdb", CORPUS, "ext2", MS_RDONLY, NULL) == 0);
    dir = opendir(CORPUS);
    REQUIRE(dir != NULL);
    while ((entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);

        if (len < 4 || strcmp(entry->d_name + len - 3, ".sh") != 0)
            continue;
        check_script(entry->d_name, len - 3);
        scripts++;
    }
    closedir(dir);
    EXPECT(scripts >= 10);
    unlink(OUTPUT);
    REQUIRE(umount(CORPUS) == 0);
}

/* A shell that runs a program many times, and waits for a line in between and at the end. */

struct shell {
    pid_t pid;
    int to, from;
};

static struct shell start_loop(const char *script)
{
    struct shell shell;
    int in[2], out[2];

    REQUIRE(pipe(in) == 0 && pipe(out) == 0);
    shell.pid = fork();
    REQUIRE(shell.pid >= 0);
    if (shell.pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        for (int fd = 3; fd < 20; fd++)
            close(fd);
        execl("/bin/sh", "sh", "-c", script, (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    shell.to = in[1];
    shell.from = out[0];
    return shell;
}

static struct debug_counters count_when_it_waits(const struct shell *shell)
{
    struct debug_counters c;
    char buf[16];

    EXPECT_EQ(read(shell->from, buf, sizeof(buf)), 5);
    EXPECT(memcmp(buf, "here\n", 5) == 0);
    debug_call(DEBUG_QUIESCE, 0, 0);
    c = read_counters();
    EXPECT_EQ(write(shell->to, "\n", 1), 1);
    c.frames[DEBUG_FRAME_FREE] += c.frames[DEBUG_FRAME_PCP];
    c.frames[DEBUG_FRAME_PCP] = 0;
    return c;
}

static void loop_leaves_nothing(void)
{
    const char *wanted = getenv("SHELLTEST_LOOPS");
    struct debug_counters first, last;
    struct shell shell;
    char script[200];

    need_debug_call();
    snprintf(script, sizeof(script),
             "for i in $(seq %s); do"
             " /bin/true; if [ $i = 5 -o $i = 10 ]; then echo here; read x; fi;"
             " done; echo here; read x", wanted ? wanted : "100");
    shell = start_loop(script);
    count_when_it_waits(&shell);                /* both pipes are used once */
    first = count_when_it_waits(&shell);
    last = count_when_it_waits(&shell);
    EXPECT_CHILD(shell.pid);
    close(shell.to);
    close(shell.from);
    for (size_t i = 0; i < DEBUG_FRAME_KINDS; i++)
        if (last.frames[i] != first.frames[i])
            fail(__FILE__, __LINE__, "frames of kind %zu: %lu, then %lu", i, first.frames[i],
                 last.frames[i]);
    EXPECT_EQ(last.objects, first.objects);
    EXPECT_EQ(last.object_bytes, first.object_bytes);
    EXPECT_EQ(last.kmallocs, first.kmallocs);
    EXPECT_EQ(last.vmalloc_areas, first.vmalloc_areas);
    EXPECT_EQ(last.files, first.files);
    EXPECT_EQ(last.threads, first.threads);
    EXPECT_EQ(last.processes, first.processes);
    EXPECT_EQ(last.mms, first.mms);
    EXPECT_EQ(last.vmas, first.vmas);
    EXPECT_EQ(last.inodes, first.inodes);
    EXPECT_EQ(last.dentries, first.dentries);
}

static const struct test tests[] = {
    TEST(corpus),
    TEST(loop_leaves_nothing),
};

TEST_MAIN(tests)
