/* SPDX-License-Identifier: MIT */
/*
 * virtio.c - the memory-mapped transport of virtio.
 *
 * QEMU's devices speak the legacy version unless they are told otherwise; this
 * driver does not, and says so, because the machine would else seem to have no
 * disk.
 */
#include "kernel/dev/virtio.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/mm/vmalloc.h"
#include "kernel/riscv/mmio.h"
#include "kernel/sched/thread.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"

#define REG_SIZE 0x200

#define MAGIC               0x000
#define VERSION             0x004
#define DEVICE_ID           0x008
#define DEVICE_FEATURES     0x010
#define DEVICE_FEATURES_SEL 0x014
#define DRIVER_FEATURES     0x020
#define DRIVER_FEATURES_SEL 0x024
#define QUEUE_SEL           0x030
#define QUEUE_NUM_MAX       0x034
#define QUEUE_NUM           0x038
#define QUEUE_READY         0x044
#define QUEUE_NOTIFY        0x050
#define INTERRUPT_STATUS    0x060
#define INTERRUPT_ACK       0x064
#define STATUS              0x070
#define QUEUE_DESC          0x080
#define QUEUE_DRIVER        0x090
#define QUEUE_DEVICE        0x0a0
#define CONFIG_GENERATION   0x0fc
#define CONFIG              0x100

#define MAGIC_VALUE    0x74726976   /* "virt" */
#define VERSION_LEGACY 1
#define VERSION_MODERN 2

#define STATUS_ACKNOWLEDGE 1
#define STATUS_DRIVER      2
#define STATUS_DRIVER_OK   4
#define STATUS_FEATURES_OK 8
#define STATUS_NEEDS_RESET 64
#define STATUS_FAILED      128

#define RESET_TRIES    100          /* times 1 ms */
#define RESET_SLEEP_NS 1000000

static uint32_t read_reg(const struct virtio_device *v, unsigned reg)
{
    return mmio_read32(v->regs + reg);
}

static void write_reg(struct virtio_device *v, unsigned reg, uint32_t value)
{
    mmio_write32(v->regs + reg, value);
}

static void add_status(struct virtio_device *v, uint32_t bits)
{
    write_reg(v, STATUS, read_reg(v, STATUS) | bits);
}

/* Is there a device this driver can talk to?  An empty slot has id 0. */
static bool is_usable(const struct virtio_device *v, paddr_t base)
{
    if (read_reg(v, MAGIC) != MAGIC_VALUE || read_reg(v, DEVICE_ID) == 0)
        return false;
    if (read_reg(v, VERSION) == VERSION_MODERN)
        return true;
    printk("virtio: the device at %#lx is legacy (version %u); give QEMU the option "
           "-global virtio-mmio.force-legacy=false\n",
           (unsigned long)base, read_reg(v, VERSION));
    return false;
}

struct virtio_device *virtio_open(paddr_t base, unsigned irq)
{
    struct virtio_device *v = kzalloc(sizeof(*v), GFP_KERNEL);

    if (!v)
        return NULL;
    v->irq = irq;
    v->regs = ioremap(base, REG_SIZE);
    if (!v->regs) {
        kfree(v);
        return NULL;
    }
    if (!is_usable(v, base)) {
        virtio_close(v);
        return NULL;
    }
    v->id = read_reg(v, DEVICE_ID);
    dma_init(&v->dma, "virtio", DMA_MASK(64));
    return v;
}

void virtio_close(struct virtio_device *v)
{
    iounmap(v->regs);
    kfree(v);
}

/* A reset ends when the status reads 0; what the device was lent is ours again. */
static bool reset(struct virtio_device *v)
{
    write_reg(v, STATUS, 0);
    for (int i = 0; i < RESET_TRIES; i++) {
        if (read_reg(v, STATUS) == 0)
            return true;
        thread_sleep_ns(RESET_SLEEP_NS, false, NULL);
    }
    return false;
}

static uint64_t read_features(struct virtio_device *v)
{
    uint32_t half[2];

    for (unsigned i = 0; i < 2; i++) {
        write_reg(v, DEVICE_FEATURES_SEL, i);
        half[i] = read_reg(v, DEVICE_FEATURES);
    }
    return (uint64_t)half[1] << 32 | half[0];
}

static void write_features(struct virtio_device *v, uint64_t features)
{
    for (unsigned i = 0; i < 2; i++) {
        write_reg(v, DRIVER_FEATURES_SEL, i);
        write_reg(v, DRIVER_FEATURES, (uint32_t)(features >> 32 * i));
    }
}

int virtio_negotiate(struct virtio_device *v, uint64_t wanted)
{
    if (!reset(v))
        return -ENODEV;
    add_status(v, STATUS_ACKNOWLEDGE);
    add_status(v, STATUS_DRIVER);
    v->features = read_features(v) & (wanted | VIRTIO_F_VERSION_1);
    if (!(v->features & VIRTIO_F_VERSION_1))
        return -ENODEV;
    write_features(v, v->features);
    add_status(v, STATUS_FEATURES_OK);
    return read_reg(v, STATUS) & STATUS_FEATURES_OK ? 0 : -ENODEV;
}

static void write_addr(struct virtio_device *v, unsigned reg, dma_addr_t addr)
{
    write_reg(v, reg, (uint32_t)addr);
    write_reg(v, reg + 4, (uint32_t)(addr >> 32));
}

int virtio_create_queue(struct virtio_device *v, unsigned index, struct virtq *q, unsigned max)
{
    struct virtq_slot *slots;
    dma_addr_t addr;
    unsigned size;
    void *mem;

    write_reg(v, QUEUE_SEL, index);
    size = MIN(read_reg(v, QUEUE_NUM_MAX), max);
    if (size == 0 || read_reg(v, QUEUE_READY))
        return -ENODEV;
    size = 1u << ilog2(size);
    slots = kcalloc(size, sizeof(*slots), GFP_KERNEL);
    if (!slots)
        return -ENOMEM;
    mem = dma_alloc_coherent(&v->dma, virtq_bytes(size), &addr);
    if (!mem) {
        kfree(slots);
        return -ENOMEM;
    }
    virtq_init(q, size, mem, slots);
    write_reg(v, QUEUE_NUM, size);
    write_addr(v, QUEUE_DESC, addr);
    write_addr(v, QUEUE_DRIVER, addr + virtq_avail_offset(size));
    write_addr(v, QUEUE_DEVICE, addr + virtq_used_offset(size));
    write_reg(v, QUEUE_READY, 1);
    return 0;
}

void virtio_destroy_queue(struct virtio_device *v, struct virtq *q)
{
    dma_free_coherent(&v->dma, q->desc, virtq_bytes(q->size));
    kfree(q->slots);
}

void virtio_start(struct virtio_device *v)
{
    add_status(v, STATUS_DRIVER_OK);
}

void virtio_fail(struct virtio_device *v)
{
    write_reg(v, STATUS, 0);
    write_reg(v, STATUS, STATUS_FAILED);
}

bool virtio_is_lost(const struct virtio_device *v)
{
    return read_reg(v, STATUS) & STATUS_NEEDS_RESET;
}

void virtio_notify(struct virtio_device *v, unsigned index)
{
    write_reg(v, QUEUE_NOTIFY, index);
}

void virtio_ack(struct virtio_device *v)
{
    write_reg(v, INTERRUPT_ACK, read_reg(v, INTERRUPT_STATUS));
}

uint32_t virtio_config_read32(const struct virtio_device *v, unsigned offset)
{
    return read_reg(v, CONFIG + offset);
}

/* Two reads are one value only if the configuration did not change in between. */
uint64_t virtio_config_read64(const struct virtio_device *v, unsigned offset)
{
    uint32_t generation, low, high;

    do {
        generation = read_reg(v, CONFIG_GENERATION);
        low = virtio_config_read32(v, offset);
        high = virtio_config_read32(v, offset + 4);
    } while (read_reg(v, CONFIG_GENERATION) != generation);
    return (uint64_t)high << 32 | low;
}
