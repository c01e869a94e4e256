# SPDX-License-Identifier: MIT
"""roster.py - who handed in what, and which of it is graded.

Of a submission only the files that lab.toml says the student owns are read: no
Makefile, no test, no link to elsewhere.
"""
import csv
import glob
import hashlib
import os
import re
import stat

import screen

LARGEST = 1 << 20               # bytes of a student's file
ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]*")


class BadRoster(Exception):
    """The roster cannot be used; says why."""


def _checked(entries):
    seen = set()
    for name, _ in entries:
        if not ID.fullmatch(name):
            raise BadRoster("%r cannot be an id: letters, digits and _.@+- only" % name)
        if name in seen:
            raise BadRoster("%s is in the roster twice" % name)
        seen.add(name)
    if not entries:
        raise BadRoster("there are no submissions")
    return entries


def entries(path):
    """[(id, folder)] of PATH: a folder with one folder for each student, or a CSV file with lines
    "id,folder", of which a first line "id,path" is no student."""
    if os.path.isdir(path):
        return _checked([(name, os.path.join(path, name)) for name in sorted(os.listdir(path))
                         if os.path.isdir(os.path.join(path, name))])
    found = []
    with open(path, newline="") as file:
        for row in csv.reader(file):
            if not row or row[0].startswith("#") or row[:2] == ["id", "path"]:
                continue
            if len(row) < 2:
                raise BadRoster("%s: %r has no folder" % (path, row[0]))
            folder = row[1].strip()
            found.append((row[0].strip(), os.path.join(os.path.dirname(path), folder)))
    return _checked(found)


def _root_of(folder, owns):
    """Where in FOLDER the tree begins: archives often have a folder of their own around it."""
    for root in [folder] + sorted(glob.glob(os.path.join(glob.escape(folder), "*"))):
        if any(os.path.lexists(os.path.join(root, path)) for path in owns):
            return root
    return folder


def _read(root, path):
    """The content of ROOT/PATH as text of bytes; None if it is no plain file of that tree."""
    target = os.path.join(root, path)
    if os.path.realpath(target) != os.path.join(os.path.realpath(root), path):
        return None
    try:
        status = os.lstat(target)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST:
            return None
        with open(target, encoding="latin-1", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None


def collect(lab, name, folder, handed_out):
    """What unit.py gets of the submission of NAME in FOLDER; HANDED_OUT: path -> text, or None if
    nobody is going to read the submission."""
    root = _root_of(folder, lab.owns)
    texts = {path: _read(root, path) for path in lab.owns}
    files = {path: text for path, text in texts.items() if text is not None}
    digest = hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()
    odd = ["%s, %s" % (path, line) for path, text in files.items()
           for line in (screen.odd_lines(text, handed_out[path]) if handed_out else [])]
    return {"id": name, "files": files, "digest": digest, "odd": odd}
