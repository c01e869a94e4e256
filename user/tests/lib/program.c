/* SPDX-License-Identifier: MIT */
/*
 * program.c - files to be executed, and what came of it.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/program.h"

struct outcome outcome;
char *const no_strings[] = { NULL };

void make_program(const char *path, const void *content, size_t size, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0700);

    REQUIRE(fd >= 0);
    EXPECT_EQ(write(fd, content, size), size);
    EXPECT_OK(fchmod(fd, mode));
    close(fd);
}

void make_script(const char *path, const char *text)
{
    make_program(path, text, strlen(text), 0755);
}

void copy_program(const char *from, const char *to)
{
    static char block[64 * KB];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
    ssize_t n;

    REQUIRE(in >= 0 && out >= 0);
    while ((n = read(in, block, sizeof(block))) > 0)
        REQUIRE(write(out, block, (size_t)n) == n);
    EXPECT_EQ(n, 0);
    close(in);
    close(out);
}

int exec_with(const char *path, char *const argv[], char *const envp[])
{
    const size_t most = sizeof(outcome.text) - 1;
    int fd[2];
    pid_t pid;
    ssize_t n;

    REQUIRE(pipe(fd) == 0);
    pid = fork();
    if (pid == 0) {
        dup2(fd[1], STDOUT_FILENO);
        close(fd[0]);
        close(fd[1]);
        execve(path, argv, envp);
        _exit(errno);
    }
    close(fd[1]);
    outcome.size = 0;
    while ((n = read(fd[0], outcome.text + outcome.size, most - outcome.size)) > 0)
        outcome.size += (size_t)n;
    outcome.text[outcome.size] = '\0';
    close(fd[0]);
    return outcome.status = wait_child(pid);
}

int exec_file(const char *path)
{
    char *const argv[] = { (char *)(uintptr_t)path, NULL };

    return exec_with(path, argv, no_strings);
}

void expect_printed(const char *file, int line, const char *text)
{
    if (outcome.status != 0 || strcmp(outcome.text, text) != 0)
        fail(file, line, "status %x and \"%s\", not \"%s\"", outcome.status, outcome.text, text);
}
