# SPDX-License-Identifier: MIT
"""case.py - what a QEMU test is, and what its host-side hooks may use."""
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import Callable, Optional, Sequence, Tuple

os.environ["PATH"] += ":/sbin:/usr/sbin"        # e2fsprogs live there

PLAIN, DEBUG = "plain", "debug"

HARTS = {PLAIN: (1, 2), DEBUG: (4,)}        # by default; make soak: all of both
ALL_HARTS = (1, 2, 4)


class Skip(Exception):
    """Raised by before(run): why the test cannot be run on this host."""


@dataclass
class Test:
    """
    One test: a program that runs as init in fresh virtual machines, one for each
    of CPUS x KERNELS.  It passes if the machine ends with status 0 and its KTAP
    report is complete and without failure -- unless PANIC or MESSAGE say that
    it must end otherwise, or SCRIPT drives it from outside.
    """
    name: str
    program: Optional[str] = None       # its path in the image; None: /tests/NAME
    args: str = ""                      # the program's arguments
    mem: str = "128M"
    cpus: Sequence[int] = ()            # harts of the machine; none named: HARTS
    kernels: Sequence[str] = (PLAIN, DEBUG)
    append: str = ""                    # further kernel arguments
    timeout: float = 60                 # seconds of processor time a hart; scaled by calibration
    tags: Sequence[str] = ()            # quick: in every matrix; soak: only in make soak
    panic: Optional[str] = None         # must panic with a message matching this
    message: Optional[str] = None       # must print this (and need not print KTAP)
    status: Optional[int] = None        # QEMU's exit status where it is not 0 (panic: 2)
    root: bool = True                   # a copy of the root image as first disk
    disks: Sequence[Tuple[str, str]] = ()   # (serial, size): empty disks, made anew
    fsck: bool = True                   # check the root image afterwards
    icount: Optional[str] = None        # -icount; needs cpus=(1,)
    cpu: Optional[str] = None           # -cpu
    qemu: Sequence[str] = ()            # further arguments of QEMU
    before: Optional[Callable] = None   # before(run): prepare disks, or Skip
    after: Optional[Callable] = None    # after(run): check what is left; raises AssertionError
    script: Optional[Callable] = None   # script(vm): talk to the console; raises AssertionError
    monitor: bool = False               # script() also uses vm.monitor()


@dataclass
class Run:
    """One execution of a test: what its hooks get to see."""
    test: Test
    cpus: int
    kernel: str
    mem: str
    seed: int
    folder: str
    repeat: int = 0
    disks: list = field(default_factory=list)       # vm.Disk, the root image first
    log: str = ""                                   # console output, once it has ended

    def label(self):
        parts = [str(self.cpus)] + ([DEBUG] if self.kernel == DEBUG else [])
        parts += [self.mem] if self.mem != self.test.mem else []
        parts += ["#%d" % (self.repeat + 1)] if self.repeat else []
        return "%s[%s]" % (self.test.name, ",".join(parts))

    def disk(self, serial):
        """The image file of the disk with this serial ("root" for the first)."""
        return next(d.path for d in self.disks if d.serial == serial)


# Tools for hooks

def command(*arguments, **options):
    """Run a host program; its output as text; AssertionError if it fails."""
    done = subprocess.run(list(arguments), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **options)
    text = done.stdout.decode(errors="replace")
    assert done.returncode == 0, "%s: status %d: %s" % (
        " ".join(arguments), done.returncode, text.strip())
    return text


def make_swap(image):
    """Make a disk image a swap area; the host's own program says what that is."""
    if not shutil.which("mkswap"):
        raise Skip("no mkswap")
    command("mkswap", "-q", image)


def copy_sparse(source, target):
    """Copy a disk image without writing its holes, sharing blocks where the host can."""
    done = subprocess.run(["cp", "--sparse=always", "--reflink=auto", source, target],
                          stderr=subprocess.DEVNULL)
    if done.returncode != 0:
        shutil.copyfile(source, target)


def make_ext2(path, *options):
    """An empty ext2 of the kind we mount, made by the host's mke2fs, in an existing file."""
    command("mke2fs", "-q", "-F", "-t", "ext2", "-b", "4096", "-I", "256",
            "-O", "none,filetype,sparse_super,large_file", *(options + (path,)))


def fsck(path):
    """What e2fsck -fn finds wrong, or None."""
    done = subprocess.run(["e2fsck", "-fn", path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return None if done.returncode == 0 else done.stdout.decode(errors="replace")


def dump(image, path, target):
    """Copy file PATH out of an ext2 image with debugfs."""
    text = command("debugfs", "-R", "dump %s %s" % (path, target), image)
    assert os.path.exists(target) and "not found" not in text, text
    return target


def md5_of(image, path, scratch):
    """MD5 of a file inside an ext2 image, as the host sees it."""
    digest = hashlib.md5()
    with open(dump(image, path, scratch), "rb") as file:
        for chunk in iter(lambda: file.read(1 << 20), b""):
            digest.update(chunk)
    os.remove(scratch)
    return digest.hexdigest()


def corrupt(path, offset, data):
    """Overwrite bytes of an image."""
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(data)


def printed(run, pattern):
    """The match of PATTERN in the console log; AssertionError if there is none."""
    match = re.search(pattern, run.log, re.M)
    assert match, "the console does not show %r" % pattern
    return match
