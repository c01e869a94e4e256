/* SPDX-License-Identifier: MIT */
/*
 * regex.c - regular expressions by simulating a nondeterministic automaton.
 *
 * The expression is compiled to a small program:
 *
 *      SET s      consume one byte that is in set s, or fail
 *      SPLIT a b  go on at a and at b
 *      JUMP a     go on at a
 *      ASSERT k   go on if the place is a line's start, a word's end, ...
 *      MATCH      found
 *
 *      e*   L1: SPLIT L2 L3;  L2: e;  JUMP L1;  L3:
 *      e|f  SPLIT L1 L2;  L1: e;  JUMP L3;  L2: f;  L3:
 *
 * A search carries the list of all instructions that could be reached at this byte, so nothing is
 * ever tried twice, and no expression makes it slow.
 *
 * A piece that is followed by a bound, as in (ab){2,3}, is compiled again from its text for each
 * copy.
 */
#include <ctype.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "user/bin/grep/regex.h"

#define MAX_BOUND 255
#define MAX_PROGRAM 60000

enum opcode {
    OP_SET,
    OP_SPLIT,
    OP_JUMP,
    OP_ASSERT,
    OP_MATCH,
};

enum assertion {
    LINE_START,
    LINE_END,
    WORD_START,
    WORD_END,
    WORD_EDGE,
    NO_WORD_BEFORE,
    NO_WORD_AFTER,
};

struct instruction {
    uint8_t op;
    uint8_t assertion;
    uint16_t x, y; /* where to go on; x: the set's number */
};

struct set {
    uint64_t bits[4];
};

/* Instructions to run at one place of the text; `seen` holds for each where it is in the list. */
struct list {
    unsigned count;
    uint16_t *item;
    uint16_t *seen;
};

struct regex {
    struct instruction *program;
    unsigned length, room;
    struct set *sets;
    unsigned nsets, sets_room;
    bool fold;
    struct list now, next;
};

struct compiler {
    struct regex *r;
    const char *p; /* what is still to be compiled */
    int flags;
    int depth; /* of groups */
    const char *error;
};

/* ---- building the program ---- */

static unsigned emit(struct compiler *c, enum opcode op, unsigned x, unsigned y)
{
    struct regex *r = c->r;

    if (r->length == r->room && c->error == NULL) {
        unsigned room = r->room * 2 + 64;
        struct instruction *larger = room > MAX_PROGRAM
                                         ? NULL : reallocarray(r->program, room, sizeof(*larger));

        if (larger == NULL) {
            c->error = "regular expression too big";
        } else {
            r->program = larger;
            r->room = room;
        }
    }
    if (c->error != NULL)
        return 0;
    r->program[r->length] = (struct instruction){ (uint8_t)op, 0, (uint16_t)x, (uint16_t)y };
    return r->length++;
}

static void emit_assert(struct compiler *c, enum assertion assertion)
{
    unsigned at = emit(c, OP_ASSERT, 0, 0);

    if (c->error == NULL)
        c->r->program[at].assertion = (uint8_t)assertion;
}

/* Make room for an instruction in front of those from START on. */
static void insert(struct compiler *c, unsigned start, enum opcode op, unsigned x, unsigned y)
{
    struct instruction *program;

    emit(c, OP_JUMP, 0, 0);
    if (c->error != NULL)
        return;
    program = c->r->program;
    memmove(program + start + 1, program + start,
            (c->r->length - 1 - start) * sizeof(*program));
    for (unsigned i = start + 1; i < c->r->length; i++) {
        if (program[i].op != OP_SPLIT && program[i].op != OP_JUMP)
            continue;
        program[i].x += program[i].x >= start;
        program[i].y += program[i].y >= start;
    }
    program[start] = (struct instruction){ (uint8_t)op, 0, (uint16_t)x, (uint16_t)y };
}

static void set_add(struct set *set, unsigned char byte)
{
    set->bits[byte / 64] |= 1UL << (byte % 64);
}

static bool set_has(const struct set *set, unsigned char byte)
{
    return set->bits[byte / 64] >> (byte % 64) & 1;
}

static void set_fold(struct set *set)
{
    for (int letter = 'a'; letter <= 'z'; letter++)
        if (set_has(set, (unsigned char)letter) || set_has(set, (unsigned char)toupper(letter))) {
            set_add(set, (unsigned char)letter);
            set_add(set, (unsigned char)toupper(letter));
        }
}

static void set_invert(struct set *set)
{
    for (int i = 0; i < 4; i++)
        set->bits[i] = ~set->bits[i];
}

static void emit_set(struct compiler *c, struct set *set)
{
    struct regex *r = c->r;

    if (r->nsets == r->sets_room) {
        struct set *larger = reallocarray(r->sets, r->sets_room * 2 + 16, sizeof(*larger));

        if (larger == NULL) {
            c->error = "out of memory";
            return;
        }
        r->sets = larger;
        r->sets_room = r->sets_room * 2 + 16;
    }
    r->sets[r->nsets] = *set;
    emit(c, OP_SET, r->nsets++, 0);
}

static void emit_byte(struct compiler *c, char byte)
{
    struct set set = { 0 };

    set_add(&set, (unsigned char)byte);
    if (c->r->fold)
        set_fold(&set);
    emit_set(c, &set);
}

/* ---- sets ---- */

/* All bytes that pass TEST. */
static void set_add_all(struct set *set, int (*test)(int c))
{
    for (int byte = 0; byte <= UCHAR_MAX; byte++)
        if (test(byte))
            set_add(set, (unsigned char)byte);
}

static void add_class(struct compiler *c, struct set *set, const char *name, size_t length)
{
    static const struct {
        const char *name;
        int (*test)(int c);
    } classes[] = {
        { "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank }, { "cntrl", iscntrl },
        { "digit", isdigit }, { "graph", isgraph }, { "lower", islower }, { "print", isprint },
        { "punct", ispunct }, { "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
    };

    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (strlen(classes[i].name) != length || memcmp(classes[i].name, name, length) != 0)
            continue;
        set_add_all(set, classes[i].test);
        return;
    }
    c->error = "unknown character class";
}

/* C stands after the '['. */
static void compile_set(struct compiler *c)
{
    struct set set = { 0 };
    bool inverted = *c->p == '^';
    const char *first;

    c->p += inverted;
    for (first = c->p; *c->p != ']' || c->p == first; c->p++) {
        unsigned char low = (unsigned char)*c->p;
        unsigned char high = low;

        if (low == '\0') {
            c->error = "unmatched [";
            return;
        }
        if (c->p[0] == '[' && c->p[1] == ':') {
            const char *end = strstr(c->p + 2, ":]");

            if (end != NULL) {
                add_class(c, &set, c->p + 2, (size_t)(end - c->p - 2));
                c->p = end + 1;
                continue;
            }
        }
        if (c->p[1] == '-' && c->p[2] != ']' && c->p[2] != '\0') {
            high = (unsigned char)c->p[2];
            c->p += 2;
        }
        if (high < low)
            c->error = "invalid range";
        for (int byte = low; byte <= high; byte++)
            set_add(&set, (unsigned char)byte);
    }
    c->p++;
    if (c->r->fold)
        set_fold(&set);
    if (inverted)
        set_invert(&set);
    emit_set(c, &set);
}

static void emit_any(struct compiler *c)
{
    struct set set = { 0 };

    set_invert(&set);
    emit_set(c, &set);
}

static int is_word_byte(int byte)
{
    return isalnum(byte) || byte == '_';
}

static void emit_class(struct compiler *c, int (*test)(int c), bool inverted)
{
    struct set set = { 0 };

    set_add_all(&set, test);
    if (inverted)
        set_invert(&set);
    emit_set(c, &set);
}

/* ---- the grammar ---- */

/* Is the operator OP next?  In the basic form it has a backslash. */
static bool is_next(const struct compiler *c, char op)
{
    if (c->flags & REGEX_EXTENDED)
        return c->p[0] == op;
    return c->p[0] == '\\' && c->p[1] == op;
}

static bool accept(struct compiler *c, char op)
{
    if (!is_next(c, op))
        return false;
    c->p += c->flags & REGEX_EXTENDED ? 1 : 2;
    return true;
}

static bool ends_branch(const struct compiler *c)
{
    return *c->p == '\0' || is_next(c, '|') || (c->depth > 0 && is_next(c, ')'));
}

static void compile_alternatives(struct compiler *c);

static void compile_group(struct compiler *c)
{
    c->depth++;
    compile_alternatives(c);
    c->depth--;
    if (!accept(c, ')') && c->error == NULL)
        c->error = "unmatched ( or \\(";
}

/* C stands after a backslash that makes no operator. */
static void compile_escape(struct compiler *c)
{
    char letter = *c->p;

    if (letter == '\0') {
        c->error = "trailing backslash";
        return;
    }
    c->p++;
    switch (letter) {
    case '<':
        emit_assert(c, WORD_START);
        break;
    case '>':
        emit_assert(c, WORD_END);
        break;
    case 'b':
        emit_assert(c, WORD_EDGE);
        break;
    case 'w':
    case 'W':
        emit_class(c, is_word_byte, letter == 'W');
        break;
    case 's':
    case 'S':
        emit_class(c, isspace, letter == 'S');
        break;
    default:
        if (isdigit((unsigned char)letter) && letter != '0')
            c->error = "back references are not supported";
        else
            emit_byte(c, letter);
    }
}

/* In the basic form '^' and '$' are special only where they can mean something. */
static bool is_start_anchor(const struct compiler *c, const char *branch)
{
    return *c->p == '^' && (c->flags & REGEX_EXTENDED || c->p == branch);
}

static bool is_end_anchor(const struct compiler *c)
{
    struct compiler after = *c;

    if (*c->p != '$')
        return false;
    after.p++;
    return (c->flags & REGEX_EXTENDED) != 0 || ends_branch(&after);
}

static void compile_atom(struct compiler *c, const char *branch)
{
    if (accept(c, '(')) {
        compile_group(c);
    } else if (is_start_anchor(c, branch)) {
        c->p++;
        emit_assert(c, LINE_START);
    } else if (is_end_anchor(c)) {
        c->p++;
        emit_assert(c, LINE_END);
    } else if (*c->p == '[') {
        c->p++;
        compile_set(c);
    } else if (*c->p == '.') {
        c->p++;
        emit_any(c);
    } else if (*c->p == '\\') {
        c->p++;
        compile_escape(c);
    } else {
        emit_byte(c, *c->p++);
    }
}

static int parse_number(struct compiler *c)
{
    int n = 0;

    for (; isdigit((unsigned char)*c->p); c->p++)
        if (n <= MAX_BOUND)
            n = n * 10 + (*c->p - '0');
    return n;
}

static const char *skip_digits(const char *p)
{
    while (isdigit((unsigned char)*p))
        p++;
    return p;
}

/* In the extended form a brace that begins no bound is an ordinary character, as in "main() {". */
static bool is_bound(const struct compiler *c)
{
    const char *p;

    if (!is_next(c, '{') || !(c->flags & REGEX_EXTENDED))
        return is_next(c, '{');
    p = skip_digits(c->p + 1);
    if (*p == ',')
        p = skip_digits(p + 1);
    return *p == '}';
}

/* "m", "m,", "m,n", ",n" or "," and the closing brace; MAX is -1 when there is no upper bound. */
static void parse_bound(struct compiler *c, int *min, int *max)
{
    bool is_empty = *c->p != ',' && !isdigit((unsigned char)*c->p);

    *min = *max = parse_number(c);
    if (*c->p == ',') {
        c->p++;
        *max = isdigit((unsigned char)*c->p) ? parse_number(c) : -1;
    }
    if (!accept(c, '}'))
        c->error = "unmatched { or \\{";
    else if (is_empty || *min > MAX_BOUND || *max > MAX_BOUND || (*max >= 0 && *max < *min))
        c->error = "invalid bound";
}

/* Turn the code from START to the end into code that may run any number of times. */
static void make_star(struct compiler *c, unsigned start)
{
    insert(c, start, OP_SPLIT, start + 1, c->r->length + 2);
    emit(c, OP_JUMP, start, 0);
}

static void make_optional(struct compiler *c, unsigned start)
{
    insert(c, start, OP_SPLIT, start + 1, c->r->length + 1);
}

static void make_plus(struct compiler *c, unsigned start)
{
    emit(c, OP_SPLIT, start, c->r->length + 1);
}

/* Repeat the atom, whose text begins at TEXT and whose code begins at START, MIN to MAX times. */
static void make_bounded(struct compiler *c, const char *text, const char *branch, unsigned start,
                         int min, int max)
{
    const char *after = c->p;
    int copies = max < 0 ? min + 1 : max;

    if (copies == 0)
        c->r->length = start;
    for (int i = 0; i < copies && c->error == NULL; i++) {
        unsigned copy = i == 0 ? start : c->r->length;

        if (i > 0) {
            c->p = text;
            compile_atom(c, branch);
        }
        if (max < 0 && i == min)
            make_star(c, copy);
        else if (i >= min)
            make_optional(c, copy);
    }
    c->p = after;
}

/* What repeats the atom at TEXT, with code from START on; false when nothing more does. */
static bool compile_repetition(struct compiler *c, const char *text, const char *branch,
                               unsigned start, bool first)
{
    int min, max;

    if (*c->p == '*') {
        c->p++;
        make_star(c, start);
    } else if (accept(c, '+')) {
        make_plus(c, start);
    } else if (accept(c, '?')) {
        make_optional(c, start);
    } else if (is_bound(c)) {
        accept(c, '{');
        parse_bound(c, &min, &max);
        if (!first && c->error == NULL)
            c->error = "a bound after another repetition is not supported";
        make_bounded(c, text, branch, start, min, max);
    } else {
        return false;
    }
    return c->error == NULL;
}

/* A star with nothing to repeat is an ordinary character. */
static void compile_branch(struct compiler *c)
{
    const char *branch = c->p;

    while (!ends_branch(c) && c->error == NULL) {
        const char *text = c->p;
        unsigned start = c->r->length;
        bool first = true;

        if (*c->p == '*' && (c->p == branch || (c->p == branch + 1 && *branch == '^')))
            emit_byte(c, *c->p++);
        else
            compile_atom(c, branch);
        while (c->error == NULL && compile_repetition(c, text, branch, start, first))
            first = false;
    }
}

static void compile_alternatives(struct compiler *c)
{
    unsigned start = c->r->length;

    compile_branch(c);
    while (c->error == NULL && accept(c, '|')) {
        unsigned jump;

        insert(c, start, OP_SPLIT, start + 1, c->r->length + 2);
        jump = emit(c, OP_JUMP, 0, 0);
        compile_branch(c);
        if (c->error == NULL)
            c->r->program[jump].x = (uint16_t)c->r->length;
    }
}

static void compile_literal(struct compiler *c)
{
    while (*c->p != '\0' && c->error == NULL)
        emit_byte(c, *c->p++);
}

static void compile(struct compiler *c)
{
    int flags = c->flags;

    if (flags & REGEX_LINE)
        emit_assert(c, LINE_START);
    if (flags & REGEX_WORD)
        emit_assert(c, NO_WORD_BEFORE);
    if (flags & REGEX_LITERAL)
        compile_literal(c);
    else
        compile_alternatives(c);
    if (*c->p != '\0' && c->error == NULL)
        c->error = "unmatched ) or \\)";
    if (flags & REGEX_WORD)
        emit_assert(c, NO_WORD_AFTER);
    if (flags & REGEX_LINE)
        emit_assert(c, LINE_END);
    emit(c, OP_MATCH, 0, 0);
}

static bool make_lists(struct regex *r)
{
    uint16_t *memory = calloc(r->length, 4 * sizeof(*memory));

    if (memory == NULL)
        return false;
    r->now = (struct list){ 0, memory, memory + r->length };
    r->next = (struct list){ 0, memory + 2 * r->length, memory + 3 * r->length };
    return true;
}

struct regex *regex_create(const char *pattern, int flags, const char **error)
{
    struct regex *r = calloc(1, sizeof(*r));
    struct compiler c = { .r = r, .p = pattern, .flags = flags };

    *error = "out of memory";
    if (r == NULL)
        return NULL;
    r->fold = (flags & REGEX_FOLD) != 0;
    compile(&c);
    if (c.error == NULL && make_lists(r))
        return r;
    if (c.error != NULL)
        *error = c.error;
    regex_destroy(r);
    return NULL;
}

void regex_destroy(struct regex *r)
{
    free(r->program);
    free(r->sets);
    free(r->now.item < r->next.item ? r->now.item : r->next.item);
    free(r);
}

/* ---- searching ---- */

struct text {
    const char *start, *end;
};

static bool is_word_at(const struct text *text, const char *p)
{
    return p >= text->start && p < text->end && is_word_byte((unsigned char)*p);
}

static bool holds(enum assertion assertion, const struct text *text, const char *p)
{
    bool before = is_word_at(text, p - 1);
    bool after = is_word_at(text, p);

    switch (assertion) {
    case LINE_START:
        return p == text->start;
    case LINE_END:
        return p == text->end;
    case WORD_START:
        return !before && after;
    case WORD_END:
        return before && !after;
    case WORD_EDGE:
        return before != after;
    case NO_WORD_BEFORE:
        return !before;
    case NO_WORD_AFTER:
        return !after;
    }
    return false;
}

/* Is instruction I in the list?  An old `seen` is recognised by what the item says. */
static bool is_listed(const struct list *list, unsigned i)
{
    return list->seen[i] < list->count && list->item[list->seen[i]] == i;
}

static void list_add(struct list *list, unsigned i)
{
    if (is_listed(list, i))
        return;
    list->item[list->count] = (uint16_t)i;
    list->seen[i] = (uint16_t)list->count++;
}

/*
 * Follow the instructions in the list that consume nothing, adding where they lead.  True: one of
 * them was a match.
 */
static bool follow(const struct regex *r, struct list *list, const struct text *text, const char *p)
{
    for (unsigned n = 0; n < list->count; n++) {
        unsigned at = list->item[n];
        const struct instruction *i = &r->program[at];

        switch (i->op) {
        case OP_MATCH:
            return true;
        case OP_SPLIT:
            list_add(list, i->x);
            list_add(list, i->y);
            break;
        case OP_JUMP:
            list_add(list, i->x);
            break;
        case OP_ASSERT:
            if (holds((enum assertion)i->assertion, text, p))
                list_add(list, at + 1);
            break;
        }
    }
    return false;
}

/* A match may begin at every byte: instruction 0 joins the list there. */
bool regex_search(struct regex *r, const char *line, size_t length)
{
    struct text text = { line, line + length };

    r->now.count = 0;
    for (const char *p = line;; p++) {
        struct list swap;

        list_add(&r->now, 0);
        if (follow(r, &r->now, &text, p))
            return true;
        if (p == text.end)
            return false;
        r->next.count = 0;
        for (unsigned n = 0; n < r->now.count; n++) {
            const struct instruction *i = &r->program[r->now.item[n]];

            if (i->op == OP_SET && set_has(&r->sets[i->x], (unsigned char)*p))
                list_add(&r->next, r->now.item[n] + 1u);
        }
        swap = r->now;
        r->now = r->next;
        r->next = swap;
    }
}
