/* SPDX-License-Identifier: MIT */
/*
 * util.h - small conversions that several commands share.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/* "drwxr-xr-x" for MODE; TO holds 11 bytes. */
void strmode(mode_t mode, char *to);

/*
 * Apply TEXT, an octal number or a list such as "u+rwx,go-w", to the permission bits OLD. X
 * stands for x on directories and on files that have one x already.  False when TEXT is
 * malformed.
 */
bool parse_mode(const char *text, mode_t old, mode_t *mode);

/* "512", "1.5K", "23M" ... rounded up, in at most 6 bytes and NUL; returns TO. */
char *human_size(uint64_t bytes, char to[8]);

/* Write all of it, or -1 with errno. */
int write_all(int fd, const void *from, size_t size);

/* The end of a command: flush stdout; STATUS, or 1 with a message when that failed. */
int finish_output(int status);

/* A stopped child that becomes the program ARGV, looked for in PATH, when it gets SIGCONT.  Ends the
 * caller with a message if there can be none. */
pid_t start_stopped(char **argv);

/* Is the answer typed on stdin after PROMPT on stderr a yes? */
bool ask(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Signal number of "KILL", "SIGKILL" or "9", or -1; and the name of a number without SIG, or
 * NULL.
 */
int signal_number(const char *name);
const char *signal_name(int sig);

/* Is PATH a directory, or a symbolic link to one? */
bool is_directory(const char *path);

/* Does NAME, or the symbolic link of that name, lead to PATH itself, which is not followed? */
bool leads_to(const char *name, const char *path);

/*
 * New strings, for the caller to free; they end the program with a message when memory runs out.
 * path_join: "DIR/NAME".  path_into: where SOURCE goes when copied to DEST, which is DEST/NAME,
 * with the last part of SOURCE, if DEST is a directory, else DEST.
 */
char *path_join(const char *dir, const char *name);
char *path_into(const char *dest, const char *source);

/*
 * For commands that put files somewhere (cp, mv): the last of the COUNT >= 2 NAMES says where, and
 * ACT is called for each other with its path_into.  What ACT returned, or-ed.  Ends the program if
 * many are to go to what is no directory.
 */
int put_all(int count, char **names, int (*act)(const char *source, const char *target));

/*
 * For commands that show parts of files (head, tail): open NAME, "-" being stdin, and print its
 * title if it is to have one.  NULL with a message.  close_shown: 0, or 1 with a message if it
 * could not all be read.
 */
FILE *open_shown(const char *name, bool with_title);
int close_shown(FILE *f, const char *name);

/*
 * The last COUNT (> 0) entries of ENTRY bytes that they may still have to show.  It grows with what
 * comes: who asks for a million lines of a short file needs no room for a million.  Begin with the
 * rest zero; the caller frees `entries`.
 */
struct ring {
    unsigned long count;
    size_t entry;
    char *entries;
    unsigned long capacity, seen;
};

/* The next entry's place, which holds what it pushes out, or zeroes.  Out of memory is the end. */
void *ring_next(struct ring *r);
/* Of those kept, the oldest and what came after: 0 up to ring_length(). */
void *ring_at(const struct ring *r, unsigned long i);
unsigned long ring_length(const struct ring *r);

struct line {
    char *text;
    size_t size; /* allocated */
    size_t length;
};

/* The next line of F, in the allocated text that LINE may already have; false at the end. */
bool line_read(FILE *f, struct line *line);
/* Keep LINE in a ring of lines; afterwards it is the one pushed out, of length 0 if none was. */
void ring_push_line(struct ring *r, struct line *line);
void ring_free_lines(struct ring *r);

/* Their old form: the "20" of a first argument "-20", over which optind moves, or NULL. */
const char *leading_count(int argc, char **argv);
