# SPDX-License-Identifier: MIT
"""lab.py - what lab.toml says, checked.

Instructors write labs/N-name/lab.toml; a handout carries the same as lab.json,
without the tests that are hidden, so that grading needs no TOML reader.
"""
import glob
import json
import os
from dataclasses import asdict, dataclass, field
from typing import List

HOST, QEMU, REST, SOUND, FAULT = "host", "qemu", "rest", "sound", "fault"
KINDS = (HOST, SOUND, FAULT, QEMU, REST)     # in the order in which they are run
LIMITS = {HOST: 3, SOUND: 2, FAULT: 2, QEMU: 30, REST: 0}  # of a test that says none


class BadLab(Exception):
    """lab.toml is wrong; says where."""


@dataclass
class Step:
    """Functions that belong together, in the order in which a student writes them."""
    title: str
    level: str                          # easy, moderate, hard
    functions: List[str]
    note: str = "For now, a simple stand-in."       # what a stand-in says of itself


@dataclass
class Vary:
    """OLD in FILE becomes one of NEW, by the student's name."""
    file: str
    old: str
    new: List[str]


@dataclass
class Test:
    """
    One line of the table of points.

    host   CASES of the Criterion program PROGRAM pass
    sound  all of PROGRAM, a suite of the student's, passes with the tree's sources and with
           each of VARIANTS, which are right
    fault  PROGRAM, a suite of the student's, finds that each of VARIANTS is wrong
    qemu   CASES (none: all) of the test program PROGRAM pass on a fresh machine
    rest   after the runs of the qemu tests OF, nothing is left behind
    """
    name: str
    kind: str
    points: int
    program: str = ""
    cases: List[str] = field(default_factory=list)
    of: List[str] = field(default_factory=list)
    variants: List[str] = field(default_factory=list)
    hint: str = ""
    needs: List[str] = field(default_factory=list)
    hidden: bool = False
    mem: str = "128M"
    cpus: int = 1
    debug: bool = False
    append: str = ""
    limit: int = 0                      # seconds of processor time that QEMU, or each case, may use


@dataclass
class Lab:
    number: int
    title: str
    hours: int
    owns: List[str]                     # the student's files
    floor: int                          # points of an untouched handout, at most
    steps: List[Step]
    tests: List[Test]
    drop: List[str] = field(default_factory=list)   # left out where no stand-in calls them
    vary: List[Vary] = field(default_factory=list)
    withheld: List[str] = field(default_factory=list)   # files of the tree that tell the solution
    folder: str = ""                    # where lab.toml is
    version: int = 1                    # of the handout
    student: str = ""
    seed: int = 1

    def points(self):
        return sum(t.points for t in self.tests)

    def of_kind(self, *kinds):
        return [t for t in self.tests if t.kind in kinds]

    def test(self, name):
        return next(t for t in self.tests if t.name == name)

    def to_json(self, hidden=False):
        """What a handout carries; with the HIDDEN tests what a grader's tree does."""
        said = dict(asdict(self), folder="")
        said["tests"] = [t for t in said["tests"] if hidden or not t["hidden"]]
        return json.dumps(said, indent=1) + "\n"


def _made(kind, table, where):
    try:
        return kind(**table)
    except TypeError as fault:
        raise BadLab("%s: %s" % (where, str(fault).replace("__init__() ", ""))) from None


def _check(lab, where):
    names = [t.name for t in lab.tests]
    if len(set(names)) != len(names):
        raise BadLab("%s: two tests of one name" % where)
    for test in lab.tests:
        if test.kind not in LIMITS:
            raise BadLab("%s: test %s: no kind %r" % (where, test.name, test.kind))
        test.limit = test.limit or LIMITS[test.kind]
        for other in test.needs + test.of:
            if other not in names:
                raise BadLab("%s: test %s names %r, which is none" % (where, test.name, other))
    if not lab.tests or lab.points() <= 0:
        raise BadLab("%s: no points to be had" % where)


def from_tables(tables, where):
    """A Lab from what a TOML or JSON reader returned."""
    tables = dict(tables)
    for key, kind in (("steps", Step), ("tests", Test), ("vary", Vary)):
        tables[key] = [_made(kind, t, where) for t in tables.get(key, [])]
    lab = _made(Lab, tables, where)
    _check(lab, where)
    return lab


def of_handout(path="lab.json"):
    with open(path) as file:
        return from_tables(json.load(file), path)


def numbered(number):
    """The lab of that number, from labs/."""
    import tomllib                      # Python 3.11; only who hands out labs needs it
    found = glob.glob("labs/%s-*/lab.toml" % number)
    if len(found) != 1:
        have = sorted(os.path.basename(os.path.dirname(f)) for f in glob.glob("labs/*/lab.toml"))
        raise BadLab("no lab %s; there are: %s" % (number, ", ".join(have)))
    with open(found[0], "rb") as file:
        lab = from_tables(tomllib.load(file), found[0])
    lab.folder = os.path.dirname(found[0])
    return lab
