/* SPDX-License-Identifier: MIT */
/*
 * dd.c - copy blocks.
 *
 *   if= of=           files, instead of stdin and stdout
 *   bs= ibs= obs=     bytes of a block (512); with equal sizes what is read is written as it is
 *   count= skip= seek=  blocks to copy, to leave out of the input, of the output
 *   conv=notrunc,fsync,fdatasync,sync,noerror    iflag=fullblock   oflag=append   status=none
 *
 * Sizes take the suffixes K M G.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <util.h>
#include "lib/strutil.h"

static const char *in_name, *out_name;
static uint64_t in_size = 512, out_size = 512;
static uint64_t count = UINT64_MAX, skip, seek;
static bool no_truncate, sync_all, sync_data, pad, go_on, full_block, append_output, quiet;

static struct {
    uint64_t full_in, part_in, full_out, part_out, bytes;
} done;

static char *in_block, *out_block;
static size_t waiting; /* bytes in out_block */

/* ---- operands ---- */

struct word {
    const char *name;
    bool *flag;
};

static const struct word conversions[] = {
    { "notrunc", &no_truncate }, { "fsync", &sync_all },  { "fdatasync", &sync_data },
    { "sync", &pad },            { "noerror", &go_on },   { NULL, NULL },
};
static const struct word in_flags[] = { { "fullblock", &full_block }, { NULL, NULL } };
static const struct word out_flags[] = { { "append", &append_output }, { NULL, NULL } };

static void parse_words(char *list, const struct word *known)
{
    char *name;

    while ((name = strsep(&list, ",")) != NULL) {
        const struct word *word = known;

        while (word->name != NULL && strcmp(word->name, name) != 0)
            word++;
        if (word->name == NULL)
            errx(1, "%s: unknown word", name);
        *word->flag = true;
    }
}

static uint64_t parse_number(const char *text)
{
    uint64_t n;

    if (str_to_decimal_size(text, &n) < 0)
        errx(1, "%s: invalid number", text);
    return n;
}

static uint64_t parse_block_size(const char *text)
{
    uint64_t n = parse_number(text);

    if (n == 0 || n > 1UL << 30)
        errx(1, "%s: invalid block size", text);
    return n;
}

static void parse_operand(char *operand)
{
    char *value = strchr(operand, '=');

    if (value == NULL)
        errx(1, "%s: not name=value", operand);
    *value++ = '\0';
    if (strcmp(operand, "if") == 0)
        in_name = value;
    else if (strcmp(operand, "of") == 0)
        out_name = value;
    else if (strcmp(operand, "bs") == 0)
        in_size = out_size = parse_block_size(value);
    else if (strcmp(operand, "ibs") == 0)
        in_size = parse_block_size(value);
    else if (strcmp(operand, "obs") == 0)
        out_size = parse_block_size(value);
    else if (strcmp(operand, "count") == 0)
        count = parse_number(value);
    else if (strcmp(operand, "skip") == 0)
        skip = parse_number(value);
    else if (strcmp(operand, "seek") == 0)
        seek = parse_number(value);
    else if (strcmp(operand, "conv") == 0)
        parse_words(value, conversions);
    else if (strcmp(operand, "iflag") == 0)
        parse_words(value, in_flags);
    else if (strcmp(operand, "oflag") == 0)
        parse_words(value, out_flags);
    else if (strcmp(operand, "status") == 0)
        quiet = strcmp(value, "none") == 0;
    else
        errx(1, "%s: unknown operand", operand);
}

/* ---- files ---- */

/* Where BLOCKS of SIZE bytes end. */
static off_t offset_of(uint64_t blocks, size_t size)
{
    off_t offset;

    if (__builtin_mul_overflow(blocks, size, &offset))
        errx(1, "offset too large");
    return offset;
}

static int open_input(void)
{
    int fd = in_name == NULL ? STDIN_FILENO : open(in_name, O_RDONLY);

    if (fd < 0)
        err(1, "%s", in_name);
    if (in_name == NULL)
        in_name = "standard input";
    return fd;
}

/* What stands before the place to write is kept. */
static int open_output(void)
{
    int flags = O_WRONLY | O_CREAT | (append_output ? O_APPEND : 0);
    bool truncates = !no_truncate && !append_output;
    int fd;

    if (out_name == NULL) {
        out_name = "standard output";
        return STDOUT_FILENO;
    }
    if (truncates && seek == 0)
        flags |= O_TRUNC;
    fd = open(out_name, flags, 0666);
    if (fd < 0)
        err(1, "%s", out_name);
    if (truncates && seek > 0 && ftruncate(fd, offset_of(seek, out_size)) < 0 && errno != EINVAL)
        err(1, "%s", out_name);
    return fd;
}

/* Read one block: less at the end or from a pipe, unless whole blocks are wanted. */
static ssize_t read_block(int fd)
{
    size_t length = 0;
    ssize_t got;

    do {
        do
            got = read(fd, in_block + length, in_size - length);
        while (got < 0 && errno == EINTR);
        if (got <= 0)
            break;
        length += (size_t)got;
    } while (full_block && length < in_size);
    return got < 0 && length == 0 ? -1 : (ssize_t)length;
}

static void skip_input(int fd)
{
    if (skip == 0 || lseek(fd, offset_of(skip, in_size), SEEK_CUR) >= 0)
        return;
    for (; skip > 0; skip--)
        if (read_block(fd) <= 0)
            return;
}

static void write_block(int fd, const char *block, size_t length)
{
    if (write_all(fd, block, length) < 0)
        err(1, "%s", out_name);
    done.bytes += length;
    if (length == out_size)
        done.full_out++;
    else
        done.part_out++;
}

/* Collect bytes until they make an output block. */
static void put(int fd, const char *from, size_t length)
{
    while (length > 0) {
        size_t part = out_size - waiting < length ? out_size - waiting : length;

        memcpy(out_block + waiting, from, part);
        waiting += part;
        from += part;
        length -= part;
        if (waiting == out_size) {
            write_block(fd, out_block, waiting);
            waiting = 0;
        }
    }
}

static int copy(int in, int out)
{
    int status = 0;

    for (; count > 0; count--) {
        ssize_t length = read_block(in);

        if (length < 0) {
            warn("%s", in_name);
            status = 1;
            if (!go_on)
                break;
            lseek(in, (off_t)in_size, SEEK_CUR);
            length = 0;
        } else if (length == 0) {
            break;
        }
        if ((size_t)length == in_size)
            done.full_in++;
        else
            done.part_in++;
        if (pad && (size_t)length < in_size) {
            memset(in_block + length, 0, in_size - (size_t)length);
            length = (ssize_t)in_size;
        }
        if (in_size == out_size)
            write_block(out, in_block, (size_t)length);
        else
            put(out, in_block, (size_t)length);
    }
    if (waiting > 0)
        write_block(out, out_block, waiting);
    return status;
}

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void report(double seconds)
{
    char rate[8];

    if (quiet)
        return;
    fprintf(stderr, "%lu+%lu records in\n%lu+%lu records out\n", done.full_in, done.part_in,
            done.full_out, done.part_out);
    if (seconds <= 0)
        seconds = 1e-9;
    fprintf(stderr, "%lu bytes copied, %g s, %sB/s\n", done.bytes, seconds,
            human_size((uint64_t)((double)done.bytes / seconds), rate));
}

int main(int argc, char **argv)
{
    double start = now();
    int status;
    int in, out;

    for (int i = 1; i < argc; i++)
        parse_operand(argv[i]);
    in_block = malloc(in_size);
    out_block = malloc(out_size);
    if (in_block == NULL || out_block == NULL)
        err(1, NULL);
    in = open_input();
    out = open_output();
    skip_input(in);
    if (seek > 0 && lseek(out, offset_of(seek, out_size), SEEK_CUR) < 0)
        err(1, "%s", out_name);
    status = copy(in, out);
    if ((sync_all && fsync(out) < 0) || (sync_data && fdatasync(out) < 0))
        err(1, "%s", out_name);
    if (close(out) < 0)
        err(1, "%s", out_name);
    report(now() - start);
    return status;
}
