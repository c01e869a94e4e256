#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reference.py - what the pages of docs/ say must be what there is.

    boot-arguments.md    the table is made of the BOOTARGs in the kernel
    gdb.md               the table is made of the commands' help texts in tools/gdb
    proc.md, proc-vm.md  name every file of /proc and no other
    README.md            names every page; and links of all pages lead to files

check() compares; `tools/lint/reference.py` writes the tables anew.
"""
import ast
import glob
import os
import re

import generated

MAKER = "tools/lint/reference.py"
CONTENTS = "docs/README.md"
ARGUMENTS, COMMANDS, PROC, SETTINGS = ("docs/%s.md" % page for page in
                                       ("boot-arguments", "gdb", "proc", "proc-vm"))
VALUES = {"bool": "yes or no", "u64": "number", "size": "size", "string": "word"}


def row(*cells):
    return "| %s |\n" % " | ".join(cell.replace("|", "\\|") for cell in cells)


def arguments():
    """The table of boot arguments: each, what its value is, its help text, its file."""
    declared, read_as = [], {}
    for path in sorted(glob.glob("kernel/**/*.c", recursive=True)):
        text = generated.read(path)
        read_as.update((key, kind) for kind, key in re.findall(r'\bbootarg_(\w+)\("(\w+)"', text))
        for key, about in re.findall(r'^BOOTARG\((\w+), "((?:[^"\\]|\\.)*)"\);', text, re.M):
            declared.append((key, about.replace('\\"', '"'), path))
    return "| argument | value | meaning | read in |\n|---|---|---|---|\n" + "".join(
        row("`%s`" % key, VALUES[read_as[key]], about, "`%s`" % path)
        for key, about, path in sorted(declared))


def commands():
    """The table of GDB commands: how each is called, what it shows, what else to know."""
    lines = []
    for path in sorted(glob.glob("tools/gdb/*.py")):
        for kind in ast.parse(generated.read(path)).body:
            named = isinstance(kind, ast.ClassDef) and kind.name != "Command"
            if named and any(base.id == "Command" for base in kind.bases):
                first, _, rest = ast.get_docstring(kind).partition("\n")
                call, _, shows = first.partition(": ")
                lines.append(row("`%s`" % call, shows.rstrip("."), " ".join(rest.split())))
    return "| command | shows | |\n|---|---|---|\n" + "".join(sorted(lines))


def proc_files():
    """The names of all files of /proc, from its tables."""
    text = "".join(generated.read(path) for path in glob.glob("kernel/procfs/*.c")
                   if path != "kernel/procfs/procfs.c")
    found = re.findall(r'PROC_FILE\("(\w+)"|\.name = "([\w-]+)"|^    SETTING(?:_BY)?\((\w+)|\bKIND\((\w+)\)',
                       text, re.M)
    return {name for names in found for name in names if name and not name.endswith("_")}


def described():
    """The files of /proc that the first columns of the page's tables name."""
    cells = re.findall(r"^\|([^|]*)\|", generated.read(PROC), re.M)
    return {name for cell in cells for name in re.findall(r"`([\w-]+)`", cell)}


def check_proc():
    there, told = proc_files(), described()
    settings = set(re.findall(r"`(\w+)`", generated.read(SETTINGS)))
    return (["%s: nothing about %s" % (PROC, name) for name in sorted(there - told - settings)] +
            ["%s: there is no %s" % (PROC, name) for name in sorted(told - there)])


def links(page):
    """The files that PAGE links to.  What was handed out to students has no labs in it."""
    for target in re.findall(r"\]\(([^)#:]+\.\w+)[^)]*\)", generated.read(page)):
        path = os.path.normpath(os.path.join(os.path.dirname(page), target))
        if not path.startswith("labs/") or os.path.isdir("labs"):
            yield path


def check_links():
    pages = sorted(glob.glob("docs/*.md") + glob.glob("labs/**/*.md", recursive=True))
    lost = set(glob.glob("docs/*.md")) - set(links(CONTENTS)) - {CONTENTS}
    return (["%s: names no %s" % (CONTENTS, page) for page in sorted(lost)] +
            ["%s: a link to %s, which is not there" % (page, path)
             for page in pages for path in links(page) if not os.path.exists(path)])


def check():
    """What is wrong with the pages, line by line."""
    return (generated.check(ARGUMENTS, arguments(), MAKER) +
            generated.check(COMMANDS, commands(), MAKER) + check_proc() + check_links())


if __name__ == "__main__":
    generated.write(ARGUMENTS, arguments(), MAKER)
    generated.write(COMMANDS, commands(), MAKER)
