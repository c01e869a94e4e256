/* SPDX-License-Identifier: MIT */
/*
 * fake_disk.c - the disk of the fake kernel: an image, whose transfers end in random order.
 */
#include <string.h>
#include "lib/abi/errno.h"
#include "tests/host/fake_parts.h"
#include "tests/host/image.h"
#include "tests/host/shim.h"

struct fake_disk fake_disk;

static struct list in_flight = LIST_INIT(in_flight);

void bio_init(struct bio *bio, struct block_device *dev, enum bio_op op, uint64_t sector,
              struct bio_segment *segs, unsigned max_segs)
{
    *bio = (struct bio){ .dev = dev, .op = op, .sector = sector, .segs = segs,
                         .max_segs = (uint16_t)max_segs };
    list_init(&bio->link);
}

bool bio_add_page(struct bio *bio, struct page *page, uint32_t offset, uint32_t len)
{
    if (bio->nsegs == bio->max_segs || bio->nsectors + len / SECTOR_SIZE > bio->dev->max_sectors)
        return false;
    bio->segs[bio->nsegs++] = (struct bio_segment){ page, offset, len };
    bio->nsectors += len / SECTOR_SIZE;
    return true;
}

static int transfer(enum bio_op op, uint64_t sector, uint8_t *memory, size_t len)
{
    uint64_t block = sector * SECTOR_SIZE / FAKE_BLOCK;
    uint64_t bad = op == BIO_READ ? fake_disk.bad_read : fake_disk.bad_write;
    uint8_t *place = fake_disk.bytes + sector * SECTOR_SIZE;

    ASSERT(sector + len / SECTOR_SIZE <= fake_disk.dev.capacity);
    fake_disk.reads += op == BIO_READ;
    fake_disk.writes += op == BIO_WRITE;
    if (port_should_fail(FAIL_DISK) || (bad && block == bad)) {
        fake_disk.failed++;
        return -EIO;
    }
    if (op == BIO_READ)
        memcpy(memory, place, len);
    else
        memcpy(place, memory, len);
    return 0;
}

static void carry_out(struct bio *bio)
{
    uint64_t sector = bio->sector;
    int err = 0;

    bio->failed = 0;
    for (unsigned i = 0; i < bio->nsegs; i++) {
        struct bio_segment *s = &bio->segs[i];

        if (transfer(bio->op, sector, (uint8_t *)page_address(s->page) + s->offset, s->len)) {
            bio->failed |= 1UL << i;
            err = -EIO;
        }
        sector += s->len / SECTOR_SIZE;
    }
    list_remove(&bio->link);
    fake_disk.in_flight--;
    bio->end(bio, err);
}

bool fake_disk_run_one(void)
{
    struct list *link = in_flight.next;

    if (list_is_empty(&in_flight))
        return false;
    for (uint64_t n = port_random() % list_length(&in_flight); n > 0; n--)
        link = link->next;
    carry_out(list_entry(link, struct bio, link));
    return true;
}

void fake_disk_run_all(void)
{
    while (fake_disk_run_one())
        ;
}

static void check_no_overlap(const struct bio *bio)
{
    struct bio *other;

    list_for_each_entry(other, &in_flight, link)
        if (other->sector < bio->sector + bio->nsectors &&
            bio->sector < other->sector + other->nsectors &&
            (bio->op == BIO_WRITE || other->op == BIO_WRITE))
            panic("block %lu is on its way twice", bio->sector * SECTOR_SIZE / FAKE_BLOCK);
}

void block_submit(struct bio *bio)
{
    ASSERT(!port_in_atomic() && bio->nsegs > 0);
    if (!fake_disk.may_overlap)
        check_no_overlap(bio);
    list_insert_tail(&in_flight, &bio->link);
    fake_disk.transfers++;
    if (++fake_disk.in_flight > fake_disk.max_in_flight)
        fake_disk.max_in_flight = fake_disk.in_flight;
    while (fake_disk.at_once && fake_disk_run_one())
        ;
}

void block_submit_list(struct list *list)
{
    struct list *link;

    while ((link = list_pop_head(list)))
        block_submit(list_entry(link, struct bio, link));
}

int block_rw_sync(struct block_device *dev, enum bio_op op, uint64_t sector, void *buf,
                  size_t len)
{
    ASSERT(dev == &fake_disk.dev && !port_in_atomic());
    return transfer(op, sector, buf, len);
}

int block_flush(struct block_device *dev)
{
    ASSERT(dev == &fake_disk.dev && !port_in_atomic());
    fake_disk.flushes++;
    return 0;
}

void fake_disk_open(const char *image)
{
    size_t size;

    fake_disk = (struct fake_disk){ .bytes = image_map(image, &size) };
    strcpy(fake_disk.dev.name, "fake");
    fake_disk.dev.capacity = size / SECTOR_SIZE;
    fake_disk.dev.max_sectors = 256;
    fake_disk.dev.max_segs = 64;
}

void fake_disk_close(void)
{
    image_unmap(fake_disk.bytes, fake_disk.dev.capacity * SECTOR_SIZE);
}
