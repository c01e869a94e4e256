# SPDX-License-Identifier: MIT
"""pagoda_slabs.py - slabs: the kmem caches."""
from pagoda_kernel import Command, elements, static, text


class Slabs(Command):
    """slabs: kmem caches: objects in use, their size, slabs, magazines in the depot.

Objects in magazines are free, but count as in use here: they are off the slabs."""
    NAME = "slabs"

    def run(self, words):
        print("%-24s %8s %7s %8s %6s %6s %12s" % (
            "name", "objects", "size", "per slab", "slabs", "empty", "depot"))
        for cache in elements(static("mm/slab.c", "caches"), "kmem_cache"):
            print("%-24s %8d %7d %8d %6d %6d %5d + %d" % (
                text(cache["name"]), int(cache["inuse"]), int(cache["size"]),
                int(cache["per_slab"]), int(cache["nslabs"]), int(cache["nempty"]),
                int(cache["ndepot_full"]), int(cache["ndepot_empty"])))


Slabs()
