/* SPDX-License-Identifier: MIT */
/*
 * edit.c - typing a line on a terminal.
 *
 * The terminal is in raw mode only while a line is typed.
 *
 * Text may be UTF-8: a character is a byte with the continuation bytes after it, one column wide.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <util.h>
#include "user/bin/sh/arena.h"
#include "user/bin/sh/complete.h"
#include "user/bin/sh/edit.h"
#include "user/bin/sh/history.h"
#include "user/bin/sh/keys.h"
#include "user/bin/sh/prompt.h"
#include "user/bin/sh/shell.h"
#include "user/bin/sh/text.h"
#include "user/bin/sh/trap.h"

#define DEFAULT_COLUMNS 80
#define CONTROL(letter) ((letter) & 0x1f)
#define DELETE 0x7f

enum outcome { GO_ON, ACCEPTED, ENDED, INTERRUPTED };

static struct {
    char *line;
    size_t length, at, size;
    size_t left;         /* the first byte that is shown */
    const char *prompt;  /* what is shown of it */
    size_t prompt_width;
    size_t columns;
    int place;           /* in the history; history_count() for the new line */
    char *typed;         /* the new line, while an old one is shown */
    char *killed;        /* what ^Y inserts, or NULL */
    int last_key;
    struct termios cooked; /* the modes to go back to */
} ed;

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static size_t width(const char *s, size_t length)
{
    size_t columns = 0;

    for (size_t i = 0; i < length; i++)
        columns += !is_continuation(s[i]);
    return columns;
}

static size_t before(size_t at)
{
    while (at > 0 && is_continuation(ed.line[--at]))
        continue;
    return at;
}

static size_t after(size_t at)
{
    if (at < ed.length)
        at++;
    while (at < ed.length && is_continuation(ed.line[at]))
        at++;
    return at;
}

static void show(const char *s)
{
    write_all(STDOUT_FILENO, s, strlen(s));
}

static void beep(void)
{
    show("\a");
}

/* Columns for the line: the last one stays free, because a terminal may wrap there. */
static size_t room(void)
{
    return ed.columns - ed.prompt_width - 1;
}

/* Does everything from `left` on fit, with one column to spare? */
static bool end_is_visible(void)
{
    return width(ed.line + ed.left, ed.length - ed.left) + 1 < room();
}

/* Scroll so that the cursor is visible, by half a line at a time. */
static void scroll(void)
{
    if (width(ed.line, ed.length) < room())
        ed.left = 0;
    if (ed.at >= ed.left && width(ed.line + ed.left, ed.at - ed.left) < room())
        return;
    ed.left = ed.at;
    while (ed.left > 0 && width(ed.line + ed.left, ed.at - ed.left) < room() / 2)
        ed.left = before(ed.left);
}

static void redraw(void)
{
    struct arena_mark mark = arena_mark(&scratch);
    size_t end, behind;
    struct text out;

    scroll();
    end = ed.left;
    while (end < ed.length && width(ed.line + ed.left, after(end) - ed.left) <= room())
        end = after(end);
    text_init(&out, &scratch);
    text_add(&out, '\r');
    text_add_string(&out, ed.prompt);
    text_add_bytes(&out, ed.line + ed.left, end - ed.left);
    text_add_string(&out, "\033[K");
    for (behind = width(ed.line + ed.at, end - ed.at); behind > 0; behind--)
        text_add(&out, '\b');
    write_all(STDOUT_FILENO, out.data, out.length);
    arena_release(&scratch, mark);
}

static void insert_bytes(const char *s, size_t length)
{
    if (ed.size - ed.length < length + 2) {
        ed.size = (ed.size + length) * 2 + 2;
        ed.line = safe_realloc(ed.line, ed.size);
    }
    memmove(ed.line + ed.at + length, ed.line + ed.at, ed.length - ed.at);
    memcpy(ed.line + ed.at, s, length);
    ed.length += length;
    ed.at += length;
}

/* A typed character: at the end of a line that fits, showing it is enough. */
static void insert_typed(char c)
{
    bool simple = ed.at == ed.length && end_is_visible();

    insert_bytes(&c, 1);
    if (simple)
        write_all(STDOUT_FILENO, &c, 1);
    else
        redraw();
}

static void remove_bytes(size_t from, size_t to)
{
    memmove(ed.line + from, ed.line + to, ed.length - to);
    ed.length -= to - from;
    ed.at = from;
}

/* The same, to be put back by ^Y. */
static void kill_bytes(size_t from, size_t to)
{
    if (from == to)
        return;
    free(ed.killed);
    ed.killed = safe_alloc(to - from + 1);
    memcpy(ed.killed, ed.line + from, to - from);
    ed.killed[to - from] = '\0';
    remove_bytes(from, to);
}

static size_t word_start(void)
{
    size_t at = ed.at;

    while (at > 0 && ed.line[at - 1] == ' ')
        at--;
    while (at > 0 && ed.line[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_end(void)
{
    size_t at = ed.at;

    while (at < ed.length && ed.line[at] == ' ')
        at++;
    while (at < ed.length && ed.line[at] != ' ')
        at++;
    return at;
}

static void replace_line(const char *s)
{
    ed.length = ed.at = ed.left = 0;
    insert_bytes(s, strlen(s));
}

/* Show an earlier (-1) or later (1) line. */
static void move_in_history(int step)
{
    int place = ed.place + step;

    if (place < 0 || place > history_count()) {
        beep();
        return;
    }
    if (ed.place == history_count()) {
        free(ed.typed);
        ed.line[ed.length] = '\0';
        ed.typed = safe_strdup(ed.line);
    }
    ed.place = place;
    replace_line(place == history_count() ? ed.typed : history_get(place));
}

static void list_matches(const struct completion *c)
{
    size_t widest = 0, columns;

    for (size_t i = 0; i < c->matches.count; i++) {
        size_t length = strlen(c->matches.values[i] + c->shown);

        widest = length > widest ? length : widest;
    }
    columns = ed.columns / (widest + 2);
    if (columns == 0)
        columns = 1;
    for (size_t i = 0; i < c->matches.count; i++) {
        if (i % columns == 0)
            show("\n");
        dprintf(STDOUT_FILENO, "%-*s", (int)(i % columns == columns - 1 ? 0 : widest + 2),
                c->matches.values[i] + c->shown);
    }
    show("\n");
}

/* Put the word that the matches have in common in the place of the one at the cursor. */
static void insert_match(const struct completion *c)
{
    const char *match = c->matches.values[0];
    const char *quoted = complete_quote(arena_strndup(&scratch, match, c->common));

    remove_bytes(c->start, ed.at);
    insert_bytes(quoted, strlen(quoted));
    if (c->matches.count == 1 && match[c->common - 1] != '/')
        insert_bytes(" ", 1);
}

static void complete(void)
{
    struct arena_mark mark = arena_mark(&scratch);
    size_t old_length = ed.length;
    struct completion c;

    ed.line[ed.length] = '\0';
    complete_find(&c, ed.line, ed.at);
    if (c.matches.count > 0 && c.common > 0)
        insert_match(&c);
    if (c.matches.count == 0 || (c.matches.count > 1 && ed.length == old_length))
        beep();
    if (c.matches.count > 1 && ed.last_key == '\t')
        list_matches(&c);
    arena_release(&scratch, mark);
}

/* Keys that move the cursor; false: KEY is another. */
static bool move_cursor(int key)
{
    switch (key) {
    case KEY_LEFT:
    case CONTROL('B'):
        ed.at = before(ed.at);
        return true;
    case KEY_RIGHT:
    case CONTROL('F'):
        ed.at = after(ed.at);
        return true;
    case KEY_HOME:
    case CONTROL('A'):
        ed.at = 0;
        return true;
    case KEY_END:
    case CONTROL('E'):
        ed.at = ed.length;
        return true;
    case KEY_WORD_LEFT:
        ed.at = word_start();
        return true;
    case KEY_WORD_RIGHT:
        ed.at = word_end();
        return true;
    default:
        return false;
    }
}

/* Keys that change the line; false: KEY is another. */
static bool change_line(int key)
{
    switch (key) {
    case CONTROL('H'):
    case DELETE:
        remove_bytes(before(ed.at), ed.at);
        return true;
    case KEY_DELETE:
    case CONTROL('D'):
        remove_bytes(ed.at, after(ed.at));
        return true;
    case CONTROL('K'):
        kill_bytes(ed.at, ed.length);
        return true;
    case CONTROL('U'):
        kill_bytes(0, ed.at);
        return true;
    case CONTROL('W'):
        kill_bytes(word_start(), ed.at);
        return true;
    case CONTROL('Y'):
        if (ed.killed != NULL)
            insert_bytes(ed.killed, strlen(ed.killed));
        return true;
    case KEY_UP:
    case CONTROL('P'):
        move_in_history(-1);
        return true;
    case KEY_DOWN:
    case CONTROL('N'):
        move_in_history(1);
        return true;
    case '\t':
        complete();
        return true;
    default:
        return false;
    }
}

static enum outcome handle_key(int key)
{
    switch (key) {
    case '\r':
    case '\n':
        return ACCEPTED;
    case KEY_INTERRUPT:
    case CONTROL('C'):
        return INTERRUPTED;
    case KEY_END_OF_INPUT:
        return ENDED;
    case CONTROL('D'):
        if (ed.length == 0)
            return ENDED;
        break;
    case CONTROL('L'):
        show("\033[H\033[J");
        redraw();
        return GO_ON;
    }
    if (move_cursor(key) || change_line(key))
        redraw();
    else if (key >= ' ' && key < KEY_NONE)
        insert_typed((char)key);
    return GO_ON;
}

static void begin_line(const char *prompt)
{
    const char *newline = strrchr(prompt, '\n');
    const char *last_line = newline != NULL ? newline + 1 : prompt;
    struct winsize size;

    ed.columns = DEFAULT_COLUMNS;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
        ed.columns = size.ws_col;
    /* Only the last line of a prompt is drawn again, and at most half a line of that. */
    ed.prompt = last_line;
    while (width(ed.prompt, strlen(ed.prompt)) > ed.columns / 2)
        ed.prompt++;
    ed.prompt_width = width(ed.prompt, strlen(ed.prompt));
    ed.length = ed.at = ed.left = 0;
    ed.place = history_count();
    ed.last_key = KEY_NONE;
    insert_bytes("", 0);
    /* Without CR: what the last program left on this line stays readable. */
    write_all(STDOUT_FILENO, prompt, (size_t)(last_line - prompt));
    show(ed.prompt);
}

/* No echo, no lines, no signals from the keyboard; output is as ever. */
static bool enter_raw_mode(void)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &ed.cooked) < 0)
        return false;
    raw = ed.cooked;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)(IXON | ISTRIP);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
}

static void leave_raw_mode(void)
{
    tcsetattr(STDIN_FILENO, TCSADRAIN, &ed.cooked);
}

/* Actions find the terminal as every command does; an error in one must not reach this line. */
static void run_traps(void)
{
    leave_raw_mode();
    show("\n");
    trap_run_pending();
    shell.unwind = UNWIND_NONE;
    enter_raw_mode();
    redraw();
}

static enum outcome type_line(void)
{
    enum outcome outcome;

    do {
        int key = keys_read(run_traps);

        outcome = handle_key(key);
        ed.last_key = key;
    } while (outcome == GO_ON);
    if (ed.at != ed.length || ed.left > 0) {
        ed.at = ed.length;
        redraw();
    }
    show(outcome == INTERRUPTED ? "^C\n" : "\n");
    return outcome;
}

const char *edit_read_line(bool continued, size_t *length, bool *interrupted)
{
    struct arena_mark mark = arena_mark(&scratch);
    enum outcome outcome = ENDED;

    if (enter_raw_mode()) {
        begin_line(prompt_text(continued));
        outcome = type_line();
        leave_raw_mode();
    }
    arena_release(&scratch, mark);
    if (outcome != ACCEPTED) {
        *interrupted = outcome == INTERRUPTED;
        return NULL;
    }
    ed.line[ed.length] = '\0';
    history_add(ed.line);
    ed.line[ed.length++] = '\n';
    *length = ed.length;
    return ed.line;
}
