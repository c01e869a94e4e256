/* SPDX-License-Identifier: MIT */
/*
 * vdso_image.S - the page that user/vdso became, as the kernel copies it at boot.
 */
    .section .rodata
    .balign 8
    .globl vdso_image
vdso_image:
    .incbin "build/vdso/vdso.bin"
