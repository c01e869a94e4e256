/* SPDX-License-Identifier: MIT */
/*
 * stdio.h - buffered streams and formatted output.
 *
 * A FILE has one buffer that is used for reading or for writing at any moment; the direction
 * changes at fflush, at a seek, or at end of file.  stdout is line buffered on a terminal and fully
 * buffered elsewhere, stderr is never buffered.  Not shared between threads.
 *
 * printf understands every integer and string conversion of C99 and %f %e %g of doubles, exactly
 * rounded; not long double, not %n.
 */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <sys/types.h>

#define EOF (-1)
#define BUFSIZ 4096
#define FILENAME_MAX 4096
#define FOPEN_MAX 1000
#define L_tmpnam 32
#define P_tmpdir "/tmp"

#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif

#define _IOFBF 0
#define _IOLBF 1
#define _IONBF 2

typedef struct stdio_file FILE;

extern FILE *const stdin;
extern FILE *const stdout;
extern FILE *const stderr;
#define stdin stdin
#define stdout stdout
#define stderr stderr

/* Opening and closing: NULL or EOF with errno on failure. */
FILE *fopen(const char *path, const char *mode);
FILE *fdopen(int fd, const char *mode);
FILE *freopen(const char *path, const char *mode, FILE *f);
int fclose(FILE *f);
FILE *tmpfile(void);
FILE *popen(const char *command, const char *mode);
int pclose(FILE *f);
int remove(const char *path);
int rename(const char *from, const char *to);

/* Buffering.  setvbuf must come before the first read or write; BUF stays the caller's. */
int setvbuf(FILE *f, char *buf, int mode, size_t size);
void setbuf(FILE *f, char *buf);
void setlinebuf(FILE *f);
int fflush(FILE *f);

/* Bytes and lines. */
size_t fread(void *to, size_t size, size_t count, FILE *f);
size_t fwrite(const void *from, size_t size, size_t count, FILE *f);
int fgetc(FILE *f);
int getc(FILE *f);
int getchar(void);
int ungetc(int c, FILE *f);
char *fgets(char *to, int size, FILE *f);
ssize_t getline(char **line, size_t *size, FILE *f);
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *f);
int fputc(int c, FILE *f);
int putc(int c, FILE *f);
int putchar(int c);
int fputs(const char *s, FILE *f);
int puts(const char *s);

/* Position. */
int fseek(FILE *f, long offset, int whence);
int fseeko(FILE *f, off_t offset, int whence);
long ftell(FILE *f);
off_t ftello(FILE *f);
void rewind(FILE *f);

/* State. */
int feof(FILE *f);
int ferror(FILE *f);
void clearerr(FILE *f);
int fileno(FILE *f);
void perror(const char *what);

/* Formatted output: the number of bytes that the whole text has, or -1. */
#define __PRINTF(text, first) __attribute__((format(printf, text, first)))
#define __SCANF(text, first) __attribute__((format(scanf, text, first)))
int printf(const char *format, ...) __PRINTF(1, 2);
int fprintf(FILE *f, const char *format, ...) __PRINTF(2, 3);
int dprintf(int fd, const char *format, ...) __PRINTF(2, 3);
int sprintf(char *to, const char *format, ...) __PRINTF(2, 3);
int snprintf(char *to, size_t size, const char *format, ...) __PRINTF(3, 4);
int asprintf(char **to, const char *format, ...) __PRINTF(2, 3);
int vprintf(const char *format, va_list args) __PRINTF(1, 0);
int vfprintf(FILE *f, const char *format, va_list args) __PRINTF(2, 0);
int vdprintf(int fd, const char *format, va_list args) __PRINTF(2, 0);
int vsprintf(char *to, const char *format, va_list args) __PRINTF(2, 0);
int vsnprintf(char *to, size_t size, const char *format, va_list args) __PRINTF(3, 0);
int vasprintf(char **to, const char *format, va_list args) __PRINTF(2, 0);

/* Formatted input from a string: d i u x X o c s p n % [set], widths, h hh l ll z j, '*'. */
int sscanf(const char *from, const char *format, ...) __SCANF(2, 3);
int vsscanf(const char *from, const char *format, va_list args) __SCANF(2, 0);
