#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""compare.py - run Debian's programs on Pagoda and on Debian's Linux, and compare.

Both kernels get the same image on the same machine and do the same cases
(tests/linux/cases, one after the other, by tests/linux/run-cases).  What the cases
print must be the same, byte by byte.  What Linux printed on that many harts is kept in
build/linux/wanted until the case or the programs change.
"""
import argparse
import difflib
import fnmatch
import hashlib
import os
import re
import shutil
import signal
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../qemu"), os.path.join(HERE, "../../tools")]
import results  # noqa: E402
from results import FAILED, PASSED, SKIPPED, Result  # noqa: E402

import linuxkernel  # noqa: E402
import root  # noqa: E402
from run import calibrate  # noqa: E402
from case import command, copy_sparse, fsck  # noqa: E402
from debian import FOLDER, Unavailable  # noqa: E402
from vm import VM, Disk, TimedOut  # noqa: E402

CASES = "tests/linux/cases"
RUNNER = "tests/linux/run-cases"
REGRESS = "tests/linux/regress.py"
WANTED = os.path.join(FOLDER, "wanted")
WORK = "build/vm/linux"
KERNELS = {False: "build/kernel.elf", True: "build/debug/kernel.elf"}
MEM = "512M"
SECONDS = 600                   # that a case may take: Linux needs half of it for sqlite.sql
STOPPED = re.compile(r"^=> (137|143)$", re.M)   # the status of a case or line that took too long
PAGODA = "test=1 seed=%d debugcall=1 init=/tests/runtest -- -1 /tests/run"
LINUX = "console=ttyS0 loglevel=1 rdinit=/init panic=-1 no4lvl transparent_hugepage=never"
NOTES = 30                      # lines of difference shown


# One machine

def watch(vm, patience):
    """Wait for the machine's end; why it was given up, or None."""
    size, since = 0, time.monotonic()
    while True:
        try:
            status = vm.wait(1)
            return None if status == 0 else "the machine ended with status %d" % status
        except TimedOut:
            pass
        now = os.path.getsize(vm.log_path)
        if now > size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > patience:
            begun = re.findall(r"^# begin (\S+)", vm.log(), re.M)
            return "hangs in %s" % (begun[-1] if begun else "its start")


def perform(names, folder, machine, seconds):
    """Run these cases on MACHINE(image): ({name: what it printed}, what went wrong or None)."""
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    image, plan = os.path.join(folder, "root.img"), os.path.join(folder, "plan")
    copy_sparse(root.IMAGE, image)
    with open(plan, "w") as file:
        file.write("%d\n" % seconds + "".join(name + "\n" for name in names))
    command("debugfs", "-w", "-R", "write %s /tests/plan" % plan, image)
    with machine(image, folder) as vm:
        fault = watch(vm, 2 * seconds)
    command("debugfs", "-R", "rdump /results %s" % folder, image)
    fault = fault or fsck(image)
    os.remove(image)
    printed = {}
    for name in names:
        path = os.path.join(folder, "results", name)
        if os.path.exists(path):
            with open(path, errors="replace") as file:
                printed[name] = file.read()
    return printed, fault


def linux_machine(options):
    def machine(image, folder):
        initramfs = os.path.join(folder, "initramfs")
        linuxkernel.make_initramfs(initramfs, "-1 /tests/run\n")
        return VM(kernel=linuxkernel.IMAGE, folder=folder, mem="1G", cpus=options.cpus, append=LINUX,
                  disks=[Disk(image, "root")], extra=["-initrd", initramfs])
    return machine


def pagoda_machine(options):
    def machine(image, folder):
        return VM(kernel=KERNELS[options.debug], folder=folder, mem=options.mem, cpus=options.cpus,
                  append=PAGODA % options.seed, disks=[Disk(image, "root")])
    return machine


# What Linux prints

def digest(name):
    """Changes when what Linux prints might."""
    h = hashlib.sha256()
    for path in (os.path.join(CASES, name), RUNNER, REGRESS, root.MANIFEST):
        with open(path, "rb") as file:
            h.update(file.read())
    return h.hexdigest()[:16]


def wanted_path(name, cpus):
    return os.path.join(WANTED, "%s.%d.%s" % (name, cpus, digest(name)))


def learn(names, options, seconds):
    """Have Linux print what is not known yet."""
    unknown = [name for name in names if not os.path.exists(wanted_path(name, options.cpus))]
    if not unknown:
        return
    linuxkernel.fetch()
    print("linux: %d cases on Linux %s" % (len(unknown), linuxkernel.version()), flush=True)
    printed, fault = perform(unknown, os.path.join(WORK, "wanted"), linux_machine(options), seconds)
    os.makedirs(WANTED, exist_ok=True)
    for name, text in printed.items():
        if STOPPED.search(text):
            fault = fault or "%s takes too long" % name
        elif text.endswith("\n"):
            with open(wanted_path(name, options.cpus), "w") as file:
                file.write(text)
    if fault:
        raise Unavailable("Linux did not do all: %s" % fault)


# Comparison

def pieces(name, text):
    """What is compared one by one: {title: text}.  A .lines case has one for each command."""
    if not name.endswith(".lines"):
        return {"": text}
    parts = re.split(r"^(\$ .*)\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def compare(name, there, here):
    """(same, different) counts, and the lines to show."""
    wanted, found = pieces(name, there), pieces(name, here)
    notes, same = [], 0
    for title, text in wanted.items():
        if found.get(title) == text:
            same += 1
            continue
        notes.append(title)
        notes += list(difflib.unified_diff(
            text.splitlines(), found.get(title, "(nothing)").splitlines(), "Linux", "Pagoda",
            lineterm="", n=1))[2:]
    return same, len(wanted) - same, notes


def judge(names, cpus, printed, fault):
    """All results; printed as they are made."""
    all_results = []
    for name in names:
        with open(wanted_path(name, cpus)) as file:
            there = file.read()
        here = printed.get(name, "")
        same, different, notes = compare(name, there, here)
        status = FAILED if different else PASSED
        message = "%d the same" % same + (", %d different" % different if different else "")
        print("%-5s %-24s %s" % ("FAIL" if different else "ok", name, message))
        for line in notes[:NOTES]:
            print("      | " + line)
        all_results.append(Result("linux", name, status, 0, message, "\n".join(notes)))
    if fault:
        print("FAIL  the machine: " + fault)
        all_results.append(Result("linux", "the machine", FAILED, 0, fault))
    return all_results


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--filter", default="", help="name, part of it, or a pattern")
    parser.add_argument("--cpus", type=int, default=2, help="harts")
    parser.add_argument("--mem", default=MEM, help="Pagoda's memory")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--debug", action="store_true", help="the debug kernel")
    return parser.parse_args()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))     # through atexit: ends machines
    options = parse_arguments()
    names = [n for n in sorted(os.listdir(CASES))
             if options.filter in n or fnmatch.fnmatch(n, options.filter)]
    if not names:
        print("linux: no case matches")
        return 1
    seconds = SECONDS * calibrate()
    try:
        root.build()
        learn(names, options, seconds)
    except Unavailable as why:
        print("skip  linux: %s" % why)
        results.write("linux", [Result("linux", n, SKIPPED, 0, str(why)) for n in names])
        return 0
    printed, fault = perform(names, os.path.join(WORK, "pagoda"), pagoda_machine(options), seconds)
    found = judge(names, options.cpus, printed, fault)
    results.write("linux", found)
    print(results.summary_line(found))
    return 1 if results.count(found, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
