#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""root.py - the root image of `make linux`: Debian's programs, and our init.

The manifest for mkfs is made from the unpacked packages: all programs, the shared
libraries that they name (the packages depend on many more), and what the interpreters
read.  What packages do while they are installed is done here: links such as
/usr/bin/awk, and busybox's commands, which all stand in /usr/lib/busybox, and in
/usr/bin where nothing else has the name.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../qemu")]
import packages  # noqa: E402
from debian import FOLDER, Unavailable  # noqa: E402
from packages import TREE  # noqa: E402

IMAGE = os.path.join(FOLDER, "root.img")
MANIFEST = os.path.join(FOLDER, "root.manifest")
SIZE = "256M"
MKFS = "build/mkfs/mkfs"

LIBRARIES = "usr/lib/riscv64-linux-gnu"
PROGRAMS = ("usr/bin", "usr/sbin", "usr/libexec/awk")
DATA = ("etc/bash.bashrc", "etc/debian_version", "etc/host.conf", "etc/os-release", "etc/terminfo",
        "usr/lib/os-release", "usr/lib/ld-linux-riscv64-lp64d.so.1", "usr/lib/python3.13",
        "usr/share/awk", "usr/share/tabset", "usr/share/terminfo", "usr/share/readline")
BY_NAME_ONLY = ("libgcc_s.so.1",)       # found by dlopen: threads of C end with its help
DIRECTORIES = {"dev": "0755", "etc": "0755", "home": "0755", "mnt": "0755", "proc": "0555",
               "root": "0700", "sys": "0555", "tests": "0755", "tmp": "1777", "usr/lib": "0755",
               "var/tmp": "1777"}
LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "usr/bin/awk": "gawk",
         "usr/bin/lua": "lua5.4", "usr/bin/luac": "luac5.4", "usr/bin/pager": "less"}
OURS = {"usr/bin/init": "build/stripped/bin/init", "usr/bin/poweroff": "build/stripped/bin/poweroff",
        "tests/runtest": "build/stripped/tests/runtest", "tests/run": "tests/linux/run-cases",
        "tests/stressors": "tests/linux/stressors", "tests/regress.py": "tests/linux/regress.py"}
SKELETON = "mkfs/skel"
CASES = "tests/linux/cases"


def files_below(top):
    """Paths relative to TREE of all files and links in TOP, which may be one itself."""
    path = os.path.join(TREE, top)
    if not os.path.isdir(path) or os.path.islink(path):
        return [top] if os.path.lexists(path) else []
    return [os.path.relpath(os.path.join(folder, name), TREE)
            for folder, folders, names in os.walk(path)
            for name in names + [f for f in folders if os.path.islink(os.path.join(folder, f))]]


# Which libraries

def needed_by(paths):
    """The names of the libraries that these ELF files name."""
    absolute = [os.path.join(TREE, p) for p in paths]
    done = subprocess.run(["readelf", "-d"] + absolute, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL)
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", done.stdout.decode(errors="replace")))


def is_elf(path):
    path = os.path.join(TREE, path)
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def libraries_of(programs):
    """The libraries, each with the links that lead to it."""
    found, looked_at = set(), [p for p in programs if is_elf(p)]
    names = needed_by(looked_at) | set(BY_NAME_ONLY)
    while names:
        fresh = set()
        for name in names:
            path = os.path.join(LIBRARIES, name)
            while os.path.lexists(os.path.join(TREE, path)) and path not in found:
                found.add(path)
                fresh.add(path)
                if os.path.islink(os.path.join(TREE, path)):
                    path = os.path.join(LIBRARIES, os.readlink(os.path.join(TREE, path)))
        names = needed_by(p for p in fresh if is_elf(p)) if fresh else set()
    return found


# What busybox is called

def applets():
    """The names that busybox answers to: in the file they follow each other in order."""
    with open(os.path.join(TREE, "usr/bin/busybox"), "rb") as file:
        text = file.read()
    start = text.find(b"[\0[[\0")
    if start < 0:
        raise Unavailable("busybox does not tell its commands")
    return text[start:text.index(b"\0\0", start)].decode().split("\0")


# The manifest

def line_of(path):
    source = os.path.join(TREE, path)
    if os.path.islink(source):
        return "symlink /%s %s" % (path, os.readlink(source))
    mode = os.stat(source).st_mode & 0o7777
    return "file /%s %s %04o" % (path, source, mode)


def manifest():
    programs = [path for top in PROGRAMS for path in files_below(top)]
    data = [path for top in DATA for path in files_below(top)]
    paths = set(programs) | set(data) | libraries_of(programs + data)
    paths = {p for p in paths if not re.search(r"[\s#]", p)} - set(LINKS) - set(OURS)
    lines = ["dir /"] + ["dir /%s %s" % item for item in DIRECTORIES.items()]
    lines += ["node /dev/console c 5 1 0600", "node /dev/null c 1 3 0666"]
    lines += ["symlink /%s %s" % item for item in LINKS.items()]
    lines += ["file /%s %s 0755" % item for item in OURS.items()]
    for folder, _, names in os.walk(SKELETON):
        for name in names:
            source = os.path.join(folder, name)
            lines.append("file /%s %s 0644" % (os.path.relpath(source, SKELETON), source))
    lines += ["file /tests/cases/%s %s/%s 0644" % (name, CASES, name) for name in os.listdir(CASES)]
    lines += [line_of(path) for path in sorted(paths)]
    taken = paths | set(LINKS) | set(OURS)
    for name in applets():
        lines.append("symlink /usr/lib/busybox/%s ../../bin/busybox" % name)
        if not {"usr/bin/" + name, "usr/sbin/" + name} & taken:
            lines.append("symlink /usr/bin/%s busybox" % name)
    return "\n".join(lines) + "\n"


def build():
    """Make IMAGE; Unavailable says why it cannot be had."""
    packages.fetch()
    with open(MANIFEST, "w") as file:
        file.write(manifest())
    subprocess.run([MKFS, "-o", IMAGE, "-s", SIZE, MANIFEST], check=True)
    return IMAGE


if __name__ == "__main__":
    try:
        print("  MKFS    " + build())
    except Unavailable as why:
        sys.exit("linux: no programs: %s" % why)
