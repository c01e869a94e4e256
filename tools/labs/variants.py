# SPDX-License-Identifier: MIT
"""variants.py - files that differ from ours: wrong ones, and others that are right.

A lab has them to test its tests; and where the students write the tests, theirs
have to tell the ones from the others.  Then a variant is called N/NAME, after the
lab that it comes from, and lies in the tree as variants/N/NAME/FILE.
"""
import glob
import os

import csource
import lab as labs

FOLDER = "variants"


def _read(path):
    with open(path) as file:
        return file.read()


class Mutant:
    """
    A wrong solution: the right one with OLD replaced by NEW in FILE, or WHOLE, a file of the
    lab's, in its place.  It must lose the tests LOSES; where SCORE is said, all tests that FILE
    concerns must give just that.
    """

    def __init__(self, lab, name, says, file, loses, old="", new="", whole="", score=None):
        self.name, self.says, self.file = name, says, file
        self.old, self.new = old, new
        self.whole = _read(os.path.join(lab.folder, whole)) if whole else ""
        self.loses, self.score = loses, score

    def apply(self, text):
        if self.whole:
            return self.whole
        if text.count(self.old) != 1:
            raise labs.BadLab("mutant %s: its text is in %s %d times" % (
                self.name, self.file, text.count(self.old)))
        return text.replace(self.old, self.new)


class Alternative:
    """A right solution that is not ours: functions that go INTO a file and replace ours, or a
    whole file INSTEAD OF ours; its second line says which."""

    def __init__(self, path):
        self.name = os.path.splitext(os.path.basename(path))[0]
        self.text = _read(path)
        self.is_whole = "/* instead of: " in self.text
        said = "/* instead of: " if self.is_whole else "/* into: "
        self.file = self.text.split(said, 1)[1].split(" */", 1)[0]

    def apply(self, text):
        return self.text if self.is_whole else csource.overlay(text, self.text)[0]


def mutants_of(lab):
    import tomllib
    path = os.path.join(lab.folder, "mutants.toml")
    with open(path, "rb") as file:
        found = [Mutant(lab, **m) for m in tomllib.load(file)["mutants"]]
    for mutant in found:
        for name in mutant.loses:
            lab.test(name)
    return found


def alternatives_of(lab):
    return [Alternative(path) for path in
            sorted(glob.glob(os.path.join(lab.folder, "alternatives", "*.c")))]


def named(reference):
    """The variant N/NAME."""
    number, name = reference.split("/")
    lab = labs.numbered(number)
    found = [v for v in mutants_of(lab) + alternatives_of(lab) if v.name == name]
    if len(found) != 1:
        raise labs.BadLab("%s has %d variants %r" % (lab.folder, len(found), name))
    return found[0]


def files_for(tests):
    """{path in a tree: text} of the variants that TESTS name."""
    found = {}
    for reference in sorted({r for test in tests for r in test.variants}):
        change = named(reference)
        found[os.path.join(FOLDER, reference, change.file)] = change.apply(_read(change.file))
    return found
