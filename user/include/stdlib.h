/* SPDX-License-Identifier: MIT */
/*
 * stdlib.h - memory, numbers, sorting, environment, ending.
 */
#pragma once
#include <stddef.h>
#include <sys/types.h>
#include <sys/wait.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1
#define RAND_MAX 0x7fffffff
#define MB_CUR_MAX 1

/* Memory.  NULL with ENOMEM; everything is aligned to 16 bytes at least. */
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *p, size_t size);
void *reallocarray(void *p, size_t count, size_t size);
void free(void *p);
int posix_memalign(void **p, size_t alignment, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
size_t malloc_usable_size(void *p);

/* Numbers.  Out of range: the nearest value and ERANGE. */
long strtol(const char *s, char **end, int base);
unsigned long strtoul(const char *s, char **end, int base);
long long strtoll(const char *s, char **end, int base);
unsigned long long strtoull(const char *s, char **end, int base);
double strtod(const char *s, char **end);
int atoi(const char *s);
long atol(const char *s);
long long atoll(const char *s);
double atof(const char *s);

typedef struct {
    int quot, rem;
} div_t;
typedef struct {
    long quot, rem;
} ldiv_t;
div_t div(int a, int b);
ldiv_t ldiv(long a, long b);
int abs(int n);
long labs(long n);
long long llabs(long long n);

int rand(void);
void srand(unsigned seed);
int rand_r(unsigned *seed);
long random(void);
void srandom(unsigned seed);

/* Sorting is a merge sort when memory allows (then it is stable), else a heap sort. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void qsort_r(void *base, size_t count, size_t size,
             int (*compare)(const void *, const void *, void *), void *context);
void *bsearch(const void *key, const void *base, size_t count, size_t size,
              int (*compare)(const void *, const void *));

/* Environment. */
char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite);
int unsetenv(const char *name);
int putenv(char *assignment);
int clearenv(void);

/* Ending. */
void exit(int status) __attribute__((noreturn));
void _Exit(int status) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));
int atexit(void (*function)(void));

/* Processes and files. */
int system(const char *command);
int mkstemp(char *template);
int mkostemp(char *template, int flags);
char *mkdtemp(char *template);
char *realpath(const char *path, char *resolved);

/* Pseudo terminals: a descriptor of a new master (FLAGS of open); its slave may be opened after
 * grantpt and unlockpt.  -1 with errno. */
int posix_openpt(int flags);
int grantpt(int fd);
int unlockpt(int fd);
/* The slave's name, in static storage, or NULL.  The second stores it: 0 or an errno. */
char *ptsname(int fd);
int ptsname_r(int fd, char *to, size_t size);
