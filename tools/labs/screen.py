# SPDX-License-Identifier: MIT
"""screen.py - does a student's file do what no kernel file does?

On the host, the student's code runs in the process that judges it: it could end
that process with status 0, or write the results itself.  For that it needs the C
library or a system call of the host, and its object file tells.  A suite of tests
calls a little of the C library; with more it could look at the time, or at the
source of what it tests.

What only looks odd in the source is for a person to read, and costs no points.
"""
import glob
import os
import re
import subprocess

import csource

SANITIZER = re.compile(r"__(asan|ubsan|sanitizer|tsan|gcov)_|_GLOBAL_OFFSET_TABLE_$")
COMPILERS_OWN = {"memcpy", "memmove", "memset", "memcmp"}
OF_SUITES = {"abort", "calloc", "fflush", "fprintf", "fputc", "fputs", "free", "fwrite", "malloc",
             "printf", "putchar", "puts", "qsort", "realloc", "snprintf", "sprintf", "stderr",
             "stdout", "strcmp", "strlen", "strncmp", "strstr", "vsnprintf", "__stack_chk_fail"}
OF_CRITERION = re.compile(r"(cr|cri|criterion)_")
CHECKED = re.compile(r"__(\w+)_chk$")            # what some compilers make of a call of memcpy
OF_HOST = re.compile(r"\t(syscall|sysenter|int +\$0x80|svc|rdtscp?|rdrand|rdseed|cpuid)\b")
ODD = [
    (re.compile(r"\b(asm|__asm__|__asm|constructor|destructor|ifunc|main|criterion_\w+)\b"), True),
    (re.compile(r"#\s*include\s*[<\"](?!kernel/|lib/|stddef|stdint|stdbool|stdarg)[^\n]*"), False),
    (re.compile(r"\b(__x86_64__|__aarch64__|__riscv|__linux__|__SANITIZE_ADDRESS__)\b"), False),
    (re.compile(r"/proc/|\bnonce\b|\bseal\b|# ?ok \d|\bok \d+ -"), False),
]


def _run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def names_in(things):
    """All that THINGS, ELF files, define for others."""
    said = _run("nm", "--defined-only", "--extern-only", *things) if things else ""
    return {line.split()[-1] for line in said.splitlines() if line}


def _beyond(thing, names, also=None):
    """What object file THING calls that is not among NAMES, nor in the pattern ALSO."""
    for line in _run("nm", "--undefined-only", thing).splitlines():
        name = CHECKED.sub(r"\1", line.split()[-1])
        if name not in names and name not in COMPILERS_OWN and not SANITIZER.match(name) \
                and not (also and also.match(name)):
            return "calls %s" % name
    call = OF_HOST.search(_run("objdump", "-d", "--no-show-raw-insn", thing))
    return "asks the host (%s)" % call.group(1) if call else None


def _in_place(thing, program):
    """What object file THING defines that a library of PROGRAM, made of it, knows by that name: the
    program's comes first, and the linker shows it to the libraries."""
    shown = {line.split()[-1].split("@")[0] for line in
             _run("nm", "-D", "--defined-only", "build/host/" + program).splitlines()}
    both = sorted(names_in([thing]) & shown)
    return "defines %s, which a library has" % both[0] if both else None


def screen_for(lab, kernel):
    """A screen, as judge.of_lab() wants it, for student's files that meet KERNEL, which was built
    without them."""
    names = names_in([kernel])

    def screen(program):
        for path in lab.owns:
            thing = "build/host/%s.obj/%s.o" % (program, os.path.splitext(path)[0])
            if not os.path.exists(thing):
                continue
            why = _beyond(thing, names) or _in_place(thing, program)
            if why:
                return "%s %s: that is not for the kernel" % (path, why)
        return None
    return screen


def refused_suite(owns, program):
    """Why the suite PROGRAM, with the student's files OWNS, must not be run, or None."""
    folder = "build/host/%s.obj/" % program
    theirs = [folder + os.path.splitext(path)[0] + ".o" for path in owns]
    names = names_in([thing for thing in glob.glob(folder + "**/*.o", recursive=True)
                      if thing not in theirs and "/variants/" not in thing])
    for path, thing in zip(owns, theirs):
        if not os.path.exists(thing):
            continue
        why = _beyond(thing, names | OF_SUITES, OF_CRITERION) or _in_place(thing, program)
        if why:
            return "%s %s: that is not for suites" % (path, why)
    return None


def odd_lines(text, given):
    """What a person should look at in TEXT, a student's version of GIVEN."""
    found = []
    for pattern, in_code in ODD:
        ours = {m.group() for m in pattern.finditer(given)}
        for match in pattern.finditer(csource.code_of(text) if in_code else text):
            if match.group() not in ours:
                line = text.count("\n", 0, match.start()) + 1
                found.append("line %d: %s" % (line, match.group()))
    return found
