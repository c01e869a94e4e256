# SPDX-License-Identifier: MIT
"""floors.py - check every #include against tools/floors."""
import os
import re

import sources

TABLE = "tools/floors"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

# What the compiler itself brings.  <stdint.h> is missing on some toolchains.
COMPILER_HEADERS = {"stddef.h", "stdarg.h", "stdbool.h", "stdatomic.h"}


def table():
    """{folder: floor}"""
    floors = {}
    with open(TABLE) as file:
        for line in file:
            words = line.split("#")[0].split()
            if words:
                floors[words[0]] = int(words[1])
    return floors


def home(floors, path):
    """The folder of tools/floors that PATH belongs to, or None."""
    folder = os.path.dirname(path)
    while folder and folder not in floors:
        folder = os.path.dirname(folder)
    return folder or None


def _fault(floors, own, bracket, target):
    """What is wrong with including TARGET from folder OWN, or None."""
    if bracket == "<":
        return None if target in COMPILER_HEADERS else "<%s> is not the compiler's own" % target
    folder = home(floors, target)
    if not folder:
        return '"%s": not a path from the root to a folder of tools/floors' % target
    if folder != own and floors[folder] >= floors[own]:
        return '"%s": floor %d above %s, which is floor %d' % (
            target, floors[folder], own, floors[own])
    return None


def _includes(path):
    with open(path, errors="replace") as file:
        for number, line in enumerate(file, 1):
            match = INCLUDE.match(line)
            if match:
                yield number, match.group(1), match.group(2)


def check():
    floors, offences = table(), []
    for path in sources.floored():
        own = home(floors, path)
        if not own:
            offences.append("%s: its folder is not in %s" % (path, TABLE))
            continue
        for number, bracket, target in _includes(path):
            fault = _fault(floors, own, bracket, target)
            if fault:
                offences.append("%s:%d: includes %s" % (path, number, fault))
    return offences
