// sources: kernel/proc/elf.c tests/fuzz/elf.c
/* SPDX-License-Identifier: MIT */
/*
 * test_elf.c - what exec reads from an ELF file, and what it must not believe.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/proc/elf.h"
#include "lib/abi/errno.h"
#include "lib/rand.h"
#include "tests/fuzz/fuzz.h"

#define USER_END  0x4000000000UL
#define FILE_SIZE 0x5000UL

static struct elf64_ehdr header;
static struct elf64_phdr ph[4];
static struct elf_image image;

/* A program as our linker makes them: text, data with a bss, a stack note. */
static void setup(void)
{
    memset(&header, 0, sizeof(header));
    memset(ph, 0, sizeof(ph));
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_EXEC;
    header.e_machine = EM_RISCV;
    header.e_phoff = sizeof(header);
    header.e_phentsize = sizeof(struct elf64_phdr);
    header.e_phnum = 3;
    header.e_entry = 0x10100;
    ph[0] = (struct elf64_phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = 0,
                                 .p_vaddr = 0x10000, .p_filesz = 0x1800, .p_memsz = 0x1800 };
    ph[1] = (struct elf64_phdr){ .p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_offset = 0x1c20,
                                 .p_vaddr = 0x12c20, .p_filesz = 0x200, .p_memsz = 0x3000 };
    ph[2] = (struct elf64_phdr){ .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W };
}

static int check(void)
{
    struct elf64_ehdr copy;

    return elf_check_header(&header, sizeof(header), &copy);
}

static int parse(void)
{
    return elf_parse(&header, ph, FILE_SIZE, USER_END, &image);
}

TestSuite(elf, .init = setup);

Test(elf, a_plain_program)
{
    cr_assert_eq(check(), 0);
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.nsegments, 2);
    cr_assert_eq(image.start, 0x10000);
    cr_assert_eq(image.end, 0x16000);
    cr_assert_eq(image.entry, 0x10100);
    cr_assert_eq(image.phdr, 0x10000 + sizeof(header), "headers lie in the first segment");
    cr_assert(!image.is_pie);
    cr_assert_eq(image.interp_size, 0);
}

Test(elf, the_largest_alignment_counts)
{
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.align, PAGE_SIZE);
    ph[1].p_align = 0x10000;
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.align, 0x10000);
    ph[1].p_align = 0x10001;            /* no power of two: not meant */
    ph[0].p_align = 0;
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.align, PAGE_SIZE);
}

Test(elf, not_an_elf_file)
{
    struct elf64_ehdr copy;

    cr_assert_eq(elf_check_header(&header, 63, &copy), -ENOEXEC);
    header.e_ident[0] = 'X';
    cr_assert_eq(check(), -ENOEXEC);
    setup();
    header.e_ident[EI_CLASS] = 1;
    cr_assert_eq(check(), -ENOEXEC);
    setup();
    header.e_machine = 62;
    cr_assert_eq(check(), -ENOEXEC);
    setup();
    header.e_type = ET_REL;
    cr_assert_eq(check(), -ENOEXEC);
    setup();
    header.e_phnum = 0;
    cr_assert_eq(check(), -ENOEXEC);
    setup();
    header.e_phnum = ELF_PHDRS + 1;
    cr_assert_eq(check(), -ENOEXEC);
    setup();
    header.e_phentsize = 32;
    cr_assert_eq(check(), -ENOEXEC);
}

Test(elf, segments_outside_the_file)
{
    ph[1].p_filesz = FILE_SIZE;
    ph[1].p_memsz = FILE_SIZE;
    cr_assert_eq(parse(), -ENOEXEC);
    setup();
    ph[1].p_offset = UINT64_MAX - 0x3df;
    cr_assert_eq(parse(), -ENOEXEC);
    ph[1].p_filesz = 0x400;                     /* now offset + size wraps */
    cr_assert_eq(parse(), -ENOEXEC);
    setup();
    ph[1].p_filesz = 0x3001;                    /* more than in memory */
    cr_assert_eq(parse(), -ENOEXEC);
}

Test(elf, segments_outside_the_user_half)
{
    ph[1].p_vaddr = USER_END + 0xc20;
    cr_assert_eq(parse(), -ENOEXEC);
    setup();
    ph[1].p_memsz = USER_END;
    cr_assert_eq(parse(), -ENOEXEC);
    ph[1].p_memsz = UINT64_MAX - 0x1000;        /* address + size wraps */
    cr_assert_eq(parse(), -ENOEXEC);
    ph[1].p_memsz = USER_END - ph[1].p_vaddr;
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.end, USER_END);
    ph[1].p_memsz++;
    cr_assert_eq(parse(), -ENOEXEC);
    setup();
    ph[1].p_vaddr = UINT64_MAX - 0x3df;
    cr_assert_eq(parse(), -ENOEXEC);
}

Test(elf, segments_that_overlap_or_do_not_fit_their_offset)
{
    ph[1].p_vaddr = 0x11c20;
    cr_assert_eq(parse(), -ENOEXEC, "shares a page with the text");
    setup();
    ph[1].p_vaddr = 0x12c21;
    cr_assert_eq(parse(), -ENOEXEC, "address and offset differ within a page");
}

Test(elf, no_segment_at_all)
{
    ph[0].p_type = ph[1].p_type = PT_NOTE;
    cr_assert_eq(parse(), -ENOEXEC);
    setup();
    ph[0].p_memsz = ph[0].p_filesz = ph[1].p_memsz = ph[1].p_filesz = 0;
    cr_assert_eq(parse(), -ENOEXEC);
}

Test(elf, an_interpreter)
{
    ph[2] = (struct elf64_phdr){ .p_type = PT_INTERP, .p_offset = 0x200, .p_filesz = 20 };
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.interp_offset, 0x200);
    cr_assert_eq(image.interp_size, 20);
    ph[2].p_filesz = 1;
    cr_assert_eq(parse(), -ENOEXEC);
    ph[2].p_filesz = 5000;
    cr_assert_eq(parse(), -ENOEXEC);
    ph[2].p_filesz = 20;
    ph[2].p_offset = FILE_SIZE;
    cr_assert_eq(parse(), -EINVAL);
    ph[2].p_offset = FILE_SIZE - 20;
    cr_assert_eq(parse(), 0);
    ph[2].p_offset++;
    cr_assert_eq(parse(), -EINVAL);
}

Test(elf, headers_that_no_segment_holds)
{
    ph[0].p_filesz = sizeof(header);            /* they begin right behind it */
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.phdr, 0);
    ph[0].p_filesz++;
    cr_assert_eq(parse(), 0);
    cr_assert_eq(image.phdr, 0x10000 + sizeof(header));
}

Test(elf, as_many_segments_as_there_may_be)
{
    struct elf64_phdr many[ELF_SEGMENTS + 1];

    for (size_t i = 0; i <= ELF_SEGMENTS; i++) {
        many[i] = ph[0];
        many[i].p_vaddr += 0x2000 * i;
    }
    header.e_phnum = ELF_SEGMENTS;
    cr_assert_eq(elf_parse(&header, many, FILE_SIZE, USER_END, &image), 0);
    cr_assert_eq(image.nsegments, ELF_SEGMENTS);
    header.e_phnum++;
    cr_assert_eq(elf_parse(&header, many, FILE_SIZE, USER_END, &image), -ENOEXEC);
    many[3].p_memsz = many[3].p_filesz = 0;     /* holds nothing: does not count */
    cr_assert_eq(elf_parse(&header, many, FILE_SIZE, USER_END, &image), 0);
}

/* Whatever the bytes are: no crash, and what is accepted is sane. */
Test(elf, random_damage, .timeout = 60)
{
    const size_t headers = sizeof(header) + sizeof(ph);
    uint8_t *file = malloc(FILE_SIZE);
    struct rand rng;

    rand_seed(&rng, 7);
    memset(file, 0, FILE_SIZE);
    for (int i = 0; i < 300000; i++) {
        memcpy(file, &header, sizeof(header));
        memcpy(file + sizeof(header), ph, sizeof(ph));
        for (int n = 0; n < 3; n++)
            file[rand_below(&rng, headers)] = (uint8_t)rand_next(&rng);
        fuzz_elf(file, FILE_SIZE);
    }
    free(file);
}
