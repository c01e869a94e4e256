/* SPDX-License-Identifier: MIT */
/*
 * abi/elf.h - ELF files for 64-bit machines, and the auxiliary vector that
 * execve leaves above the environment.
 */
#pragma once
#include "lib/types.h"

#define EI_NIDENT 16
#define EI_CLASS 4
#define EI_DATA 5
#define EI_VERSION 6
#define EI_OSABI 7

#define ELFMAG "\177ELF"
#define SELFMAG 4
#define ELFCLASS64 2
#define ELFDATA2LSB 1
#define EV_CURRENT 1

struct elf64_ehdr {
    uint8_t e_ident[EI_NIDENT];
    uint16_t e_type;            /* ET_...                                  */
    uint16_t e_machine;         /* EM_...                                  */
    uint32_t e_version;
    uint64_t e_entry;           /* where to start                          */
    uint64_t e_phoff;           /* program headers in the file             */
    uint64_t e_shoff;
    uint32_t e_flags;
    uint16_t e_ehsize;
    uint16_t e_phentsize;
    uint16_t e_phnum;
    uint16_t e_shentsize;
    uint16_t e_shnum;
    uint16_t e_shstrndx;
};

#define ET_NONE 0
#define ET_REL 1
#define ET_EXEC 2
#define ET_DYN 3
#define ET_CORE 4

#define EM_RISCV 243

#define EF_RISCV_RVC 0x0001
#define EF_RISCV_FLOAT_ABI 0x0006
#define EF_RISCV_FLOAT_ABI_SOFT 0x0000
#define EF_RISCV_FLOAT_ABI_SINGLE 0x0002
#define EF_RISCV_FLOAT_ABI_DOUBLE 0x0004
#define EF_RISCV_FLOAT_ABI_QUAD 0x0006
#define EF_RISCV_RVE 0x0008

struct elf64_phdr {
    uint32_t p_type;            /* PT_...                                  */
    uint32_t p_flags;           /* PF_...                                  */
    uint64_t p_offset;
    uint64_t p_vaddr;
    uint64_t p_paddr;
    uint64_t p_filesz;          /* bytes from the file,                    */
    uint64_t p_memsz;           /* zeros from there                        */
    uint64_t p_align;
};

#define PT_NULL 0
#define PT_LOAD 1
#define PT_DYNAMIC 2
#define PT_INTERP 3
#define PT_NOTE 4
#define PT_SHLIB 5
#define PT_PHDR 6
#define PT_TLS 7
#define PT_GNU_EH_FRAME 0x6474e550
#define PT_GNU_STACK 0x6474e551
#define PT_GNU_RELRO 0x6474e552
#define PT_RISCV_ATTRIBUTES 0x70000003

#define PF_X 1
#define PF_W 2
#define PF_R 4

#define PN_XNUM 0xffff          /* e_phnum did not fit                     */

/* An entry of the auxiliary vector; AT_NULL ends it. */
struct elf64_auxv {
    uint64_t a_type;
    uint64_t a_val;
};

#define AT_NULL 0
#define AT_IGNORE 1
#define AT_EXECFD 2
#define AT_PHDR 3
#define AT_PHENT 4
#define AT_PHNUM 5
#define AT_PAGESZ 6
#define AT_BASE 7
#define AT_FLAGS 8
#define AT_ENTRY 9
#define AT_NOTELF 10
#define AT_UID 11
#define AT_EUID 12
#define AT_GID 13
#define AT_EGID 14
#define AT_PLATFORM 15
#define AT_HWCAP 16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_BASE_PLATFORM 24
#define AT_RANDOM 25
#define AT_HWCAP2 26
#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN 28
#define AT_EXECFN 31
#define AT_SYSINFO_EHDR 33
#define AT_MINSIGSTKSZ 51

/* AT_HWCAP has bit n for the n-th letter of the alphabet: IMAFDC here. */
#define HWCAP_ISA_LETTER(c) (1UL << ((c) - 'a'))
#define HWCAP_RV64GC 0x112d

_Static_assert(sizeof(struct elf64_ehdr) == 64, "struct elf64_ehdr");
_Static_assert(sizeof(struct elf64_phdr) == 56, "struct elf64_phdr");
_Static_assert(sizeof(struct elf64_auxv) == 16, "struct elf64_auxv");
