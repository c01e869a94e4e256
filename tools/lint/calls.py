#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""calls.py - the table of system calls in docs/system-calls.md.

It is made from the sources: kernel/sys/calls.h says which calls there are, the file
that defines sys_NAME is the row of NAME and its header comment says what the row is
about, and lib/abi/syscall.h has the numbers of all others.  A star marks what the table
of differences below it names.  check() compares; `tools/lint/calls.py` writes it anew.
"""
import glob
import re
import textwrap

import generated

PAGE = "docs/system-calls.md"
LIST = "kernel/sys/calls.h"
NUMBERS = "lib/abi/syscall.h"
OURS = "pagoda_"                # the prefix of calls that Linux has not
MAKER = "tools/lint/calls.py"
WIDTH = 126                     # of a line of prose
# A function, or a macro that makes one: sys_cred.c has four that differ in a word.
DEFINITION = r"^(?:int64_t sys_(?=\w+\(const uint64_t \*)|GETTER\()(\w+)"


def implemented():
    return re.findall(r"^    CALL\((\w+), \w+\)", generated.read(LIST), re.M)


def numbered():
    names = re.findall(r"^#define SYS_(\w+)\s+\d+$", generated.read(NUMBERS), re.M)
    return [name for name in names if not name.startswith(OURS)]


def different(page):
    """The calls that the table of differences names in its first column."""
    section = page.partition("## What is different")[2].partition("\n## ")[0]
    cells = re.findall(r"^\|([^|]*)\|", section, re.M)
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def families():
    """[(file, what its header says it is about, {calls that it defines})], in order."""
    found = []
    for path in sorted(glob.glob("kernel/**/*.c", recursive=True)):
        text = generated.read(path)
        names = re.findall(DEFINITION, text, re.M)
        about = re.search(r"^ \* \S+ - (.*?)(?:\.\s|\.$|\n \*\n|\n \*/)", text, re.M | re.S)
        if names:
            found.append((path, " ".join(about.group(1).replace("\n *", " ").split()), set(names)))
    return found


def table(page):
    calls, partial = implemented(), set(different(page))

    def shown(name):
        return "`%s`%s" % (name, "\\*" if name in partial else "")

    lines = ["| in `kernel/` | what | calls |", "|---|---|---|"]
    for path, about, names in families():
        row = " ".join(shown(name) for name in calls if name in names)
        if row:
            lines.append("| `%s` | %s | %s |" % (path[len("kernel/"):], about, row))
    missing = [name for name in numbered() if name not in calls]
    prose = "%d calls.  Linux has these besides, which return -ENOSYS here: %s." % (
        len(calls), " ".join("`%s`" % name for name in missing))
    return "\n".join(lines) + "\n\n" + textwrap.fill(prose, WIDTH) + "\n"


def check():
    """What is wrong with the page, line by line."""
    page = generated.read(PAGE)
    offences = ["%s: there is no call `%s`" % (PAGE, name)
                for name in different(page) if name not in numbered()]
    defined = set().union(*(names for _, _, names in families()))
    offences += ["%s: nobody defines sys_%s" % (LIST, name)
                 for name in implemented() if name not in defined]
    return offences + generated.check(PAGE, table(page), MAKER)


if __name__ == "__main__":
    generated.write(PAGE, table(generated.read(PAGE)), MAKER)
