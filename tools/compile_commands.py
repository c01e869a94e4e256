#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compile_commands.py - write the compilation database that editors read.

    compile_commands.py OUTPUT (--FLAVOUR 'COMPILER FLAGS...' FILES...)...

Where a file is compiled for more than one flavour, the first one counts.
"""
import json
import os
import shlex
import sys


def flavours(words):
    """Split the command line into (flags, files)."""
    groups = []
    for word in words:
        if word.startswith("--") and len(word) > 2 and " " not in word:
            groups.append([])
        else:
            groups[-1].append(word)
    return [(shlex.split(group[0]), group[1:]) for group in groups]


def main():
    output, entries, seen = sys.argv[1], [], set()
    for flags, files in flavours(sys.argv[2:]):
        flags = [f for f in flags if f not in ("-MMD", "-MP")]
        for file in files:
            if file in seen:
                continue
            seen.add(file)
            entries.append({"directory": os.getcwd(), "file": file,
                            "arguments": flags + ["-c", file]})
    with open(output, "w") as out:
        json.dump(entries, out, indent=1)


if __name__ == "__main__":
    main()
