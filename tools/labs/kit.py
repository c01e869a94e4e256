# SPDX-License-Identifier: MIT
"""kit.py - the grader's tree: a handout, built, with the hidden tests.

The student's files in it are those of the handout, so that no solution lies about
where students' code runs.
"""
import os
import shutil
import subprocess

import faults
import handout
import lab as labs
import verdict

# Of the build, what grading has no use for.
LEFT_OUT = ("build/grade", "build/results", "build/vm")
# Beyond the grader of a handout.
OF_CLASS = ("tools/labs/unit.py",)


def tree(lab, folder):
    """Make FOLDER the grader's tree of LAB, not yet built."""
    shutil.rmtree(folder, ignore_errors=True)
    handout.fill(lab, folder, 0)
    handout.add_hidden(lab, folder)
    handout.write(os.path.join(folder, "lab.json"), lab.to_json(hidden=True))
    for path in OF_CLASS:
        handout.copy(path, os.path.join(folder, path))


def build(folder):
    """Build all that the tests in FOLDER need; verdict.Broken if it does not build."""
    back = os.getcwd()
    os.chdir(folder)
    try:
        lab = labs.of_handout()
        if lab.of_kind(labs.QEMU):
            verdict.make([], "kernels", "build/root.img")
        else:
            verdict.make([], "kernel")
        for program in sorted({t.program for t in lab.of_kind(labs.HOST)}):
            verdict.make([], "host", "T=" + program)
        for program in faults.programs_of(lab.tests):
            faults.build(lab, program, [v for t in lab.tests if t.program == program
                                       for v in t.variants])
    finally:
        os.chdir(back)


def pack(folder, target):
    """FOLDER as the archive TARGET: whole or not at all."""
    out = ["--exclude=./" + path for path in LEFT_OUT]
    subprocess.run(["tar", "--create", "--sparse", "--use-compress-program=gzip -1",
                    "--file", target + ".new", "--directory", folder] + out + ["."], check=True)
    os.replace(target + ".new", target)


def make(lab, folder, target):
    """The kit of LAB as TARGET, made in FOLDER."""
    tree(lab, folder)
    build(folder)
    pack(folder, target)
