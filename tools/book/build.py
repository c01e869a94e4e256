#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""build.py - make the handbook: build/docs/html and build/docs/pagoda.pdf.

A warning is an error: of Sphinx any, of LaTeX those that mean that something is missing
on paper or stands in the margin.  `make docs` has looked for the tools.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys

import stage

OUT = "build/docs"
SOURCE, DOCTREES, HTML, LATEX = (os.path.join(OUT, f) for f in
                                 ("source", "doctrees", "html", "latex"))
PDF = os.path.join(OUT, "pagoda.pdf")
TOO_WIDE = 12                           # points into the margin


def sphinx(builder, out):
    """Write all pages: each has the titles of all others beside it."""
    done = subprocess.run(["sphinx-build", "-a", "-q", "-W", "--keep-going",
                           "-b", builder, "-c", "tools/book", "-d", DOCTREES, SOURCE, out])
    if done.returncode != 0:
        sys.exit("docs: Sphinx has complained, see above")


def complaints(log):
    """What in LaTeX's LOG a reader would see."""
    found = re.findall(r"^Missing character: .*|^LaTeX Warning: .* undefined.*", log, re.M)
    for points, where in re.findall(r"^Overfull \\hbox \(([\d.]+)pt too wide\) (.*)", log, re.M):
        if float(points) > TOO_WIDE:
            found.append("%s points too wide, %s" % (points, where))
    return found


def pdf():
    # -g: what has failed before may be mended from outside, by installing something.
    done = subprocess.run(["latexmk", "-g", "-xelatex", "-quiet", "-interaction=nonstopmode",
                           "-halt-on-error", "pagoda.tex"], cwd=LATEX,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    log = os.path.join(LATEX, "pagoda.log")
    if done.returncode != 0:
        sys.exit("docs: LaTeX has failed, see %s\n%s" % (
            log, done.stdout.decode(errors="replace")[-2000:]))
    with open(log, errors="replace") as file:
        found = complaints(file.read())
    if found:
        sys.exit("docs: LaTeX, in %s:\n  %s" % (log, "\n  ".join(found)))
    shutil.copyfile(os.path.join(LATEX, "pagoda.pdf"), PDF)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--html", action="store_true", help="no PDF")
    options = parser.parse_args()
    try:
        stage.stage(SOURCE)
    except stage.BadBook as fault:
        sys.exit("docs: %s" % fault)
    sphinx("html", HTML)
    print("The handbook is in %s/index.html" % HTML)
    if not options.html:
        sphinx("latex", LATEX)
        pdf()
        print("and in %s" % PDF)


if __name__ == "__main__":
    main()
