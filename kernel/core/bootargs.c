/* SPDX-License-Identifier: MIT */
/*
 * bootargs.c - cut the command line into keys and values.
 *
 * The copy that is cut holds NULs after each key and value; entries point into
 * it.  A later entry hides an earlier one with the same key.
 */
#include "kernel/core/bootargs.h"
#include "kernel/port/port.h"
#include "lib/string.h"

#define MAX_ENTRIES 64

struct entry {
    const char *key, *value;
};

extern const struct bootarg __bootargs_start[], __bootargs_end[];

static char whole[BOOTARGS_MAX], cut[BOOTARGS_MAX];
static struct entry entries[MAX_ENTRIES];
static size_t nentries;
static const char *init_args = "";

static char *skip_blanks(char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n')
        p++;
    return p;
}

/* Copy one word from *FROM to *TO, without its quotes; note where its '=' was. */
static char *take_word(char **from, char **to)
{
    char *p = *from, *out = *to, *equals = NULL;
    bool quoted = false;

    for (; *p && (quoted || (*p != ' ' && *p != '\t' && *p != '\n')); p++) {
        if (*p == '"') {
            quoted = !quoted;
            continue;
        }
        if (*p == '=' && !equals)
            equals = out;
        *out++ = *p;
    }
    *from = *p ? p + 1 : p;         /* before the NUL below lands on it */
    *out++ = '\0';
    *to = out;
    return equals;
}

void bootargs_init(const char *line)
{
    char *p = cut, *equals;

    strlcpy(whole, line, sizeof(whole));
    strlcpy(cut, whole, sizeof(cut));

    for (p = skip_blanks(p); *p; p = skip_blanks(p)) {
        char *word = p, *end = p;

        if (str_starts_with(p, "--") && (p[2] == ' ' || p[2] == '\0')) {
            init_args = skip_blanks(p + 2);
            return;
        }
        equals = take_word(&p, &end);
        if (nentries == MAX_ENTRIES) {
            printk("boot: more than %u arguments, '%s' ignored\n", MAX_ENTRIES, word);
            continue;
        }
        if (equals)
            *equals++ = '\0';
        entries[nentries++] = (struct entry){ word, equals ? equals : "" };
    }
}

static bool is_known(const char *key)
{
    for (const struct bootarg *b = __bootargs_start; b < __bootargs_end; b++) {
        if (strcmp(b->key, key) == 0)
            return true;
    }
    return false;
}

void bootargs_warn_unknown(void)
{
    for (size_t i = 0; i < nentries; i++) {
        if (!is_known(entries[i].key))
            printk("boot: unknown argument '%s' ignored\n", entries[i].key);
    }
}

const char *bootargs_line(void)
{
    return whole;
}

const char *bootargs_init_args(void)
{
    return init_args;
}

const char *bootarg_string(const char *key)
{
    for (size_t i = nentries; i-- > 0;) {
        if (strcmp(entries[i].key, key) == 0)
            return entries[i].value;
    }
    return NULL;
}

uint64_t bootarg_u64(const char *key, uint64_t fallback)
{
    const char *s = bootarg_string(key);
    uint64_t value;

    if (!s)
        return fallback;
    if (str_to_u64(s, NULL, 0, &value) == 0)
        return value;
    printk("boot: %s=%s is not a number, ignored\n", key, s);
    return fallback;
}

uint64_t bootarg_size(const char *key, uint64_t fallback)
{
    const char *s = bootarg_string(key);
    uint64_t value;

    if (!s)
        return fallback;
    if (str_to_size(s, &value) == 0)
        return value;
    printk("boot: %s=%s is not a size, ignored\n", key, s);
    return fallback;
}

bool bootarg_bool(const char *key, bool fallback)
{
    static const char *const yes[] = { "", "1", "yes", "on", "true" };
    static const char *const no[] = { "0", "no", "off", "false" };
    const char *s = bootarg_string(key);

    if (!s)
        return fallback;
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strcmp(s, yes[i]) == 0)
            return true;
    }
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
        if (strcmp(s, no[i]) == 0)
            return false;
    }
    printk("boot: %s=%s is neither yes nor no, ignored\n", key, s);
    return fallback;
}
