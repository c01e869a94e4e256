#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""run.py - run vmbench on the machine and compare: make bench [JSON=file].

QEMU's -icount shift=0 makes one instruction one virtual nanosecond, so the
figures are instructions, the same in every run, and need no quiet machine.
"""
import argparse
import json
import os
import re
import shutil
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
os.chdir(ROOT)
sys.path[:0] = [os.path.join(ROOT, "tests/qemu"), os.path.join(ROOT, "bench")]
from table import ROWS  # noqa: E402
from vm import VM, Disk, TimedOut  # noqa: E402

FOLDER = "build/bench"
ICOUNT = ["-seed", "1", "-icount", "shift=0,sleep=off", "-rtc", "base=2025-01-01,clock=vm"]
SECONDS = 600
LINE = re.compile(r"^([a-z_0-9]+) ([0-9.]+|-)\s*$", re.M)


def measure():
    """The console of one run, as {row: instructions or None}."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    image = os.path.join(FOLDER, "root.img")
    shutil.copyfile("build/root.img", image)
    with VM(kernel="build/kernel.elf", folder=FOLDER, mem="512M", cpus=1,
            append="test=1 seed=1 init=/tests/runtest debugcall=1 -- -1 -a /tests/vmbench",
            disks=[Disk(image, "root")], extra=ICOUNT) as vm:
        vm.wait(SECONDS)
        return {name: None if value == "-" else float(value)
                for name, value in LINE.findall(vm.log())}


def figure(value):
    if value is None:
        return "-"
    return "{:,.0f}".format(value) if value >= 100 else "{:.1f}".format(value)


def show(found):
    """Print the table; the rows whose bar is missed."""
    missed = []
    print("%-44s %10s %10s %10s %10s %12s" % ("instructions", "Pagoda", "goal", "bar", "Linux", "xv6"))
    for row in ROWS:
        ours = found.get(row.name)
        above = ours is not None and ours > row.bar
        if above:
            missed.append(row.name)
        print("%-44s %10s %10s %10s %10s %12s%s" % (
            row.what, figure(ours), figure(row.goal), figure(row.bar), figure(row.linux),
            figure(row.xv6), "  above the bar" if above else ""))
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="also write the figures to this file")
    options = parser.parse_args()
    try:
        found = measure()
    except TimedOut:
        sys.exit("bench: the machine did not finish in %d s; its console is in %s/" % (SECONDS, FOLDER))
    missed = show(found)
    if options.json:
        with open(options.json, "w") as f:
            json.dump([dict(row._asdict(), ours=found.get(row.name)) for row in ROWS], f, indent=1)
    if not found:
        sys.exit("bench: nothing was measured; the machine's console is in %s/" % FOLDER)
    print("%d of %d rows above their bar" % (len(missed), len(found)))


if __name__ == "__main__":
    main()
