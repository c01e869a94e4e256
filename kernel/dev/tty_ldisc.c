/* SPDX-License-Identifier: MIT */
/*
 * tty_ldisc.c - the line discipline.
 *
 * A received byte is tried against the groups below, in this order; the first
 * that wants it ends the matter:
 *
 *   literal (after VLNEXT) -> flow control -> signals -> line editing -> data
 *
 * Erasing must take back exactly the cells that echo used, so the width of a
 * character is computed by the one function that also serves the echo, from the
 * column where the line began: a tab's width depends on what stands before it.
 *
 * Echo never waits: output may be stopped by the very person who types.  It has
 * a reserve in the output queue that writers leave alone, and is dropped, the
 * input being kept, when even that is full.
 */
#include "kernel/dev/tty_ldisc.h"
#include "lib/abi/signal.h"
#include "lib/bitops.h"

#define CTRL(c) ((c) & 0x1f)
#define RUBOUT 0x7f
#define DISABLED 0          /* a control character that is NUL does not exist */

static const struct termios defaults = {
    .c_iflag = ICRNL | IXON | IUTF8,
    .c_oflag = OPOST | ONLCR,
    .c_cflag = B38400 | CS8 | CREAD | HUPCL | CLOCAL,
    .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
    .c_cc = {
        [VINTR] = CTRL('c'), [VQUIT] = CTRL('\\'), [VERASE] = RUBOUT, [VKILL] = CTRL('u'),
        [VEOF] = CTRL('d'), [VMIN] = 1, [VSTART] = CTRL('q'), [VSTOP] = CTRL('s'),
        [VSUSP] = CTRL('z'), [VREPRINT] = CTRL('r'), [VDISCARD] = CTRL('o'),
        [VWERASE] = CTRL('w'), [VLNEXT] = CTRL('v'),
    },
};

/* Questions */

static bool has_input_flag(const struct tty_ldisc *ld, uint32_t flag)
{
    return ld->termios.c_iflag & flag;
}

static bool has_output_flag(const struct tty_ldisc *ld, uint32_t flag)
{
    return ld->termios.c_oflag & flag;
}

static bool has_local_flag(const struct tty_ldisc *ld, uint32_t flag)
{
    return ld->termios.c_lflag & flag;
}

/* C is the control character WHICH. */
static bool is_control(const struct tty_ldisc *ld, uint8_t c, unsigned which)
{
    return c != DISABLED && c == ld->termios.c_cc[which];
}

static bool is_unprintable(uint8_t c)
{
    return c < ' ' || c == RUBOUT;
}

/* The second and later bytes of a character in UTF-8. */
static bool is_continuation(const struct tty_ldisc *ld, uint8_t c)
{
    return has_input_flag(ld, IUTF8) && (c & 0xc0) == 0x80;
}

static bool is_word_char(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           c == '_' || c >= 0x80;
}

/* The ring */

static uint8_t ring_at(const struct tty_ldisc *ld, size_t pos)
{
    return ld->ring[pos % LDISC_SIZE];
}

static bool is_line_end(const struct tty_ldisc *ld, size_t pos)
{
    pos %= LDISC_SIZE;
    return ld->ends[pos / 64] >> (pos % 64) & 1;
}

static void set_line_end(struct tty_ldisc *ld, size_t pos, bool end)
{
    uint64_t bit;

    pos %= LDISC_SIZE;
    bit = (uint64_t)1 << (pos % 64);
    if (end)
        ld->ends[pos / 64] |= bit;
    else
        ld->ends[pos / 64] &= ~bit;
}

static void push(struct tty_ldisc *ld, uint8_t c)
{
    if (ld->head - ld->tail == LDISC_SIZE)
        ld->head--;
    ld->ring[ld->head % LDISC_SIZE] = c;
    set_line_end(ld, ld->head, false);
    ld->head++;
}

/* The line being edited is complete. */
static void end_line(struct tty_ldisc *ld)
{
    set_line_end(ld, ld->head - 1, true);
    ld->canon_head = ld->head;
}

/* Output */

/* The column after C was printed at COLUMN. */
static unsigned column_after(const struct tty_ldisc *ld, unsigned column, uint8_t c)
{
    if (c == '\n' && has_output_flag(ld, OPOST) && has_output_flag(ld, ONLCR | ONLRET))
        return 0;
    if (c == '\r')
        return 0;
    if (c == '\t')
        return (column | 7) + 1;
    if (c == '\b')
        return column - (column > 0);
    if (is_unprintable(c) || is_continuation(ld, c))
        return column;
    return column + 1;
}

/* What C becomes on the screen: at most 8 bytes in OUT; returns how many. */
static size_t translate(const struct tty_ldisc *ld, uint8_t c, uint8_t out[8])
{
    size_t n = 0;

    if (c == '\n' && has_output_flag(ld, ONLCR))
        out[n++] = '\r';
    if (c == '\r' && has_output_flag(ld, ONOCR) && ld->column == 0)
        return 0;
    if (c == '\r' && has_output_flag(ld, OCRNL))
        c = '\n';
    if (c == '\t' && (ld->termios.c_oflag & TABDLY) == XTABS) {
        do
            out[n++] = ' ';
        while ((ld->column + n) % 8 != 0);
        return n;
    }
    if (has_output_flag(ld, OLCUC) && c >= 'a' && c <= 'z')
        c -= 'a' - 'A';
    out[n++] = c;
    return n;
}

/* Whether translate() would leave C as it is. */
static bool is_plain(const struct tty_ldisc *ld, uint8_t c)
{
    return !is_unprintable(c) && !has_output_flag(ld, OLCUC);
}

/* Print C if that takes at most ROOM bytes; returns the bytes it took, or 0. */
static size_t print_char(struct tty_ldisc *ld, uint8_t c, size_t room, bool *done)
{
    uint8_t out[8] = { c };
    size_t n = has_output_flag(ld, OPOST) ? translate(ld, c, out) : 1;

    *done = n <= room;
    if (!*done)
        return 0;
    if (n)
        ld->ops->emit(ld, out, n);
    ld->column = column_after(ld, ld->column, c);
    return n;
}

/* The longest start of BUF that needs no translation. */
static size_t plain_run(struct tty_ldisc *ld, const uint8_t *buf, size_t n)
{
    size_t i = 0;

    if (!has_output_flag(ld, OPOST))
        return n;
    while (i < n && is_plain(ld, buf[i]))
        i++;
    return i;
}

size_t ldisc_write(struct tty_ldisc *ld, const uint8_t *buf, size_t n)
{
    size_t room = ld->ops->room(ld), done = 0;
    bool fits = true;

    room -= MIN(room, (size_t)LDISC_ECHO_RESERVE);
    while (done < n && fits && room > 0) {
        size_t run = MIN(plain_run(ld, buf + done, n - done), room);

        if (run == 0) {
            room -= print_char(ld, buf[done], room, &fits);
            done += fits;
            continue;
        }
        ld->ops->emit(ld, buf + done, run);
        for (size_t i = 0; i < run; i++)
            ld->column = column_after(ld, ld->column, buf[done + i]);
        room -= run;
        done += run;
    }
    return done;
}

void ldisc_set_stopped(struct tty_ldisc *ld, bool stopped)
{
    if (ld->stopped == stopped)
        return;
    ld->stopped = stopped;
    ld->ops->set_stopped(ld, stopped);
}

/* Echo */

/* The column after the echo of C at COLUMN. */
static unsigned column_after_echo(const struct tty_ldisc *ld, unsigned column, uint8_t c)
{
    if (c != '\t' && is_unprintable(c))
        return column + (has_local_flag(ld, ECHOCTL) ? 2 : 0);
    return column_after(ld, column, c);
}

static void echo_raw(struct tty_ldisc *ld, uint8_t c)
{
    bool done;

    print_char(ld, c, ld->ops->room(ld), &done);
}

/* C as typed: control characters as ^C, except the tab. */
static void echo(struct tty_ldisc *ld, uint8_t c)
{
    if (c != '\t' && is_unprintable(c) && has_local_flag(ld, ECHOCTL)) {
        echo_raw(ld, '^');
        c ^= 0x40;
    }
    echo_raw(ld, c);
}

/* Something is about to be echoed for the line: remember where it begins. */
static void note_line_column(struct tty_ldisc *ld)
{
    if (ld->head == ld->canon_head)
        ld->line_column = ld->column;
}

/* Editing */

/* The cells that the echo of the byte at POS takes.  Those of a tab depend on what stands before
 * it, but not before the last tab there. */
static unsigned cells_at(const struct tty_ldisc *ld, size_t pos)
{
    unsigned column = 0;
    size_t i = pos;

    if (ring_at(ld, pos) != '\t')
        return column_after_echo(ld, 0, ring_at(ld, pos));
    while (i != ld->canon_head && ring_at(ld, i - 1) != '\t')
        i--;
    if (i == ld->canon_head)
        column = ld->line_column;
    for (; i != pos; i++)
        column = column_after_echo(ld, column, ring_at(ld, i));
    return 8 - column % 8;
}

/* Take the cells from COLUMN on off the screen. */
static void wipe_cells(struct tty_ldisc *ld, unsigned columns, bool tab)
{
    while (columns-- > 0) {
        echo_raw(ld, '\b');
        if (tab)
            continue;
        echo_raw(ld, ' ');
        echo_raw(ld, '\b');
    }
}

/* Remove the last character, all of its bytes, and wipe it off the screen if WIPE. */
static void erase_char(struct tty_ldisc *ld, bool wipe)
{
    bool tab = ring_at(ld, ld->head - 1) == '\t';

    do
        ld->head--;
    while (ld->head != ld->canon_head && is_continuation(ld, ring_at(ld, ld->head)));
    if (wipe)
        wipe_cells(ld, cells_at(ld, ld->head), tab);
}

static void erase_word(struct tty_ldisc *ld, bool wipe)
{
    bool in_word = false;

    while (ld->head != ld->canon_head) {
        bool word = is_word_char(ring_at(ld, ld->head - 1));

        if (in_word && !word)
            return;
        in_word |= word;
        erase_char(ld, wipe);
    }
}

/* VERASE or VWERASE. */
static void erase(struct tty_ldisc *ld, uint8_t c, bool word)
{
    bool echoes = has_local_flag(ld, ECHO), wipe = echoes && has_local_flag(ld, ECHOE);

    if (ld->head == ld->canon_head)
        return;
    if (echoes && !wipe)
        echo(ld, c);
    if (word)
        erase_word(ld, wipe);
    else
        erase_char(ld, wipe);
}

static void kill_line(struct tty_ldisc *ld, uint8_t c)
{
    if (has_local_flag(ld, ECHO) && has_local_flag(ld, ECHOKE) && has_local_flag(ld, ECHOE)) {
        while (ld->head != ld->canon_head)
            erase_char(ld, true);
        return;
    }
    ld->head = ld->canon_head;
    if (!has_local_flag(ld, ECHO))
        return;
    echo(ld, c);
    if (has_local_flag(ld, ECHOK))
        echo_raw(ld, '\n');
}

static void reprint(struct tty_ldisc *ld, uint8_t c)
{
    echo(ld, c);
    echo_raw(ld, '\n');
    ld->line_column = ld->column;
    for (size_t i = ld->canon_head; i != ld->head; i++)
        echo(ld, ring_at(ld, i));
}

static void begin_literal(struct tty_ldisc *ld)
{
    note_line_column(ld);
    ld->literal_next = true;
    if (has_local_flag(ld, ECHO) && has_local_flag(ld, ECHOCTL)) {
        echo_raw(ld, '^');
        echo_raw(ld, '\b');
    }
}

/* The groups of special characters.  Each says whether C was one of its own. */

static bool receive_flow(struct tty_ldisc *ld, uint8_t c)
{
    if (!has_input_flag(ld, IXON))
        return false;
    if (is_control(ld, c, VSTART)) {
        ldisc_set_stopped(ld, false);
        return true;
    }
    if (is_control(ld, c, VSTOP)) {
        ldisc_set_stopped(ld, true);
        return true;
    }
    return false;
}

static void raise_signal(struct tty_ldisc *ld, uint8_t c, int sig)
{
    if (!has_local_flag(ld, NOFLSH)) {
        ldisc_flush_input(ld);
        ld->ops->discard(ld);
    }
    if (has_input_flag(ld, IXON))
        ldisc_set_stopped(ld, false);
    if (has_local_flag(ld, ECHO))
        echo(ld, c);
    ld->ops->signal(ld, sig);
}

static bool receive_signal(struct tty_ldisc *ld, uint8_t c)
{
    static const struct { uint8_t which, sig; } signals[] = {
        { VINTR, SIGINT }, { VQUIT, SIGQUIT }, { VSUSP, SIGTSTP },
    };

    if (!has_local_flag(ld, ISIG))
        return false;
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        if (!is_control(ld, c, signals[i].which))
            continue;
        raise_signal(ld, c, signals[i].sig);
        return true;
    }
    return false;
}

/* Extended editing, with IEXTEN only. */
static bool receive_extended(struct tty_ldisc *ld, uint8_t c)
{
    if (!has_local_flag(ld, IEXTEN))
        return false;
    if (is_control(ld, c, VWERASE)) {
        erase(ld, c, true);
        return true;
    }
    if (is_control(ld, c, VLNEXT)) {
        begin_literal(ld);
        return true;
    }
    if (is_control(ld, c, VREPRINT) && has_local_flag(ld, ECHO)) {
        reprint(ld, c);
        return true;
    }
    return false;
}

static void receive_data(struct tty_ldisc *ld, uint8_t c)
{
    note_line_column(ld);
    if (has_local_flag(ld, ECHO))
        echo(ld, c);
    push(ld, c);
}

static bool receive_line_end(struct tty_ldisc *ld, uint8_t c)
{
    if (c == '\n') {
        if (has_local_flag(ld, ECHO | ECHONL))
            echo_raw(ld, c);
        push(ld, c);
        end_line(ld);
        return true;
    }
    if (is_control(ld, c, VEOF)) {
        push(ld, DISABLED);
        end_line(ld);
        return true;
    }
    if (is_control(ld, c, VEOL) || (is_control(ld, c, VEOL2) && has_local_flag(ld, IEXTEN))) {
        receive_data(ld, c);
        end_line(ld);
        return true;
    }
    return false;
}

static bool receive_editing(struct tty_ldisc *ld, uint8_t c)
{
    if (!has_local_flag(ld, ICANON))
        return false;
    if (is_control(ld, c, VERASE)) {
        erase(ld, c, false);
        return true;
    }
    if (is_control(ld, c, VKILL)) {
        kill_line(ld, c);
        return true;
    }
    return receive_extended(ld, c) || receive_line_end(ld, c);
}

/* Input translation.  False: C vanishes. */
static bool translate_input(struct tty_ldisc *ld, uint8_t *c)
{
    if (has_input_flag(ld, ISTRIP))
        *c &= 0x7f;
    if (has_input_flag(ld, IUCLC) && has_local_flag(ld, IEXTEN) && *c >= 'A' && *c <= 'Z')
        *c += 'a' - 'A';
    if (*c == '\r' && has_input_flag(ld, IGNCR))
        return false;
    if (*c == '\r' && has_input_flag(ld, ICRNL))
        *c = '\n';
    else if (*c == '\n' && has_input_flag(ld, INLCR))
        *c = '\r';
    return true;
}

void ldisc_receive(struct tty_ldisc *ld, uint8_t c)
{
    if (ld->literal_next) {
        ld->literal_next = false;
        receive_data(ld, c);
        return;
    }
    if (!translate_input(ld, &c))
        return;
    if (receive_flow(ld, c))
        return;
    if (ld->stopped && has_input_flag(ld, IXON) && has_input_flag(ld, IXANY))
        ldisc_set_stopped(ld, false);
    if (receive_signal(ld, c) || receive_editing(ld, c))
        return;
    if (c != '\n') {
        receive_data(ld, c);
        return;
    }
    if (has_local_flag(ld, ECHO))
        echo_raw(ld, c);
    push(ld, c);
}

/* Readers */

size_t ldisc_room(const struct tty_ldisc *ld)
{
    size_t room = LDISC_SIZE - (ld->head - ld->tail);

    if (has_local_flag(ld, ICANON) && ld->canon_head == ld->tail)
        return MAX(room, (size_t)1);
    return room;
}

bool ldisc_is_readable(const struct tty_ldisc *ld, size_t want)
{
    if (has_local_flag(ld, ICANON))
        return ld->canon_head != ld->tail;
    return ld->head - ld->tail >= MAX(want, (size_t)1);
}

static bool is_eof(const struct tty_ldisc *ld, size_t pos)
{
    return is_line_end(ld, pos) && ring_at(ld, pos) == DISABLED;
}

size_t ldisc_count(const struct tty_ldisc *ld)
{
    size_t n = 0;

    if (!has_local_flag(ld, ICANON))
        return ld->head - ld->tail;
    for (size_t i = ld->tail; i != ld->canon_head; i++)
        n += !is_eof(ld, i);
    return n;
}

static size_t take_line(struct tty_ldisc *ld, uint8_t *buf, size_t n, bool *end)
{
    size_t done = 0;

    *end = ld->tail == ld->canon_head;
    while (!*end && ld->tail != ld->canon_head) {
        if (done == n && !is_eof(ld, ld->tail))
            return done;
        *end = is_line_end(ld, ld->tail);
        if (!is_eof(ld, ld->tail))
            buf[done++] = ring_at(ld, ld->tail);
        ld->tail++;
    }
    return done;
}

static size_t take_raw(struct tty_ldisc *ld, uint8_t *buf, size_t n, bool *end)
{
    size_t done = 0;

    while (done < n && ld->tail != ld->head)
        buf[done++] = ring_at(ld, ld->tail++);
    ld->canon_head = ld->tail;
    *end = ld->tail == ld->head;
    return done;
}

size_t ldisc_take(struct tty_ldisc *ld, uint8_t *buf, size_t n, bool *end)
{
    if (has_local_flag(ld, ICANON))
        return take_line(ld, buf, n, end);
    return take_raw(ld, buf, n, end);
}

void ldisc_flush_input(struct tty_ldisc *ld)
{
    ld->tail = ld->canon_head = ld->head;
    ld->literal_next = false;
}

/* Settings */

/* Whatever was typed in the other mode becomes readable: as bytes, or as a line. */
static void change_mode(struct tty_ldisc *ld)
{
    ld->literal_next = false;
    if (!has_local_flag(ld, ICANON) || ld->head == ld->tail) {
        ld->canon_head = ld->tail;
        return;
    }
    for (size_t i = ld->tail; i != ld->head; i++)
        set_line_end(ld, i, false);
    set_line_end(ld, ld->head - 1, true);
    ld->canon_head = ld->head;
}

void ldisc_set_termios(struct tty_ldisc *ld, const struct termios *t)
{
    struct termios old = ld->termios;

    ld->termios = *t;
    if ((old.c_lflag ^ t->c_lflag) & ICANON)
        change_mode(ld);
    if ((old.c_iflag & ~t->c_iflag) & IXON)
        ldisc_set_stopped(ld, false);
}

void ldisc_init(struct tty_ldisc *ld, const struct ldisc_ops *ops)
{
    *ld = (struct tty_ldisc){ .ops = ops, .termios = defaults };
}
