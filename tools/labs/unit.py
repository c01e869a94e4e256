#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""unit.py - grade one submission: the unit of work of grade-class.

    unit.py [--repeat N] [--seed S] ID      in the folder of a grading

Unpacks kit.tar.gz, the grader's tree, to a scratch folder, puts the files of
given/ID.json there, grades, and leaves results/ID.json: all of it or nothing.
Needs no more than that folder, so it runs on any machine.  Exit status 0: graded;
3: this machine could not grade, and results/ID.json says why.
"""
import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback


def unpack(kit, given, tree):
    """The grader's tree with the student's files."""
    subprocess.run(["tar", "--extract", "--gzip", "--file", kit, "--directory", tree], check=True)
    for path, text in given["files"].items():
        target = os.path.join(tree, path)
        os.remove(target)               # and with it what it was a link to
        with open(target, "w", encoding="latin-1", newline="") as file:
            file.write(text)


def missing(lab, given):
    return [path for path in lab.owns if path not in given["files"]]


def verdicts_of(lab, given):
    """Verdicts of the tree that we are in."""
    import judge
    import screen
    import verdict
    lacking = missing(lab, given)
    if lacking:
        why = "%s is missing" % lacking[0]
        return [verdict.Verdict(t, verdict.BUILD, why) for t in lab.tests]
    return judge.of_lab(lab, lambda t: True, screen.screen_for(lab, "build/kernel.elf"))


def flaky(first, again):
    """The tests that ended in one way and then in another."""
    other = {v.test.name: v.state for v in again}
    return [v.test.name for v in first if other[v.test.name] != v.state]


def grade(tree, given, seed, repeat):
    """What there is to say about the files GIVEN, which lie in TREE."""
    sys.path.insert(0, os.path.join(tree, "tools", "labs"))
    import lab as labs
    import report
    os.chdir(tree)
    lab = labs.of_handout()
    lab.student, lab.seed = given["id"], seed
    found = verdicts_of(lab, given)
    unsteady = []
    for _ in range(1, repeat):
        unsteady += flaky(found, verdicts_of(lab, given))
    return dict(report.as_dict(lab, found), flaky=sorted(set(unsteady)))


def void(why):
    """What is said of a submission that could not be graded."""
    return {"void": True, "score": 0, "points": 0, "flaky": [], "why": why, "tests": []}


def write(path, result):
    with open(path + ".new", "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    os.replace(path + ".new", path)


def perform(folder, given, seed, repeat):
    """The result for GIVEN, by the kit in FOLDER, in a tree of its own."""
    begin = time.monotonic()
    scratch = tempfile.mkdtemp(prefix="grade-")
    try:
        unpack(os.path.join(folder, "kit.tar.gz"), given, scratch)
        result = grade(scratch, given, seed, repeat)
    except Exception:       # whatever it is, the student is not to blame
        result = void(traceback.format_exc(limit=4))
    finally:
        os.chdir(folder)
        shutil.rmtree(scratch, ignore_errors=True)
    return dict(result, id=given["id"], digest=given["digest"], odd=given["odd"],
                machine=platform.node(), seconds=round(time.monotonic() - begin, 1))


def ended(*_):
    sys.exit(143)           # what was started ends with us


def main():
    signal.signal(signal.SIGTERM, ended)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("id")
    options = parser.parse_args()
    folder = os.getcwd()
    with open(os.path.join("given", options.id + ".json")) as file:
        given = json.load(file)
    result = perform(folder, given, options.seed, options.repeat)
    os.makedirs("results", exist_ok=True)
    write(os.path.join("results", options.id + ".json"), result)
    return 3 if result["void"] else 0


if __name__ == "__main__":
    sys.exit(main())
