# SPDX-License-Identifier: MIT
"""swap.py - tests of swapping, on a disk that the host's mkswap has prepared."""
import re
import sys

from case import Test, command
from programs import program

PROMPT = r"[#$] $"


def swap_disk(run):
    command("mkswap", "-q", run.disk("swap"))


def swapping(name, arguments="", size="64M", **how):
    return program(name, arguments, disks=(("swap", size),), before=swap_disk, **how)


def our_swap_disk(run):
    """As `make qemu` has one."""
    command(sys.executable, "mkfs/mkswap.py", run.disk("swap"), "32M")


def swap_disk_is_used(vm):
    """init takes the swap disk, and only that; it can be given back, and made anew."""
    vm.expect(PROMPT)
    lines = vm.run("cat /proc/swaps", PROMPT).strip().splitlines()
    assert len(lines) == 2 and re.match(r"/dev/vdb +partition\s+32764\s+0\s+-2$", lines[1]), lines
    assert "vdb" not in vm.run("swapoff /dev/vdb; cat /proc/swaps", PROMPT)
    assert "32764 KiB" in vm.run("mkswap /dev/vdb", PROMPT)
    assert vm.run("swapon -p 7 /dev/vdb; cat /proc/swaps", PROMPT).strip().endswith("7")
    vm.send("poweroff\n")


TESTS = [
    Test("swap-disk", program="/bin/init", script=swap_disk_is_used, before=our_swap_disk,
         disks=(("swap", "1M"),), tags=("quick",)),
    swapping("swaptest", size="128M", mem="32M", timeout=180, tags=("quick",)),
]
