#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""oracle.py - run the test programs on Linux, where what they expect must be true.

The same files, in the same root image, under Debian's kernel: what fails there is
a wrong expectation.  Programs run one after the other in one machine.  One that
ends the machine, or never ends, has failed, and the rest go on in another.
"""
import argparse
import os
import re
import shutil
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "tools")]
import results  # noqa: E402
from results import FAILED, PASSED, SKIPPED, Result  # noqa: E402

import ktap  # noqa: E402
import linuxkernel  # noqa: E402
import suite  # noqa: E402
from case import copy_sparse  # noqa: E402
from debian import Unavailable  # noqa: E402
from run import ROOT_IMAGE, calibrate, matches, unlisted  # noqa: E402
from vm import VM, Disk, TimedOut  # noqa: E402

FOLDER = "build/oracle"
# As Pagoda is: three levels of page tables, no huge pages.  A message of the kernel may
# fall into a line of a report, so only its last words are printed.
ARGUMENTS = ("console=ttyS0 loglevel=1 rdinit=/init panic=-1 no4lvl transparent_hugepage=never "
             "seed=%d")
MEM = "1G"                      # a test that wants other zones than this has is left out
SECONDS = 90                    # for booting, and for each program, on an idle machine
FALSE_STARTS = 3                # under QEMU, Linux hangs now and then before it says anything
LOOK = 0.25                     # seconds between two looks at the console
NOTES = 40                      # lines shown of what failed
BEGIN = re.compile(r"^# begin (.*)\n", re.M)
END = re.compile(r"^# end (-?\d+) (\d+)$", re.M)


# What to run

def arguments(test):
    """What runtest is told, or None if TEST needs more than a program."""
    special = (test.append or test.panic or test.message or test.script or test.disks or test.before
               or test.after or test.icount or test.mem.endswith("G") or "soak" in test.tags)
    if special or test.program not in (None, "/tests/runtest"):
        return None
    return test.args or test.name


def planned(options):
    plan = []
    for test in suite.TESTS + unlisted(suite.TESTS):
        words = arguments(test)
        if words and words not in plan and matches(test.name, options.filter):
            plan.append(words)
    return plan


# How it went

def verdict(status, text):
    """(PASSED | SKIPPED | FAILED, why) from how runtest ended and what was printed."""
    report = ktap.parse(text)
    if report.failed:
        return FAILED, "not ok: " + ", ".join(report.failed)
    if report.fault:
        return FAILED, report.fault
    if status != 0:
        return FAILED, "status %d" % status
    if report.all_skipped():
        return SKIPPED, report.skip_reason
    skipped = len(report.skipped)
    return PASSED, "%d skipped: %s" % (skipped, report.skip_reason) if skipped else ""


class Campaign:
    """All programs, and what became of them."""

    def __init__(self, plan, options, slowness):
        self.plan, self.options = plan, options
        self.patience = SECONDS * slowness
        self.machines = self.false_starts = 0
        self.results = []

    def perform(self):
        while self.plan and self.false_starts < FALSE_STARTS:
            self.machines += 1
            log, fault = self._one_machine(os.path.join(FOLDER, str(self.machines)))
            if not BEGIN.search(log):
                self.false_starts += 1
                print("oracle: Linux did not start: %s" % fault, flush=True)
            elif self.plan:
                self._show(self.plan.pop(0), FAILED, fault, BEGIN.split(log)[-1], 0)
        for words in self.plan:
            self._show(words, FAILED, "Linux did not start", "", 0)

    def _one_machine(self, folder):
        """Run as much of the plan as one machine can; its console, and why it ended early."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        root, initramfs = os.path.join(folder, "root.img"), os.path.join(folder, "initramfs")
        copy_sparse(ROOT_IMAGE, root)
        linuxkernel.make_initramfs(initramfs, "".join(words + "\n" for words in self.plan))
        with VM(kernel=linuxkernel.IMAGE, folder=folder, mem=MEM, cpus=self.options.cpus,
                append=ARGUMENTS % self.options.seed, disks=[Disk(root, "root")],
                extra=["-initrd", initramfs]) as vm:
            fault = self._watch(vm)
            log = vm.log()
        os.remove(root)
        os.remove(initramfs)
        return log, fault

    def _watch(self, vm):
        """Judge each program as it ends.  Why the machine was given up, or None."""
        seen, quiet = 0, 0.0
        while True:
            try:
                vm.wait(LOOK)
                ended = True
            except TimedOut:
                ended = False
            before, seen = seen, self._judge(vm.log(), seen)
            quiet = 0.0 if seen > before else quiet + LOOK
            if ended:
                return "the machine stopped"
            if quiet > self.patience:
                return "not done after %.0f s" % quiet

    def _judge(self, log, position):
        """Judge what LOG says from POSITION on; up to where that was complete."""
        while True:
            begin = BEGIN.search(log, position)
            end = END.search(log, begin.end()) if begin else None
            if not end:
                return position
            text = log[begin.end():end.start()]
            outcome, why = verdict(int(end.group(1)), text)
            self._show(self.plan.pop(0), outcome, why, text, int(end.group(2)) / 1000)
            position = end.end()

    def _show(self, words, outcome, why, text, seconds):
        word = {PASSED: "ok", FAILED: "FAIL", SKIPPED: "skip"}[outcome]
        print("%-5s %-34s %6.2f s  %s" % (word, words, seconds, why))
        if outcome == FAILED:
            lines = [line for line in text.splitlines() if not line.startswith("ok ")]
            for line in lines[-NOTES:]:
                print("      | " + line)
        sys.stdout.flush()
        self.results.append(Result(words.split()[0], words, outcome, seconds, why,
                                   text if outcome == FAILED else ""))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", help="name, part of it, or a pattern")
    parser.add_argument("--cpus", type=int, default=2, help="harts")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    # Ends through atexit, so that no machine is left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = parse_arguments()
    plan = planned(options)
    if not plan:
        print("oracle: no test matches")
        return 1
    try:
        linuxkernel.fetch()
    except Unavailable as why:
        print("oracle: no Linux: %s" % why)
        return 1
    slowness = calibrate()
    print("oracle: %d programs on Linux %s, seed %d" % (
        len(plan), linuxkernel.version(), options.seed), flush=True)
    campaign = Campaign(plan, options, slowness)
    campaign.perform()
    results.write("oracle", campaign.results)
    print(results.summary_line(campaign.results))
    return 1 if results.count(campaign.results, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
