# SPDX-License-Identifier: MIT
"""verdict.py - run a test of a lab and say how it ended.

A student's fault (fail, panic, timeout, build error) costs points.  A fault of the
machine that grades (infra error) never does: it makes the whole grade void.

Time is measured as processor time that QEMU uses, which is how far the guest has
come, whatever else the machine does.
"""
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, ".."), os.path.join(HERE, "..", "..", "tests", "qemu")]
import ktap  # noqa: E402
import lab as labs  # noqa: E402
import test_host  # noqa: E402
from results import PASSED as HOST_PASSED  # noqa: E402
from vm import VM, Disk, TimedOut  # noqa: E402

PASS, FAIL, PANIC, TIMEOUT = "pass", "fail", "panic", "timeout"
BUILD, INFRA, NEEDS = "build error", "infra error", "needs"

os.environ["LC_ALL"] = "C"      # what is looked for here is said in English

FOLDER = "build/grade"
KERNELS = {False: "build/kernel.elf", True: "build/debug/kernel.elf"}
STALL = 30                      # seconds without any progress of the guest
HOST_CASES = 200                # limits of a case that a program on the host may last, at most
OUT_OF_TIME = "out of processor time"   # says tests/host/shim.c
WATCHDOG = 20                   # wall seconds for each second of a test's limit, at most
PATIENCE = float(os.environ.get("GRADE_PATIENCE", "1"))
PANIC_TEXT = re.compile(r"^.*\bpanic: (.*)$", re.M)
FRAME = re.compile(r"^\s*#\d+ .*$", re.M)
BUILD_LIMIT = 300               # seconds of processor time for each step of a build
BUILD_FAULT = re.compile(r"\berror\b|undefined reference|multiple definition|\*\*\*")
OF_MACHINE = re.compile(r"No space left|Cannot allocate memory|Resource temporarily unavailable"
                        r"|Killed signal|Input/output error|Read-only file system")


@dataclass
class Verdict:
    """How one test ended.  DETAIL: what helps to find out why, several lines."""
    test: labs.Test
    state: str
    message: str = ""
    detail: str = ""
    seconds: float = 0.0

    def score(self):
        return self.test.points if self.state == PASS else 0


def patiently(seconds):
    """What a limit of SECONDS is on a machine as slow as we were told."""
    return max(1, round(seconds * PATIENCE))


class Broken(Exception):
    """A build failed: state BUILD or INFRA, and why."""

    def __init__(self, state, message, detail):
        super().__init__(message)
        self.state, self.message, self.detail = state, message, detail


# Building

def _is_about(line, owns):
    return "undefined reference" in line or any(
        path in line or os.path.splitext(os.path.basename(path))[0] + ".o" in line for path in owns)


def make(owns, *goals, sound=False):
    """make GOALS; raises Broken.  If the tree was SOUND before the student's files OWNS came, and
    nothing says that the machine is at fault, they are."""
    done = subprocess.run(["make", "--no-print-directory"] + list(goals), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", preexec_fn=test_host.limited(BUILD_LIMIT))
    if done.returncode == 0:
        return
    faults = [line.strip() for line in done.stdout.splitlines() if BUILD_FAULT.search(line)]
    of_student = [line for line in faults if _is_about(line, owns)] or (faults if sound else [])
    of_machine = [line for line in faults if OF_MACHINE.search(line)]
    tail = "\n".join(done.stdout.splitlines()[-12:])
    if of_machine or not of_student:
        raise Broken(INFRA, (of_machine or faults or ["make failed"])[0], tail)
    raise Broken(BUILD, of_student[0], tail)


# On the host

def unable(log):
    """Why Criterion could not begin, or None: it complains before any case."""
    found = re.search(r"^criterion: (.*)", log.partition("[RUN ]")[0], re.M)
    return found.group(1) if found else None


def host_verdicts(lab, program, tests, screen):
    """The verdicts of TESTS, which PROGRAM contains."""
    try:
        make(lab.owns, "host", "T=" + program, sound=screen is not None)
    except Broken as why:
        return [Verdict(t, why.state, why.message, why.detail) for t in tests]
    refused = screen(program) if screen else None
    if refused:
        return [Verdict(t, FAIL, refused) for t in tests]
    os.environ["GRADE_SEED"] = str(lab.seed)
    begin = time.monotonic()
    limit = max(t.limit for t in tests)
    deadline = HOST_CASES * limit * PATIENCE
    cases = {c.name: c for c in test_host.run_program(
        program, deadline, patiently(limit))}
    seconds = time.monotonic() - begin
    if seconds >= deadline:
        return [Verdict(t, INFRA, "%s: not done in %d s" % (program, deadline)) for t in tests]
    log = "\n".join(test_host.tail(os.path.join(test_host.FOLDER, program + ".log"), 10000))
    if unable(log):
        return [Verdict(t, INFRA, "Criterion: " + unable(log)) for t in tests]
    return [_host_verdict(t, cases, log, seconds) for t in tests]


def fell_apart(case, log):
    """Whether CASE crashed when it was set up or cleared away, which Criterion counts as passed."""
    return "::%s` crashed during its" % case in log


def _host_verdict(test, cases, log, seconds):
    wrong = [name for name in test.cases or [test.name]
             if name not in cases or cases[name].status != HOST_PASSED or fell_apart(name, log)]
    if not wrong:
        return Verdict(test, PASS, seconds=seconds)
    said, end = test_host.said_of(wrong[0], log)
    late = "Timed out" in end or OUT_OF_TIME in said
    has_panicked = any(line.startswith("panic: ") for line in said)
    state = TIMEOUT if late else PANIC if has_panicked else FAIL
    evidence = test_host.evidence_of(wrong[0], log, test_host.reports_of(test.program))
    return Verdict(test, state, wrong[0], "\n".join(evidence), seconds)


# On the machine

class Unfit(Exception):
    """The machine that grades did not let the guest run to its end."""


def _wait(vm, limit):
    """The exit status; TimedOut if the guest uses up LIMIT seconds, or stands still; Unfit if it
    got no processor time, or was killed."""
    deadline = time.monotonic() + limit * WATCHDOG
    used, since = None, time.monotonic()
    while time.monotonic() < deadline:
        try:
            status = vm.wait(0.5)
            if status == -signal.SIGXCPU:
                raise TimedOut("not done after %d s of processor time" % limit)
            if status < 0:
                raise Unfit("QEMU was killed by signal %d" % -status)
            return status
        except TimedOut:
            if vm.process.poll() is not None:
                raise
        now = vm.used()
        if now is None or now - (used or 0) > 0.01:
            used, since = now, time.monotonic()
        elif time.monotonic() - since > STALL * PATIENCE:
            raise TimedOut("nothing runs any more: all harts wait")
    raise Unfit("the guest got less than %d s of processor time in %d s" % (
        limit, limit * WATCHDOG))


def _seal(nonce, what):
    """What runtest prints when WHAT was reached on a machine booted with NONCE (lib/hash.h)."""
    value, mask = 0xcbf29ce484222325, (1 << 64) - 1
    for byte in (nonce + what).encode():
        value = (value ^ byte) * 0x100000001b3 & mask
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9 & mask
    value = (value ^ value >> 27) * 0x94d049bb133111eb & mask
    return "# seal %s %016x" % (what, value ^ value >> 31)


class MachineRun:
    """One boot with one test program: what it printed and how it ended."""

    def __init__(self, test, seed):
        self.test, self.nonce = test, secrets.token_hex(8)
        self.limit = patiently(test.limit)
        self.log, self.late, self.unfit, self.begin = "", "", "", time.monotonic()
        folder = os.path.join(FOLDER, test.name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        root = os.path.join(folder, "root.img")
        shutil.copyfile("build/root.img", root)
        words = ["init=/tests/runtest debugcall=1 test=1 seed=%d" % seed, test.append,
                 "-- -n", self.nonce, test.program] + test.cases
        self.vm = VM(KERNELS[test.debug], folder, mem=test.mem, cpus=test.cpus,
                     append=" ".join(w for w in words if w), disks=[Disk(root, "root")],
                     preexec=test_host.limited(self.limit))

    def perform(self):
        with self.vm as vm:
            try:
                _wait(vm, self.limit)
            except TimedOut as why:
                self.late = str(why)
            except Unfit as why:
                self.unfit = str(why)
            self.log = vm.log()
        os.remove(os.path.join(vm.folder, "root.img"))

    def sealed(self, what):
        return _seal(self.nonce, what) in self.log

    def verdict(self):
        return Verdict(self.test, *self._judge(), seconds=time.monotonic() - self.begin)

    def _judge(self):
        """(state, message, detail)"""
        panic = PANIC_TEXT.search(self.log)
        last = "\n".join(self.log.splitlines()[-8:])
        if panic:
            return PANIC, panic.group(1), "\n".join(FRAME.findall(self.log[panic.start():])[:8])
        if self.unfit:
            return INFRA, self.unfit, last
        if not self.log and not self.late:
            return INFRA, "QEMU: " + self.vm.errors().strip(), ""
        if self.late:
            return TIMEOUT, self.late, last
        report = ktap.parse(self.log)
        if report.failed:
            return FAIL, "not ok: " + ", ".join(report.failed), last
        if report.fault:
            return FAIL, report.fault, last
        if not self.sealed("passed"):
            return FAIL, "the console says that all passed, but the test program does not", last
        return PASS, "", ""


class Machines:
    """The runs on machines of one grading.  The kernels are built for the first."""

    def __init__(self, lab, sound):
        self.lab, self.runs, self.broken, self.built = lab, {}, None, False
        self.sound = sound

    def _build(self):
        self.built = True
        try:
            make(self.lab.owns, "kernels", "build/root.img", sound=self.sound)
        except Broken as why:
            self.broken = why

    def verdict(self, test):
        if not self.built:
            self._build()
        if self.broken:
            return Verdict(test, self.broken.state, self.broken.message, self.broken.detail)
        run = self.runs[test.name] = MachineRun(test, self.lab.seed)
        run.perform()
        return run.verdict()


def rest_verdict(test, runs):
    """Whether nothing was left behind in the runs that TEST is about."""
    for name in test.of:
        run = runs.get(name)
        if not run or not run.sealed("nothing-left"):
            leaks = [line for line in run.log.splitlines() if "leak:" in line] if run else []
            return Verdict(test, FAIL, (leaks or ["%s did not get so far" % name])[0],
                           "\n".join(leaks))
    return Verdict(test, PASS)
