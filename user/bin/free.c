/* SPDX-License-Identifier: MIT */
/*
 * free.c - memory in use, from /proc/meminfo: in KiB, or -b bytes, -m MiB, -g GiB, -h with
 * suffixes.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <util.h>

static char meminfo[8192];

static void read_meminfo(void)
{
    FILE *f = fopen("/proc/meminfo", "r");

    if (f == NULL)
        err(1, "/proc/meminfo");
    meminfo[fread(meminfo, 1, sizeof(meminfo) - 1, f)] = '\0';
    if (ferror(f))
        err(1, "/proc/meminfo");
    fclose(f);
}

/* A line's number in KiB; 0 when there is no such line. */
static uint64_t value(const char *name)
{
    size_t length = strlen(name);

    for (char *line = meminfo; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            return strtoul(line + length + 1, NULL, 10);
    }
    return 0;
}

static int unit = 'k';

static void print(uint64_t kib)
{
    char text[24];

    switch (unit) {
    case 'h':
        human_size(kib * 1024, text);
        break;
    case 'b':
        snprintf(text, sizeof(text), "%lu", kib * 1024);
        break;
    case 'm':
        snprintf(text, sizeof(text), "%lu", kib / 1024);
        break;
    case 'g':
        snprintf(text, sizeof(text), "%lu", kib / 1024 / 1024);
        break;
    default:
        snprintf(text, sizeof(text), "%lu", kib);
    }
    printf(" %11s", text);
}

static void print_row(const char *name, const uint64_t *number, int count)
{
    printf("%-7s", name);
    for (int i = 0; i < count; i++)
        print(number[i]);
    putchar('\n');
}

int main(int argc, char **argv)
{
    uint64_t memory[6], swap[3];
    int option;

    while ((option = getopt(argc, argv, "bkmgh")) != -1) {
        if (option == '?') {
            fputs("usage: free [-b | -k | -m | -g | -h]\n", stderr);
            return 1;
        }
        unit = option;
    }
    read_meminfo();
    memory[0] = value("MemTotal");
    memory[2] = value("MemFree");
    memory[3] = value("Shmem");
    memory[4] = value("Buffers") + value("Cached") + value("SReclaimable");
    memory[5] = value("MemAvailable");
    memory[1] = memory[0] - (memory[5] != 0 ? memory[5] : memory[2] + memory[4]);
    swap[0] = value("SwapTotal");
    swap[2] = value("SwapFree");
    swap[1] = swap[0] - swap[2];
    printf("%19s %11s %11s %11s %11s %11s\n", "total", "used", "free", "shared", "buff/cache",
           "available");
    print_row("Mem:", memory, 6);
    print_row("Swap:", swap, 3);
    return finish_output(0);
}
