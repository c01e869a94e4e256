/* SPDX-License-Identifier: MIT */
/*
 * mount_options.h - the text that mount(2) hands to a file system: "name=value,name".
 */
#pragma once
#include "lib/types.h"

/* Call ONE(ARG, NAME, VALUE) for each option of OPTIONS (NULL: none) until one does not
 * return 0; a name alone has "" for a value.  0, what ONE returned, or -ENOMEM. */
int mount_options_parse(const char *options, int (*one)(void *arg, char *name, char *value),
                        void *arg);

/* VALUE as a number to BASE, at most MAX.  0, -EINVAL or -ERANGE: *OUT is as it was. */
int mount_option_number(const char *value, unsigned base, uint32_t max, uint32_t *out);
