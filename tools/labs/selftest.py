#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""selftest.py - test the labs: do their tests tell right from wrong?

    selftest.py [--lab N] [--quick] [--repeat N]

For each lab, in build/labs/N/: the reference solution has full points; the handout
boots to the shell and has no more than its floor; every mutant loses the tests
that it names; every alternative has full points.  One file is compiled for each
mutant, and only the tests that it names run.  --quick is the solution and
a few mutants, on the host alone; --repeat runs the solutions N times, to find tests
that waver.
"""
import argparse
import glob
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import csource  # noqa: E402
import faults  # noqa: E402
import handout  # noqa: E402
import judge  # noqa: E402
import lab as labs  # noqa: E402
import results  # noqa: E402
import variants  # noqa: E402
import verdict  # noqa: E402
from results import FAILED, PASSED, Result  # noqa: E402
from vm import VM, Disk, TimedOut  # noqa: E402


FEW = 2                         # mutants of the quick form


class Tree:
    """A tree made for a lab, which is worked in.  What is there already and has not changed keeps
    its age, so that little is compiled."""

    def __init__(self, lab, name, todo):
        self.path = os.path.abspath("build/labs/%d/%s" % (lab.number, name))
        fresh = self.path + ".new"
        shutil.rmtree(fresh, ignore_errors=True)
        handout.fill(lab, fresh, todo)
        handout.add_hidden(lab, fresh)
        wanted = _files_in(fresh)
        for path in _files_in(self.path) - wanted:
            os.remove(os.path.join(self.path, path))
        for path in wanted:
            _copy_changed(os.path.join(fresh, path), os.path.join(self.path, path))
        shutil.rmtree(fresh)

    def __enter__(self):
        self.back = os.getcwd()
        os.chdir(self.path)

    def __exit__(self, *_):
        os.chdir(self.back)


def _files_in(folder):
    """The paths of all files below FOLDER, but for what was built."""
    found = set()
    for parent, folders, names in os.walk(folder):
        if parent == folder and "build" in folders:
            folders.remove("build")
        found |= {os.path.relpath(os.path.join(parent, name), folder) for name in names}
    return found


def _copy_changed(source, target):
    with open(source, "rb") as file:
        content = file.read()
    if os.path.exists(target):
        with open(target, "rb") as file:
            if file.read() == content:
                return
    handout.copy(source, target)
    os.utime(target)


# What must hold

def full_points(lab, tests):
    """None if all TESTS pass in this tree, else what does not."""
    for found in judge.of_lab(lab, lambda t: t in tests):
        if found.state != verdict.PASS:
            return "%s: %s: %s" % (found.test.name, found.state, found.message)
    return None


def at_its_floor(lab, tests):
    found = judge.of_lab(lab, lambda t: t in tests)
    for v in found:
        if v.state in (verdict.BUILD, verdict.INFRA):
            return "%s: %s" % (v.state, v.message)
    score = sum(v.score() for v in found)
    return None if score <= lab.floor else "%d points, more than %d" % (score, lab.floor)


def boots(_lab):
    """None if this tree boots to the shell, else what happened."""
    verdict.make([], "kernels", "build/root.img")
    folder = os.path.join(verdict.FOLDER, "boot")
    os.makedirs(folder, exist_ok=True)
    shutil.copyfile("build/root.img", os.path.join(folder, "root.img"))
    disks = [Disk(os.path.join(folder, "root.img"), "root")]
    with VM("build/kernel.elf", folder, disks=disks, interactive=True) as vm:
        try:
            vm.expect(r"# $")
            printed = vm.run("echo $((6 * 7))")
        except TimedOut as why:
            return str(why)
    return None if printed.strip() == "42" else "the shell said %r" % printed


def changed(tree, change):
    """A context in which CHANGE, a mutant or an alternative, is applied to TREE."""
    class Changed:
        def __enter__(self):
            tree.__enter__()
            self.right = handout.read(change.file)
            handout.write(change.file, change.apply(self.right))

        def __exit__(self, *arguments):
            handout.write(change.file, self.right)
            tree.__exit__(*arguments)
    return Changed()


def fit(_lab, changes):
    """None: all CHANGES, mutants and alternatives, can be made of the files in this tree."""
    for change in changes:
        change.apply(handout.read(change.file))


def survives(lab, mutant):
    """None if the mutant in this tree loses what it names, and scores what it says, else what
    it keeps."""
    found = judge.of_lab(lab, lambda t: t.name in mutant.loses or (
        mutant.score is not None and faults.concerns(t, mutant.file)))
    kept = [v.test.name for v in found if v.test.name in mutant.loses and v.state == verdict.PASS]
    broken = [v.message for v in found if v.state in (verdict.INFRA, verdict.BUILD)]
    score = sum(v.score() for v in found)
    if broken:
        return "does not build: " + broken[0]
    if kept:
        return "keeps " + ", ".join(kept)
    return None if mutant.score in (None, score) else "scores %d, not %d" % (score, mutant.score)


def cheap_tests(lab):
    """The tests of the quick form: on the host, and a few of the first suite."""
    first = faults.programs_of(lab.tests)[:1]
    return lab.of_kind(labs.HOST) + [t for t in lab.tests if t.program in first][:2 * FEW]


# Running

class Checks:
    """The checks of one lab, with a line for each."""

    def __init__(self, lab, quick, repeat):
        self.lab, self.results, self.repeat = lab, [], repeat
        self.tests = cheap_tests(lab) if quick else lab.tests
        self.quick = quick

    def check(self, name, question, *arguments):
        begin = time.monotonic()
        try:
            wrong = question(self.lab, *arguments)
        except (verdict.Broken, labs.BadLab, csource.NotFound) as why:
            wrong = str(why)
        seconds = time.monotonic() - begin
        print("%-5s lab %d  %-34s %6.1f s  %s" % ("FAIL" if wrong else "ok", self.lab.number, name,
                                                  seconds, wrong or ""), flush=True)
        self.results.append(Result("lab%d" % self.lab.number, name, FAILED if wrong else PASSED,
                                   seconds, wrong or ""))

    def mutants(self):
        found = [m for m in variants.mutants_of(self.lab)
                 if all(self.lab.test(n) in self.tests for n in m.loses)]
        return found[:FEW] if self.quick else found

    def perform(self):
        right = Tree(self.lab, "solution", len(self.lab.steps))
        changes = variants.mutants_of(self.lab) + variants.alternatives_of(self.lab)
        with right:
            self.check("mutants and alternatives fit", fit, changes)
        if not self.tests:
            return
        if not self.quick:
            with Tree(self.lab, "handout", 0):
                self.check("handout has its floor", at_its_floor, self.tests)
                self.check("handout boots", boots)
        with right:
            for _ in range(self.repeat):
                self.check("solution has full points", full_points, self.tests)
        for alternative in [] if self.quick else variants.alternatives_of(self.lab):
            with changed(right, alternative):
                self.check("alternative " + alternative.name, full_points,
                           [t for t in self.tests if faults.concerns(t, alternative.file)])
        for mutant in self.mutants():
            with changed(right, mutant):
                self.check("mutant " + mutant.name, survives, mutant)


def checked(folder, quick, repeat=1):
    """Results of the lab in FOLDER, whose solution is run REPEAT times."""
    lab = labs.numbered(os.path.basename(folder).split("-")[0])
    checks = Checks(lab, quick, repeat)
    checks.perform()
    return checks.results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lab", default="*")
    parser.add_argument("--quick", action="store_true", help="nothing that boots a machine")
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    paths = sorted(glob.glob("labs/%s-*/lab.toml" % options.lab))
    if not paths:
        sys.exit("labs-selftest: there is no lab %s" % options.lab)
    found = []
    for path in paths:
        found += checked(os.path.dirname(path), options.quick, options.repeat)
    results.write("labs", found)
    print(results.summary_line(found))
    return 1 if results.count(found, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
