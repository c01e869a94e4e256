// sources: lib/fdt.c
// seeds: tests/host/fixtures/*.dtb
// options: -len_control=0
/* SPDX-License-Identifier: MIT */
/*
 * fdt.c - a device tree that was let in can be used in every way: no walk is endless,
 * and whatever is found lies in the blob.
 */
#include <string.h>
#include "kernel/port/port.h"
#include "lib/abi/errno.h"
#include "lib/fdt.h"
#include "tests/fuzz/fuzz.h"

static struct fdt fdt;
static const uint8_t *blob_end;

/* N bytes at P are in the blob. */
static void check_inside(const void *p, size_t n)
{
    const uint8_t *at = p;

    ASSERT(at >= fdt.blob && at <= blob_end && n <= (size_t)(blob_end - at));
}

static void check_string(const char *s)
{
    check_inside(s, 1);
    ASSERT(memchr(s, '\0', (size_t)(blob_end - (const uint8_t *)s)));
}

static void check_prop(const struct fdt_node *node, const struct fdt_prop *prop)
{
    struct fdt_prop first;
    const char *s;
    uint64_t value;

    check_string(prop->name);
    check_inside(prop->data, prop->len);
    ASSERT(fdt_find_prop(&fdt, node, prop->name, &first) && first.data <= prop->data);
    if (fdt_prop_number(prop, &value))
        ASSERT(prop->len == 4 || prop->len == 8);
    for (size_t i = 0; (s = fdt_prop_string(prop, i)); i++) {
        ASSERT(i < prop->len);
        check_inside(s, strlen(s) + 1);
        ASSERT(s + strlen(s) < (const char *)prop->data + prop->len);
    }
}

/* The walk within NODE; then NODE is its children's parent. */
static void check_within(const struct fdt_node *node)
{
    struct fdt_walk walk;
    struct fdt_node child, parent;

    fdt_walk_init_within(&walk, &fdt, node);
    while (fdt_walk_next(&walk, &child)) {
        ASSERT(child.depth > node->depth && child.offset > node->offset);
        if (child.depth > node->depth + 1)
            continue;
        ASSERT(fdt_find_parent(&fdt, &child, &parent) && parent.offset == node->offset);
    }
}

static void check_node(const struct fdt_node *node)
{
    uint32_t cursor = 0;
    struct fdt_prop prop;
    uint64_t address, length;

    ASSERT(node->depth < FDT_DEPTH_MAX);
    check_string(node->name);
    while (fdt_next_prop(&fdt, node, &cursor, &prop))
        check_prop(node, &prop);
    for (size_t i = 0; i < 3; i++)
        fdt_reg(&fdt, node, i, &address, &length);
    fdt_is_enabled(&fdt, node);
}

/* Each node comes behind the one before it; in large trees some are looked into. */
static void check_nodes(void)
{
    struct fdt_walk walk;
    struct fdt_node node;
    uint32_t last = 0;
    unsigned n = 0;

    fdt_walk_init(&walk, &fdt);
    for (; fdt_walk_next(&walk, &node); last = node.offset) {
        ASSERT(n == 0 ? node.depth == 0 : node.depth > 0 && node.offset > last);
        check_node(&node);
        if (n++ % 8 == 0)
            check_within(&node);
    }
    ASSERT(n > 0);
}

static void check_searches(void)
{
    uint64_t address, length;
    struct fdt_node node;

    fdt_find_path(&fdt, "serial0:115200", &node);
    fdt_find_path(&fdt, "/soc/pci@30000000", &node);
    fdt_find_compatible(&fdt, "virtio,mmio", &node);
    fdt_find_phandle(&fdt, 3, &node);
    for (size_t i = 0; fdt_memreserve(&fdt, i, &address, &length); i++)
        ASSERT(16 * i < (size_t)(blob_end - fdt.blob));
}

bool fuzz_fdt(const uint8_t *data, size_t size)
{
    int err = fdt_open(&fdt, data, size);

    ASSERT(err == 0 || err == -EINVAL);
    if (err)
        return false;
    blob_end = data + size;
    ASSERT(fdt_blob_size(data) <= size);
    check_nodes();
    check_searches();
    return true;
}
