/* SPDX-License-Identifier: MIT */
/*
 * slabtop.c - the kernel's caches of objects, the largest first, from /proc/slabinfo.
 *
 *   -o  once, instead of again and again until q is typed    -d N  each N seconds
 *   -s C  in the order of one column; so does typing C:
 *         a active objects   b objects per slab   c size of the cache   l slabs
 *         v active slabs     n name               o objects             p pages per slab
 *         s size of an object                     u use
 */
#include <err.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <util.h>

#define MAX_CACHES 256
#define PAGE_KIB 4
#define HEAD_LINES 7

struct cache {
    char name[32];
    unsigned long active, objects, size, per_slab, pages_per_slab, active_slabs, slabs;
};

static struct cache caches[MAX_CACHES];
static size_t ncaches;
static int order = 'o';

static unsigned long kib(const struct cache *c)
{
    return c->slabs * c->pages_per_slab * PAGE_KIB;
}

static unsigned long percent(unsigned long part, unsigned long whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

/* ---- reading ---- */

static bool parse_cache(const char *line, struct cache *c)
{
    return sscanf(line, "%31s %lu %lu %lu %lu %lu : tunables %*u %*u %*u : slabdata %lu %lu", c->name,
                  &c->active, &c->objects, &c->size, &c->per_slab, &c->pages_per_slab,
                  &c->active_slabs, &c->slabs) == 8;
}

static void read_caches(void)
{
    FILE *f = fopen("/proc/slabinfo", "r");
    char line[256];

    if (f == NULL)
        err(1, "/proc/slabinfo");
    ncaches = 0;
    while (ncaches < MAX_CACHES && fgets(line, sizeof(line), f) != NULL)
        ncaches += parse_cache(line, &caches[ncaches]);
    if (ferror(f))
        err(1, "/proc/slabinfo");
    fclose(f);
}

/* ---- in order ---- */

static unsigned long key(const struct cache *c)
{
    switch (order) {
    case 'a':
        return c->active;
    case 'b':
        return c->per_slab;
    case 'c':
        return kib(c);
    case 'l':
        return c->slabs;
    case 'v':
        return c->active_slabs;
    case 'p':
        return c->pages_per_slab;
    case 's':
        return c->size;
    case 'u':
        return percent(c->active, c->objects);
    default:
        return c->objects;
    }
}

static bool is_order(int c)
{
    return c > 0 && strchr("abclnopsuv", c) != NULL;
}

/* The largest first, names in their own order. */
static int compare(const void *a, const void *b)
{
    const struct cache *x = a, *y = b;

    if (order == 'n' || key(x) == key(y))
        return strcmp(x->name, y->name);
    return key(x) < key(y) ? 1 : -1;
}

/* ---- showing ---- */

static double share(unsigned long part, unsigned long whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void print_sums(void)
{
    unsigned long active = 0, objects = 0, active_slabs = 0, slabs = 0, used = 0;
    unsigned long active_bytes = 0, bytes = 0, least = 0, most = 0;

    for (const struct cache *c = caches; c < caches + ncaches; c++) {
        active += c->active;
        objects += c->objects;
        active_slabs += c->active_slabs;
        slabs += c->slabs;
        used += c->active > 0;
        active_bytes += c->active * c->size;
        bytes += c->objects * c->size;
        least = least == 0 || c->size < least ? c->size : least;
        most = c->size > most ? c->size : most;
    }
    printf(" Active / Total Objects (%% used)    : %lu / %lu (%.1f%%)\n", active, objects,
           share(active, objects));
    printf(" Active / Total Slabs (%% used)      : %lu / %lu (%.1f%%)\n", active_slabs, slabs,
           share(active_slabs, slabs));
    printf(" Active / Total Caches (%% used)     : %lu / %lu (%.1f%%)\n", used, (unsigned long)ncaches,
           share(used, ncaches));
    printf(" Active / Total Size (%% used)       : %.2fK / %.2fK (%.1f%%)\n",
           (double)active_bytes / 1024, (double)bytes / 1024, share(active_bytes, bytes));
    printf(" Minimum / Average / Maximum Object : %.2fK / %.2fK / %.2fK\n\n", (double)least / 1024,
           objects > 0 ? (double)bytes / (double)objects / 1024 : 0, (double)most / 1024);
}

static void print_cache(const struct cache *c)
{
    printf("%6lu %6lu %3lu%% %7.2fK %6lu %8lu %9luK %-23s\n", c->objects, c->active,
           percent(c->active, c->objects), (double)c->size / 1024, c->slabs, c->per_slab, kib(c),
           c->name);
}

static void print_caches(size_t lines)
{
    read_caches();
    qsort(caches, ncaches, sizeof(caches[0]), compare);
    print_sums();
    puts("  OBJS ACTIVE  USE OBJ SIZE  SLABS OBJ/SLAB CACHE SIZE NAME");
    for (size_t i = 0; i < ncaches && i < lines; i++)
        print_cache(&caches[i]);
}

/* ---- again and again ---- */

static struct termios saved;

static void restore_terminal(void)
{
    tcsetattr(0, TCSANOW, &saved);
}

/* Keys come at once and unseen; Ctrl-C still ends the program. */
static void take_keys(void)
{
    struct termios t;

    if (tcgetattr(0, &saved) < 0)
        return;
    t = saved;
    t.c_lflag &= ~(unsigned)(ICANON | ECHO);
    tcsetattr(0, TCSANOW, &t);
    atexit(restore_terminal);
}

static size_t screen_lines(void)
{
    struct winsize size;

    if (ioctl(1, TIOCGWINSZ, &size) < 0 || size.ws_row <= HEAD_LINES + 1)
        return 24 - HEAD_LINES - 1;
    return (size_t)size.ws_row - HEAD_LINES - 1;
}

/* Wait up to DELAY seconds for a key; false: it is time to end. */
static bool wait_for_key(int delay)
{
    struct pollfd input = { .fd = 0, .events = POLLIN };
    char typed;

    if (poll(&input, 1, delay * 1000) <= 0)
        return true;
    if (read(0, &typed, 1) <= 0 || typed == 'q' || typed == 'Q')
        return false;
    if (is_order(typed))
        order = typed;
    return true;
}

static void watch(int delay)
{
    take_keys();
    do {
        fputs("\033[H\033[2J", stdout);
        print_caches(screen_lines());
        fflush(stdout);
    } while (wait_for_key(delay));
}

int main(int argc, char **argv)
{
    bool once = false;
    int option, delay = 3;

    while ((option = getopt(argc, argv, "d:os:")) != -1) {
        if (option == 'o') {
            once = true;
        } else if (option == 'd' && atoi(optarg) > 0 && atoi(optarg) < 100000) {
            delay = atoi(optarg);
        } else if (option == 's' && is_order(optarg[0]) && optarg[1] == '\0') {
            order = optarg[0];
        } else {
            fputs("usage: slabtop [-o] [-d seconds] [-s abclnopsuv]\n", stderr);
            return 1;
        }
    }
    if (once)
        print_caches(MAX_CACHES);
    else
        watch(delay);
    return finish_output(0);
}
