/* SPDX-License-Identifier: MIT */
/*
 * string.h - memory and strings.
 *
 * The functions that the kernel needs too live in lib/string.c; the rest in user/libc/strings.c.
 */
#pragma once
#include <stddef.h>
#include "lib/string.h"

/* Copies on the heap: NULL with ENOMEM. */
char *strdup(const char *s);
char *strndup(const char *s, size_t max);

char *strcpy(char *to, const char *from);
char *strncpy(char *to, const char *from, size_t size);
char *stpcpy(char *to, const char *from);
char *strcat(char *to, const char *from);
char *strncat(char *to, const char *from, size_t max);

void *memrchr(const void *where, int c, size_t size);
void *mempcpy(void *to, const void *from, size_t size);
void *memmem(const void *where, size_t size, const void *what, size_t what_size);
char *strstr(const char *where, const char *what);
char *strcasestr(const char *where, const char *what);
char *strchrnul(const char *s, int c);
char *strpbrk(const char *s, const char *any);
size_t strspn(const char *s, const char *accept);
size_t strcspn(const char *s, const char *reject);
char *strtok(char *s, const char *separators);
char *strtok_r(char *s, const char *separators, char **rest);
char *strsep(char **s, const char *separators);

int strcasecmp(const char *a, const char *b);
int strncasecmp(const char *a, const char *b, size_t max);
int strcoll(const char *a, const char *b);

/* Texts in static storage; an unknown number is described by its value. */
char *strerror(int error);
char *strsignal(int sig);
