/* SPDX-License-Identifier: MIT */
/* uname.c - the name of the system: -s system -n host -r release -v version -m machine -a all. */
#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <util.h>

int main(int argc, char **argv)
{
    static const char letters[] = "snrvmo";
    bool chosen[sizeof(letters)] = { false };
    bool any = false;
    struct utsname name;
    int option;

    while ((option = getopt(argc, argv, "asnrvmo")) != -1) {
        if (option == '?') {
            fputs("usage: uname [-amnorsv]\n", stderr);
            return 1;
        }
        for (size_t i = 0; letters[i] != '\0'; i++)
            chosen[i] |= option == 'a' || option == letters[i];
        any = true;
    }
    if (optind < argc)
        errx(1, "%s: extra operand", argv[optind]);
    if (uname(&name) < 0)
        err(1, NULL);
    chosen[0] |= !any;

    const char *text[] = { name.sysname, name.nodename, name.release,
                           name.version, name.machine,  name.sysname };
    const char *separator = "";

    for (size_t i = 0; letters[i] != '\0'; i++) {
        if (!chosen[i])
            continue;
        printf("%s%s", separator, text[i]);
        separator = " ";
    }
    putchar('\n');
    return finish_output(0);
}
