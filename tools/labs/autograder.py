#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""autograder.py - grade one submission where Gradescope runs it.

    autograder.py --build          build the tree that this file is in, and pack it
    autograder.py --home DIR       grade DIR/submission, write DIR/results/results.json

Whatever happens there is a valid results.json: without a score when the machine is
at fault, so that nobody gets a zero for it.
"""
import argparse
import json
import os
import shutil
import sys
import tempfile
import traceback

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE = os.path.dirname(TREE)
sys.path.insert(0, os.path.join(TREE, "tools", "labs"))

PASSED, FAILED = "passed", "failed"


def build():
    import kit
    kit.build(TREE)
    kit.pack(TREE, os.path.join(SOURCE, "kit.tar.gz"))


def grade(home):
    """What unit.py says of the submission below HOME."""
    import lab as labs
    import roster
    import unit
    lab = labs.of_handout(os.path.join(TREE, "lab.json"))
    given = roster.collect(lab, "submission", os.path.join(home, "submission"), None)
    folder = tempfile.mkdtemp(prefix="autograder-")
    try:
        os.symlink(os.path.join(SOURCE, "kit.tar.gz"), os.path.join(folder, "kit.tar.gz"))
        return unit.perform(folder, given, lab.seed, 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _output(test):
    lines = [test["state"] + (": " + test["message"] if test["message"] else "")]
    if test["hidden"]:
        return lines[0].split(":")[0]           # it would tell what is tested
    lines += test["detail"].splitlines()
    if test["state"] in ("fail", "panic", "timeout") and test["hint"]:
        lines.append("hint: " + test["hint"])
    return "\n".join(lines)


def as_gradescope(result):
    """RESULT in the format of results.json."""
    if result["void"]:
        return {"output": "The grader could not grade this submission.  It is not your fault, and "
                          "this is no zero: please tell your instructor.",
                "stdout_visibility": "hidden", "execution_time": result["seconds"]}
    return {
        "execution_time": result["seconds"],
        "stdout_visibility": "hidden",
        "output": "Lab %d, %s" % (result["lab"], result["title"]),
        "tests": [{
            "name": t["name"], "score": t["score"], "max_score": t["points"],
            "status": PASSED if t["state"] == "pass" else FAILED, "output": _output(t),
            "tags": ["lab%d" % result["lab"], t["kind"]],
            "visibility": "after_published" if t["hidden"] else "visible",
        } for t in result["tests"]]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", action="store_true")
    parser.add_argument("--home", default="/autograder")
    options = parser.parse_args()
    if options.build:
        build()
        return
    try:
        result = grade(options.home)
    except Exception:       # whatever it is, the student must see a result
        result = {"void": True, "why": traceback.format_exc(), "seconds": 0}
    if result["void"]:
        print(result.get("why") or json.dumps(result["tests"], indent=1))
    os.makedirs(os.path.join(options.home, "results"), exist_ok=True)
    with open(os.path.join(options.home, "results", "results.json"), "w") as file:
        json.dump(as_gradescope(result), file, indent=1)


if __name__ == "__main__":
    main()
