#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py - run the tests of suite.py, each in a fresh virtual machine.

Exit status 0 if all passed.  Every run leaves a folder in build/vm/ with the
console log, QEMU's command line and, if it failed, its disks.
"""
import argparse
import fnmatch
import glob
import os
import re
import shutil
import signal
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "tools")]
import results  # noqa: E402
from results import FAILED, PASSED, SKIPPED, Result  # noqa: E402

import ktap  # noqa: E402
import suite  # noqa: E402
from case import ALL_HARTS, DEBUG, HARTS, PLAIN, Run, Skip, Test, copy_sparse, fsck  # noqa: E402
from vm import VM, Disk, TimedOut  # noqa: E402

KERNELS = {PLAIN: "build/kernel.elf", DEBUG: "build/debug/kernel.elf"}
ROOT_IMAGE = "build/root.img"
FOLDER = "build/vm"
TAIL = 12                       # lines of console shown with a failure
CALIBRATION = 0.08              # seconds that one round of calibrate() takes on an idle machine
PANIC = re.compile(r"^.*\bpanic: .*$", re.M)


# What to run

def unlisted(known):
    """Programs of user/tests that suite.py does not mention run with the defaults."""
    names = {os.path.splitext(os.path.basename(f))[0] for f in glob.glob("user/tests/*.c")}
    names |= {os.path.basename(os.path.dirname(f)) for f in glob.glob("user/tests/*/*.c")}
    used = {t.name for t in known}
    used |= {os.path.basename(t.program) for t in known if t.program}
    return [Test(name) for name in sorted(names - used - {"lib"} - set(suite.HELPERS))]


def matches(name, pattern):
    if not pattern:
        return True
    return fnmatch.fnmatch(name, pattern) or pattern in name


def matrix(test, options):
    """(cpus, kernel, mem) for each run of TEST."""
    kernels = [k for k in test.kernels if not options.debug or k == DEBUG]
    cpus = [int(n) for n in options.cpus.split(",")] if options.cpus else list(test.cpus)
    if test.icount or list(test.cpus) == [1]:
        cpus = [1]
    mem = options.mem or test.mem
    runs = [(n, k, mem) for k in kernels
            for n in cpus or (ALL_HARTS if options.soak else HARTS[k])]
    if options.soak and "quick" in test.tags:
        runs += [machine for machine in suite.SOAK_MATRIX if machine not in runs]
    return runs


def planned(options):
    tests = suite.TESTS + unlisted(suite.TESTS)
    tests = [t for t in tests if matches(t.name, options.filter)]
    if not options.soak:
        tests = [t for t in tests if "soak" not in t.tags or options.filter == t.name]
    runs = []
    for repeat in range(options.repeat):
        for test in tests:
            for cpus, kernel, mem in matrix(test, options):
                run = Run(test, cpus, kernel, mem, options.seed + repeat, "", repeat)
                run.folder = os.path.join(FOLDER, re.sub(r"[^\w.#-]+", "-", run.label()).strip("-"))
                runs.append(run)
    return runs


def calibrate():
    """How much slower than usual this machine is now, 1 to 10: the best of three rounds."""
    rounds = []
    for _ in range(3):
        begin = time.monotonic()
        total = 0
        for i in range(1000000):
            total += i & 7
        rounds.append(time.monotonic() - begin)
    return min(10.0, max(1.0, min(rounds) / CALIBRATION))


# One run

def prepare(run):
    shutil.rmtree(run.folder, ignore_errors=True)
    os.makedirs(run.folder)
    if run.test.root:
        path = os.path.join(run.folder, "root.img")
        copy_sparse(ROOT_IMAGE, path)
        run.disks.append(Disk(path, "root"))
    for serial, size in run.test.disks:
        path = os.path.join(run.folder, serial + ".img")
        with open(path, "wb") as file:
            file.truncate(int(size[:-1]) << {"K": 10, "M": 20, "G": 30}[size[-1]])
        run.disks.append(Disk(path, serial))
    if run.test.before:
        run.test.before(run)


def kernel_arguments(run):
    test = run.test
    line = "init=%s debugcall=1 test=1 seed=%d" % (
        test.program or "/tests/" + test.name, run.seed)
    if test.append:
        line += " " + test.append
    if test.args:
        line += " -- " + test.args
    return line


def machine(run):
    return VM(kernel=KERNELS[run.kernel], folder=run.folder, mem=run.mem, cpus=run.cpus,
              append=kernel_arguments(run), disks=run.disks, cpu=run.test.cpu,
              icount=run.test.icount, extra=run.test.qemu,
              interactive=bool(run.test.script), monitor=run.test.monitor)


def verdict(run, status):
    """(PASSED | SKIPPED | FAILED, why) from the exit status and the console."""
    test = run.test
    wanted = test.status if test.status is not None else 2 if test.panic else 0
    panics = PANIC.findall(run.log)
    if panics and not test.panic:
        return FAILED, panics[0].strip()
    if test.panic and not any(re.search(test.panic, line) for line in panics):
        return FAILED, "no panic that says %r" % test.panic
    if test.message and not re.search(test.message, run.log, re.M):
        return FAILED, "did not print %r" % test.message
    if status != wanted:
        report = ktap.parse(run.log)
        failed = ": not ok " + ", ".join(report.failed) if report.failed else ""
        return FAILED, "exit status %d instead of %d%s" % (status, wanted, failed)
    if test.panic or test.message or test.script:
        return PASSED, ""
    report = ktap.parse(run.log)
    if report.fault:
        return FAILED, report.fault
    if report.failed:
        return FAILED, "not ok: " + ", ".join(report.failed)
    if report.all_skipped():
        return SKIPPED, report.skip_reason
    return PASSED, ""


def check_disks(run):
    """What is wrong with the disks afterwards, or None."""
    if run.test.root and run.test.fsck and not run.test.panic:
        fault = fsck(run.disk("root"))
        if fault:
            return "e2fsck: " + fault.strip().splitlines()[-1], fault
    return None


def execute(run, slowness):
    """Boot, wait, judge.  (status, why, further output)"""
    limit = run.test.timeout * slowness * run.cpus      # each hart may use so much
    try:
        prepare(run)
        with machine(run) as vm:
            try:
                if run.test.script:
                    run.test.script(vm)
                status = vm.finish(limit)
            finally:
                run.log = vm.log()
            if not run.log and status != 0:
                return FAILED, "QEMU: " + vm.errors().strip(), ""
        outcome, why = verdict(run, status)
        if outcome == FAILED:
            return outcome, why, ""
        fault = check_disks(run)
        if fault:
            return FAILED, fault[0], fault[1]
        if run.test.after:
            run.test.after(run)
        return outcome, why, ""
    except Skip as why:
        return SKIPPED, str(why), ""
    except (TimedOut, AssertionError) as fault:
        panics = PANIC.findall(run.log)
        return FAILED, panics[0].strip() if panics else str(fault) or "assertion failed", ""
    except OSError as fault:
        return FAILED, str(fault), ""


def tidy(run, outcome):
    """Disks are kept only where there is something to find out."""
    if outcome == FAILED:
        return
    for image in glob.glob(os.path.join(run.folder, "*.img")):
        os.remove(image)


# Many runs

class Processors:
    """Tokens for host processors: a machine with several harts takes more than one."""

    def __init__(self, count):
        self.count = self.free = count
        self.changed = threading.Condition()

    def take(self, wanted):
        wanted = min(wanted, self.count)
        with self.changed:
            self.changed.wait_for(lambda: self.free >= wanted)
            self.free -= wanted
        return wanted

    def give(self, taken):
        with self.changed:
            self.free += taken
            self.changed.notify_all()


class Campaign:
    """All runs of one invocation, and what became of them."""

    def __init__(self, runs, jobs, slowness):
        self.runs, self.slowness = runs, slowness
        self.processors = Processors(jobs)
        self.results = []
        self.lock = threading.Lock()

    def perform(self):
        threads = []
        for run in self.runs:
            taken = self.processors.take(2 if run.cpus > 1 else 1)
            thread = threading.Thread(target=self._one, args=(run, taken), daemon=True)
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    def _one(self, run, taken):
        begin = time.monotonic()
        outcome, why, output = FAILED, "the runner itself failed", ""
        try:
            outcome, why, output = execute(run, self.slowness)
            tidy(run, outcome)
        finally:
            self.processors.give(taken)
            seconds = time.monotonic() - begin
            with self.lock:
                self._show(run, outcome, why, output, seconds)

    def _show(self, run, outcome, why, output, seconds):
        word = {PASSED: "ok", FAILED: "FAIL", SKIPPED: "skip"}[outcome]
        print("%-5s %-34s %6.2f s  %s" % (word, run.label(), seconds, why))
        if outcome == FAILED:
            log = os.path.join(run.folder, "console.log")
            print("      log: %s" % log)
            for line in (output or run.log).splitlines()[-TAIL:]:
                print("      | " + line)
        sys.stdout.flush()
        self.results.append(Result(run.test.name, run.label(), outcome, seconds, why,
                                   (output + run.log[-20000:]) if outcome == FAILED else ""))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", help="name, part of it, or a pattern")
    parser.add_argument("--jobs", type=int, default=2, help="host processors to use")
    parser.add_argument("--cpus", help="harts, as in 1,2,4 (default: what each test says)")
    parser.add_argument("--mem", help="memory (default: what each test says)")
    parser.add_argument("--debug", action="store_true", help="only the debug kernel")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--soak", action="store_true", help="the full matrix and the long tests")
    parser.add_argument("--list", action="store_true", help="only say what would run")
    return parser.parse_args()


def main():
    # Ends through atexit, so that no machine is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse_arguments()
    runs = planned(options)
    if options.list:
        print("\n".join(run.label() for run in runs))
        return 0
    if not runs:
        print("test-qemu: no test matches")
        return 1
    slowness = VM.patience = calibrate()
    print("test-qemu: %d runs, seed %d, time limits x %.1f" % (
        len(runs), options.seed, slowness), flush=True)
    campaign = Campaign(runs, options.jobs, slowness)
    campaign.perform()
    results.write("qemu", campaign.results)
    print(results.summary_line(campaign.results))
    return 1 if results.count(campaign.results, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
