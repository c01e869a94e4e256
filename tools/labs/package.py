#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""package.py - the zip file that Gradescope wants for a lab.

    package.py --lab N         writes build/labs/labN-gradescope.zip

In it: setup.sh, run_autograder, and the grader's tree.  No solution is among it.
"""
import argparse
import os
import shutil
import subprocess
import sys

import handout
import kit
import lab as labs

SCRIPTS = "tools/labs/gradescope"
# Beyond the grader of a class.
OF_AUTOGRADER = ("tools/labs/autograder.py", "tools/labs/handout.py", "tools/labs/kit.py",
                 "tools/labs/roster.py", "tools/labs/variants.py")


def make(lab, target):
    """TARGET, a zip file, for LAB."""
    folder = target[:-len(".zip")]
    shutil.rmtree(folder, ignore_errors=True)
    kit.tree(lab, os.path.join(folder, "tree"))
    for path in OF_AUTOGRADER:
        handout.copy(path, os.path.join(folder, "tree", path))
    for name in ("setup.sh", "run_autograder"):
        handout.copy(os.path.join(SCRIPTS, name), os.path.join(folder, name))
        os.chmod(os.path.join(folder, name), 0o755)
    if os.path.exists(target):
        os.remove(target)
    subprocess.run(["zip", "-q", "-r", os.path.abspath(target), "."], cwd=folder, check=True)
    shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lab", required=True)
    try:
        lab = labs.numbered(parser.parse_args().lab)
    except labs.BadLab as fault:
        sys.exit("gradescope: %s" % fault)
    if not shutil.which("zip"):
        sys.exit("gradescope: zip is missing.  Debian: apt-get install zip")
    target = "build/labs/lab%d-gradescope.zip" % lab.number
    os.makedirs("build/labs", exist_ok=True)
    make(lab, target)
    print("%s: upload it as the autograder of a programming assignment." % target)


if __name__ == "__main__":
    main()
