# SPDX-License-Identifier: MIT
"""generated.py - the part of a page of docs/ that a program writes, between two marks."""

BEGIN, END = "<!-- begin: made by %s -->\n", "<!-- end -->\n"


def read(path):
    with open(path) as file:
        return file.read()


def parts(text, maker):
    """Of TEXT: what is before MAKER's part, that part, and the rest; None if there is none."""
    before, begin, rest = text.partition(BEGIN % maker)
    old, end, after = rest.partition(END)
    return (before + begin, old, end + after) if begin and end else None


def check(page, made, maker):
    """What is wrong with the file PAGE, in which MAKER's part should be MADE."""
    found = parts(read(page), maker)
    if not found:
        return ["%s: the marks around the table are gone" % page]
    old, new = found[1].splitlines(), made.splitlines()
    if old == new:
        return []
    return (["%s: run %s, the sources have changed:" % (page, maker)] +
            ["  + " + line[:100] for line in new if line not in old] +
            ["  - " + line[:100] for line in old if line not in new])


def write(page, made, maker):
    before, _, after = parts(read(page), maker)
    with open(page, "w") as file:
        file.write(before + made + after)
