#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ksyms.py - turn `nm -n kernel.elf` (stdin) into the kernel's symbol table (stdout).

The table is an assembler file for section .ksyms, sorted by address:

    uint32_t ksyms_count;               number of functions
    uint32_t ksyms_addrs[count];        address - _kernel_start
    uint32_t ksyms_names_off[count];    where the name starts in ksyms_names
    char     ksyms_names[];             names, each ended by a NUL

Only functions are listed (nm types t, T, w, W): a backtrace asks for nothing
else.  Symbols below the start are physical addresses.  Of several names for
one address the first stays.
"""
import sys

START = "_kernel_start"


def functions(lines):
    """Return (address of the kernel's start, sorted [(address, name)])."""
    start, by_address = None, {}
    for line in lines:
        fields = line.split()
        if len(fields) != 3:
            continue
        address, kind, name = int(fields[0], 16), fields[1], fields[2]
        if name == START:
            start = address
        if kind not in "tTwW" or name.startswith((".L", "$", "_kernel_")):
            continue
        by_address.setdefault(address, name)
    return start, sorted(item for item in by_address.items() if item[0] >= (start or 0))


def emit(start, symbols):
    out = ["    .section .ksyms, \"a\"", "    .balign 8"]

    def label(name):
        out.extend(["    .globl " + name, name + ":"])

    label("ksyms_count")
    out.append("    .word %d" % len(symbols))
    label("ksyms_addrs")
    out.extend("    .word %#x" % (address - start) for address, _ in symbols)
    label("ksyms_names_off")
    offset = 0
    for _, name in symbols:
        out.append("    .word %d" % offset)
        offset += len(name) + 1
    label("ksyms_names")
    out.extend('    .asciz "%s"' % name for _, name in symbols)
    out.append("    .balign 8")
    print("\n".join(out))


def main():
    start, symbols = functions(sys.stdin)
    if symbols and start is None:
        sys.exit("ksyms.py: the kernel has no symbol %s" % START)
    emit(start, symbols)


if __name__ == "__main__":
    main()
