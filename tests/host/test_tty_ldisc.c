/* SPDX-License-Identifier: MIT */
// sources: kernel/dev/tty_ldisc.c
/*
 * test_tty_ldisc.c - what typing does: the echo, the lines readers get, the
 * signals; and what printing does to the screen.
 *
 * Most cases are rows of a table.  What is typed goes in whole; what came out is
 * written down as the echo, and as one [..] for each read a program could make.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include "kernel/dev/tty_ldisc.h"
#include "lib/container.h"
#include "tests/host/shim.h"

struct screen {
    struct tty_ldisc ld;
    char out[8192];
    size_t len;
    size_t capacity;
    char signals[64];
    bool stopped;
    unsigned discards;
};

static struct screen *screen_of(struct tty_ldisc *ld)
{
    return container_of(ld, struct screen, ld);
}

static size_t screen_room(struct tty_ldisc *ld)
{
    struct screen *s = screen_of(ld);

    return s->capacity - s->len;
}

static void screen_emit(struct tty_ldisc *ld, const uint8_t *bytes, size_t n)
{
    struct screen *s = screen_of(ld);

    cr_assert(n > 0 && n <= s->capacity - s->len, "emit of %zu bytes beyond the room", n);
    memcpy(s->out + s->len, bytes, n);
    s->len += n;
    s->out[s->len] = 0;
}

static void screen_signal(struct tty_ldisc *ld, int sig)
{
    struct screen *s = screen_of(ld);
    size_t len = strlen(s->signals);

    snprintf(s->signals + len, sizeof(s->signals) - len, "%d ", sig);
}

static void screen_set_stopped(struct tty_ldisc *ld, bool stopped)
{
    screen_of(ld)->stopped = stopped;
}

static void screen_discard(struct tty_ldisc *ld)
{
    screen_of(ld)->discards++;
}

static const struct ldisc_ops screen_ops = {
    .room = screen_room,
    .emit = screen_emit,
    .signal = screen_signal,
    .set_stopped = screen_set_stopped,
    .discard = screen_discard,
};

static struct screen screen;

static void screen_init(void)
{
    memset(&screen, 0, sizeof(screen));
    screen.capacity = sizeof(screen.out) - 1;
    ldisc_init(&screen.ld, &screen_ops);
}

static void change(uint32_t *flags, uint32_t on, uint32_t off)
{
    *flags = (*flags & ~off) | on;
}

static void set_modes(uint32_t on, uint32_t off)
{
    struct termios t = screen.ld.termios;

    change(&t.c_lflag, on, off);
    ldisc_set_termios(&screen.ld, &t);
}

static void type_bytes(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        cr_assert(ldisc_room(&screen.ld) > 0);
        ldisc_receive(&screen.ld, (uint8_t)bytes[i]);
    }
}

static void type(const char *s)
{
    type_bytes(s, strlen(s));
}

/* All reads of up to MAX bytes that would not wait, as [..][..]. */
static const char *reads(size_t max)
{
    static char text[3 * LDISC_SIZE];
    size_t len = 0;
    uint8_t buf[LDISC_SIZE];
    bool end;

    while (ldisc_is_readable(&screen.ld, 1)) {
        size_t n = ldisc_take(&screen.ld, buf, max, &end);

        text[len++] = '[';
        memcpy(text + len, buf, n);
        len += n;
        text[len++] = ']';
    }
    text[len] = 0;
    return text;
}

struct row {
    const char *name;
    uint32_t on, off;           /* of c_lflag */
    const char *typed, *echo, *reads, *signals;
};

static const struct row rows[] = {
    { "a line", 0, 0, "abc\r", "abc\r\n", "[abc\n]", "" },
    { "two lines are two reads", 0, 0, "a\nb\n", "a\r\nb\r\n", "[a\n][b\n]", "" },
    { "an unfinished line is not readable", 0, 0, "abc", "abc", "", "" },
    { "erase", 0, 0, "abx\177c\n", "abx\b \bc\r\n", "[abc\n]", "" },
    { "erase at the start does nothing", 0, 0, "\177\177a\n", "a\r\n", "[a\n]", "" },
    { "erase stays in the line", 0, 0, "a\n\177b\n", "a\r\nb\r\n", "[a\n][b\n]", "" },
    { "erase of a control character", 0, 0, "a\001\177\n", "a^A\b \b\b \b\r\n", "[a\n]", "" },
    { "erase of a tab", 0, 0, "ab\t\177c\n", "ab\t\b\b\b\b\b\bc\r\n", "[abc\n]", "" },
    { "erase of a two-byte character", 0, 0, "x\303\244\177y\n",
      "x\303\244\b \by\r\n", "[xy\n]", "" },
    { "erase without ECHOE", 0, ECHOE, "ab\177\n", "ab^?\r\n", "[a\n]", "" },
    { "erase without echo", 0, ECHO, "ab\177\n", "", "[a\n]", "" },
    { "word erase", 0, 0, "ls  foo-bar  \027x\n",
      "ls  foo-bar  \b \b\b \b\b \b\b \b\b \bx\r\n", "[ls  foo-x\n]", "" },
    { "word erase needs IEXTEN", 0, IEXTEN, "a\027\n", "a^W\r\n", "[a\027\n]", "" },
    { "kill", 0, 0, "abc\025d\n", "abc\b \b\b \b\b \bd\r\n", "[d\n]", "" },
    { "kill without ECHOKE", 0, ECHOKE, "abc\025d\n", "abc^U\r\nd\r\n", "[d\n]", "" },
    { "kill without ECHOKE, ECHOK", 0, ECHOKE | ECHOK, "ab\025d\n", "ab^Ud\r\n", "[d\n]", "" },
    { "reprint", 0, 0, "ab\022c\n", "ab^R\r\nabc\r\n", "[abc\n]", "" },
    { "erase after reprint", 0, 0, "\001\022\177\n", "^A^R\r\n^A\b \b\b \b\r\n", "[\n]", "" },
    { "literal", 0, 0, "a\026\003b\n", "a^\b^Cb\r\n", "[a\003b\n]", "" },
    { "literal newline", 0, 0, "a\026\nb\n", "a^\b^Jb\r\n", "[a\nb\n]", "" },
    { "literal return stays a return", 0, 0, "\026\r\n", "^\b^M\r\n", "[\r\n]", "" },
    { "erase of a literal", 0, 0, "\026\177\177x\n", "^\b^?\b \b\b \bx\r\n", "[x\n]", "" },
    { "end of file at once", 0, 0, "\004", "", "[]", "" },
    { "end of file after text", 0, 0, "abc\004", "abc", "[abc]", "" },
    { "end of file twice", 0, 0, "abc\004\004", "abc", "[abc][]", "" },
    { "end of file, then a line", 0, 0, "\004a\n", "a\r\n", "[][a\n]", "" },
    { "interrupt", 0, 0, "abc\003d\n", "abc^Cd\r\n", "[d\n]", "2 " },
    { "interrupt forgets lines too", 0, 0, "abc\n\003d\n", "abc\r\n^Cd\r\n", "[d\n]", "2 " },
    { "interrupt with NOFLSH", NOFLSH, 0, "a\003b\n", "a^Cb\r\n", "[ab\n]", "2 " },
    { "interrupt without ISIG", 0, ISIG, "a\003\n", "a^C\r\n", "[a\003\n]", "" },
    { "quit and suspend", 0, 0, "\034\032", "^\\^Z", "", "3 20 " },
    { "ECHONL", ECHONL, ECHO, "abc\n", "\r\n", "[abc\n]", "" },
    { "no ECHOCTL", 0, ECHOCTL, "a\001\177b\n", "a\001b\r\n", "[ab\n]", "" },
    { "raw", 0, ICANON, "a\177\004\r", "a^?^D\r\n", "[a\177\004\n]", "" },
    { "raw keeps signals", 0, ICANON, "ab\003c", "ab^Cc", "[c]", "2 " },
    { "raw, silent", 0, ICANON | ECHO | ISIG, "a\003\032\004\177", "",
      "[a\003\032\004\177]", "" },
};

Test(tty_ldisc, rows)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];

        screen_init();
        set_modes(r->on, r->off);
        type(r->typed);
        cr_expect_str_eq(screen.out, r->echo, "%s: echo", r->name);
        cr_expect_str_eq(reads(LDISC_SIZE), r->reads, "%s: reads", r->name);
        cr_expect_str_eq(screen.signals, r->signals, "%s: signals", r->name);
        cr_expect_eq(ldisc_count(&screen.ld), 0, "%s: left over", r->name);
    }
}

/* A read may be shorter than the line: the rest waits, and an end of file that
 * only ended a line which was read to the byte does not come up again. */
Test(tty_ldisc, short_reads)
{
    screen_init();
    type("abcdef\n");
    cr_assert_str_eq(reads(4), "[abcd][ef\n]");
    type("abcd\004x\n");
    cr_assert_eq(ldisc_count(&screen.ld), 6);
    cr_assert_str_eq(reads(4), "[abcd][x\n]");
    type("abcdefgh\004");
    cr_assert_str_eq(reads(4), "[abcd][efgh]");
}

Test(tty_ldisc, input_translation)
{
    static const struct { uint32_t on, off; const char *reads; } cases[] = {
        { 0, 0, "[A\n][\n][\n]" },
        { 0, ICRNL, "[A\r\n][\n]" },
        { INLCR, ICRNL, "" },
        { INLCR, 0, "[A\n]" },
        { IGNCR, 0, "[A\n][\n]" },
        { IUCLC, 0, "[a\n][\n][\n]" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct termios t;

        screen_init();
        t = screen.ld.termios;
        change(&t.c_iflag, cases[i].on, cases[i].off);
        ldisc_set_termios(&screen.ld, &t);
        type("A\r\n\n");
        cr_expect_str_eq(reads(64), cases[i].reads, "case %zu", i);
    }
    screen_init();
    change(&screen.ld.termios.c_iflag, ISTRIP, 0);
    type("\341\n");
    cr_expect_str_eq(reads(64), "[a\n]");
}

Test(tty_ldisc, end_of_line_characters)
{
    screen_init();
    screen.ld.termios.c_cc[VEOL] = ';';
    screen.ld.termios.c_cc[VEOL2] = '!';
    type("a;b!c\n");
    cr_assert_str_eq(reads(64), "[a;][b!][c\n]");
    cr_assert_str_eq(screen.out, "a;b!c\r\n");
    set_modes(0, IEXTEN);
    type("b!\n");
    cr_assert_str_eq(reads(64), "[b!\n]");
}

/* A control character set to NUL does not exist, and NUL is then plain data. */
Test(tty_ldisc, disabled_characters)
{
    screen_init();
    screen.ld.termios.c_cc[VINTR] = 0;
    screen.ld.termios.c_cc[VEOF] = 0;
    type_bytes("a\0\003\004\n", 5);
    cr_assert_str_empty(screen.signals);
    cr_assert_eq(ldisc_count(&screen.ld), 5);
    cr_assert_str_eq(screen.out, "a^@^C^D\r\n");
}

Test(tty_ldisc, flow_control)
{
    struct termios t;

    screen_init();
    type("a\023b");
    cr_assert(screen.stopped && screen.ld.stopped);
    type("\021\n");
    cr_assert(!screen.stopped);
    cr_assert_str_eq(reads(64), "[ab\n]");

    type("\023");
    change(&screen.ld.termios.c_iflag, IXANY, 0);
    type("x");
    cr_assert(!screen.stopped, "IXANY: any character restarts");

    type("\023\003");
    cr_assert(!screen.stopped, "an interrupt restarts output");
    cr_assert_eq(screen.discards, 1);

    type("\023");
    t = screen.ld.termios;
    t.c_iflag &= ~(uint32_t)IXON;
    ldisc_set_termios(&screen.ld, &t);
    cr_assert(!screen.stopped, "leaving IXON restarts output");
    type("\023\n");
    cr_assert(!screen.stopped);
    cr_assert_str_eq(reads(64), "[\023\n]");

    ldisc_set_stopped(&screen.ld, true);
    cr_assert(screen.stopped);
}

/* A line longer than the ring loses its end but not its newline. */
Test(tty_ldisc, overlong_line)
{
    uint8_t line[LDISC_SIZE + 1];
    bool end;

    screen_init();
    set_modes(0, ECHO);
    for (int i = 0; i < 2 * LDISC_SIZE; i++) {
        cr_assert(ldisc_room(&screen.ld) > 0);
        ldisc_receive(&screen.ld, (uint8_t)('a' + i % 26));
    }
    ldisc_receive(&screen.ld, '\n');
    cr_assert_eq(ldisc_room(&screen.ld), 0, "type-ahead waits in the device now");
    cr_assert_eq(ldisc_take(&screen.ld, line, sizeof(line), &end), LDISC_SIZE);
    cr_assert(end);
    cr_assert_eq(line[LDISC_SIZE - 1], '\n');
    for (int i = 0; i < LDISC_SIZE - 1; i++)
        cr_assert_eq(line[i], 'a' + i % 26);
    cr_assert_eq(ldisc_room(&screen.ld), LDISC_SIZE);
}

/* Lines of all lengths, many times around the ring: each read is one line. */
Test(tty_ldisc, lines_around_the_ring)
{
    char line[256], wanted[sizeof(line) + 3];

    screen_init();
    set_modes(0, ECHO);
    for (unsigned i = 0; i < 2000; i++) {
        unsigned n = i * 7 % 200;

        memset(line, 'a' + (int)(i % 26), n);
        line[n] = '\n';
        line[n + 1] = 0;
        type(line);
        snprintf(wanted, sizeof(wanted), "[%s]", line);
        cr_assert_str_eq(reads(sizeof(line)), wanted);
    }
}

/* Bytes typed in one mode stay readable in the other. */
Test(tty_ldisc, mode_changes)
{
    screen_init();
    type("one\ntwo");
    set_modes(0, ICANON);
    cr_assert_str_eq(reads(64), "[one\ntwo]");
    type("raw");
    cr_assert(ldisc_is_readable(&screen.ld, 3) && !ldisc_is_readable(&screen.ld, 4));
    set_modes(ICANON, 0);
    cr_assert_str_eq(reads(64), "[raw]");
    type("x\177y\n");
    cr_assert_str_eq(reads(64), "[y\n]");
    set_modes(0, ICANON);
    set_modes(ICANON, 0);
    cr_assert(!ldisc_is_readable(&screen.ld, 1));
}

static void print(const char *s)
{
    size_t n = strlen(s);

    cr_assert_eq(ldisc_write(&screen.ld, (const uint8_t *)s, n), n);
}

Test(tty_ldisc, output_translation)
{
    static const struct { uint32_t on, off; const char *in, *out; unsigned column; } cases[] = {
        { 0, 0, "ab\ncd", "ab\r\ncd", 2 },
        { 0, OPOST, "ab\ncd\t", "ab\ncd\t", 8 },
        { 0, ONLCR, "ab\ncd", "ab\ncd", 4 },
        { XTABS, 0, "a\tb\t", "a       b       ", 16 },
        { OCRNL, ONLCR, "a\rb", "a\nb", 1 },
        { ONOCR, 0, "\ra\r", "a\r", 0 },
        { OLCUC, 0, "aB-z\n", "AB-Z\r\n", 0 },
        { 0, 0, "\303\244\b\033", "\303\244\b\033", 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        screen_init();
        change(&screen.ld.termios.c_oflag, cases[i].on, cases[i].off);
        print(cases[i].in);
        cr_expect_str_eq(screen.out, cases[i].out, "case %zu", i);
        cr_expect_eq(screen.ld.column, cases[i].column, "case %zu: column %u", i,
                     screen.ld.column);
    }
}

/* Whatever the room, writers lose and double nothing, and leave the echo's share. */
Test(tty_ldisc, output_in_pieces)
{
    const char *text = "some text\n\tindented\n\n\303\244\n";
    const char *wanted = "some text\r\n        indented\r\n\r\n\303\244\r\n";
    size_t len = strlen(text);

    for (size_t step = 8; step < 64; step++) {
        char all[256] = "";
        size_t done = 0;

        screen_init();
        change(&screen.ld.termios.c_oflag, XTABS, 0);
        screen.capacity = LDISC_ECHO_RESERVE + step;
        while (done < len) {
            size_t n = ldisc_write(&screen.ld, (const uint8_t *)text + done, len - done);

            cr_assert(n > 0 && screen.len <= step);
            done += n;
            strncat(all, screen.out, screen.len);
            screen.len = 0;
        }
        cr_assert_str_eq(all, wanted, "step %zu", step);
    }
}

/* With no room at all the echo is lost and the input is not. */
Test(tty_ldisc, echo_without_room)
{
    screen_init();
    screen.capacity = 1;
    type("\001abc\n");
    cr_assert_eq(screen.len, 1);
    cr_assert_str_eq(reads(64), "[\001abc\n]");
    screen.capacity = LDISC_ECHO_RESERVE;
    screen.len = 0;
    cr_assert_eq(ldisc_write(&screen.ld, (const uint8_t *)"x", 1), 0);
    type("y");
    cr_assert_str_eq(screen.out, "y");
}

/*
 * A slow and plain model of canonical mode without signals: a string for the
 * line, a string for what is complete.
 */
Test(tty_ldisc, random_against_a_model)
{
    static const char keys[] = "ab \t\001\303\244\177\177\027\025\026\004\n\n";
    static char line[LDISC_SIZE], ready[64 * LDISC_SIZE], got[64 * LDISC_SIZE];
    size_t nline = 0, nready = 0, ngot = 0;

    screen_init();
    set_modes(0, ISIG | IEXTEN);
    shim_seed(7);
    for (int i = 0; i < 60000; i++) {
        char c = keys[port_random() % (sizeof(keys) - 1)];

        if (ldisc_room(&screen.ld) > 0 && nline < 1000) {
            ldisc_receive(&screen.ld, (uint8_t)c);
            screen.len = 0;
            if (c == '\177') {
                while (nline > 0 && ((uint8_t)line[--nline] & 0xc0) == 0x80)
                    continue;
            } else if (c == '\025') {
                nline = 0;
            } else if (c == '\n' || c == '\004') {
                memcpy(ready + nready, line, nline);
                nready += nline;
                if (c == '\n')
                    ready[nready++] = '\n';
                nline = 0;
            } else {
                line[nline++] = c;
            }
        }
        if (port_random() % 8 == 0 && ldisc_is_readable(&screen.ld, 1)) {
            bool end;

            ngot += ldisc_take(&screen.ld, (uint8_t *)got + ngot, 1 + port_random() % 20, &end);
        }
        cr_assert(screen.ld.head - screen.ld.tail <= LDISC_SIZE);
        cr_assert(screen.ld.canon_head - screen.ld.tail <= screen.ld.head - screen.ld.tail);
    }
    while (ldisc_is_readable(&screen.ld, 1)) {
        bool end;

        ngot += ldisc_take(&screen.ld, (uint8_t *)got + ngot, 64, &end);
    }
    cr_assert_eq(ngot, nready);
    cr_assert_arr_eq(got, ready, nready);
}
