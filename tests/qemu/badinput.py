# SPDX-License-Identifier: MIT
"""badinput.py - what is wrong with the machine, its disk or its arguments is said, not suffered.

Each of these must end by itself with a message; none may hang or panic.
"""
import os

from case import PLAIN, Test, command, corrupt

SUPERBLOCK = 1024
MAGIC, INCOMPAT = 56, 96        # offsets in the superblock
INCOMPAT_64BIT = 0x80


def overwrite_superblock(run):
    corrupt(run.disk("root"), SUPERBLOCK, b"\x55" * 1024)


def demand_feature(run):
    corrupt(run.disk("root"), SUPERBLOCK + INCOMPAT, bytes([INCOMPAT_64BIT | 2, 0, 0, 0]))


def add_truncated_program(run):
    """/bin/short: an ELF file that ends in the middle of its first segment."""
    short = os.path.join(run.folder, "short")
    with open("build/stripped/bin/echo", "rb") as whole, open(short, "wb") as part:
        part.write(whole.read()[:3000])
    command("debugfs", "-w", "-R", "write %s /bin/short" % short, run.disk("root"))
    command("debugfs", "-w", "-R", "sif /bin/short mode 0100755", run.disk("root"))


def bad(name, message, program="/bin/true", **options):
    """A machine that cannot start: it says MESSAGE and ends with status 1."""
    return Test("bad-" + name, program=program, message=message, status=1, cpus=(1,),
                kernels=(PLAIN,), tags=("boot",), timeout=20, **options)


TESTS = [
    bad("superblock", r"ext2: vda: no ext2 here", before=overwrite_superblock, fsck=False),
    bad("feature", r"ext2: vda: feature 64bit is not supported", before=demand_feature,
        fsck=False),
    bad("no-disk", r"root: no disk", root=False),
    bad("no-init", r"init: cannot run init=/bin/nothing", program="/bin/nothing"),
    bad("elf", r"init: cannot run init=/bin/short", program="/bin/short",
        before=add_truncated_program),
    bad("memory", r"this machine has 16384 KiB of memory, Pagoda needs", mem="16M"),
]
