#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test_host.py - run the Criterion tests that were built to build/host/.

A program passes if its exit status is 0, it ran at least one test, and no
sanitizer wrote a report.  The status decides and not Criterion's summary, which
does not count a crash in a fixture; a filter that matches nothing passes; and a
leak found in a worker changes neither.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import resource
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

import results
from results import FAILED, PASSED, SKIPPED, Result

FOLDER = "build/host"
TIME_LIMIT = 300
SYNTHESIS = re.compile(r"Synthesis: Tested: .*?(\d+).*Passing: .*?(\d+)", re.S)
ESCAPES = re.compile("\x1b\\[[0-9;]*m")


def reports_of(name):
    return glob.glob("%s/%s.san.*" % (FOLDER, name))


def environment(name):
    env = dict(os.environ)
    # Not from the root: a folder's name may have what ends a path among these options.
    env["ASAN_OPTIONS"] = "log_path=%s/%s.san:handle_abort=0:detect_leaks=1" % (FOLDER, name)
    env["UBSAN_OPTIONS"] = "print_stacktrace=1"
    return env


def cases_of(name):
    """Results for each test case, from Criterion's XML."""
    try:
        tree = ET.parse("%s/%s.xml" % (FOLDER, name))
    except (OSError, ET.ParseError):
        return []
    cases = []
    for case in tree.iter("testcase"):
        bad = [child.get("message", "") + (child.text or "")
               for child in case if child.tag in ("failure", "error")]
        status = FAILED if bad else SKIPPED if case.find("skipped") is not None else PASSED
        cases.append(Result(name, case.get("name"), status, float(case.get("time") or 0),
                            "; ".join(bad), "; ".join(bad)))
    return cases


def fault_of(name, status, output):
    """Why the program as a whole failed, or None."""
    reports = reports_of(name)
    tested = SYNTHESIS.search(ESCAPES.sub("", output))
    if reports:
        return "sanitizer report in %s" % reports[0]
    if status is None:
        return "not done after %d s" % TIME_LIMIT
    if status != 0:
        return "exit status %d" % status
    if not tested or int(tested.group(1)) == 0:
        return "ran no test"
    return None


def limited(seconds):
    """What a process does first to have SECONDS of processor time, as has each that it starts."""
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))


def execute(program, name, time_limit, case_limit):
    """Run PROGRAM with its output in the log; its exit status, or None if it had to be killed.

    The output goes to a file: a worker that outlives the program would keep a
    pipe open, and us waiting.
    """
    with open("%s/%s.log" % (FOLDER, name), "wb") as log:
        process = subprocess.Popen([program, "-j1", "--verbose", "--xml=%s/%s.xml" % (FOLDER, name)],
                                   env=environment(name), stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True,
                                   preexec_fn=limited(case_limit) if case_limit else None)
        try:
            return process.wait(time_limit)
        except subprocess.TimeoutExpired:
            return None
        finally:
            end_group(process)


def end_group(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def run_program(name, time_limit=TIME_LIMIT, case_limit=0):
    """All results of test program NAME, which is ended after TIME_LIMIT seconds; CASE_LIMIT, if
    not 0: the processor time in seconds that each of its cases may use."""
    program = "%s/%s" % (FOLDER, name)
    for old in reports_of(name) + [f for f in ("%s/%s.%s" % (FOLDER, name, e)
                                              for e in ("xml", "log")) if os.path.exists(f)]:
        os.remove(old)
    if not os.path.exists(program):
        return [Result(name, "build", FAILED, 0, "%s was not built" % program)]
    begin = time.monotonic()
    status = execute(program, name, time_limit, case_limit)
    output = "\n".join(tail("%s/%s.log" % (FOLDER, name), 1000))
    fault = fault_of(name, status, output)
    cases = cases_of(name)
    if fault and not any(c.status == FAILED for c in cases):
        cases.append(Result(name, "all", FAILED, time.monotonic() - begin, fault, output))
    return cases


def tail(path, lines, first=False):
    """The last (or first) LINES of a text file, for showing."""
    try:
        with open(path, errors="replace") as text:
            content = ESCAPES.sub("", text.read()).strip().splitlines()
    except OSError:
        return []
    return content[:lines] if first else content[-lines:]


def begun(case, log):
    """What LOG has from the beginning of CASE on; "" if it did not begin."""
    found = re.search(r"^\[RUN \] \S+::%s$" % re.escape(case), log, re.M)
    return log[found.end():] if found else ""


def said_of(case, log):
    """What CASE, of which there is one, wrote while it ran, without Criterion's frame, and the
    line that says how it ended.  An assertion's place stands before its text."""
    lines, place = [], ""
    for line in begun(case, log).splitlines():
        if re.match(r"\[(FAIL|PASS|SKIP|RUN |====)\]", line):
            return lines, line
        line = re.sub(r"^\[----\] *", "", line).strip()
        asserts = re.match(r"(.*: )Assertion Failed$", line)
        if asserts:
            place = asserts.group(1)
        elif line and not line.endswith("Unexpected signal caught below this line!"):
            lines.append(place + line)
            place = ""
    return lines, ""


def evidence_of(case, log, reports, most=6):
    """Up to MOST lines that say why CASE failed.  REPORTS: files of a sanitizer."""
    said, end = said_of(case, log)
    if said:
        panics = [line for line in said if line.startswith("panic: ")]
        others = [line for line in said if line not in panics]
        return others[:max(0, most - len(panics))] + panics[:most]
    found = [line for report in reports for line in tail(report, 10) if line.startswith("SUMMARY: ")]
    if found:
        return sorted(set(found))[:most]
    if end.startswith("[FAIL]") and "CRASH" not in end and "Timed out" not in end:
        return ["it came to its end, where a panic was due"]
    return []


def show(name, cases):
    path = "%s/%s.log" % (FOLDER, name)
    failed = [c for c in cases if c.status == FAILED]
    print("%-6s %-28s %d tests" % ("FAIL" if failed else "ok", name, len(cases)))
    log = "\n".join(tail(path, 10000)) if failed else ""
    for case in reversed(failed):           # Criterion's last one is the first in its XML
        print("       " + case.name)
        for line in evidence_of(case.name, log, reports_of(name)) or [case.message.strip()]:
            print("       | " + line)
    if failed:
        print("       log: " + path)
    for report in reports_of(name):
        print("       %s:" % report)
        for line in tail(report, 12, first=True):
            print("       | " + line)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--broken-build", action="store_true", help="what is there is not all")
    parser.add_argument("tests", nargs="*")
    arguments = parser.parse_args()
    if not arguments.tests:
        print("test-host: no test matches")
        return 1
    everything = []
    if arguments.broken_build:
        everything.append(Result("build", "build", FAILED, 0, "some tests do not build"))
        print("FAIL   build: some tests do not build; older programs run in their place")
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name, cases in zip(arguments.tests, pool.map(run_program, arguments.tests)):
            show(name, cases)
            everything += cases
    results.write("host", everything)
    print("host: " + results.summary_line(everything))
    return 1 if results.count(everything, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
