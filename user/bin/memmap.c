/* SPDX-License-Identifier: MIT */
/*
 * memmap.c - draw an address space, highest addresses first: its own, or that of process PID.
 *
 * What a part is for is told from its rights and its name; of its own address space, from
 * where things of the program lie, too.
 */
#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <util.h>

#define PARTS 512
#define USER_END (1UL << 38)

struct part {
    unsigned long start, end;
    char rights[8];
    char name[64];
};

static struct part parts[PARTS];
static int count;

static int initialized = 1;
static int zero;

static void read_parts(const char *path)
{
    FILE *f = fopen(path, "r");
    char line[512];

    if (f == NULL)
        err(1, "%s", path);
    while (count < PARTS && fgets(line, sizeof(line), f) != NULL) {
        struct part *p = &parts[count];

        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %63s", &p->start, &p->end, p->rights,
                   p->name) >= 3)
            count++;
    }
    if (ferror(f))
        err(1, "%s", path);
    fclose(f);
}

static bool has(const struct part *p, const void *thing)
{
    return (unsigned long)thing >= p->start && (unsigned long)thing < p->end;
}

static const char *purpose_by_rights(const struct part *p)
{
    if (p->rights[2] == 'x')
        return "code";
    if (p->rights[3] == 's')
        return "shared";
    if (p->rights[1] == 'w')
        return p->name[0] == '/' ? "data" : "memory";
    return p->rights[0] == 'r' ? "constants" : "guard";
}

/* OWN: the addresses are this program's. */
static const char *purpose(const struct part *p, bool own)
{
    static const char constant[] = "constant";
    int local = 0;

    if (strcmp(p->name, "[stack]") == 0 || (own && has(p, &local)))
        return "stack";
    if (strcmp(p->name, "[heap]") == 0)
        return "heap";
    if (p->name[0] == '[')
        return "kernel's";
    if (!own)
        return purpose_by_rights(p);
    if (has(p, &initialized))
        return has(p, &zero) ? "data, bss" : "data";
    if (has(p, &zero))
        return "bss";
    return has(p, constant) && p->rights[2] != 'x' ? "constants" : purpose_by_rights(p);
}

static void draw_line(unsigned long address)
{
    printf("%12lx +----------------------------------+\n", address);
}

static void draw_hole(unsigned long start, unsigned long end)
{
    char size[24];

    if (start >= end)
        return;
    human_size(end - start, size);
    printf("%12s :  nothing %23s  :\n", "", size);
    draw_line(start);
}

static void draw_part(const struct part *p, bool own)
{
    char size[24];

    human_size(p->end - p->start, size);
    printf("%12s |  %-5s %-11s %12s |  %s\n", "", p->rights, purpose(p, own), size, p->name);
    draw_line(p->start);
}

int main(int argc, char **argv)
{
    unsigned long above = USER_END;
    char path[64] = "/proc/self/maps";

    if (argc > 2) {
        fputs("usage: memmap [PID]\n", stderr);
        return 1;
    }
    if (argc == 2)
        snprintf(path, sizeof(path), "/proc/%s/maps", argv[1]);
    read_parts(path);
    draw_line(above);
    for (int i = count - 1; i >= 0; i--) {
        draw_hole(parts[i].end, above);
        draw_part(&parts[i], argc == 1);
        above = parts[i].start;
    }
    draw_hole(0, above);
    return finish_output(0);
}
