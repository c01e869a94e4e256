# SPDX-License-Identifier: MIT
"""grading.py - the folder in which a class is graded, and what is left to do there.

    kit.tar.gz         the grader's tree
    given/ID.json      the files that a student handed in
    results/ID.json    what there is to say about them
    todo               ids without a result
    grades.csv, report.md
"""
import fcntl
import json
import os
import shutil
import sys

import classreport
import handout
import kit
import roster


def say(text):
    """Tell who waits; what is printed may be the script for sbatch."""
    print(text, file=sys.stderr, flush=True)


class Grading:
    """The folder in which a class is graded."""

    def __init__(self, lab, folder):
        self.lab, self.folder = lab, os.path.abspath(folder)
        os.makedirs(self.folder, exist_ok=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def lock(self):
        """Wait until no other grading works here.  What we start holds the lock with us."""
        self.locked = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT)
        os.set_inheritable(self.locked, True)
        try:
            fcntl.flock(self.locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another grading is at work in %s; waiting for its end." % self.folder)
            fcntl.flock(self.locked, fcntl.LOCK_EX)

    def forget(self):
        for name in ("results", "given", "log"):
            shutil.rmtree(self.path(name), ignore_errors=True)
        if os.path.exists(self.path("kit.tar.gz")):
            os.remove(self.path("kit.tar.gz"))

    def make_kit(self):
        handout.copy("tools/labs/unit.py", self.path("unit.py"))
        if os.path.exists(self.path("kit.tar.gz")):
            return
        say("Building the grader's tree of lab %d ..." % self.lab.number)
        kit.make(self.lab, self.path("tree"), self.path("kit.tar.gz"))
        shutil.rmtree(self.path("tree"))

    def collect(self, entries):
        """Take in the submissions; the ids of those that have no result yet."""
        handed_out = {path: handout.given(self.lab, path, 0) for path in self.lab.owns}
        for name in ("given", "results", "log"):
            os.makedirs(self.path(name), exist_ok=True)
        before = classreport.results_in(self.folder, [name for name, _ in entries])
        todo = []
        for name, folder in entries:
            given = roster.collect(self.lab, name, folder, handed_out)
            handout.write(self.path("given", name + ".json"), json.dumps(given) + "\n")
            if not classreport.is_graded(before[name]) or before[name]["digest"] != given["digest"]:
                todo.append(name)
                if before[name]:
                    os.remove(self.path("results", name + ".json"))
        handout.write(self.path("todo"), "".join(name + "\n" for name in todo))
        return todo

    def report(self, entries):
        title = "Lab %d, %s" % (self.lab.number, self.lab.title)
        done = classreport.write(self.folder, title, [name for name, _ in entries])
        print("%d of %d graded: %s, %s" % (done, len(entries), self.path("grades.csv"),
                                           self.path("report.md")))
        return done == len(entries)
