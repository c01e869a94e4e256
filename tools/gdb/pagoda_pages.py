# SPDX-License-Identifier: MIT
"""pagoda_pages.py - page: one struct page; buddy: the free blocks of each zone."""
import gdb
from pagoda_kernel import Command, enum_name, number, set_flags, text, value
from pagoda_pagetable import current_root, translate
from pagoda_processes import where

PAGE_SHIFT = 12


def pfn_of(argument):
    """The frame that ARGUMENT means: a pfn, a physical or a virtual address."""
    given = number(argument)
    first, end = number("frames.first_pfn"), number("frames.end_pfn")
    offset = number("frames.va_offset")
    if first <= given < end:
        return given
    if first <= given >> PAGE_SHIFT < end:
        return given >> PAGE_SHIFT
    linear = (given - offset & (1 << 64) - 1) >> PAGE_SHIFT
    if first <= linear < end:
        return linear
    found = translate(current_root(), given)
    if not found or not first <= found[0] >> PAGE_SHIFT < end:
        raise gdb.GdbError("%s is not a frame, and not mapped to one on this hart" % argument)
    return found[0] >> PAGE_SHIFT


def owner_of(page, identity):
    if identity == "cache":
        return "mapping %s, index %d" % (page["mapping"], int(page["index"]))
    if identity == "anon":
        return "anon_vma %s, index %d" % (page["anon_vma"], int(page["index"]))
    if identity == "slab":
        return "cache %s, %d of %d objects in use" % (
            page["cache"], int(page["slab"]["inuse"]), int(page["slab"]["total"]))
    if identity == "tail":
        return "head %s" % page["head"]
    return ""


class Page(Command):
    """page PFN|ADDRESS: show the struct page of a frame.

ADDRESS may be physical, in the linear map, or anything this hart has mapped."""
    NAME = "page"

    def run(self, words):
        if len(words) != 1:
            raise gdb.GdbError("page PFN|ADDRESS")
        pfn = pfn_of(words[0])
        page = value("frames.pages[%d]" % (pfn - number("frames.first_pfn")))
        identity = enum_name(page["identity"].cast(gdb.lookup_type("enum page_identity")), "PAGE_")
        print("pfn %#x  pa %#x  struct page at %s" % (pfn, pfn << PAGE_SHIFT, page.address))
        print("  %s, order %d, refcount %d, mapcount %d" % (
            identity, int(page["order"]), int(page["refcount"]), int(page["mapcount"])))
        print("  flags: %s" % (set_flags(int(page["flags"]), "page_flag", "PG_") or "none"))
        if owner_of(page, identity):
            print("  " + owner_of(page, identity))
        pc = int(page["alloc_pc"])
        if pc:
            # The low half of the address; the kernel's text shares the high half.
            pc |= number("(unsigned long)&_kernel_start") >> 32 << 32
            print("  allocated by %s" % where(pc))


class Buddy(Command):
    """buddy: free blocks of each zone, by mobility and order, and the harts' lists."""
    NAME = "buddy"

    def run(self, words):
        zones = value("zones")
        low, high = zones.type.range()
        for index in range(low, high + 1):
            zone = zones[index]
            if int(zone["managed"]):
                self._show(zone)

    def _show(self, zone):
        areas = zone["buddy"]["areas"]
        orders = range(areas.type.range()[1] + 1)
        print("zone %s: %d pages managed; marks min %d low %d high %d" % (
            (text(zone["name"]), int(zone["managed"])) + tuple(int(zone["mark"][m]) for m in range(3))))
        print("  order      " + "".join("%7d" % o for o in orders))
        names = value("mobility_names")
        for mobility in range(names.type.range()[1] + 1):
            print("  %-11s" % text(names[mobility]) +
                  "".join("%7d" % int(areas[o]["nblocks"][mobility]) for o in orders))
        harts = zone["harts"]
        print("  on harts' lists: " + " ".join(
            str(int(harts[h]["count"])) for h in range(number("nr_harts"))))


Page()
Buddy()
