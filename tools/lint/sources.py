# SPDX-License-Identifier: MIT
"""sources.py - which files the checks look at."""
import glob


def _all(*patterns):
    return sorted(f for p in patterns for f in glob.glob(p, recursive=True))


def kernel():
    """C files that become the kernel."""
    return _all("kernel/**/*.c", "lib/*.c")


def user():
    """C files of the library and of the programs (lib/ is there twice: other flags)."""
    return _all("user/**/*.c", "lib/*.c")


def floored():
    """Files that stand on a floor."""
    return _all("kernel/**/*.[chS]", "lib/**/*.[ch]")


def headers():
    return _all("kernel/**/*.h", "lib/**/*.h", "user/**/*.h")
