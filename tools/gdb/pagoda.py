# SPDX-License-Identifier: MIT
"""pagoda.py - load Pagoda's GDB commands: source tools/gdb/pagoda.py

    ps               processes and kernel threads, and where each one is
    pt [pid]         a page table: this hart's, or that of a process
    vmas pid         what a process may access
    page pfn|va      one struct page
    buddy            free blocks by order and mobility
    slabs            kmem caches
    user PROG        symbols of a user program
    kbt PID          where the thread of a sleeping process is

Plain `bt` crosses trap frames, from the kernel into what it interrupted, because
entry.S describes them to debuggers.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
for module in ("kernel", "pagetable", "pages", "processes", "slabs", "userprog"):
    # Sourcing this file again loads changed commands.
    sys.modules.pop("pagoda_" + module, None)
    __import__("pagoda_" + module)
