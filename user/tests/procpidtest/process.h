/* SPDX-License-Identifier: MIT */
/*
 * process.h - what procpidtest reads of a process: its stat and its status.
 *
 * What cannot be read gives the test up.
 */
#pragma once
#include "user/tests/lib/test.h"

/* The words of /proc/<pid>/stat, numbered as in proc(5); 2 and 3 are text. */
enum {
    PID = 1, PPID = 4, PGRP, SESSION, TTY, TPGID, FLAGS, MINFLT, CMINFLT, MAJFLT, CMAJFLT, UTIME,
    STIME, CUTIME, CSTIME, PRIORITY, NICE, THREADS, ITREAL, START, VSIZE, RSS, RSSLIM, STARTCODE,
    ENDCODE, STARTSTACK, KSTKESP, KSTKEIP, SIGNAL, BLOCKED, IGNORED, CAUGHT, WCHAN, NSWAP, CNSWAP,
    EXIT_SIGNAL, PROCESSOR, RT_PRIORITY, POLICY, BLKIO, GUEST, CGUEST, START_DATA, END_DATA,
    START_BRK, ARG_START, ARG_END, ENV_START, ENV_END, EXIT_CODE, WORDS = EXIT_CODE
};

struct stat_line {
    char comm[32], state;
    uint64_t v[WORDS + 1];
};

/* Of /proc/<pid>, and of a folder like that. */
struct stat_line read_stat(pid_t pid);
struct stat_line read_stat_in(const char *folder);

/* A word of our own line. */
uint64_t own(int word);

/* The text behind KEY in its status; the next call overwrites it. */
const char *status_of(pid_t pid, const char *key);
const char *status_in(const char *folder, const char *key);

extern const struct test_list identity_tests, running_tests, thread_tests, memory_tests,
    file_tests, descriptor_tests, rights_tests;
