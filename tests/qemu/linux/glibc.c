/* SPDX-License-Identifier: MIT */
/*
 * glibc.c - an ordinary Linux program, linked statically with the host's C library for riscv64.
 *
 * It must run on Pagoda as it does on Linux.  It prints what it does, and ends
 * with 0 if every result is right.
 */
#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PATH "/var/tmp/glibc.data"
#define NUMBERS (5 * 1024 * 1024 / 8)
#define BLOCK (10 * 1024 * 1024)

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void require(int condition, const char *what)
{
    if (condition)
        return;
    printf("failed: %s (%s)\n", what, strerror(errno));
    exit(1);
}

static void use_memory(void)
{
    unsigned char *block = malloc(BLOCK);
    unsigned long sum = 0;

    require(block != NULL, "malloc of 10 MB");
    for (size_t i = 0; i < BLOCK; i++)
        block[i] = (unsigned char)i;
    for (size_t i = 0; i < BLOCK; i++)
        sum += block[i];
    printf("sum %lu\n", sum);
    require(sum == BLOCK / 256 * (255UL * 256 / 2), "sum of 10 MB");
    block = realloc(block, 2 * BLOCK);
    require(block != NULL && block[BLOCK - 1] == 255, "realloc");
    free(block);
}

static void write_numbers(void)
{
    FILE *file = fopen(PATH, "w");
    uint64_t x = 88172645463325252;

    require(file != NULL, "fopen for writing");
    for (size_t i = 0; i < NUMBERS; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        require(fwrite(&x, sizeof(x), 1, file) == 1, "fwrite");
    }
    require(fclose(file) == 0, "fclose");
}

static void sort_numbers(void)
{
    uint64_t *numbers = malloc(NUMBERS * sizeof(*numbers)), xor = 0;
    FILE *file = fopen(PATH, "r");

    require(numbers != NULL && file != NULL, "fopen for reading");
    require(fread(numbers, sizeof(*numbers), NUMBERS, file) == NUMBERS, "fread");
    require(fgetc(file) == EOF && feof(file), "end of file");
    fclose(file);
    for (size_t i = 0; i < NUMBERS; i++)
        xor ^= numbers[i];
    qsort(numbers, NUMBERS, sizeof(*numbers), compare);
    for (size_t i = 0; i < NUMBERS; i++) {
        xor ^= numbers[i];
        require(i == 0 || numbers[i - 1] <= numbers[i], "order");
    }
    require(xor == 0, "the same numbers");
    printf("smallest %016lx largest %016lx\n", numbers[0], numbers[NUMBERS - 1]);
    free(numbers);
    require(remove(PATH) == 0, "remove");
}

int main(int argc, char **argv)
{
    time_t then = 1000000000;
    char text[64];

    setlocale(LC_ALL, "");
    printf("hello from %s with %d argument%s\n", strrchr(argv[0], '/') + 1, argc - 1,
           argc == 2 ? "" : "s");
    printf("%5.3f|%-6s|%06x|%+d|%e\n", 3.14159, "left", 0xbeef, 42, 6.02214076e23);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime(&then));
    printf("%s\n", text);
    use_memory();
    write_numbers();
    sort_numbers();
    printf("done\n");
    return 0;
}
