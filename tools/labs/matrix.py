#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""matrix.py - which test finds which wrong solution.

    matrix.py --lab N

Runs all tests on every mutant, as grading does, and writes labs/N-name/matrix.md
for instructors.  The last column is what such a submission scores.
"""
import argparse
import os
import sys

import faults
import handout
import judge
import lab as labs
import selftest
import variants
import verdict

SIGNS = {verdict.PASS: ".", verdict.FAIL: "F", verdict.PANIC: "P", verdict.TIMEOUT: "T",
         verdict.NEEDS: "-"}


def signs_of(found):
    """How the tests ended, as the verdicts FOUND say, and the score."""
    for v in found:
        if v.state not in SIGNS:
            raise labs.BadLab("%s: %s: %s" % (v.test.name, v.state, v.message))
    return [SIGNS[v.state] for v in found], sum(v.score() for v in found)


def changed_verdicts(lab, file, right):
    """Verdicts of this tree, which differs in FILE from the one that the verdicts RIGHT are of."""
    found = {v.test.name: v for v in judge.of_lab(lab, lambda t: faults.concerns(t, file))}
    return [found.get(v.test.name, v) for v in right]


def rows_of(lab):
    """(name, what it is, signs, score) of the handout and of every mutant."""
    with selftest.Tree(lab, "handout", 0):
        yield ("handout", "what students start from") + signs_of(judge.of_lab(lab, lambda t: True))
    solution = selftest.Tree(lab, "solution", len(lab.steps))
    with solution:
        right = judge.of_lab(lab, lambda t: True)
    for mutant in variants.mutants_of(lab):
        with selftest.changed(solution, mutant):
            yield (mutant.name, mutant.says) + signs_of(changed_verdicts(lab, mutant.file, right))


def as_text(lab, rows):
    lines = ["# Lab %d: which test finds what" % lab.number, "",
             "`.` pass, `F` fail, `P` panic, `T` timeout, `-` a test that it needs has not passed; "
             "the last column is the score of %d.  Made by `make labs-matrix LAB=%d`." % (
                 lab.points(), lab.number), ""]
    lines += ["%d. %s (%d points)%s" % (n, t.name, t.points, ", hidden" if t.hidden else "")
              for n, t in enumerate(lab.tests, 1)] + [""]
    heads = ["wrong solution", "what is wrong"] + [str(n + 1) for n in range(len(lab.tests))]
    lines += ["| " + " | ".join(heads + ["score"]) + " |", "|" + "---|" * (len(heads) + 1)]
    lines += ["| %s | %s | %s | %d |" % (name, says, " | ".join(signs), score)
              for name, says, signs, score in rows]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lab", required=True)
    lab = labs.numbered(parser.parse_args().lab)
    rows = []
    for row in rows_of(lab):
        print("%-24s %s %4d" % (row[0], "".join(row[2]), row[3]), flush=True)
        rows.append(row)
    handout.write(os.path.join(lab.folder, "matrix.md"), as_text(lab, rows))


if __name__ == "__main__":
    sys.exit(main())
