#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lint.py - the six rules about the sources that a program can check.

    floors     a file includes its own folder or lower floors  (tools/floors)
    headers    every header compiles alone
    warnings   no warning from gcc or clang, kernel, library and programs
    seam       pure files ask the world for no more than they say (tools/pure)
    calls      docs/system-calls.md tells of the calls that there are
    reference  so do other pages of boot arguments, GDB commands, files of /proc, each other

One line per check, followed by what offends.  Run it by `make lint`.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import results  # noqa: E402
from results import FAILED, PASSED, Result  # noqa: E402

import calls  # noqa: E402
import compilers  # noqa: E402
import floors  # noqa: E402
import reference  # noqa: E402
import seam  # noqa: E402
import sources  # noqa: E402


def report(name, what, check, *arguments):
    """Run one check, a function that returns offending lines; show and return its result."""
    begin = time.monotonic()
    offences = check(*arguments)
    print("%-5s %-10s %s" % ("FAIL" if offences else "ok", name, what))
    for line in offences:
        print("      " + line)
    sys.stdout.flush()
    return Result("lint", name, FAILED if offences else PASSED, time.monotonic() - begin,
                  offences[0] if offences else "", "\n".join(offences))


def main():
    make = sys.argv[1] if len(sys.argv) > 1 else "make"
    gcc, clang = compilers.of_make(make, "gcc"), compilers.of_make(make, "clang")
    kernel, user = sources.kernel(), sources.user()
    done = [report("floors", "%d files" % len(sources.floored()), floors.check)]
    done.append(report("headers", "%d headers compile alone" % len(sources.headers()),
                       compilers.check_headers, gcc))
    for compiler in (gcc, clang):
        done.append(report(compiler.kind, "%d files without a warning" % len(kernel + user),
                           compilers.check_warnings, compiler, kernel, user))
    done.append(report("seam", "%d pure files" % len(seam.entries()), seam.check, gcc))
    done.append(report("calls", "%d system calls" % len(calls.implemented()), calls.check))
    done.append(report("reference", "%d files of /proc" % len(reference.proc_files()),
                       reference.check))
    results.write("lint", done)
    return 1 if results.count(done, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
