#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""grade.py - build a lab's tree, run its tests, and show the points.

Exit status 0: full points; 1: not yet; 3: this machine could not grade.
"""
import argparse
import os
import sys

import judge
import lab as labs
import report
import verdict


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="tests whose name contains this")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--json")
    parser.add_argument("--junit")
    parser.add_argument("--tap")
    parser.add_argument("--markdown")
    options = parser.parse_args()
    if not os.path.exists("lab.json"):
        sys.exit("grade: this tree is no lab.  make handout LAB=1 OUT=../lab1 makes one.")
    lab = labs.of_handout()
    lab.seed = options.seed or lab.seed
    verdicts = judge.of_lab(lab, lambda test: options.only in test.name)
    if not verdicts:
        sys.exit("grade: no test of lab %d matches %r" % (lab.number, options.only))
    report.table(lab, verdicts)
    if options.json:
        report.write_json(options.json, lab, verdicts)
    if options.junit:
        report.write_junit(options.junit, lab, verdicts)
    if options.tap:
        report.write_tap(options.tap, verdicts)
    if options.markdown:
        report.write_markdown(options.markdown, lab, verdicts)
    if report.is_void(verdicts):
        return 3
    return 0 if all(v.state == verdict.PASS for v in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
