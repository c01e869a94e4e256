# SPDX-License-Identifier: MIT
"""faults.py - test the tests that a student wrote.

A suite is a Criterion program.  It is compiled once, and linked with the sources as
they are, with variants of them that are right as well, and with variants that are
wrong (variants/NAME/FILE in place of FILE).

A case that fails where nothing is wrong is a false alarm, and does not count any
more.  A fault is found if a case that counts does not pass: fails, crashes, panics or
never ends.  So a case has to tell right from wrong by what the code does:

  - the suite may not ask for the time, chance or files (screen.py);
  - all programs run under one name, one after the other;
  - a suite that does not say the same of the same program each time is worth nothing.
"""
import os
import resource
import shutil
import time

import lab as labs
import screen
import verdict
from verdict import FAIL, HOST_PASSED, INFRA, PASS, TIMEOUT, Broken, Verdict, test_host

TREES_OWN = ""                  # the variant that is the tree itself
WHOLE_LIMIT = 20                # seconds of processor time for all cases together
RUNS = 3                        # of the tree's own, to see whether it wavers


class Worthless(Exception):
    """Nothing that the suite says counts: a state, and why."""

    def __init__(self, state, message, detail=""):
        super().__init__(message)
        self.state, self.detail = state, detail


def programs_of(tests):
    """The suites that TESTS are about."""
    return list(dict.fromkeys(t.program for t in tests if t.kind in (labs.SOUND, labs.FAULT)))


def concerns(test, path):
    """Whether a change of the student's file PATH may change the verdict of TEST."""
    if test.kind not in (labs.SOUND, labs.FAULT):
        return True
    with open("tests/host/%s.c" % test.program) as file:
        return path in file.readline()


def build(lab, program, variants, sound=False):
    """Build suite PROGRAM, also with VARIANTS; raises verdict.Broken."""
    verdict.make(lab.owns, "-j%d" % os.cpu_count(), "host", "variants", "T=" + program,
                 "VARIANTS=" + " ".join(variants), sound=sound)


class Suite:
    """A suite that is built, and what it says."""

    def __init__(self, program, limit):
        self.program, self.limit = program, limit

    def _run(self, variant):
        """({case that does not pass: why}, the cases that do)"""
        name = self.program + ".run"
        path = os.path.join(test_host.FOLDER, self.program)
        shutil.copy(path + ".variants/" + variant if variant else path,
                    os.path.join(test_host.FOLDER, name))
        begin, used = time.monotonic(), _processor_time()
        deadline = WHOLE_LIMIT * verdict.WATCHDOG * verdict.PATIENCE
        found = test_host.run_program(name, deadline, verdict.patiently(self.limit))
        if time.monotonic() - begin >= deadline and _processor_time() - used < WHOLE_LIMIT:
            raise Worthless(INFRA, "%s: not done in %d s" % (self.program, deadline))
        log = "\n".join(test_host.tail(os.path.join(test_host.FOLDER, name + ".log"), 5000))
        bad = {c.name: _reason(c, log) for c in found
               if c.status != HOST_PASSED or verdict.fell_apart(c.name, log)}
        return bad, {c.name for c in found} - set(bad)

    def find_sound(self, right):
        """Learn which cases there are, and which of them are false alarms with RIGHT variants."""
        used = _processor_time()
        bad, self.good = self._run(TREES_OWN)
        if _processor_time() - used > WHOLE_LIMIT * verdict.PATIENCE:
            raise Worthless(TIMEOUT, "all cases together use more than %d s of processor time"
                            % WHOLE_LIMIT)
        if not self.good:
            raise Worthless(FAIL, "no case passes with the tree's own sources", min(bad.values()))
        self.alarms = {TREES_OWN: bad}
        for variant in right:
            self.alarms[variant] = self._failures(variant)

    def _failures(self, variant):
        """{case that passes with the tree's own sources, but not with VARIANT: why}"""
        bad, good = self._run(variant)
        lost = {name: "it did not come to its end" for name in self.good - good}
        return {name: why for name, why in {**lost, **bad}.items()
                if name not in self.alarms[TREES_OWN]}

    def must_be_steady(self):
        for _ in range(1, RUNS):
            bad, good = self._run(TREES_OWN)
            wavering = (set(bad) ^ set(self.alarms[TREES_OWN])) | (good ^ self.good)
            if wavering:
                raise Worthless(FAIL, "%s does not always say the same of the same program"
                                % min(wavering))

    def verdict(self, test):
        begin = time.monotonic()
        found = (self._soundness if test.kind == labs.SOUND else self._finding)(test)
        return Verdict(test, *found, seconds=time.monotonic() - begin)

    def _soundness(self, test):
        """Whether there is no false alarm: (state, message, detail)"""
        for variant in [TREES_OWN] + test.variants:
            if self.alarms[variant]:
                case = min(self.alarms[variant])
                where = "variants/" + variant if variant else "the tree's own sources"
                return FAIL, "%s does not pass with %s, which is right" % (case, where), \
                    self.alarms[variant][case]
        return PASS, "", ""

    def _finding(self, test):
        """Whether the faults are found: (state, message, detail)"""
        false = set().union(*self.alarms.values())
        finders = set()
        for variant in test.variants:
            found_by = set(self._failures(variant)) - false
            if not found_by:
                return FAIL, "all passes with variants/%s, which is wrong" % variant, ""
            finders |= found_by
        return PASS, "found by " + ", ".join(sorted(finders)[:3]), ""


def _reason(case, log):
    """Why CASE did not pass: what it said, or what Criterion says of it."""
    said, _ = test_host.said_of(case.name, log)
    return "\n".join(said[:6]) or case.message


def _processor_time():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def verdicts(lab, program, tests, sound):
    """The verdicts of TESTS, which are about suite PROGRAM.  SOUND: as for verdict.make()."""
    of_program = [t for t in lab.of_kind(labs.SOUND) if t.program == program]
    right = sorted({v for t in of_program for v in t.variants})
    wrong = sorted({v for t in tests if t.kind == labs.FAULT for v in t.variants})
    try:
        build(lab, program, right + wrong, sound)
        refused = screen.refused_suite(lab.owns, program)
        if refused:
            raise Worthless(FAIL, refused)
        suite = Suite(program, max(t.limit for t in tests))
        suite.find_sound(right)
        found = [suite.verdict(t) for t in tests]
        suite.must_be_steady()
        return found
    except Broken as why:
        return [Verdict(t, why.state, why.message, why.detail) for t in tests]
    except Worthless as why:
        return [Verdict(t, why.state, str(why), why.detail) for t in tests]
