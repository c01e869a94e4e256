# SPDX-License-Identifier: MIT
"""compilers.py - compile everything with the flags of the Makefile, and complain.

The flags are asked from make, so that they exist once.  Objects go to
build/lint/, where seam.py looks at them.
"""
import concurrent.futures
import os
import re
import shlex
import subprocess
import tempfile

import sources

FOLDER = "build/lint"
DIAGNOSIS = re.compile(r": (warning|error|fatal error): ")


class Compiler:
    """KIND ("gcc" or "clang") and its command lines for kernel and user code."""

    def __init__(self, kind, variables):
        self.kind = kind
        self.kernel = shlex.split(variables.get("kernel", ""))
        self.debug = shlex.split(variables.get("debug", ""))
        self.user = shlex.split(variables.get("user", ""))
        self.nm = variables.get("nm", "nm")

    def object_of(self, source, flavour="kernel"):
        return "%s/%s/%s/%s.o" % (FOLDER, self.kind, flavour, os.path.splitext(source)[0])


def of_make(make, kind):
    command = [make, "--no-print-directory", "-s", "print-flags", "WERROR="]
    if kind == "clang":
        command += ["LLVM=1", "TOOLPREFIX="]
    text = subprocess.run(command, stdout=subprocess.PIPE, check=False).stdout.decode()
    return Compiler(kind, dict(line.split("=", 1) for line in text.splitlines() if "=" in line))


def in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [line for lines in pool.map(function, items) for line in lines]


def diagnoses(command):
    """Run a compiler; return its warnings and errors, or what it said if it died otherwise."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL)
    except OSError as fault:
        return ["%s: %s" % (command[0], fault.strerror)]
    lines = done.stdout.decode(errors="replace").splitlines()
    found = [line for line in lines if DIAGNOSIS.search(line)]
    return found or (lines if done.returncode else [])


def check_warnings(compiler, kernel, user):
    """All units: plain kernel, debug kernel, and user."""
    if not compiler.kernel:
        return ["no %s was found for RISC-V (make doctor)" % compiler.kind]
    units = [(compiler.kernel, f, "kernel") for f in kernel]
    units += [(compiler.debug, f, "debug") for f in kernel]
    units += [(compiler.user, f, "user") for f in user]

    def one(unit):
        flags, source, flavour = unit
        output = compiler.object_of(source, flavour)
        os.makedirs(os.path.dirname(output), exist_ok=True)
        return diagnoses(flags + ["-c", source, "-o", output])

    return sorted(set(in_parallel(one, units)))


def check_headers(compiler):
    """Each header, included twice and by nothing else."""
    def one(header):
        user = header.startswith("user/")
        with tempfile.NamedTemporaryFile("w", suffix=".c") as unit:
            unit.write('#include "%s"\n#include "%s"\n' % (header, header))
            unit.flush()
            flags = compiler.user if user else compiler.kernel
            return ["%s: %s" % (header, line) for line in
                    diagnoses(flags + ["-fsyntax-only", unit.name])]

    return in_parallel(one, sources.headers())
