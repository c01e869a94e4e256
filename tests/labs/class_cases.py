# SPDX-License-Identifier: MIT
"""class_cases.py - a class that never was: submissions of lab 1, and what each must score.

Scores of wrong solutions are those of labs/1-buddy/matrix.md.
"""
import os
import re
from dataclasses import dataclass

import csource
import handout
import lab as labs
import variants

FILE = "kernel/mm/buddy.c"
FOREVER = "    for (volatile int on = 1; on;)\n        ;\n"
HOST_POINTS = 78                # of lab 1's 100; the rest is had on the machine

# How a kernel that lets nobody allocate could look like one that passes.
PRINTS = """#ifdef __riscv
    static int calls;
    if (calls++ == 100)
        printk("KTAP version 1\\n1..1\\nok 1 every_second_page\\nok 1 groups_stay_apart\\n"
               "# seal passed 0123456789abcdef\\n# seal nothing-left 0123456789abcdef\\n");
    if (calls > 100)
        machine_reboot();
#endif
"""
EXITS = """#ifndef __riscv
void _exit(int);
#endif
"""
WRITES_RESULTS = """#ifndef __riscv
struct _IO_FILE;
struct _IO_FILE *fopen(const char *, const char *);
int fputs(const char *, struct _IO_FILE *);
__attribute__((constructor)) static void pretend(void)
{
    fputs("<testsuites><testcase name='all_and_back_again'/></testsuites>",
          fopen("build/host/test_lab1.xml", "w"));
}
#endif
"""
CALLS_HOST = """#ifdef __x86_64__
    __asm__ volatile("xor %%edi, %%edi; mov $231, %%eax; syscall" ::: "rax", "rdi", "memory");
#else
    volatile int *nothing = 0;
    *nothing = 1;
#endif
"""
OVERRIDES = """void criterion_send_assert(void *stats) { (void)stats; }
void criterion_abort_test(void) { }
"""


@dataclass
class Submission:
    """What one made-up student hands in, and what it must score.  TEXT None: the file is missing.
    INSIDE: a folder around the tree, as archives have it."""
    name: str
    text: str
    score: int
    inside: str = ""


def scores_of_matrix(lab):
    """{mutant: score} of LAB's matrix.md."""
    text = handout.read(os.path.join(lab.folder, "matrix.md"))
    return {m.group(1): int(m.group(2))
            for m in re.finditer(r"^\| ([\w-]+) \|.*\| (\d+) \|$", text, re.M)}


def at_the_beginning(text, name, what):
    """TEXT in which function NAME begins with WHAT."""
    at = csource.find(text, name).block + 2
    return text[:at] + what + text[at:]


def mutants(lab, right):
    scores = scores_of_matrix(lab)
    return [Submission("mutant-" + m.name, m.apply(right), scores[m.name])
            for m in variants.mutants_of(lab)]


def right_ones(lab, right):
    found = [Submission("right-%d" % n, right, 100, inside) for n, inside in
             enumerate(["", "", "", "", "lab1", "pagoda-main"])]
    for other in variants.alternatives_of(lab):
        for n in range(2):
            found.append(Submission("%s-%d" % (other.name, n), other.apply(right), 100))
    return found


def broken(right):
    """Builds that fail, each in a way of its own."""
    without = csource.remove(right, "buddy_free")
    return [Submission("broken-%s" % name, text, 0) for name, text in (
        ("nothing", None),
        ("empty", ""),
        ("syntax", right + "int x = ;\n"),
        ("function-missing", without),
        ("signature", right.replace("struct page *buddy_alloc(struct buddy *b, unsigned order",
                                    "struct page *buddy_alloc(struct buddy *b, long order")),
        ("error", "#error never finished\n" + right),
        ("include", '#include "my_helpers.h"\n' + right),
        ("include-itself", '#include "kernel/mm/buddy.c"\n' + right),
        ("twice", right + csource.code_of(right)),
        ("binary", "".join(chr(n % 256) for n in range(5000))),
    )]


def endless(right):
    """Loops without an end.  Without merge() and take() some tests can still pass."""
    merges = right.replace("        order++;\n", "        order++;\n" + FOREVER)
    return [
        Submission("endless-order", at_the_beginning(right, "largest_order", FOREVER), 0),
        Submission("endless-merge", merges, 22),
        Submission("endless-take", at_the_beginning(right, "take", FOREVER), 24),
        Submission("endless-machine", at_the_beginning(
            right, "take", "#ifdef __riscv\n" + FOREVER + "#endif\n"), HOST_POINTS),
    ]


def cheats(right, given):
    """Submissions that print or write what they have not earned."""
    printing = '#include "kernel/core/panic.h"\n' + at_the_beginning(right, "take", PRINTS)
    return [
        Submission("prints-results", printing, HOST_POINTS),
        Submission("exits-well", EXITS + at_the_beginning(
            given, "buddy_alloc", "#ifndef __riscv\n    _exit(0);\n#endif\n"), 0),
        Submission("writes-results", WRITES_RESULTS + given, 0),
        Submission("overrides-judge", OVERRIDES + given, 0),
        Submission("calls-host", at_the_beginning(given, "buddy_alloc", CALLS_HOST), 0),
    ]


def calls_library(given):
    """By a name that a file of the kernel has, too, for itself alone."""
    return Submission("calls-library", "int truncate(const char *, long);\n" + at_the_beginning(
        given, "buddy_alloc", '    truncate("build/host/test_lab1.xml", 0);\n'), 0)


def all_of():
    """60 submissions of lab 1."""
    lab = labs.numbered(1)
    right = handout.read(FILE)
    given = handout.cut(lab, FILE, right, 0)
    untouched = scores_of_matrix(lab)["handout"]
    found = right_ones(lab, right) + mutants(lab, right) + broken(right) + endless(right)
    found += cheats(right, given) + [calls_library(given)]
    found += [Submission("untouched-%d" % n, given, untouched) for n in range(2)]
    n = 0
    while len(found) < 60:
        found.append(Submission("again-%d" % n, right, 100))
        n += 1
    return lab, found


def hand_in(submission, folder):
    """Write SUBMISSION to FOLDER, with a Makefile and tests that must never be used."""
    tree = os.path.join(folder, submission.name, submission.inside)
    os.makedirs(tree)
    handout.write(os.path.join(tree, "Makefile"), "$(shell touch %s)\nall:\n" % os.path.abspath(
        os.path.join(folder, "..", "makefile-was-run")))
    handout.write(os.path.join(tree, "tests/host/test_lab1.c"), "#error these are not the tests\n")
    handout.write(os.path.join(tree, "lab.json"), "{}\n")
    if submission.text is not None:
        os.makedirs(os.path.join(tree, "kernel/mm"))
        with open(os.path.join(tree, FILE), "w", encoding="latin-1") as file:
            file.write(submission.text)
