/* SPDX-License-Identifier: MIT */
/*
 * mode.c - permission bits in words.
 *
 * parse_mode reads clauses "[ugoa]*([-+=][rwxXst]*)+" between commas.  Without a letter for whom,
 * the umask says which bits stay as they are.
 */
#include <stdlib.h>
#include <sys/stat.h>
#include <util.h>

void strmode(mode_t mode, char *to)
{
    static const char types[16] = "?pc?d?b?-?l?s???";
    static const char letters[] = "rwxrwxrwx";

    *to++ = types[(mode & S_IFMT) >> 12];
    for (int i = 0; i < 9; i++)
        to[i] = mode >> (8 - i) & 1 ? letters[i] : '-';
    if ((mode & S_ISUID) != 0)
        to[2] = mode & S_IXUSR ? 's' : 'S';
    if ((mode & S_ISGID) != 0)
        to[5] = mode & S_IXGRP ? 's' : 'S';
    if ((mode & S_ISVTX) != 0)
        to[8] = mode & S_IXOTH ? 't' : 'T';
    to[9] = '\0';
}

/* The bits of those in *TEXT; 0 when nobody is named. */
static mode_t parse_who(const char **text)
{
    mode_t who = 0;

    for (;; (*text)++) {
        switch (**text) {
        case 'u':
            who |= S_ISUID | S_IRWXU;
            break;
        case 'g':
            who |= S_ISGID | S_IRWXG;
            break;
        case 'o':
            who |= S_ISVTX | S_IRWXO;
            break;
        case 'a':
            who |= 07777;
            break;
        default:
            return who;
        }
    }
}

/* The three bits of one class, for all classes; "u", "g", "o" copy those of a class. */
static mode_t parse_permissions(const char **text, mode_t mode)
{
    mode_t bits = 0;

    for (;; (*text)++) {
        switch (**text) {
        case 'r':
            bits |= 0444;
            break;
        case 'w':
            bits |= 0222;
            break;
        case 'X':
            if (!S_ISDIR(mode) && (mode & 0111) == 0)
                break;
            /* fall through */
        case 'x':
            bits |= 0111;
            break;
        case 's':
            bits |= S_ISUID | S_ISGID;
            break;
        case 't':
            bits |= S_ISVTX;
            break;
        case 'u':
            bits |= (mode >> 6 & 7) * 0111;
            break;
        case 'g':
            bits |= (mode >> 3 & 7) * 0111;
            break;
        case 'o':
            bits |= (mode & 7) * 0111;
            break;
        default:
            return bits;
        }
    }
}

static mode_t current_umask(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return mask;
}

static bool parse_clause(const char **text, mode_t *mode)
{
    mode_t who = parse_who(text);
    mode_t may_change = who != 0 ? who : 07777 & ~current_umask();

    if (**text != '+' && **text != '-' && **text != '=')
        return false;
    while (**text == '+' || **text == '-' || **text == '=') {
        char operator = *(*text)++;
        mode_t bits = parse_permissions(text, *mode) & may_change;

        if (operator == '=')
            *mode &= ~(who != 0 ? who : 0777);
        if (operator == '-')
            *mode &= ~bits;
        else
            *mode |= bits;
    }
    return true;
}

/* The file's type may be in OLD, for X; it is not in the result. */
bool parse_mode(const char *text, mode_t old, mode_t *mode)
{
    char *end;
    unsigned long octal = strtoul(text, &end, 8);

    if (*text >= '0' && *text <= '7') {
        *mode = (mode_t)octal;
        return *end == '\0' && octal <= 07777;
    }
    for (;; text++) {
        if (!parse_clause(&text, &old))
            return false;
        if (*text != ',')
            break;
    }
    *mode = old & 07777;
    return *text == '\0';
}
