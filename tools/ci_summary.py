#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""ci_summary.py - the last test run as a Markdown table, for CI's summary page."""
import results

PARTS = ["lint", "host", "labs", "qemu"]


def main():
    print("| part | passed | failed | skipped |\n|---|---|---|---|")
    failures = []
    for part in PARTS:
        found = results.read(part)
        if found is None:
            print("| %s | | no results | |" % part)
            continue
        print("| %s | %d | %d | %d |" % (
            part, found["passed"], found["failed"], found["skipped"]))
        failures += [t for t in found["tests"] if t["status"] == results.FAILED]
    for test in failures:
        print("\n**%s** %s" % (test["name"], test["message"].replace("\n", " ")))
        print("\n```\n%s\n```" % "\n".join(test["output"].splitlines()[-12:]))


if __name__ == "__main__":
    main()
