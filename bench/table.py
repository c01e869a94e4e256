# SPDX-License-Identifier: MIT
"""table.py - the rows of the benchmark, and what they are compared with.

Guest instructions per operation or per page.  GOAL is about twice the bare
minimum; BAR is never to be exceeded.  LINUX is a distribution's kernel 6.12 and
XV6 is xv6-riscv, both measured on the same machine and settings (QEMU 7.2, one
hart, Sv39, 4 KiB pages, no huge pages).  None: there is no such operation.
"""
from collections import namedtuple

Row = namedtuple("Row", "name what goal bar linux xv6")

ROWS = [
    Row("null_call", "system call that does nothing (getppid)", 200, 260, 428, 1130),
    Row("read_zero_1", "read 1 byte of /dev/zero", 340, 450, 873, None),
    Row("write_null_1", "write 1 byte to /dev/null", 320, 420, 783, None),
    Row("pipe_self_1", "pipe: write and read 1 byte, one process", 760, 1200, 2999, 40466),
    Row("pipe_pingpong", "pipe: 1 byte there and back, two processes", 1900, 4000, 13724, 95771),
    Row("sched_yield", "sched_yield alone", 300, 500, 1259, None),
    Row("fork_exit_wait", "fork, exit, wait: small process", 10000, 30000, 112000, 610000),
    Row("fork_16m", "... with 16 MiB touched", 310000, 600000, 1700000, 188000000),
    Row("fork_64m", "... with 64 MiB touched", 1200000, 2400000, 6410000, 752000000),
    Row("fork_exec_wait", "fork, exec, exit, wait: tiny program", 22000, 60000, 217000, 1550000),
    Row("anon_write_fault", "anonymous memory: first write", 1600, 1800, 4515, 24953),
    Row("anon_read_fault", "anonymous memory: first read", 520, 650, 1235, None),
    Row("cow_break", "copy-on-write: copy", 2500, 2900, 5470, None),
    Row("cow_reuse", "copy-on-write: sole owner", 500, 650, 1402, None),
    Row("mmap_munmap_4k", "mmap and munmap 4 KiB, untouched", 920, 1500, 12709, None),
    Row("mmap_munmap_64m", "mmap and munmap 64 MiB, untouched", 920, 1500, 14682, None),
    Row("munmap_touched_page", "munmap of touched memory, per page", 40, 100, 1386, 12608),
    Row("madvise_dontneed_page", "madvise DONTNEED of touched memory, per page", 40, 100, 1292, None),
    Row("mprotect_page", "mprotect of one page", 520, 900, 3257, None),
    Row("mprotect_split_merge", "mprotect inside a mapping", 820, 1600, 9960, None),
    Row("mprotect_16m_page", "mprotect of 16 MiB, per page", 16, 30, 93, None),
    Row("mremap_move_page", "mremap: move one page", 760, 1500, 19342, None),
    Row("mremap_16m_page", "mremap: move 16 MiB, unaligned, per page", 16, 30, 32.5, None),
    Row("file_read_fault_page", "file mapping: read, cached, per page", 85, 150, 621, None),
    Row("file_shared_write_fault", "shared file mapping: first write", 540, 900, 2411, None),
    Row("file_private_write_fault", "private file mapping: first write", 2600, 3000, 5636, None),
    Row("pread_4k", "pread 4 KiB, cached", 1700, 2000, 2887, 119775),
    Row("pwrite_4k", "pwrite 4 KiB, cached", 1800, 2300, 3427, None),
    Row("brk_grow_shrink", "brk: grow and shrink", 660, 1200, 10783, 40562),
    Row("sigsegv_mprotect_return", "SIGSEGV, mprotect in the handler, return", 2100, 3500, 10878, None),
    Row("find_among_10", "call on one of 10 mappings", 400, 600, None, None),
    Row("map_among_10", "mmap and munmap 8 KiB above 10 mappings with holes", 1500, 2000, None, None),
    Row("find_among_1000", "call on one of 1,000 mappings", 450, 650, None, None),
    Row("map_among_1000", "mmap and munmap 8 KiB above 1,000", 1900, 2400, None, None),
    Row("find_among_60000", "call on one of 60,000 mappings", 500, 700, None, None),
    Row("map_among_60000", "mmap and munmap 8 KiB above 60,000", 2300, 2900, None, None),
]
