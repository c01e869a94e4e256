/* SPDX-License-Identifier: MIT */
/*
 * md5sum.c - MD5 checksums of files, as RFC 1321 defines them; -c checks a list of them.
 *
 * The message is followed by a bit 1, zeros, and its length in bits, to a multiple of 64 bytes.
 * Each 64 bytes go through 64 steps, which mix one word of the message into the four words of the
 * state. MD5 finds accidents, it does not stop forgers.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

#define BLOCK 64
#define HEX 32 /* digits of a sum */

struct md5 {
    uint32_t state[4];
    uint64_t length;
    unsigned char block[BLOCK];
};

/* The integer part of 2^32 * |sin(i + 1)|. */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
};

static const unsigned char rotations[4][4] = {
    { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 }, { 6, 10, 15, 21 },
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

static uint32_t load_word(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void add_block(struct md5 *md5, const unsigned char *block)
{
    uint32_t a = md5->state[0], b = md5->state[1], c = md5->state[2], d = md5->state[3];

    for (unsigned i = 0; i < 64; i++) {
        unsigned round = i / 16;
        uint32_t mixed;
        unsigned word;

        switch (round) {
        case 0:
            mixed = (b & c) | (~b & d);
            word = i;
            break;
        case 1:
            mixed = (d & b) | (~d & c);
            word = 5 * i + 1;
            break;
        case 2:
            mixed = b ^ c ^ d;
            word = 3 * i + 5;
            break;
        default:
            mixed = c ^ (b | ~d);
            word = 7 * i;
        }
        mixed += a + sines[i] + load_word(block + word % 16 * 4);
        a = d;
        d = c;
        c = b;
        b += rotate(mixed, rotations[round][i % 4]);
    }
    md5->state[0] += a;
    md5->state[1] += b;
    md5->state[2] += c;
    md5->state[3] += d;
}

static void md5_add(struct md5 *md5, const unsigned char *p, size_t size)
{
    size_t held = md5->length % BLOCK;

    md5->length += size;
    while (size > 0) {
        size_t part = BLOCK - held < size ? BLOCK - held : size;

        if (held == 0 && part == BLOCK) {
            add_block(md5, p);
        } else {
            memcpy(md5->block + held, p, part);
            held += part;
            if (held == BLOCK) {
                add_block(md5, md5->block);
                held = 0;
            }
        }
        p += part;
        size -= part;
    }
}

static void md5_finish(struct md5 *md5, char hex[HEX + 1])
{
    static const unsigned char padding[BLOCK] = { 0x80 };
    uint64_t bits = md5->length * 8;
    unsigned char length[8];

    md5_add(md5, padding, (BLOCK + 55 - md5->length % BLOCK) % BLOCK + 1);
    for (int i = 0; i < 8; i++)
        length[i] = (unsigned char)(bits >> (8 * i));
    md5_add(md5, length, sizeof(length));
    for (int i = 0; i < 16; i++)
        snprintf(hex + 2 * i, 3, "%02x", md5->state[i / 4] >> (8 * (i % 4)) & 0xff);
}

/* False with a message when the file cannot be read. */
static bool sum_file(const char *name, char hex[HEX + 1])
{
    static unsigned char buffer[64 * 1024];
    struct md5 md5 = { .state = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 } };
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
    size_t got;

    if (f == NULL) {
        warn("%s", name);
        return false;
    }
    while ((got = fread(buffer, 1, sizeof(buffer), f)) > 0)
        md5_add(&md5, buffer, got);
    if (ferror(f)) {
        warn("%s", name);
        fclose(f);
        return false;
    }
    if (f != stdin)
        fclose(f);
    md5_finish(&md5, hex);
    return true;
}

static int print_sum(const char *name)
{
    char hex[HEX + 1];

    if (!sum_file(name, hex))
        return 1;
    printf("%s  %s\n", hex, name);
    return 0;
}

/* Lines "sum  name"; others are not looked at. */
static int check_list(const char *name)
{
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");
    char *line = NULL;
    size_t size = 0;
    bool any = false;
    int status = 0;

    if (f == NULL)
        err(1, "%s", name);
    while (getline(&line, &size, f) > 0) {
        char hex[HEX + 1];
        const char *file;
        bool good;

        line[strcspn(line, "\n")] = '\0';
        if (strlen(line) < HEX + 3 || strspn(line, "0123456789abcdefABCDEF") != HEX)
            continue;
        any = true;
        file = line + HEX + 2;
        good = sum_file(file, hex) && strncasecmp(hex, line, HEX) == 0;
        printf("%s: %s\n", file, good ? "OK" : "FAILED");
        status |= !good;
    }
    free(line);
    if (ferror(f)) {
        warn("%s", name);
        status = 1;
    } else if (!any) {
        warnx("%s: there are no sums in it", name);
        status = 1;
    }
    if (f != stdin)
        fclose(f);
    return status;
}

int main(int argc, char **argv)
{
    int (*handle)(const char *) = print_sum;
    int status = 0;
    int option;

    while ((option = getopt(argc, argv, "c")) != -1) {
        if (option == '?') {
            fputs("usage: md5sum [-c] [file ...]\n", stderr);
            return 1;
        }
        handle = check_list;
    }
    if (optind == argc)
        status = handle("-");
    for (; optind < argc; optind++)
        status |= handle(argv[optind]);
    return finish_output(status);
}
