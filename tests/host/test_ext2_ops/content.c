/* SPDX-License-Identifier: MIT */
/*
 * content.c - what the model's files contain after a change.
 */
#include <stdlib.h>
#include "lib/bitops.h"
#include "tests/host/test_ext2_ops/model.h"

void model_write(struct node *n, const uint8_t *data, size_t len, uint64_t pos)
{
    for (size_t i = 0; i < len; i++, pos++) {
        uint8_t **page = &n->page[pos / PAGE_SIZE];

        if (!*page)
            *page = calloc(1, PAGE_SIZE);
        (*page)[pos % PAGE_SIZE] = data[i];
    }
    n->size = MAX(n->size, pos);
}

void model_truncate(struct node *n, uint64_t size)
{
    for (uint64_t i = div_round_up(size, PAGE_SIZE); i < PAGES; i++) {
        free(n->page[i]);
        n->page[i] = NULL;
    }
    if (size % PAGE_SIZE && n->page[size / PAGE_SIZE])
        memset(n->page[size / PAGE_SIZE] + size % PAGE_SIZE, 0, PAGE_SIZE - size % PAGE_SIZE);
    n->size = size;
}

void model_punch(struct node *n, uint64_t off, uint64_t end)
{
    if (end > n->size)
        end = align_up(n->size, PAGE_SIZE);
    for (uint64_t i = off / PAGE_SIZE; i * PAGE_SIZE < end; i++) {
        uint64_t from = MAX(off, i * PAGE_SIZE), to = MIN(end, (i + 1) * PAGE_SIZE);

        if (n->page[i] && to - from == PAGE_SIZE) {
            free(n->page[i]);
            n->page[i] = NULL;
        } else if (n->page[i]) {
            memset(n->page[i] + from % PAGE_SIZE, 0, to - from);
        }
    }
}

void model_allocate(struct node *n, uint64_t off, uint64_t end, bool keep_size)
{
    for (uint64_t i = off / PAGE_SIZE; i * PAGE_SIZE < end; i++)
        if (!n->page[i])
            n->page[i] = calloc(1, PAGE_SIZE);
    if (!keep_size)
        n->size = MAX(n->size, end);
}
