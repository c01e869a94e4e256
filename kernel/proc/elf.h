/* SPDX-License-Identifier: MIT */
/*
 * elf.h - what exec wants to know of an ELF file.  Pure: reads only the bytes it
 * is given, believes none of them.
 */
#pragma once
#include "kernel/port/port.h"
#include "lib/abi/elf.h"

#define ELF_SEGMENTS 16         /* PT_LOADs of one program; more is refused    */
#define ELF_PHDRS    64         /* program headers in all                      */

/* One PT_LOAD: file bytes first, zeroes up to MEMSZ. */
struct elf_segment {
    vaddr_t vaddr;
    uint64_t offset, filesz, memsz;
    uint32_t flags;             /* PF_R, PF_W, PF_X */
};

struct elf_image {
    bool is_pie;                /* ET_DYN: may lie anywhere                    */
    vaddr_t entry;
    vaddr_t phdr;               /* address of the program headers in memory; 0 if not loaded */
    uint16_t phnum, phentsize;
    vaddr_t start, end;         /* of all segments, page aligned               */
    uint64_t align;             /* the largest that a segment asks for         */
    size_t nsegments;
    struct elf_segment segment[ELF_SEGMENTS];
    uint64_t interp_offset;     /* PT_INTERP: the loader's name in the file    */
    uint64_t interp_size;       /* ... with its NUL; 0 if there is none        */
};

/* Check the file header in HEAD (LEN bytes): where the program headers are.
 * 0, or -ENOEXEC. */
int elf_check_header(const void *head, size_t len, struct elf64_ehdr *header);

/* Read NPHDRS program headers of a file of SIZE bytes.  0; -ENOEXEC (not
 * loadable); -EINVAL (its interpreter's name makes no sense). */
int elf_parse(const struct elf64_ehdr *header, const struct elf64_phdr *phdrs, uint64_t size,
              vaddr_t user_end, struct elf_image *image);
