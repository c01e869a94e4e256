# SPDX-License-Identifier: MIT
"""pagoda_pagetable.py - pt: a Sv39 page table, runs of like entries merged."""
import gdb
from pagoda_kernel import Command, read_table
from pagoda_processes import process_of

VALID, RWX, PPN = 1, 0xe, (1 << 44) - 1
FLAGS = "vrwxugad"
SIZES = {0: "4K", 1: "2M", 2: "1G"}
KINDS = {1: "swap", 2: "migration", 3: "protnone"}


def leaf_size(level):
    return 4096 << 9 * level


def canonical(va):
    """Addresses of the upper half carry their sign."""
    return va | ~((1 << 39) - 1) & (1 << 64) - 1 if va >> 38 & 1 else va


def leaves(root, level=2, base=0):
    """(va, level, entry) for each entry that is not none, in address order."""
    for index, entry in enumerate(read_table(root)):
        va = base + index * leaf_size(level)
        if entry & VALID and not entry & RWX and level > 0:
            yield from leaves((entry >> 10 & PPN) << 12, level - 1, va)
        elif entry:
            yield canonical(va), level, entry


def rights(entry):
    if not entry & VALID:
        return KINDS.get(entry >> 1 & 0xf, "?")
    shown = "".join(c if entry >> i & 1 else "-" for i, c in enumerate(FLAGS))[1:]
    return shown + (" special" if entry >> 8 & 1 else "") + (" soft-w" if entry >> 9 & 1 else "")


class Run:
    """Neighbouring entries of one kind.  Frames need not be contiguous; it is said if they are."""

    def __init__(self, va, level, entry):
        self.va, self.level, self.rights = va, level, rights(entry)
        self.pa = self.next_pa = (entry >> 10 & PPN) << 12
        self.count = 0
        self.contiguous = True
        self.extend(entry)

    def takes(self, va, level, entry):
        return (level == self.level and rights(entry) == self.rights and
                va == self.va + self.count * leaf_size(level))

    def extend(self, entry):
        pa = (entry >> 10 & PPN) << 12
        self.contiguous = self.contiguous and pa == self.next_pa
        self.next_pa = pa + leaf_size(self.level)
        self.count += 1

    def __str__(self):
        end = self.va + self.count * leaf_size(self.level)
        where = "pa %#x" % self.pa if self.contiguous else "scattered, first at pa %#x" % self.pa
        return "%016x-%016x %6d x %s  %s  %s" % (
            self.va, end, self.count, SIZES[self.level], self.rights, where)


def merged(entries):
    run = None
    for va, level, entry in entries:
        if run and run.takes(va, level, entry):
            run.extend(entry)
            continue
        if run:
            yield run
        run = Run(va, level, entry)
    if run:
        yield run


def current_root():
    satp = int(gdb.newest_frame().read_register("satp")) & (1 << 64) - 1
    if satp >> 60 != 8:
        raise gdb.GdbError("this hart translates nothing (satp = %#x)" % satp)
    return (satp & PPN) << 12


def translate(root, va):
    """(physical address, entry) that VA is mapped to, or None."""
    for level in (2, 1, 0):
        entry = read_table(root)[va >> 12 + 9 * level & 0x1ff]
        if not entry & VALID:
            return None
        root = (entry >> 10 & PPN) << 12
        if entry & RWX:
            return root + va % leaf_size(level), entry
    return None


class PageTable(Command):
    """pt [pid]: show the page table of this hart, or of a process.

One line for each run of neighbouring entries with the same size and rights."""
    NAME = "pt"

    def run(self, words):
        if words:
            mm = process_of(int(words[0]))["mm"]
            if not int(mm):
                raise gdb.GdbError("process %s has no address space any more" % words[0])
            root = int(mm["ctx"]["pt"]["root"])
        else:
            root = current_root()
        print("root table at pa %#x" % root)
        for run in merged(leaves(root)):
            print(run)


PageTable()
