/* SPDX-License-Identifier: MIT */
/*
 * fdt.h - read a flattened device tree (version 17), as firmware hands it over.
 *
 *     blob   header
 *            memory reservations   (address, size) pairs, ended by (0, 0)
 *            structure             BEGIN name, PROP name value ..., END
 *            strings               names of properties
 *
 * fdt_open() checks the whole blob once and is the only call that can find it
 * corrupt; the blob must not change afterwards.  All others look things up and
 * return false, or NULL, for "not there".  Whatever the blob holds, nothing is
 * read outside of it.
 *
 * Names, values and strings point into the blob.  Nothing here allocates.
 */
#pragma once
#include "lib/types.h"

#define FDT_DEPTH_MAX 16                /* nodes within nodes              */
#define FDT_HEADER_SIZE 40

struct fdt {
    const uint8_t *blob;
    uint32_t reserve, reserve_end;      /* offsets in the blob             */
    uint32_t structure, structure_end;
    uint32_t strings, strings_end;
};

struct fdt_node {
    const char *name;                   /* with its unit address; root: "" */
    uint32_t offset;                    /* of its BEGIN: identifies it     */
    uint32_t body;                      /* what follows its name           */
    uint32_t parent;                    /* the parent's offset; root: own  */
    unsigned depth;                     /* root: 0                         */
};

struct fdt_prop {
    const char *name;
    const uint8_t *data;
    uint32_t len;                       /* in bytes                        */
};

/* A walk over nodes, each before those within it. */
struct fdt_walk {
    const struct fdt *fdt;
    uint32_t next;                      /* where to read on                */
    unsigned top;                       /* leave when this depth is closed */
    unsigned depth;                     /* nodes open                      */
    uint32_t parents[FDT_DEPTH_MAX];    /* their offsets                   */
};

/* The size that a blob claims, or 0 if BLOB, 8 readable bytes, is none. */
size_t fdt_blob_size(const void *blob);

/* Check the blob, of which SIZE bytes may be read.  0 or -EINVAL. */
int fdt_open(struct fdt *fdt, const void *blob, size_t size);

/* Walk all nodes, or those within NODE. */
void fdt_walk_init(struct fdt_walk *walk, const struct fdt *fdt);
void fdt_walk_init_within(struct fdt_walk *walk, const struct fdt *fdt,
                          const struct fdt_node *node);
bool fdt_walk_next(struct fdt_walk *walk, struct fdt_node *node);

/*
 * By path: "/soc/serial@10000000"; a component without @ matches any unit
 * address; a first component without / is an alias; a colon ends the path.
 */
bool fdt_find_path(const struct fdt *fdt, const char *path, struct fdt_node *node);

/* The first node that lists COMPATIBLE; the node that others call PHANDLE. */
bool fdt_find_compatible(const struct fdt *fdt, const char *compatible, struct fdt_node *node);
bool fdt_find_phandle(const struct fdt *fdt, uint32_t phandle, struct fdt_node *node);

/* The node that NODE is in. */
bool fdt_find_parent(const struct fdt *fdt, const struct fdt_node *node,
                     struct fdt_node *parent);

/* Whether NODE lists COMPATIBLE; whether it is in order: no status, or okay. */
bool fdt_is_compatible(const struct fdt *fdt, const struct fdt_node *node,
                       const char *compatible);
bool fdt_is_enabled(const struct fdt *fdt, const struct fdt_node *node);

/* The property NAME of NODE, or each in turn: *CURSOR starts at 0. */
bool fdt_find_prop(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                   struct fdt_prop *prop);
bool fdt_next_prop(const struct fdt *fdt, const struct fdt_node *node, uint32_t *cursor,
                   struct fdt_prop *prop);

/* Cell (32 bits) number I; or COUNT (0 to 2) cells from I on as one number. */
bool fdt_prop_cell(const struct fdt_prop *prop, size_t i, uint32_t *value);
bool fdt_prop_cells(const struct fdt_prop *prop, size_t i, size_t count, uint64_t *value);

/* The whole value as a number, of one or two cells by its length. */
bool fdt_prop_number(const struct fdt_prop *prop, uint64_t *value);

/* String number I of a list, or NULL; whether S is in the list. */
const char *fdt_prop_string(const struct fdt_prop *prop, size_t i);
bool fdt_prop_has_string(const struct fdt_prop *prop, const char *s);

/* The same by name, of a node's property. */
bool fdt_get_number(const struct fdt *fdt, const struct fdt_node *node, const char *name,
                    uint64_t *value);
const char *fdt_get_string(const struct fdt *fdt, const struct fdt_node *node, const char *name);

/*
 * Entry I of NODE's reg, by its parent's #address-cells and #size-cells.
 * Addresses are the parent's: ranges, empty on the machines we know, are not
 * applied.
 */
bool fdt_reg(const struct fdt *fdt, const struct fdt_node *node, size_t i, uint64_t *address,
             uint64_t *size);

/* Memory reservation number I. */
bool fdt_memreserve(const struct fdt *fdt, size_t i, uint64_t *address, uint64_t *size);
