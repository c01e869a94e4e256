/* SPDX-License-Identifier: MIT */
/*
 * fnmatch.c - shell patterns.
 *
 * Only '*' needs memory: on a mismatch the last one swallows a character more, and matching goes
 * on after it.  An earlier '*' never has to be tried again, because whatever it could leave to
 * the later one, the later one can swallow itself.  With FNM_PATHNAME a '*' stops at '/'; then
 * the pattern is matched part by part.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static int fold(int c, int flags)
{
    return flags & FNM_CASEFOLD ? tolower(c) : c;
}

static bool is_in_class(const char *name, size_t length, int c)
{
    static const struct {
        const char *name;
        int (*test)(int c);
    } classes[] = {
        { "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
        { "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
        { "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
        if (strlen(classes[i].name) == length && strncmp(classes[i].name, name, length) == 0)
            return classes[i].test(c);
    return false;
}

/* One character of a set, which may be quoted. */
static int set_member(const char **p, int flags)
{
    if (**p == '\\' && !(flags & FNM_NOESCAPE) && (*p)[1] != '\0')
        (*p)++;
    return (unsigned char)*(*p)++;
}

/*
 * P stands after '['.  Is C in the set?  *AFTER is what follows the ']', or NULL when there is
 * none: then the '[' is an ordinary character.
 */
static bool match_set(const char *p, int c, int flags, const char **after)
{
    bool inverted = *p == '!' || *p == '^';
    bool found = false;
    const char *first;

    *after = NULL;
    p += inverted;
    for (first = p; *p != ']' || p == first;) {
        int low, high;

        if (*p == '\0')
            return false;
        if (p[0] == '[' && p[1] == ':') {
            const char *end = strstr(p + 2, ":]");

            if (end != NULL) {
                found |= is_in_class(p + 2, (size_t)(end - p - 2), c);
                p = end + 2;
                continue;
            }
        }
        low = high = set_member(&p, flags);
        if (p[0] == '-' && p[1] != ']' && p[1] != '\0') {
            p++;
            high = set_member(&p, flags);
        }
        found |= fold(low, flags) <= c && c <= fold(high, flags);
    }
    *after = p + 1;
    return found != inverted;
}

/* Match one character C against the pattern at *P, which is no '*', and move *P past that. */
static bool match_one(const char **p, int c, int flags)
{
    const char *after;
    int literal;

    c = fold(c, flags);
    switch (**p) {
    case '\0':
        return false;
    case '?':
        (*p)++;
        return true;
    case '[':
        if (match_set(*p + 1, c, flags, &after))
            break;
        if (after != NULL)
            return false;
        after = *p + 1;
        if (c != '[')
            return false;
        break;
    case '\\':
        if (!(flags & FNM_NOESCAPE) && (*p)[1] != '\0')
            (*p)++;
        /* fall through */
    default:
        literal = (unsigned char)**p;
        after = *p + 1;
        if (fold(literal, flags) != c)
            return false;
    }
    *p = after;
    return true;
}

static bool has_wildcard_first(const char *p)
{
    return *p == '*' || *p == '?' || *p == '[';
}

/* Match [S, S_END) against the pattern [P, P_END). */
static bool match_part(const char *p, const char *p_end, const char *s, const char *s_end,
                       int flags)
{
    const char *star = NULL;  /* after the last '*' */
    const char *retry = NULL; /* where S resumes if that one swallows one more */

    if ((flags & FNM_PERIOD) && s < s_end && *s == '.' && p < p_end && has_wildcard_first(p))
        return false;
    for (;;) {
        if (p < p_end && *p == '*') {
            star = ++p;
            retry = s;
            continue;
        }
        if (s == s_end && p == p_end)
            return true;
        if (s < s_end && p < p_end && match_one(&p, (unsigned char)*s, flags)) {
            s++;
            continue;
        }
        if (star == NULL || retry == s_end)
            return false;
        p = star;
        s = ++retry;
    }
}

/* The end of the first part of a pattern: a '/' that is neither quoted nor in a set. */
static const char *part_end(const char *p, int flags)
{
    for (; *p != '\0' && *p != '/'; p++) {
        const char *after;

        if (*p == '\\' && !(flags & FNM_NOESCAPE) && p[1] != '\0') {
            if (p[1] == '/')
                break;
            p++;
        } else if (*p == '[') {
            match_set(p + 1, 0, flags, &after);
            if (after != NULL)
                p = after - 1;
        }
    }
    return p;
}

int fnmatch(const char *pattern, const char *string, int flags)
{
    while (flags & FNM_PATHNAME) {
        const char *p_end = part_end(pattern, flags);
        const char *s_end = strchrnul(string, '/');

        if (!match_part(pattern, p_end, string, s_end, flags))
            return FNM_NOMATCH;
        p_end += *p_end == '\\';
        if (*p_end != *s_end)
            return FNM_NOMATCH;
        if (*p_end == '\0')
            return 0;
        pattern = p_end + 1;
        string = s_end + 1;
    }
    return match_part(pattern, pattern + strlen(pattern), string, string + strlen(string), flags)
               ? 0 : FNM_NOMATCH;
}
