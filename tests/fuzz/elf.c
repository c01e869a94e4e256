// sources: kernel/proc/elf.c
// options: -len_control=0
/* SPDX-License-Identifier: MIT */
/*
 * elf.c - what exec reads from a file, which is refused or makes sense.
 *
 * The bytes are the start of the file.  So that a few stand for a large one, the last
 * eight of e_ident, which mean nothing, say how many bytes of zeroes follow.
 */
#include <string.h>
#include "kernel/proc/elf.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "tests/fuzz/fuzz.h"

#define USER_END 0x4000000000UL

/* Read N bytes at OFFSET of a file that starts with DATA; whether they are there. */
static bool read_file(const uint8_t *data, size_t have, uint64_t size, uint64_t offset,
                      void *to, size_t n)
{
    if (offset > size || n > size - offset)
        return false;
    memset(to, 0, n);
    if (offset < have)
        memcpy(to, data + offset, MIN(n, have - offset));
    return true;
}

static void check_segment(const struct elf_segment *seg, uint64_t size)
{
    ASSERT(seg->memsz > 0 && seg->filesz <= seg->memsz);
    ASSERT(seg->offset <= size && seg->filesz <= size - seg->offset);
    ASSERT(seg->vaddr < USER_END && seg->memsz <= USER_END - seg->vaddr);
    ASSERT(seg->vaddr % PAGE_SIZE == seg->offset % PAGE_SIZE);
}

/* Segments are the PT_LOADs that hold anything, in order, and share no page. */
static void check_segments(const struct elf_image *image, const struct elf64_phdr *phdrs,
                           size_t nphdrs, uint64_t size)
{
    vaddr_t end = 0;
    size_t n = 0;

    for (size_t i = 0; i < nphdrs; i++) {
        const struct elf_segment *seg = &image->segment[n];

        if (phdrs[i].p_type != PT_LOAD || !phdrs[i].p_memsz)
            continue;
        ASSERT(n++ < image->nsegments);
        check_segment(seg, size);
        ASSERT(seg->vaddr == phdrs[i].p_vaddr && seg->offset == phdrs[i].p_offset);
        ASSERT(seg->filesz == phdrs[i].p_filesz && seg->memsz == phdrs[i].p_memsz);
        ASSERT(seg->flags == phdrs[i].p_flags);
        ASSERT(n == 1 || seg->vaddr / PAGE_SIZE >= (end - 1) / PAGE_SIZE + 1);
        end = seg->vaddr + seg->memsz;
    }
    ASSERT(n > 0 && n == image->nsegments && n <= ELF_SEGMENTS);
    ASSERT(image->start == image->segment[0].vaddr / PAGE_SIZE * PAGE_SIZE);
    ASSERT(image->end == ((end - 1) / PAGE_SIZE + 1) * PAGE_SIZE && image->end <= USER_END);
}

/* The program headers' address is where a segment puts their place in the file. */
static bool is_phdr_address(const struct elf_image *image, uint64_t phoff)
{
    for (size_t i = 0; i < image->nsegments; i++) {
        const struct elf_segment *seg = &image->segment[i];
        uint64_t in = image->phdr - seg->vaddr;

        if (image->phdr >= seg->vaddr && in < seg->filesz && seg->offset + in == phoff)
            return true;
    }
    return false;
}

static bool is_loaded(const struct elf_image *image, uint64_t offset)
{
    for (size_t i = 0; i < image->nsegments; i++)
        if (offset >= image->segment[i].offset
            && offset - image->segment[i].offset < image->segment[i].filesz)
            return true;
    return false;
}

static void check_image(const struct elf_image *image, const struct elf64_ehdr *header,
                        const struct elf64_phdr *phdrs, uint64_t size)
{
    check_segments(image, phdrs, header->e_phnum, size);
    ASSERT(image->is_pie == (header->e_type == ET_DYN) && image->entry == header->e_entry);
    ASSERT(image->phnum == header->e_phnum && image->phentsize == sizeof(phdrs[0]));
    if (is_loaded(image, header->e_phoff))
        ASSERT(is_phdr_address(image, header->e_phoff));
    else
        ASSERT(image->phdr == 0);
    if (image->interp_size) {
        ASSERT(image->interp_size >= 2 && image->interp_size <= 4096);
        ASSERT(image->interp_offset <= size && image->interp_size <= size - image->interp_offset);
    }
}

bool fuzz_elf(const uint8_t *data, size_t size)
{
    struct elf64_phdr phdrs[ELF_PHDRS];
    struct elf64_ehdr header;
    struct elf_image image;
    uint64_t more;
    int err = elf_check_header(data, size, &header);

    ASSERT(err == 0 || err == -ENOEXEC);
    if (err)
        return false;
    ASSERT(header.e_phnum >= 1 && header.e_phnum <= ELF_PHDRS);
    memcpy(&more, header.e_ident + 8, sizeof(more));
    more &= INT64_MAX;
    if (!read_file(data, size, size + more, header.e_phoff, phdrs,
                   header.e_phnum * sizeof(phdrs[0])))
        return false;
    err = elf_parse(&header, phdrs, size + more, USER_END, &image);
    ASSERT(err == 0 || err == -ENOEXEC || err == -EINVAL);
    if (err == 0)
        check_image(&image, &header, phdrs, size + more);
    return err == 0;
}
