#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""class_test.py - grade a class that never was, and see that each gets what it deserves.

    class_test.py [--jobs N] [--filter PATTERN]

In build/labs/class/: hands in 60 submissions, has tools/grade-class grade them,
kills it in the middle, starts it again, and compares each score.
"""
import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path[:0] = ["tools", "tools/labs"]
import class_cases  # noqa: E402

FOLDER = "build/labs/class"
OUT = FOLDER + "/out"
ENOUGH = 12                     # results after which grading is killed


def start(jobs):
    return subprocess.Popen(["tools/grade-class", "--lab", "1", "--out", OUT, "--jobs", str(jobs),
                             FOLDER + "/subs"])


def results():
    """{id: (result, when it was written)} so far."""
    folder, found = OUT + "/results", {}
    for name in os.listdir(folder) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if name.endswith(".json"):
            with open(path) as file:
                found[name[:-5]] = (json.load(file), os.stat(path).st_mtime_ns)
    return found


def interrupt(jobs, enough):
    """Grade until ENOUGH are done, then kill the program without a warning."""
    process = start(jobs)
    while len(results()) < enough and process.poll() is None:
        time.sleep(0.2)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return results()


def wrong_scores(submissions, found):
    for s in submissions:
        result = found.get(s.name, (None, 0))[0]
        if result is None:
            yield "%s: no result" % s.name
        elif result["void"]:
            yield "%s: void: %s" % (s.name, result.get("why") or [
                t["message"] for t in result["tests"] if t["state"] == "infra error"])
        elif result["score"] != s.score:
            yield "%s: %d points, not %d: %s" % (s.name, result["score"], s.score, " ".join(
                "%s=%s" % (t["name"], t["state"]) for t in result["tests"]))


def graded_again(before, after):
    return ["%s was graded twice" % name for name in before
            if before[name][1] != after[name][1]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    submissions = [s for s in class_cases.all_of()[1] if options.filter in s.name]
    for s in submissions:
        class_cases.hand_in(s, FOLDER + "/subs")
    begin = time.monotonic()
    before = interrupt(options.jobs, min(ENOUGH, len(submissions) // 2))
    status = start(options.jobs).wait()
    seconds = time.monotonic() - begin
    after = results()
    faults = list(wrong_scores(submissions, after)) + graded_again(before, after)
    if status != 0:
        faults.append("grade-class ended with status %d" % status)
    if os.path.exists(FOLDER + "/makefile-was-run"):
        faults.append("a student's Makefile was run")
    if len(submissions) > 2 and not 0 < len(before) < len(after):
        faults.append("it was not interrupted in the middle")
    for fault in faults:
        print("FAIL  " + fault)
    worked = sum(r["seconds"] for r, _ in after.values())
    print("%d submissions, %d before the interruption; %.0f s, in which %.0f s of work were done"
          % (len(after), len(before), seconds, worked))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
