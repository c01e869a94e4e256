/* SPDX-License-Identifier: MIT */
/*
 * program.h - files to be executed, and what came of it.
 */
#pragma once
#include <sys/types.h>
#include "user/tests/lib/test.h"

#define SMALL_PROGRAM "/bin/true"       /* a real one, the smallest there is */

/* Make the file PATH, or make it anew, with this content and mode. */
void make_program(const char *path, const void *content, size_t size, mode_t mode);

/* The same of a script's text, with mode 0755. */
void make_script(const char *path, const char *text);

/* Copy a program; the copy has mode 0755.  Gives up on failure. */
void copy_program(const char *from, const char *to);

/* What the last exec in a child came to. */
struct outcome {
    int status;                         /* the wait status; of a failed exec: errno << 8 */
    size_t size;                        /* of what the program printed, and that, with a NUL */
    char text[16 * KB];
};

extern struct outcome outcome;
extern char *const no_strings[];        /* empty argv, empty environment */

/* Exec PATH in a child and wait for it: the status of the outcome. */
int exec_with(const char *path, char *const argv[], char *const envp[]);

/* The same with PATH for the only argument, and no environment. */
int exec_file(const char *path);

/* To exec PATH should fail with this errno, or with 0 should end with status 0. */
#define EXPECT_EXEC(path, error) EXPECT_EQ(exec_file(path), (error) << 8)

void expect_printed(const char *file, int line, const char *text);

/* The last program should have printed TEXT and ended with status 0. */
#define EXPECT_PRINTED(text) expect_printed(__FILE__, __LINE__, text)
