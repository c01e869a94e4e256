/* SPDX-License-Identifier: MIT */
/* mknod.c - make a device (b or c with its two numbers) or a fifo (p). */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <util.h>

static unsigned parse_number(const char *text)
{
    char *end;
    unsigned long n = strtoul(text, &end, 0);

    if (end == text || *end != '\0' || n > 0xfffff)
        errx(1, "%s: invalid device number", text);
    return (unsigned)n;
}

static int usage(void)
{
    fputs("usage: mknod [-m mode] name b|c major minor\n"
          "       mknod [-m mode] name p\n", stderr);
    return 1;
}

int main(int argc, char **argv)
{
    const char *mode_text = NULL;
    mode_t mode = 0666;
    dev_t dev = 0;
    mode_t type;
    int option;

    while ((option = getopt(argc, argv, "m:")) != -1) {
        if (option == '?')
            return usage();
        mode_text = optarg;
    }
    argv += optind;
    argc -= optind;
    if (argc < 2 || strlen(argv[1]) != 1 || strchr("bcup", argv[1][0]) == NULL
        || argc != (argv[1][0] == 'p' ? 2 : 4))
        return usage();
    type = argv[1][0] == 'p' ? S_IFIFO : argv[1][0] == 'b' ? S_IFBLK : S_IFCHR;
    if (mode_text != NULL && !parse_mode(mode_text, 0666, &mode))
        errx(1, "%s: invalid mode", mode_text);
    if (type != S_IFIFO)
        dev = makedev(parse_number(argv[2]), parse_number(argv[3]));
    if (mknod(argv[0], type | mode, dev) < 0)
        err(1, "%s", argv[0]);
    if (mode_text != NULL && chmod(argv[0], mode) < 0)
        err(1, "%s", argv[0]);
    return 0;
}
