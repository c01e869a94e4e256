/* SPDX-License-Identifier: MIT */
/*
 * print.c - calls as lines.
 *
 * A call that begins is printed as far as it is known: up to the first argument that the
 * kernel fills in.  Its line stays open until it returns or somebody else has something
 * to say:
 *
 *     [12] read(0,  <unfinished ...>
 *     [13] exit_group(0) = ?
 *     [12] <... read resumed> "", 512) = 0
 */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <util.h>
#include "user/bin/strace/calls.h"
#include "user/bin/strace/names.h"
#include "user/bin/strace/print.h"

#define SHOWN 32                        /* bytes of a buffer */
#define NARGS 6

static FILE *out;
static bool with_tids;
static int open_tid;                    /* whose line has no end yet, 0: none */

void print_begin(const char *name, bool tids)
{
    with_tids = tids;
    out = name ? fopen(name, "we") : stderr;
    if (!out)
        err(1, "%s", name);
    if (!name)
        setvbuf(stderr, NULL, _IOFBF, BUFSIZ);
}

void print_flush(void)
{
    fflush(out);
}

/* ---- parts of a line ---------------------------------------------------------------------- */

static void close_line(void)
{
    if (open_tid)
        fputs(" <unfinished ...>\n", out);
    open_tid = 0;
}

static void begin_line(int tid)
{
    close_line();
    if (with_tids)
        fprintf(out, "[%d] ", tid);
}

static void print_byte(unsigned char c)
{
    static const char letters[] = "\a\b\t\n\v\f\r", *found;

    found = c ? strchr(letters, c) : NULL;
    if (found)
        fprintf(out, "\\%c", "abtnvfr"[found - letters]);
    else if (c == '"' || c == '\\')
        fprintf(out, "\\%c", c);
    else if (c < ' ' || c > '~')
        fprintf(out, "\\%03o", c);
    else
        fputc(c, out);
}

static void print_quoted(const char *text, size_t n, bool is_longer)
{
    fputc('"', out);
    for (size_t i = 0; i < n; i++)
        print_byte((unsigned char)text[i]);
    fputs(is_longer ? "\"..." : "\"", out);
}

/* The N bytes of argument I, of which R has LENGTH at TEXT. */
static void print_bytes(const struct call_record *r, int i, uint64_t n, const char *text,
                        size_t length)
{
    size_t shown = length < SHOWN ? length : SHOWN;

    if (n && !length)
        print_value(out, 'p', r->args[i]);
    else
        print_quoted(text, shown, shown < n);
}

static void print_string(const struct call_record *r, int i, const char *text, size_t length)
{
    bool whole = length && !text[length - 1];

    if (length)
        print_quoted(text, length - whole, !whole);
    else
        print_value(out, 'p', r->args[i]);
}

static void print_argument(const struct call_record *r, char kind, int i, const char *text)
{
    size_t length = r->lengths[i];

    if (kind == 's')
        print_string(r, i, text, length);
    else if (kind == 'b')
        print_bytes(r, i, i + 1 < NARGS ? r->args[i + 1] : 0, text, length);
    else if (kind == 'B' && r->result >= 0)
        print_bytes(r, i, (uint64_t)r->result, text, length);
    else
        print_value(out, kind, r->args[i]);
}

/* Arguments FROM to before TO of R, a call as ARGS describes. */
static void print_arguments(const struct call_record *r, const char *args, int from, int to)
{
    const char *text = r->text;

    for (int i = 0; i < to; i++) {
        if (i >= from) {
            print_argument(r, args[i], i, text);
            fputs(args[i + 1] ? ", " : "", out);
        }
        text += r->lengths[i];
    }
}

static void print_result(int64_t result, bool is_address)
{
    const char *name = result < 0 && result >= -4095 ? errno_name((int)-result) : NULL;

    if (name && result <= -ERESTARTSYS)
        fprintf(out, ") = ? %s\n", name);
    else if (name)
        fprintf(out, ") = -1 %s (%s)\n", name, strerror((int)-result));
    else if (is_address)
        fprintf(out, ") = %#" PRIx64 "\n", (uint64_t)result);
    else
        fprintf(out, ") = %" PRId64 "\n", result);
}

/* ---- calls -------------------------------------------------------------------------------- */

/* How many arguments are known when the call begins. */
static int count_known(const char *args)
{
    return (int)strcspn(args, "B");
}

static void print_name(const struct call *call, uint64_t nr)
{
    if (call->name)
        fputs(call->name, out);
    else
        fprintf(out, "syscall_%" PRIu64, nr);
}

static void print_call(const struct call_record *r, const struct call *call, const char *args)
{
    begin_line(r->tid);
    print_name(call, r->nr);
    fputc('(', out);
    print_arguments(r, args, 0, count_known(args));
    open_tid = r->tid;
    if (r->nr == SYS_exit || r->nr == SYS_exit_group) {
        fputs(") = ?\n", out);
        open_tid = 0;
    }
}

static void print_return(const struct call_record *r, const struct call *call, const char *args)
{
    if (open_tid != r->tid) {
        begin_line(r->tid);
        fputs("<... ", out);
        print_name(call, r->nr);
        fputs(" resumed>", out);
    }
    print_arguments(r, args, count_known(args), (int)strlen(args));
    print_result(r->result, call->args[0] == '*');
    open_tid = 0;
}

void print_record(const struct call_record *r)
{
    const struct call *call = find_call(r->nr);
    const char *args = call->args + (call->args[0] == '*');

    if (r->nlost) {
        close_line();
        fprintf(out, "(%u lines are missing)\n", r->nlost);
    }
    if (r->kind == CALL_BEGINS)
        print_call(r, call, args);
    else
        print_return(r, call, args);
}

void print_end(pid_t pid, int status)
{
    begin_line(pid);
    if (WIFEXITED(status)) {
        fprintf(out, "+++ exited with %d +++\n", WEXITSTATUS(status));
    } else {
        fputs("+++ killed by ", out);
        print_signal(out, WTERMSIG(status));
        fputs(" +++\n", out);
    }
    print_flush();
}
