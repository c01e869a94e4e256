# SPDX-License-Identifier: MIT
"""judge.py - a verdict for each test of a lab."""
import faults
import lab as labs
import verdict
from verdict import NEEDS, PASS, Verdict


def _lacking(test, chosen, verdicts):
    """What TEST needs of the tests CHOSEN, and has not."""
    return [t.name for t in chosen if t.name in test.needs
            and (t.name not in verdicts or verdicts[t.name].state != PASS)]


def of_lab(lab, wanted, screen=None):
    """A verdict for each test of LAB that WANTED(test) selects, in lab.toml's order.  What a test
    needs counts only when that is selected, too.  SCREEN is for a tree that was sound before it
    got the student's files: SCREEN(program) says why a program with them must not be run, or
    None."""
    chosen = [t for t in lab.tests if wanted(t)]
    machines, verdicts = verdict.Machines(lab, screen is not None), {}

    host = [t for t in chosen if t.kind == labs.HOST]
    for program in dict.fromkeys(t.program for t in host):
        for found in verdict.host_verdicts(lab, program, [t for t in host if t.program == program],
                                           screen):
            verdicts[found.test.name] = found
    for program in faults.programs_of(chosen):
        for found in faults.verdicts(lab, program, [t for t in chosen if t.program == program],
                                    screen is not None):
            verdicts[found.test.name] = found
    for test in sorted(chosen, key=lambda t: labs.KINDS.index(t.kind)):
        lacking = _lacking(test, chosen, verdicts)
        if lacking:
            verdicts[test.name] = Verdict(test, NEEDS, "needs " + ", ".join(lacking))
        elif test.kind == labs.QEMU:
            verdicts[test.name] = machines.verdict(test)
        elif test.kind == labs.REST:
            verdicts[test.name] = verdict.rest_verdict(test, machines.runs)
    return [verdicts[t.name] for t in chosen]
