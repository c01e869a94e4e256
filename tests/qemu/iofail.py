# SPDX-License-Identifier: MIT
"""iofail.py - disks that fail, by QEMU's driver blkdebug, which stands in front of the image.

A rule names a sector and what cannot be done with it; a rule with times=N fails
so often and is gone then.  The kernel tries what failed together once more, each
bio alone and then each page: a page that shares its transfer fails three times
before anybody is told.
"""
import os
import re

from case import command, fsck, make_ext2, make_swap
from programs import program

PAGE, SECTORS = 4096, 8                 # a page, and the sectors of one
SLOTS = 2048                            # of the swap area with rules
FILE_PAGES, DIRECT = 64, 12             # as in user/tests/iofail.c
TRIES = 3                               # of a page among others


def blkdebug(run, serial, rules):
    """Put RULES, (operation, sector, times; 0: always), in front of a disk."""
    path = os.path.join(run.folder, serial + ".conf")
    with open(path, "w") as file:
        for operation, sector, times in rules:
            for _ in range(times or 1):
                file.write('[inject-error]\nevent = "none"\niotype = "%s"\nerrno = "5"\n'
                           'sector = "%d"\nonce = "%s"\n\n' %
                           (operation, sector, "on" if times else "off"))
    disk = next(d for d in run.disks if d.serial == serial)
    disk.filter = "blkdebug:%s:" % path
    disk.options = "rerror=report,werror=report"


def bad_swap(run):
    make_swap(run.disk("swap"))
    blkdebug(run, "swap",
             [("read", slot * SECTORS, 0) for slot in range(5, SLOTS, 16)] +
             [("write", slot * SECTORS, 0) for slot in range(9, SLOTS, 16)])


def block_of(image, path, page):
    return int(command("debugfs", "-R", "bmap %s %d" % (path, page), image).split()[-1])


def indirect_block(image, path):
    text = command("debugfs", "-R", "stat " + path, image)
    return int(re.search(r"\(IND\):(\d+)", text).group(1))


def table_block(image, path):
    text = command("debugfs", "-R", "imap " + path, image)
    return int(re.search(r"located at block (\d+)", text).group(1))


def write_letters(path, npages):
    with open(path, "wb") as file:
        for i in range(npages):
            file.write(bytes([ord("a") + i % 26]) * PAGE)


def make_files(run):
    """The files after "lost" fill its block of the inode table: new ones get another."""
    stage = os.path.join(run.folder, "stage")
    os.makedirs(os.path.join(stage, "folder"))
    for name in ("data", "passing", "lasting", "deep"):
        write_letters(os.path.join(stage, name), FILE_PAGES)
    write_letters(os.path.join(stage, "folder", "inside"), 1)
    make_ext2(run.disk("second"), "-N", "256", "-d", stage)
    empty = os.path.join(run.folder, "empty")
    write_letters(empty, 1)
    names = ["before%d" % i for i in range(32)] + ["lost"] + ["after%d" % i for i in range(16)]
    script = os.path.join(run.folder, "commands")
    with open(script, "w") as file:
        file.write("".join("write %s %s\n" % (empty, name) for name in names))
    command("debugfs", "-w", "-f", script, run.disk("second"))


def bad_files(run):
    make_files(run)
    image = run.disk("second")
    read = [block_of(image, "/data", page) for page in range(3, FILE_PAGES, 8)]
    read += [indirect_block(image, "/deep"), block_of(image, "/folder", 0),
             table_block(image, "/lost")]
    blkdebug(run, "second",
             [("read", block * SECTORS, 0) for block in read] +
             [("write", block_of(image, "/passing", 3) * SECTORS, TRIES),
              ("write", block_of(image, "/lasting", 3) * SECTORS, 0)])


def bad_disks(run):
    bad_swap(run)
    bad_files(run)


def files_are_sound(run):
    fault = fsck(run.disk("second"))
    assert not fault, "second disk: " + fault


def failing(name, arguments="", **how):
    return program("iofail", arguments, test=name, once=True, before=bad_disks,
                   after=files_are_sound, disks=(("swap", "16M"), ("second", "8M")), **how)


TESTS = [
    failing("iofail", cpus=(2,)),
    failing("iofail-long", "long_storm_of_errors enough_has_failed", cpus=(1, 4), timeout=900,
            tags=("soak",)),
]
