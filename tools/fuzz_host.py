#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fuzz_host.py - let libFuzzer run the harnesses that were built to build/fuzz/.

A harness passes if it has tried inputs for as long as it was told and none made it
panic, hang, leak, or offend a sanitizer.  Of one that does the input is kept in
build/fuzz/found/; what is worth keeping otherwise, in build/fuzz/corpus/, is where the
next run starts from.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import time

import results
from results import FAILED, PASSED, Result

FOLDER = "build/fuzz"
INPUTS = re.compile(r"stat::number_of_executed_units: *(\d+)")
EDGES = re.compile(r"\bcov: (\d+)")
FOUND = re.compile(r"Test unit written to (\S+)")
TELLING = re.compile(r"^(panic:|SUMMARY:|==\d+== ?ERROR|.*runtime error:)", re.M)
ONE_INPUT = 30                  # seconds; longer is a hang


def options_of(name):
    """What the harness says in its head: // options: -max_len=1000"""
    with open("tests/fuzz/%s.c" % name) as source:
        said = re.search(r"^// *options: *(.*)", source.read(), re.M)
    return said.group(1).split() if said else []


def run(name, seconds):
    """Run harness NAME; its exit status."""
    command = ["%s/%s" % (FOLDER, name), "-max_total_time=%d" % seconds, "-print_final_stats=1",
               "-timeout=%d" % ONE_INPUT, "-artifact_prefix=%s/found/%s/" % (FOLDER, name)]
    command += options_of(name)
    command += ["%s/%s/%s" % (FOLDER, folder, name) for folder in ("corpus", "seeds")]
    with open("%s/%s.log" % (FOLDER, name), "wb") as log:
        return subprocess.call(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)


def judge(name, status, output):
    """(passed, one line, what else to show)"""
    inputs, edges = INPUTS.search(output), EDGES.findall(output)
    found = FOUND.search(output)
    if found:
        return False, "found " + found.group(1), [
            line for line in output.splitlines() if TELLING.match(line)] + [
            "all of it:   %s/%s.log" % (FOLDER, name),
            "once more:   %s/%s %s" % (FOLDER, name, found.group(1)),
            "for ever:    cp %s tests/fuzz/seeds/%s/ && make test-host T=fuzz" % (
                found.group(1), name)]
    if status != 0 or not inputs or not int(inputs.group(1)):
        return False, "exit status %d" % status, output.splitlines()[-12:]
    return True, "%s inputs, %s edges" % (inputs.group(1), edges[-1] if edges else "no"), []


def fuzz(name, seconds):
    begin = time.monotonic()
    status = run(name, seconds)
    with open("%s/%s.log" % (FOLDER, name), errors="replace") as log:
        passed, line, more = judge(name, status, log.read())
    print("%-6s %-10s %s" % ("ok" if passed else "FAIL", name, line))
    for detail in more:
        print("       " + detail)
    sys.stdout.flush()
    return Result(name, "fuzz", PASSED if passed else FAILED, time.monotonic() - begin, line,
                  "\n".join(more))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("harnesses", nargs="*")
    arguments = parser.parse_args()
    if not arguments.harnesses:
        print("fuzz-host: no harness matches")
        return 1
    if arguments.seconds < 1:
        print("fuzz-host: T= is a number of seconds")
        return 1
    for name in arguments.harnesses:
        for folder in "corpus", "found":
            os.makedirs("%s/%s/%s" % (FOLDER, folder, name), exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        done = list(pool.map(lambda name: fuzz(name, arguments.seconds), arguments.harnesses))
    results.write("fuzz", done)
    print("fuzz: " + results.summary_line(done))
    return 1 if results.count(done, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
