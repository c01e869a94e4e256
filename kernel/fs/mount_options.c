/* SPDX-License-Identifier: MIT */
/*
 * mount_options.c - the text that mount(2) hands to a file system.
 */
#include "kernel/fs/mount_options.h"
#include "kernel/mm/kmalloc.h"
#include "lib/abi/errno.h"
#include "lib/string.h"
#include "lib/strutil.h"

/* TEXT is cut up. */
static int parse(char *text, int (*one)(void *arg, char *name, char *value), void *arg)
{
    int err = 0;

    while (!err && *text) {
        char *comma = strchr(text, ','), *next = text + strlen(text), *value;

        if (comma) {
            *comma = '\0';
            next = comma + 1;
        }
        value = strchr(text, '=');
        if (value)
            *value++ = '\0';
        if (*text)
            err = one(arg, text, value ? value : text + strlen(text));
        text = next;
    }
    return err;
}

int mount_options_parse(const char *options, int (*one)(void *arg, char *name, char *value),
                        void *arg)
{
    char *copy = kstrdup(options ? options : "", GFP_KERNEL);
    int err = copy ? parse(copy, one, arg) : -ENOMEM;

    kfree(copy);
    return err;
}

int mount_option_number(const char *value, unsigned base, uint32_t max, uint32_t *out)
{
    uint64_t n;
    int err = str_to_u64(value, NULL, base, &n);

    if (!err && n > max)
        err = -ERANGE;
    if (!err)
        *out = (uint32_t)n;
    return err;
}
