# SPDX-License-Identifier: MIT
"""packages.py - Debian's programs for riscv64, unpacked in build/linux/debian.

Nothing is installed: packages are only unpacked, none of their scripts runs.
"""
import os
import re
import shutil
import subprocess

import debian
from debian import FOLDER

TREE = os.path.join(FOLDER, "debian")
COMPLETE = os.path.join(FOLDER, "debian.complete")      # names what TREE was made of
PACKAGES = (
    "bash", "busybox-static", "coreutils", "dash", "diffutils", "findutils", "gawk", "grep", "gzip",
    "less", "libpython3.13-stdlib", "libpython3.13-testsuite", "lua5.4", "make", "ncurses-base", "procps", "python3-minimal",
    "sed", "sqlite3", "strace", "stress-ng", "tar")
# Drivers of displays, which libraries look for at run time: large, and there is no display.
UNWANTED = re.compile(r"^(libllvm|mesa-|libz3|libgl1-mesa)")


def fetch():
    """Make sure of TREE; Unavailable says why it cannot be had."""
    with debian.fetching:
        if not is_complete():
            debian.update()
            unpack(debian.download_all(PACKAGES))
            with open(COMPLETE, "w") as file:
                file.write(" ".join(PACKAGES))


def is_complete():
    try:
        with open(COMPLETE) as file:
            return file.read() == " ".join(PACKAGES)
    except OSError:
        return False


def unpack(files):
    shutil.rmtree(TREE, ignore_errors=True)
    os.makedirs(TREE)
    for file in files:
        if not UNWANTED.match(os.path.basename(file)):
            subprocess.run(["dpkg", "-x", file, TREE], check=True)
