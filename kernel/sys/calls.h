/* SPDX-License-Identifier: MIT */
/*
 * calls.h - every system call there is, in the order of its number.
 *
 * CALL(name, restart): what an interruption by a signal means for it.
 *   AGAIN    repeated if the handler was set with SA_RESTART
 *   NOHAND   repeated only if no handler ran
 *   NEVER    -EINTR is for the program, or cannot happen
 *
 * A call that is not listed returns -ENOSYS.
 */
#pragma once
#include "lib/types.h"

#define SYSTEM_CALLS(CALL)                                                     \
    CALL(setxattr, NEVER)                                                      \
    CALL(lsetxattr, NEVER)                                                     \
    CALL(fsetxattr, NEVER)                                                     \
    CALL(getxattr, NEVER)                                                      \
    CALL(lgetxattr, NEVER)                                                     \
    CALL(fgetxattr, NEVER)                                                     \
    CALL(listxattr, NEVER)                                                     \
    CALL(llistxattr, NEVER)                                                    \
    CALL(flistxattr, NEVER)                                                    \
    CALL(removexattr, NEVER)                                                   \
    CALL(lremovexattr, NEVER)                                                  \
    CALL(fremovexattr, NEVER)                                                  \
    CALL(getcwd, NEVER)                                                        \
    CALL(eventfd2, NEVER)                                                      \
    CALL(dup, NEVER)                                                           \
    CALL(dup3, NEVER)                                                          \
    CALL(fcntl, AGAIN)                                                         \
    CALL(ioctl, AGAIN)                                                         \
    CALL(flock, AGAIN)                                                         \
    CALL(mknodat, NEVER)                                                       \
    CALL(mkdirat, NEVER)                                                       \
    CALL(unlinkat, NEVER)                                                      \
    CALL(symlinkat, NEVER)                                                     \
    CALL(linkat, NEVER)                                                        \
    CALL(umount2, NEVER)                                                       \
    CALL(mount, NEVER)                                                         \
    CALL(statfs, NEVER)                                                        \
    CALL(fstatfs, NEVER)                                                       \
    CALL(truncate, NEVER)                                                      \
    CALL(ftruncate, NEVER)                                                     \
    CALL(fallocate, NEVER)                                                     \
    CALL(faccessat, NEVER)                                                     \
    CALL(chdir, NEVER)                                                         \
    CALL(fchdir, NEVER)                                                        \
    CALL(chroot, NEVER)                                                        \
    CALL(fchmod, NEVER)                                                        \
    CALL(fchmodat, NEVER)                                                      \
    CALL(fchownat, NEVER)                                                      \
    CALL(fchown, NEVER)                                                        \
    CALL(openat, AGAIN)                                                        \
    CALL(close, NEVER)                                                         \
    CALL(pipe2, NEVER)                                                         \
    CALL(getdents64, NEVER)                                                    \
    CALL(lseek, NEVER)                                                         \
    CALL(read, AGAIN)                                                          \
    CALL(write, AGAIN)                                                         \
    CALL(readv, AGAIN)                                                         \
    CALL(writev, AGAIN)                                                        \
    CALL(pread64, AGAIN)                                                       \
    CALL(pwrite64, AGAIN)                                                      \
    CALL(preadv, AGAIN)                                                        \
    CALL(pwritev, AGAIN)                                                       \
    CALL(sendfile, AGAIN)                                                      \
    CALL(pselect6, NOHAND)                                                     \
    CALL(ppoll, NOHAND)                                                        \
    CALL(readlinkat, NEVER)                                                    \
    CALL(newfstatat, NEVER)                                                    \
    CALL(fstat, NEVER)                                                         \
    CALL(sync, NEVER)                                                          \
    CALL(fsync, NEVER)                                                         \
    CALL(fdatasync, NEVER)                                                     \
    CALL(sync_file_range, NEVER)                                               \
    CALL(timerfd_create, NEVER)                                                \
    CALL(timerfd_settime, NEVER)                                               \
    CALL(timerfd_gettime, NEVER)                                               \
    CALL(utimensat, NEVER)                                                     \
    CALL(exit, NEVER)                                                          \
    CALL(exit_group, NEVER)                                                    \
    CALL(capget, NEVER)                                                        \
    CALL(capset, NEVER)                                                        \
    CALL(personality, NEVER)                                                   \
    CALL(waitid, AGAIN)                                                        \
    CALL(set_tid_address, NEVER)                                               \
    CALL(futex, AGAIN)                                                         \
    CALL(set_robust_list, NEVER)                                               \
    CALL(get_robust_list, NEVER)                                               \
    CALL(nanosleep, NEVER)                                                     \
    CALL(getitimer, NEVER)                                                     \
    CALL(setitimer, NEVER)                                                     \
    CALL(clock_settime, NEVER)                                                 \
    CALL(clock_gettime, NEVER)                                                 \
    CALL(clock_getres, NEVER)                                                  \
    CALL(clock_nanosleep, NEVER)                                               \
    CALL(syslog, AGAIN)                                                        \
    CALL(sched_setparam, NEVER)                                                \
    CALL(sched_setscheduler, NEVER)                                            \
    CALL(sched_getscheduler, NEVER)                                            \
    CALL(sched_getparam, NEVER)                                                \
    CALL(sched_setaffinity, NEVER)                                             \
    CALL(sched_getaffinity, NEVER)                                             \
    CALL(sched_yield, NEVER)                                                   \
    CALL(sched_get_priority_max, NEVER)                                        \
    CALL(sched_get_priority_min, NEVER)                                        \
    CALL(sched_rr_get_interval, NEVER)                                         \
    CALL(restart_syscall, NEVER)                                               \
    CALL(kill, NEVER)                                                          \
    CALL(tkill, NEVER)                                                         \
    CALL(tgkill, NEVER)                                                        \
    CALL(sigaltstack, NEVER)                                                   \
    CALL(rt_sigsuspend, NOHAND)                                                \
    CALL(rt_sigaction, NEVER)                                                  \
    CALL(rt_sigprocmask, NEVER)                                                \
    CALL(rt_sigpending, NEVER)                                                 \
    CALL(rt_sigtimedwait, NEVER)                                               \
    CALL(rt_sigqueueinfo, NEVER)                                               \
    CALL(rt_sigreturn, NEVER)                                                  \
    CALL(setpriority, NEVER)                                                   \
    CALL(getpriority, NEVER)                                                   \
    CALL(reboot, NEVER)                                                        \
    CALL(setregid, NEVER)                                                      \
    CALL(setgid, NEVER)                                                        \
    CALL(setreuid, NEVER)                                                      \
    CALL(setuid, NEVER)                                                        \
    CALL(setresuid, NEVER)                                                     \
    CALL(getresuid, NEVER)                                                     \
    CALL(setresgid, NEVER)                                                     \
    CALL(getresgid, NEVER)                                                     \
    CALL(setfsuid, NEVER)                                                      \
    CALL(setfsgid, NEVER)                                                      \
    CALL(times, NEVER)                                                         \
    CALL(setpgid, NEVER)                                                       \
    CALL(getpgid, NEVER)                                                       \
    CALL(getsid, NEVER)                                                        \
    CALL(setsid, NEVER)                                                        \
    CALL(getgroups, NEVER)                                                     \
    CALL(setgroups, NEVER)                                                     \
    CALL(uname, NEVER)                                                         \
    CALL(sethostname, NEVER)                                                   \
    CALL(getrlimit, NEVER)                                                     \
    CALL(setrlimit, NEVER)                                                     \
    CALL(getrusage, NEVER)                                                     \
    CALL(umask, NEVER)                                                         \
    CALL(prctl, NEVER)                                                         \
    CALL(getcpu, NEVER)                                                        \
    CALL(gettimeofday, NEVER)                                                  \
    CALL(settimeofday, NEVER)                                                  \
    CALL(getpid, NEVER)                                                        \
    CALL(getppid, NEVER)                                                       \
    CALL(getuid, NEVER)                                                        \
    CALL(geteuid, NEVER)                                                       \
    CALL(getgid, NEVER)                                                        \
    CALL(getegid, NEVER)                                                       \
    CALL(gettid, NEVER)                                                        \
    CALL(sysinfo, NEVER)                                                       \
    CALL(socket, NEVER)                                                        \
    CALL(socketpair, NEVER)                                                    \
    CALL(bind, NEVER)                                                          \
    CALL(listen, NEVER)                                                        \
    CALL(accept, AGAIN)                                                        \
    CALL(connect, AGAIN)                                                       \
    CALL(getsockname, NEVER)                                                   \
    CALL(getpeername, NEVER)                                                   \
    CALL(sendto, AGAIN)                                                        \
    CALL(recvfrom, AGAIN)                                                      \
    CALL(setsockopt, NEVER)                                                    \
    CALL(getsockopt, NEVER)                                                    \
    CALL(shutdown, NEVER)                                                      \
    CALL(sendmsg, AGAIN)                                                       \
    CALL(recvmsg, AGAIN)                                                       \
    CALL(readahead, NEVER)                                                     \
    CALL(brk, NEVER)                                                           \
    CALL(munmap, NEVER)                                                        \
    CALL(mremap, NEVER)                                                        \
    CALL(clone, NEVER)                                                         \
    CALL(execve, NEVER)                                                        \
    CALL(execveat, NEVER)                                                      \
    CALL(mmap, NEVER)                                                          \
    CALL(fadvise64, NEVER)                                                     \
    CALL(swapon, NEVER)                                                        \
    CALL(swapoff, NEVER)                                                       \
    CALL(mprotect, NEVER)                                                      \
    CALL(msync, AGAIN)                                                         \
    CALL(mlock, NEVER)                                                         \
    CALL(munlock, NEVER)                                                       \
    CALL(mlockall, NEVER)                                                      \
    CALL(munlockall, NEVER)                                                    \
    CALL(mincore, NEVER)                                                       \
    CALL(madvise, NEVER)                                                       \
    CALL(riscv_hwprobe, NEVER)                                                 \
    CALL(riscv_flush_icache, NEVER)                                            \
    CALL(accept4, AGAIN)                                                       \
    CALL(recvmmsg, AGAIN)                                                      \
    CALL(wait4, AGAIN)                                                         \
    CALL(prlimit64, NEVER)                                                     \
    CALL(syncfs, NEVER)                                                        \
    CALL(sendmmsg, AGAIN)                                                      \
    CALL(process_vm_readv, NEVER)                                              \
    CALL(process_vm_writev, NEVER)                                             \
    CALL(sched_setattr, NEVER)                                                 \
    CALL(sched_getattr, NEVER)                                                 \
    CALL(renameat2, NEVER)                                                     \
    CALL(getrandom, NEVER)                                                     \
    CALL(memfd_create, NEVER)                                                  \
    CALL(membarrier, NEVER)                                                    \
    CALL(mlock2, NEVER)                                                        \
    CALL(copy_file_range, NEVER)                                               \
    CALL(preadv2, AGAIN)                                                       \
    CALL(pwritev2, AGAIN)                                                      \
    CALL(statx, NEVER)                                                         \
    CALL(pidfd_send_signal, NEVER)                                             \
    CALL(pidfd_open, NEVER)                                                    \
    CALL(clone3, NEVER)                                                        \
    CALL(close_range, NEVER)                                                   \
    CALL(pidfd_getfd, NEVER)                                                   \
    CALL(faccessat2, NEVER)                                                    \
    CALL(fchmodat2, NEVER)

/* Each takes its six arguments as the program passed them, and returns what the
 * program sees in a0: a result, or a negated errno. */
#define DECLARE(name, restart) int64_t sys_##name(const uint64_t *a);
SYSTEM_CALLS(DECLARE)
#undef DECLARE
int64_t sys_pagoda_debug(const uint64_t *a);
