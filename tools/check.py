#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""check.py - `make test`: run lint, host, lab and QEMU tests and sum them up.

    check.py MAKE

Every part runs even if an earlier one failed.  A part that leaves no results
(its build broke) counts as one failure.
"""
import os
import subprocess
import sys
import time

import results

PARTS = [("lint", "lint"), ("host", "test-host"), ("labs", "test-labs"), ("qemu", "test-qemu")]


def run_part(make, part, target):
    """Run one part; return (part, passed, failed, skipped, seconds)."""
    results.forget(part)
    print("== " + target, flush=True)
    begin = time.monotonic()
    status = subprocess.call([make, "--no-print-directory", target], stdin=subprocess.DEVNULL)
    summary = results.read(part) or {"passed": 0, "failed": 0, "skipped": 0}
    failed = summary["failed"]
    if status != 0 and failed == 0:
        failed = 1
    return part, summary["passed"], failed, summary["skipped"], time.monotonic() - begin


def main():
    # What was handed out to students has no labs in it.
    parts = [p for p in PARTS if p[0] != "labs" or os.path.isdir("labs")]
    rows = [run_part(sys.argv[1], part, target) for part, target in parts]
    print("\n%-8s %8s %8s %8s %9s" % ("part", "passed", "failed", "skipped", "seconds"))
    for row in rows:
        print("%-8s %8d %8d %8d %9.1f" % row)
    passed, failed = sum(r[1] for r in rows), sum(r[2] for r in rows)
    print("\n%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
