#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""handout.py - make a student's tree for a lab from the real sources.

    handout.py --lab 1 --out DIR [--todo K] [--student ID]     make one
    handout.py --lab 1 --out DIR --update                      bring it up to date

The functions that lab.toml names lose their work.  Where labs/N/start/ has a
stand-in for one, that takes its place, so that what students get builds and
boots; the others panic when they are called.  The result is a git repository
with one commit; an update is a commit on top of it that leaves the student's
files alone.
"""
import argparse
import hashlib
import os
import shutil
import subprocess
import sys

import csource
import lab as labs
import variants

# Of the instructor's tree, what students have no use for.
LEFT_OUT = (".ci/", ".github/", "labs/", "tests/labs/", "tools/book/", "tools/grade-class",
            "tools/make/docs.mk", "tools/make/labs.mk", "tools/labs/")
WORKFLOW = "tools/labs/student/grade.yml"        # becomes .github/workflows/grade.yml
GRADER = tuple("tools/labs/%s.py" % name for name in (
    "csource", "faults", "grade", "judge", "lab", "report", "screen", "verdict"))


def git(folder, *arguments, **options):
    done = subprocess.run(("git", "-C", folder) + arguments, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode != 0:
        sys.exit("handout: git %s: %s" % (arguments[0], done.stdout.strip()))
    return done.stdout


def files_here():
    """The files of this tree; where git does not tell, all but what is built."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    if listed.returncode == 0:
        return [f for f in listed.stdout.split("\0") if os.path.isfile(f)]
    found = []
    for parent, folders, names in os.walk("."):
        folders[:] = [f for f in folders if f not in ("build", ".git", "__pycache__")]
        found += [os.path.relpath(os.path.join(parent, name), ".") for name in names]
    return sorted(found)


def sources():
    """The files of this tree that go into a handout."""
    return [f for f in files_here() if not f.startswith(LEFT_OUT)] + list(GRADER)


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def copy(source, target):
    os.makedirs(os.path.dirname(target) or ".", exist_ok=True)
    shutil.copy2(source, target)


def add_folder(folder, tree):
    """Copy what is below FOLDER, if there is one, into TREE at the same places."""
    for parent, _, names in os.walk(folder):
        for name in names:
            source = os.path.join(parent, name)
            copy(source, os.path.join(tree, os.path.relpath(source, folder)))


# The student's files

def choice(student, key, options):
    """One of OPTIONS, always the same for STUDENT."""
    digest = hashlib.sha256(("%s %s" % (student, key)).encode()).digest()
    return options[int.from_bytes(digest[:8], "big") % len(options)]


def cut(lab, path, text, todo):
    """TEXT of the student's file PATH without the work of the steps after TODO."""
    start = os.path.join(lab.folder, "start", path)
    fragment = read(start) if os.path.exists(start) else ""
    stand_ins = {f.name for f in csource.functions(fragment)}
    left, notes = {}, {}
    for n, step in enumerate(lab.steps[todo:], todo + 1):
        for name in step.functions:
            left[name] = "Step %d, %s: %s." % (n, step.level, step.title.lower())
            notes[name] = step.note
    mine = [f.name for f in csource.functions(text) if f.name in left]
    solved = {name for step in lab.steps[:todo] for name in step.functions}

    for name in [n for n in mine if n not in stand_ins]:
        text = csource.empty(text, name, left[name])
    for name in solved & stand_ins:
        fragment = csource.remove(fragment, name)
    if any(name in stand_ins for name in mine):
        text, replaced = csource.overlay(text, fragment)
        for name in replaced:
            text = csource.note_in(text, name, left[name] + "  " + notes[name])
    for name in lab.drop:
        if csource.is_unused(text, name):
            text = csource.remove(text, name)
    return text


def varied(lab, path, text):
    for vary in lab.vary:
        if vary.file == path and lab.student:
            if text.count(vary.old) != 1:
                raise labs.BadLab("%s: %r is not in %s once" % (lab.folder, vary.old, path))
            text = text.replace(vary.old, choice(lab.student, vary.old, vary.new))
    return text


def given(lab, path, todo):
    """The student's file PATH as it is handed out."""
    if os.path.exists(path):
        return cut(lab, path, varied(lab, path, read(path)), todo)
    state = "solution" if todo == len(lab.steps) else "start"       # only this lab has it
    return read(os.path.join(lab.folder, state, path))


# The tree

def fill(lab, tree, todo):
    """Write the handout of LAB to TREE."""
    for path in sources():
        if path not in lab.withheld:
            copy(path, os.path.join(tree, path))
    add_folder(os.path.join(lab.folder, "tests"), os.path.join(tree, "tests"))
    add_folder(os.path.join(lab.folder, "programs"), os.path.join(tree, "user", "tests"))
    for path in {path for path in lab.owns} | {v.file for v in lab.vary}:
        write(os.path.join(tree, path), given(lab, path, todo))
    add_variants(lab, tree, hidden=False)
    shutil.copyfile(os.path.join(lab.folder, "handout.md"), os.path.join(tree, "LAB.md"))
    copy(WORKFLOW, os.path.join(tree, ".github", "workflows", os.path.basename(WORKFLOW)))
    write(os.path.join(tree, "lab.json"), lab.to_json())


def add_variants(lab, tree, hidden):
    for path, text in variants.files_for([t for t in lab.tests if t.hidden == hidden]).items():
        write(os.path.join(tree, path), text)


def add_hidden(lab, tree):
    """Add to the handout TREE what only the grader has."""
    add_folder(os.path.join(lab.folder, "hidden"), tree)
    add_variants(lab, tree, hidden=True)


def commit(tree, message):
    git(tree, "add", "--all")
    identity = [] if subprocess.run(["git", "config", "user.email"],
                                    stdout=subprocess.DEVNULL).returncode == 0 else \
        ["-c", "user.name=Pagoda", "-c", "user.email=pagoda@localhost"]
    git(tree, *identity, "commit", "--quiet", "--message", message)


def make(lab, out, todo):
    if os.path.exists(out) and os.listdir(out):
        sys.exit("handout: %s is there and not empty; make handout-update brings a handout up to "
                 "date" % out)
    fill(lab, out, todo)
    git(out, "init", "--quiet", "--initial-branch=main")
    commit(out, "Lab %d: %s" % (lab.number, lab.title))
    print("Lab %d is in %s.  There: read LAB.md, make qemu, make grade." % (lab.number, out))


def files_given(out):
    """The files in OUT that came from here: those of the commits that set lab.json's version.
    Titles do not tell, students use them, too; nor does a tree, theirs is in an update's."""
    return git(out, "log", "--format=", "--name-only", "-z", "--no-renames", "--full-diff",
               '-G^ "version": ', "--pickaxe-all", "--", "lab.json").split("\0")


def update(lab, out):
    """Replace all of OUT but the student's files and what they added."""
    if not os.path.exists(os.path.join(out, "lab.json")):
        sys.exit("handout: %s is no handout" % out)
    if git(out, "status", "--porcelain").strip():
        sys.exit("handout: %s has changes that are not committed; commit them first" % out)
    before = labs.of_handout(os.path.join(out, "lab.json"))
    if before.number != lab.number:
        sys.exit("handout: %s is lab %d" % (out, before.number))
    lab.student, lab.seed, lab.version = before.student, before.seed, before.version + 1
    theirs = {path: read(os.path.join(out, path)) for path in before.owns}
    for path in files_given(out):
        if path and os.path.exists(os.path.join(out, path)):
            os.remove(os.path.join(out, path))
    fill(lab, out, 0)
    for path, text in theirs.items():
        write(os.path.join(out, path), text)
    commit(out, "Lab %d: %s, version %d" % (lab.number, lab.title, lab.version))
    print("%s is at version %d; %s as it was." % (out, lab.version, ", ".join(lab.owns)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lab", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--todo", type=int, default=0, help="this many steps are solved already")
    parser.add_argument("--student", default="", help="vary what makes no difference")
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    try:
        lab = labs.numbered(options.lab)
        if not 0 <= options.todo <= len(lab.steps):
            sys.exit("handout: lab %d has %d steps" % (lab.number, len(lab.steps)))
        if options.update:
            update(lab, options.out)
        else:
            lab.student = options.student
            if lab.student:
                lab.seed = 1 + choice(lab.student, "seed", range(1 << 20))
            make(lab, options.out, options.todo)
    except (labs.BadLab, csource.NotFound) as fault:
        sys.exit("handout: %s" % fault)


if __name__ == "__main__":
    main()
