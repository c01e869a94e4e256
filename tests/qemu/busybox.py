#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""busybox.py - Debian's static busybox for riscv64, in build/linux/busybox."""
import os
import shutil
import subprocess
import sys

import debian
from debian import FOLDER, Unavailable

BUSYBOX = os.path.join(FOLDER, "busybox")
PACKAGE = "busybox-static"


def fetch():
    """Make sure of BUSYBOX and return its path; Unavailable says why it cannot be had."""
    with debian.fetching:
        return BUSYBOX if os.path.exists(BUSYBOX) else unpack()


def unpack():
    debian.update()
    unpacked = os.path.join(FOLDER, "unpacked")
    subprocess.run(["dpkg", "-x", debian.download(PACKAGE), unpacked], check=True)
    for name in ("bin/busybox", "usr/bin/busybox"):
        if os.path.exists(os.path.join(unpacked, name)):
            shutil.copy(os.path.join(unpacked, name), BUSYBOX + ".new")
            os.rename(BUSYBOX + ".new", BUSYBOX)
            return BUSYBOX
    raise Unavailable("no busybox in " + PACKAGE)


if __name__ == "__main__":
    try:
        print(fetch())
    except Unavailable as why:
        sys.exit("busybox.py: %s" % why)
