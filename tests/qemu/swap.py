# SPDX-License-Identifier: MIT
"""swap.py - tests of swapping, on a disk that the host's mkswap has prepared."""
from case import command
from programs import program


def swap_disk(run):
    command("mkswap", "-q", run.disk("swap"))


def swapping(name, arguments="", size="64M", **how):
    return program(name, arguments, disks=(("swap", size),), before=swap_disk, **how)


TESTS = [
    swapping("swaptest", size="128M", mem="32M", timeout=180, tags=("quick",)),
]
