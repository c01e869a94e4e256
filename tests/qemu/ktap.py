# SPDX-License-Identifier: MIT
"""ktap.py - read the results that a guest prints in KTAP.

    KTAP version 1
    1..2
    ok 1 name
    not ok 2 name           or: ok 2 name # SKIP why
    # a note

Other lines are the kernel's, and ignored.  A plan of 1..0 skips everything.
"""
import re

PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*SKIP\s*(.*))?$", re.I)
LINE = re.compile(r"^(not )?ok (\d+)(?:\s+-)?\s*([^#]*?)\s*(?:#\s*(\w+)\s*(.*))?$")


class Report:
    """passed, failed, skipped: names of cases.  fault: why it proves nothing, or None."""

    def __init__(self):
        self.passed, self.failed, self.skipped = [], [], []
        self.plan = None
        self.skip_reason = ""
        self.fault = None

    def total(self):
        return len(self.passed) + len(self.failed) + len(self.skipped)

    def all_skipped(self):
        return not self.fault and not self.passed and not self.failed


def parse(text):
    report, numbers = Report(), []
    for line in text.splitlines():
        line = line.strip("\r ")
        plan = PLAN.match(line)
        if plan:
            if report.plan is not None:
                report.fault = "two plans"
            report.plan = int(plan.group(1))
            report.skip_reason = plan.group(2) or ""
            continue
        case = LINE.match(line)
        if case:
            numbers.append(int(case.group(2)))
            _enter(report, case)
    report.fault = report.fault or _fault(report, numbers)
    return report


def _enter(report, case):
    name = case.group(3) or case.group(2)
    directive = (case.group(4) or "").upper()
    if directive == "SKIP":
        report.skipped.append(name)
        report.skip_reason = report.skip_reason or case.group(5) or ""
    elif case.group(1):
        report.failed.append(name)
    else:
        report.passed.append(name)


def _fault(report, numbers):
    if report.plan is None:
        return "no KTAP plan was printed"
    if numbers != list(range(1, report.plan + 1)):
        return "the plan is 1..%d but results are: %s" % (
            report.plan, " ".join(map(str, numbers)) or "none")
    return None
