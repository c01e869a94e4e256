/* SPDX-License-Identifier: MIT */
/*
 * fdt.c - read a flattened device tree.
 *
 * The structure block is a sequence of tokens; read_token() takes one apart
 * and is the only function that trusts nothing.  Everything else is loops over
 * tokens: a node's properties are those between its BEGIN and the next BEGIN
 * or END.  Lookups are linear, for they happen once, at boot.
 */
#include "lib/fdt.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/endian.h"
#include "lib/string.h"

#define MAGIC 0xd00dfeed
#define VERSION 17
#define CELL 4

enum token_kind {
    TOKEN_BEGIN = 1,
    TOKEN_END_NODE = 2,
    TOKEN_PROP = 3,
    TOKEN_NOP = 4,
    TOKEN_END = 9,
};

struct token {
    uint32_t kind;                      /* enum token_kind                 */
    uint32_t offset;
    uint32_t next;                      /* offset of the next token        */
    const char *name;                   /* BEGIN, PROP                     */
    const uint8_t *data;                /* PROP: its value,                */
    uint32_t len;                       /* ... and the length of that      */
};

/* The string at OFFSET if it ends before END, else NULL. */
static const char *string_at(const struct fdt *fdt, uint32_t offset, uint32_t end)
{
    if (offset >= end || !memchr(fdt->blob + offset, '\0', end - offset))
        return NULL;
    return (const char *)fdt->blob + offset;
}

static bool read_begin(const struct fdt *fdt, struct token *t)
{
    uint32_t at = t->offset + CELL;

    t->name = string_at(fdt, at, fdt->structure_end);
    if (!t->name)
        return false;
    t->next = (uint32_t)align_up(at + strlen(t->name) + 1, CELL);
    return true;
}

static bool read_prop(const struct fdt *fdt, struct token *t)
{
    uint32_t at = t->offset + CELL;
    uint32_t name;

    if (fdt->structure_end - at < 2 * CELL)
        return false;
    t->len = be32_read(fdt->blob + at);
    name = be32_read(fdt->blob + at + CELL);
    at += 2 * CELL;
    if (t->len > fdt->structure_end - at || name >= fdt->strings_end - fdt->strings)
        return false;
    t->name = string_at(fdt, fdt->strings + name, fdt->strings_end);
    t->data = fdt->blob + at;
    t->next = (uint32_t)align_up((uint64_t)at + t->len, CELL);
    return t->name != NULL;
}

/* Take apart the token at OFFSET; false if there is no sound one. */
static bool read_token(const struct fdt *fdt, uint32_t offset, struct token *t)
{
    if (offset > fdt->structure_end || fdt->structure_end - offset < CELL)
        return false;
    *t = (struct token){ .kind = be32_read(fdt->blob + offset), .offset = offset,
                         .next = offset + CELL };
    switch (t->kind) {
    case TOKEN_BEGIN:
        return read_begin(fdt, t);
    case TOKEN_PROP:
        return read_prop(fdt, t);
    case TOKEN_END_NODE:
    case TOKEN_NOP:
    case TOKEN_END:
        return true;
    default:
        return false;
    }
}

/* Whether the tokens make up one tree. */
static bool is_tree(const struct fdt *fdt)
{
    uint32_t at = fdt->structure;
    bool has_root = false;
    unsigned depth = 0;
    struct token t;

    for (; read_token(fdt, at, &t); at = t.next) {
        switch (t.kind) {
        case TOKEN_BEGIN:
            if (depth == FDT_DEPTH_MAX || (depth == 0 && has_root))
                return false;
            has_root = true;
            depth++;
            break;
        case TOKEN_END_NODE:
            if (depth-- == 0)
                return false;
            break;
        case TOKEN_PROP:
            if (depth == 0)
                return false;
            break;
        case TOKEN_END:
            return has_root && depth == 0;
        }
    }
    return false;
}

/* Find the end of the reservations: behind the pair of zeros. */
static bool find_reserve_end(struct fdt *fdt, uint32_t size)
{
    uint32_t at = fdt->reserve;

    for (; at <= size && size - at >= 16; at += 16) {
        if (be64_read(fdt->blob + at) == 0 && be64_read(fdt->blob + at + 8) == 0) {
            fdt->reserve_end = at;
            return true;
        }
    }
    return false;
}

/* Header field number I. */
static uint32_t field(const uint8_t *blob, unsigned i)
{
    return be32_read(blob + CELL * i);
}

size_t fdt_blob_size(const void *blob)
{
    return field(blob, 0) == MAGIC ? field(blob, 1) : 0;
}

int fdt_open(struct fdt *fdt, const void *blob, size_t size)
{
    uint32_t total, structure_size, strings_size;

    if (size < FDT_HEADER_SIZE || field(blob, 0) != MAGIC)
        return -EINVAL;
    total = field(blob, 1);
    if (total < FDT_HEADER_SIZE || total > size || total > INT32_MAX)
        return -EINVAL;
    if (field(blob, 5) < VERSION || field(blob, 6) > VERSION)
        return -EINVAL;
    *fdt = (struct fdt){ .blob = blob, .structure = field(blob, 2), .strings = field(blob, 3),
                         .reserve = field(blob, 4) };
    strings_size = field(blob, 8);
    structure_size = field(blob, 9);
    if (fdt->structure > total || structure_size > total - fdt->structure)
        return -EINVAL;
    if (fdt->strings > total || strings_size > total - fdt->strings)
        return -EINVAL;
    fdt->structure_end = fdt->structure + structure_size;
    fdt->strings_end = fdt->strings + strings_size;
    if (fdt->structure % CELL || !find_reserve_end(fdt, total) || !is_tree(fdt))
        return -EINVAL;
    return 0;
}

void fdt_walk_init(struct fdt_walk *walk, const struct fdt *fdt)
{
    *walk = (struct fdt_walk){ .fdt = fdt, .next = fdt->structure };
}

void fdt_walk_init_within(struct fdt_walk *walk, const struct fdt *fdt,
                          const struct fdt_node *node)
{
    *walk = (struct fdt_walk){ .fdt = fdt, .next = node->body, .top = node->depth + 1,
                               .depth = node->depth + 1 };
    walk->parents[node->depth] = node->offset;
}

/* Open the node whose BEGIN is T. */
static void enter(struct fdt_walk *walk, const struct token *t, struct fdt_node *node)
{
    node->name = t->name;
    node->offset = t->offset;
    node->body = t->next;
    node->depth = walk->depth;
    node->parent = walk->depth ? walk->parents[walk->depth - 1] : t->offset;
    walk->parents[walk->depth++] = t->offset;
}

bool fdt_walk_next(struct fdt_walk *walk, struct fdt_node *node)
{
    struct token t;

    while (read_token(walk->fdt, walk->next, &t) && t.kind != TOKEN_END) {
        if (t.kind == TOKEN_END_NODE && walk->depth-- == walk->top)
            break;
        walk->next = t.next;
        if (t.kind == TOKEN_BEGIN) {
            enter(walk, &t, node);
            return true;
        }
    }
    walk->next = walk->fdt->structure_end;      /* stay at the end         */
    return false;
}

/* Whether NAME is the N bytes at WANTED; without @ in those, up to its own @. */
static bool is_named(const char *name, const char *wanted, size_t n)
{
    if (strncmp(name, wanted, n) != 0)
        return false;
    return name[n] == '\0' || (name[n] == '@' && !memchr(wanted, '@', n));
}

/* Step from *NODE to its child named by the N bytes at NAME. */
static bool find_child(const struct fdt *fdt, struct fdt_node *node, const char *name, size_t n)
{
    struct fdt_walk walk;
    struct fdt_node child;

    fdt_walk_init_within(&walk, fdt, node);
    while (fdt_walk_next(&walk, &child)) {
        if (child.depth == node->depth + 1 && is_named(child.name, name, n)) {
            *node = child;
            return true;
        }
    }
    return false;
}

static bool find_root(const struct fdt *fdt, struct fdt_node *node)
{
    struct fdt_walk walk;

    fdt_walk_init(&walk, fdt);
    return fdt_walk_next(&walk, node);
}

/* The bytes of PATH up to the end of its first component. */
static size_t component_length(const char *path)
{
    size_t n = 0;

    while (path[n] && path[n] != '/' && path[n] != ':')
        n++;
    return n;
}

/* Follow PATH down from *NODE. */
static bool find_below(const struct fdt *fdt, const char *path, struct fdt_node *node)
{
    size_t n;

    for (;; path += n) {
        while (*path == '/')
            path++;
        n = component_length(path);
        if (n == 0)
            return true;
        if (!find_child(fdt, node, path, n))
            return false;
    }
}

/* The path that the alias at the start of PATH stands for, or NULL. */
static const char *find_alias(const struct fdt *fdt, const char *path, size_t n)
{
    uint32_t cursor = 0;
    struct fdt_node aliases;
    struct fdt_prop prop;

    if (!find_root(fdt, &aliases) || !find_below(fdt, "/aliases", &aliases))
        return NULL;
    while (fdt_next_prop(fdt, &aliases, &cursor, &prop))
        if (strncmp(prop.name, path, n) == 0 && prop.name[n] == '\0')
            return fdt_prop_string(&prop, 0);
    return NULL;
}

bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *node)
{
    const char *full;
    size_t n;

    if (!find_root(fdt, node))
        return false;
    if (*path == '/')
        return find_below(fdt, path, node);
    n = component_length(path);
    full = find_alias(fdt, path, n);
    return full && *full == '/' && find_below(fdt, full, node) && find_below(fdt, path + n, node);
}

bool fdt_find_compatible(const struct fdt *fdt, const char *compatible, struct fdt_node *node)
{
    struct fdt_walk walk;

    fdt_walk_init(&walk, fdt);
    while (fdt_walk_next(&walk, node))
        if (fdt_is_compatible(fdt, node, compatible))
            return true;
    return false;
}

bool fdt_find_phandle(const struct fdt *fdt, uint32_t phandle, struct fdt_node *node)
{
    struct fdt_walk walk;
    uint64_t value;

    fdt_walk_init(&walk, fdt);
    while (fdt_walk_next(&walk, node))
        if (fdt_get_number(fdt, node, "phandle", &value) && value == phandle)
            return true;
    return false;
}

bool fdt_find_parent(const struct fdt *fdt, const struct fdt_node *node,
                     struct fdt_node *parent)
{
    struct fdt_walk walk;

    fdt_walk_init(&walk, fdt);
    while (node->depth > 0 && fdt_walk_next(&walk, parent))
        if (parent->offset == node->parent)
            return true;
    return false;
}

bool fdt_is_compatible(const struct fdt *fdt, const struct fdt_node *node,
                       const char *compatible)
{
    struct fdt_prop prop;

    return fdt_find_prop(fdt, node, "compatible", &prop) && fdt_prop_has_string(&prop, compatible);
}

bool fdt_is_enabled(const struct fdt *fdt, const struct fdt_node *node)
{
    const char *status = fdt_get_string(fdt, node, "status");

    return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

/* The first property at or after offset AT; *NEXT is what follows it. */
static bool prop_from(const struct fdt *fdt, uint32_t at, struct fdt_prop *prop, uint32_t *next)
{
    struct token t;

    for (; read_token(fdt, at, &t); at = t.next) {
        if (t.kind == TOKEN_PROP) {
            *prop = (struct fdt_prop){ t.name, t.data, t.len };
            *next = t.next;
            return true;
        }
        if (t.kind != TOKEN_NOP)
            return false;
    }
    return false;
}

/* The property NAME of the node whose body begins at offset AT. */
static bool find_prop_from(const struct fdt *fdt, uint32_t at, const char *name,
                           struct fdt_prop *prop)
{
    while (prop_from(fdt, at, prop, &at))
        if (strcmp(prop->name, name) == 0)
            return true;
    return false;
}

bool fdt_next_prop(const struct fdt *fdt, const struct fdt_node *node, uint32_t *cursor,
                   struct fdt_prop *prop)
{
    return prop_from(fdt, *cursor ? *cursor : node->body, prop, cursor);
}

bool fdt_find_prop(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                   struct fdt_prop *prop)
{
    return find_prop_from(fdt, node->body, name, prop);
}

bool fdt_prop_cell(const struct fdt_prop *prop, size_t i, uint32_t *value)
{
    if (i >= prop->len / CELL)
        return false;
    *value = be32_read(prop->data + CELL * i);
    return true;
}

bool fdt_prop_cells(const struct fdt_prop *prop, size_t i, size_t count, uint64_t *value)
{
    size_t ncells = prop->len / CELL;

    if (count > 2 || i > ncells || ncells - i < count)
        return false;
    *value = 0;
    for (size_t k = 0; k < count; k++)
        *value = *value << 32 | be32_read(prop->data + CELL * (i + k));
    return true;
}

bool fdt_prop_number(const struct fdt_prop *prop, uint64_t *value)
{
    if (prop->len != CELL && prop->len != 2 * CELL)
        return false;
    return fdt_prop_cells(prop, 0, prop->len / CELL, value);
}

const char *fdt_prop_string(const struct fdt_prop *prop, size_t i)
{
    const uint8_t *at = prop->data;
    const uint8_t *end = at + prop->len;
    const uint8_t *nul;

    for (; at < end; at = nul + 1, i--) {
        nul = memchr(at, '\0', (size_t)(end - at));
        if (!nul)
            return NULL;
        if (i == 0)
            return (const char *)at;
    }
    return NULL;
}

bool fdt_prop_has_string(const struct fdt_prop *prop, const char *s)
{
    const char *item;

    for (size_t i = 0; (item = fdt_prop_string(prop, i)); i++)
        if (strcmp(item, s) == 0)
            return true;
    return false;
}

bool fdt_get_number(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                    uint64_t *value)
{
    struct fdt_prop prop;

    return fdt_find_prop(fdt, node, name, &prop) && fdt_prop_number(&prop, value);
}

const char *fdt_get_string(const struct fdt *fdt, const struct fdt_node *node, const char *name)
{
    struct fdt_prop prop;

    return fdt_find_prop(fdt, node, name, &prop) ? fdt_prop_string(&prop, 0) : NULL;
}

/* The number in property NAME of the node that begins at OFFSET, or STANDARD. */
static uint32_t cells_of(const struct fdt *fdt, uint32_t offset, const char *name,
                         uint32_t standard)
{
    struct fdt_prop prop;
    struct token t;

    if (read_token(fdt, offset, &t) && find_prop_from(fdt, t.next, name, &prop))
        fdt_prop_cell(&prop, 0, &standard);
    return standard;
}

bool fdt_reg(const struct fdt *fdt, const struct fdt_node *node, size_t i, uint64_t *address,
             uint64_t *size)
{
    uint32_t address_cells = cells_of(fdt, node->parent, "#address-cells", 2);
    uint32_t size_cells = cells_of(fdt, node->parent, "#size-cells", 1);
    struct fdt_prop prop;

    if (address_cells > 2 || size_cells > 2 || !fdt_find_prop(fdt, node, "reg", &prop))
        return false;
    if (address_cells + size_cells == 0 || i > prop.len)
        return false;
    i *= address_cells + size_cells;
    return fdt_prop_cells(&prop, i, address_cells, address) &&
           fdt_prop_cells(&prop, i + address_cells, size_cells, size);
}

bool fdt_memreserve(const struct fdt *fdt, size_t i, uint64_t *address, uint64_t *size)
{
    const uint8_t *entry;

    if (i >= (fdt->reserve_end - fdt->reserve) / 16)
        return false;
    entry = fdt->blob + fdt->reserve + 16 * i;
    *address = be64_read(entry);
    *size = be64_read(entry + 8);
    return true;
}
