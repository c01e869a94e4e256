# SPDX-License-Identifier: MIT
"""mkswap.py FILE SIZE - make FILE a swap area of SIZE (64M, 1G), if it is not one already."""
import os
import struct
import sys
import uuid

PAGE = 4096
UNITS = {"K": 10, "M": 20, "G": 30}


def parse_size(text):
    unit = UNITS.get(text[-1:].upper())
    try:
        return int(text[:-1]) << unit if unit else int(text)
    except ValueError:
        sys.exit("mkswap.py: %r is no size; 64M is one" % text)


def header(npages):
    """As lib/abi/swap.h says: version, last page, no bad ones; the signature ends the page."""
    page = bytearray(PAGE)
    struct.pack_into("<III16s", page, 1024, 1, npages - 1, 0, uuid.uuid4().bytes)
    page[-10:] = b"SWAPSPACE2"
    return page


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    path, size = sys.argv[1], parse_size(sys.argv[2])
    if size < 10 * PAGE:
        sys.exit("mkswap.py: %s is too small for a swap area: 40K at least" % sys.argv[2])
    if os.path.exists(path) and os.path.getsize(path) == size:
        return
    with open(path, "wb") as file:
        file.write(header(size // PAGE))
        file.truncate(size)


main()
