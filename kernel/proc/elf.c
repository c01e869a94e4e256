/* SPDX-License-Identifier: MIT */
/*
 * elf.c - check an ELF file and say what to map (System V ABI, chapter 5).
 *
 * Every number comes from the file and is checked before it is used: sums that
 * wrap, segments beyond the file, out of order, overlapping, or outside the
 * user half make the file not executable.
 */
#include "kernel/proc/elf.h"
#include "lib/abi/errno.h"
#include "lib/bitops.h"
#include "lib/string.h"

#define PATH_MAX 4096

int elf_check_header(const void *head, size_t len, struct elf64_ehdr *header)
{
    if (len < sizeof(*header))
        return -ENOEXEC;
    memcpy(header, head, sizeof(*header));
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0
        || header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return -ENOEXEC;
    if ((header->e_type != ET_EXEC && header->e_type != ET_DYN) || header->e_machine != EM_RISCV)
        return -ENOEXEC;
    if (header->e_phentsize != sizeof(struct elf64_phdr) || !header->e_phnum
        || header->e_phnum > ELF_PHDRS)
        return -ENOEXEC;
    return 0;
}

/* Check one PT_LOAD and append it; IMAGE->end is where the last one ended. */
static int add_segment(struct elf_image *image, const struct elf64_phdr *ph, uint64_t size,
                       vaddr_t user_end)
{
    struct elf_segment *seg = &image->segment[image->nsegments];

    if (!ph->p_memsz)
        return 0;
    if (image->nsegments == ELF_SEGMENTS)
        return -ENOEXEC;
    if (ph->p_filesz > ph->p_memsz || ph->p_filesz > size || ph->p_offset > size - ph->p_filesz)
        return -ENOEXEC;
    if (ph->p_vaddr >= user_end || ph->p_memsz > user_end - ph->p_vaddr)
        return -ENOEXEC;
    if ((ph->p_vaddr - ph->p_offset) % PAGE_SIZE)
        return -ENOEXEC;
    if (image->nsegments && align_down(ph->p_vaddr, PAGE_SIZE) < image->end)
        return -ENOEXEC;
    seg->vaddr = ph->p_vaddr;
    seg->offset = ph->p_offset;
    seg->filesz = ph->p_filesz;
    seg->memsz = ph->p_memsz;
    seg->flags = ph->p_flags;
    if (!(ph->p_align & (ph->p_align - 1)))
        image->align = MAX(image->align, ph->p_align);
    if (!image->nsegments++)
        image->start = align_down(ph->p_vaddr, PAGE_SIZE);
    image->end = align_up(ph->p_vaddr + ph->p_memsz, PAGE_SIZE);
    return 0;
}

static int set_interp(struct elf_image *image, const struct elf64_phdr *ph, uint64_t size)
{
    if (ph->p_filesz < 2 || ph->p_filesz > PATH_MAX)
        return -ENOEXEC;
    if (ph->p_offset > size || ph->p_filesz > size - ph->p_offset)
        return -EINVAL;
    image->interp_offset = ph->p_offset;
    image->interp_size = ph->p_filesz;
    return 0;
}

/* Where the program headers will lie in memory: PT_PHDR may be absent, but some
 * segment usually covers them. */
static vaddr_t find_phdrs(const struct elf_image *image, const struct elf64_ehdr *header)
{
    for (size_t i = 0; i < image->nsegments; i++) {
        const struct elf_segment *seg = &image->segment[i];

        if (seg->offset <= header->e_phoff && header->e_phoff < seg->offset + seg->filesz)
            return seg->vaddr + (header->e_phoff - seg->offset);
    }
    return 0;
}

int elf_parse(const struct elf64_ehdr *header, const struct elf64_phdr *phdrs, uint64_t size,
              vaddr_t user_end, struct elf_image *image)
{
    memset(image, 0, sizeof(*image));
    image->is_pie = header->e_type == ET_DYN;
    image->align = PAGE_SIZE;
    image->entry = header->e_entry;
    image->phnum = header->e_phnum;
    image->phentsize = header->e_phentsize;
    for (size_t i = 0; i < header->e_phnum; i++) {
        int err = 0;

        if (phdrs[i].p_type == PT_LOAD)
            err = add_segment(image, &phdrs[i], size, user_end);
        else if (phdrs[i].p_type == PT_INTERP && !image->interp_size)
            err = set_interp(image, &phdrs[i], size);
        if (err)
            return err;
    }
    if (!image->nsegments)
        return -ENOEXEC;
    image->phdr = find_phdrs(image, header);
    return 0;
}
