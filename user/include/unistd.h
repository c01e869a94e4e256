/* SPDX-License-Identifier: MIT */
/*
 * unistd.h - the system calls of files, processes and users.
 *
 * Unless a line says otherwise a function returns -1 and sets errno when the kernel refuses.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <getopt.h>
#include <sys/types.h>
#include "lib/abi/syscall.h"

#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

extern char **environ;

/* Any system call by number, with up to six arguments. */
long syscall(long number, ...);

/* Reading and writing. */
ssize_t read(int fd, void *to, size_t size);
ssize_t write(int fd, const void *from, size_t size);
ssize_t pread(int fd, void *to, size_t size, off_t offset);
ssize_t pwrite(int fd, const void *from, size_t size, off_t offset);
off_t lseek(int fd, off_t offset, int whence);
int close(int fd);
int fsync(int fd);
int fdatasync(int fd);
void sync(void);
int truncate(const char *path, off_t size);
int ftruncate(int fd, off_t size);

/* Descriptors. */
int dup(int fd);
int dup2(int fd, int to);
int dup3(int fd, int to, int flags);
int pipe(int fd[2]);
int pipe2(int fd[2], int flags);
int isatty(int fd);
/* The path of the terminal behind FD, in static storage, or NULL. */
char *ttyname(int fd);

/* Names. */
int link(const char *from, const char *to);
int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags);
int symlink(const char *target, const char *path);
int symlinkat(const char *target, int dir, const char *path);
ssize_t readlink(const char *path, char *to, size_t size);
ssize_t readlinkat(int dir, const char *path, char *to, size_t size);
int unlink(const char *path);
int unlinkat(int dir, const char *path, int flags);
int rmdir(const char *path);
int access(const char *path, int mode);
int faccessat(int dir, const char *path, int mode, int flags);
int chown(const char *path, uid_t uid, gid_t gid);
int lchown(const char *path, uid_t uid, gid_t gid);
int fchown(int fd, uid_t uid, gid_t gid);
int fchownat(int dir, const char *path, uid_t uid, gid_t gid, int flags);
int chdir(const char *path);
int fchdir(int fd);
int chroot(const char *path);
/* A NULL buffer of size 0 is allocated; the caller frees it.  NULL on failure. */
char *getcwd(char *to, size_t size);

/* Processes.  The child of vfork runs on the parent's memory: only exec and _exit are allowed. */
pid_t fork(void);
pid_t vfork(void) __attribute__((returns_twice));
void _exit(int status) __attribute__((noreturn));
int execve(const char *path, char *const argv[], char *const envp[]);
int execv(const char *path, char *const argv[]);
int execvp(const char *name, char *const argv[]);
int execvpe(const char *name, char *const argv[], char *const envp[]);
int execl(const char *path, const char *arg0, ...) __attribute__((sentinel));
int execlp(const char *name, const char *arg0, ...) __attribute__((sentinel));
pid_t getpid(void);
pid_t getppid(void);
pid_t gettid(void);
pid_t getpgrp(void);
pid_t getpgid(pid_t pid);
int setpgid(pid_t pid, pid_t group);
pid_t getsid(pid_t pid);
pid_t setsid(void);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);
int nice(int increment);

/* Time. */
unsigned sleep(unsigned seconds);
int usleep(unsigned microseconds);
unsigned alarm(unsigned seconds);
int pause(void);

/* Users and groups. */
uid_t getuid(void);
uid_t geteuid(void);
gid_t getgid(void);
gid_t getegid(void);
int setuid(uid_t uid);
int seteuid(uid_t uid);
int setreuid(uid_t real, uid_t effective);
int setresuid(uid_t real, uid_t effective, uid_t saved);
int setgid(gid_t gid);
int setegid(gid_t gid);
int setregid(gid_t real, gid_t effective);
int setresgid(gid_t real, gid_t effective, gid_t saved);
int getresuid(uid_t *real, uid_t *effective, uid_t *saved);
int getresgid(gid_t *real, gid_t *effective, gid_t *saved);
int getgroups(int count, gid_t *groups);

/* Memory: the end of the data segment.  sbrk returns the old end, or (void *)-1. */
int brk(void *end);
void *sbrk(intptr_t increment);
int getpagesize(void);

/* Host. */
int gethostname(char *name, size_t size);
int sethostname(const char *name, size_t size);

#define _SC_ARG_MAX 0
#define _SC_CHILD_MAX 1
#define _SC_CLK_TCK 2
#define _SC_OPEN_MAX 4
#define _SC_PAGESIZE 30
#define _SC_PAGE_SIZE 30
#define _SC_NPROCESSORS_CONF 83
#define _SC_NPROCESSORS_ONLN 84
#define _SC_PHYS_PAGES 85
#define _SC_AVPHYS_PAGES 86
long sysconf(int name);
