#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""quick.py - the cheap tests of labs, for `make test`: on the host, no machine is booted.

How submissions are taken in and reported, with a class of folders; then the quick
form of the labs' own test (tools/labs/selftest.py): solutions, and a few mutants.
"""
import contextlib
import glob
import io
import os
import re
import shutil
import sys
import tempfile
import time

sys.path[:0] = ["tools", "tools/labs"]
import class_cases  # noqa: E402
import classreport  # noqa: E402
import grading  # noqa: E402
import handout  # noqa: E402
import kit  # noqa: E402
import lab as labs  # noqa: E402
import report  # noqa: E402
import results  # noqa: E402
import roster  # noqa: E402
import screen  # noqa: E402
import selftest  # noqa: E402
import unit  # noqa: E402
import verdict  # noqa: E402
from results import FAILED, PASSED, SKIPPED, Result  # noqa: E402

FOLDER = "build/labs/quick"
RESULT = {"void": False, "score": 50, "points": 100, "seconds": 2.0, "flaky": [], "odd": [],
          "tests": [{"name": "one", "state": "pass", "score": 50, "points": 50, "seconds": 1.0},
                    {"name": "two", "state": "fail", "score": 0, "points": 50, "seconds": 1.0}]}
VOID = {"void": True, "score": 0, "points": 0, "flaky": [], "odd": [], "why": "no disk\n",
        "tests": []}


def student(name, text="int x;\n"):
    """A submission with TEXT; its folder."""
    submission = class_cases.Submission(name, text, 0)
    class_cases.hand_in(submission, FOLDER + "/subs")
    return os.path.join(FOLDER, "subs", name)


def collected(lab, name, folder):
    return roster.collect(lab, name, folder, {class_cases.FILE: "int x;\n"})


def only_owned_files(lab):
    assert list(collected(lab, "plain", student("plain"))["files"]) == lab.owns
    assert collected(lab, "without", student("without", None))["files"] == {}


def archive_with_folder(lab):
    folder = os.path.dirname(student("inside/lab1"))
    assert list(collected(lab, "inside", folder)["files"]) == lab.owns


def no_links(lab):
    folder = student("linked", None)
    os.makedirs(folder + "/kernel/mm")
    os.symlink(os.path.abspath(class_cases.FILE), os.path.join(folder, class_cases.FILE))
    assert collected(lab, "linked", folder)["files"] == {}
    folder = student("far", None)
    os.symlink(os.path.abspath("kernel"), folder + "/kernel")
    assert collected(lab, "far", folder)["files"] == {}


def refused(entries):
    try:
        roster.entries(entries)
    except roster.BadRoster:
        return True
    return False


def rosters(_lab):
    path = FOLDER + "/roster.csv"
    handout.write(path, "id,path\nann,subs/ann\nbob, subs/bob\n")
    assert roster.entries(path) == [("ann", FOLDER + "/subs/ann"),
                                                ("bob", FOLDER + "/subs/bob")]
    for bad in ("ann,a\nann,b\n", "../ann,a\n", "-x,a\n", "a b,a\n", "ann\n", ""):
        handout.write(path, bad)
        assert refused(path), bad


def odd_lines(lab):
    right = handout.read(class_cases.FILE)
    given = handout.cut(lab, class_cases.FILE, right, 0)
    assert not screen.odd_lines(right, given)
    for cheat in class_cases.cheats(right, given):
        assert screen.odd_lines(cheat.text, given), cheat.name


def speaks_english(_lab):
    assert os.environ["LC_ALL"] == "C"


def files_are_files(_lab):
    """A repository within the tree, which git names like a file, is none."""
    folder = tempfile.mkdtemp(prefix="inner-", dir=".")
    try:
        handout.git(folder, "init", "--quiet")
        handout.write(folder + "/x", "x")
        assert all(os.path.isfile(f) for f in handout.files_here())
    finally:
        shutil.rmtree(folder)


def void_is_no_zero(_lab):
    found = {"ann": RESULT, "bob": VOID, "cyd": None}
    classreport.write_csv(FOLDER + "/grades.csv", found)
    lines = handout.read(FOLDER + "/grades.csv").splitlines()
    assert lines[1:] == ["ann,50,100,graded,2.0,50,0", "bob,,,void,,,", "cyd,,,not graded,,,"]
    text = classreport.as_text("Lab", found)
    assert "mean 50 %" in text and "- bob: no disk" in text and "- cyd: not graded yet" in text


def only_what_is_left(lab):
    """Nothing is graded again that has a result, but for what was void or has changed."""
    work = grading.Grading(lab, FOLDER + "/out")
    entries = [(name, student(name)) for name in ("done", "void", "changed", "new")]
    assert work.collect(entries) == ["done", "void", "changed", "new"]
    for name, result in (("done", RESULT), ("void", VOID), ("changed", RESULT)):
        digest = collected(lab, name, FOLDER + "/subs/" + name)["digest"]
        unit.write(work.path("results", name + ".json"),
                               dict(result, digest=digest))
    shutil.rmtree(FOLDER + "/subs/changed")
    student("changed", "int y;\n")
    assert work.collect(entries) == ["void", "changed", "new"]
    assert handout.read(work.path("todo")) == "void\nchanged\nnew\n"
    assert not os.path.exists(work.path("results", "changed.json"))


def only_the_script_is_printed(lab):
    """The output of `grade-class --slurm` is a script: how the kit is made goes elsewhere."""
    def pack(_lab, tree, target):
        os.makedirs(tree)
        handout.write(target, "")

    made, kit.make = kit.make, pack
    printed, told = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(told):
            grading.Grading(lab, FOLDER + "/kit").make_kit()
    finally:
        kit.make = made
    assert not printed.getvalue() and "Building" in told.getvalue(), printed.getvalue()


def updates_spare_what_was_added(_lab):
    """Two updates of a handout to which students added a file, in commits titled like ours."""
    lab, out = labs.numbered(1), FOLDER + "/handout"
    handout.make(lab, out, 0)
    handout.write(out + "/withdrawn", "ours\n")
    handout.write(os.path.join(out, class_cases.FILE), "int x;\n")
    handout.git(out, "add", "--all")
    handout.git(out, "-c", "user.name=x", "-c", "user.email=x", "commit", "--amend", "--no-edit")
    for version in (2, 3):
        handout.write("%s/notes%d" % (out, version), "mine\n")
        handout.commit(out, "Lab 1: %s\n\nLab 1: merge works" % lab.title)
        handout.update(lab, out)
        assert labs.of_handout(out + "/lab.json").version == version
        for added in range(2, version + 1):
            assert os.path.exists("%s/notes%d" % (out, added)), "notes%d is gone" % added
        assert not os.path.exists(out + "/withdrawn")
        assert handout.read(os.path.join(out, class_cases.FILE)) == "int x;\n"


def functions_are_counted(_lab):
    """The handouts say how many functions there are to write."""
    numbers = ("none one two three four five six seven eight nine ten eleven twelve thirteen "
               "fourteen fifteen").split()
    for path in sorted(glob.glob("labs/*/handout.md")):
        said = re.search(r"^\*About.* You write (\w+) functions", handout.read(path), re.M)
        lab = labs.numbered(re.search(r"/(\d+)-", path).group(1))
        count = sum(len(step.functions) for step in lab.steps)
        assert not said or said.group(1) == numbers[count], "%s: %d" % (path, count)


def page_of_points(lab):
    test, path = lab.tests[0], FOLDER + "/grade.md"
    report.write_markdown(path, lab, [verdict.Verdict(test, verdict.FAIL, "a | b", "one\ntwo")])
    text = handout.read(path)
    assert "**0 of %d points**" % test.points in text, text
    assert "| a \\| b |" in text and "\n    two\n" in text, text
    report.write_markdown(path, lab, [verdict.Verdict(test, verdict.INFRA)])
    assert "void" in handout.read(path) and "0 of %d points" % test.points not in handout.read(path)


def workflow(_lab):
    """What students' repositories run on GitHub is there: targets, knobs, scripts."""
    text, rules = handout.read(handout.WORKFLOW), handout.read("tools/make/grade.mk")
    grade = re.search(r"run: make grade (.*)", text).group(1)
    for knob in re.findall(r"(\w+)=", grade):
        assert "$(%s)" % knob in rules, knob
    for made in re.findall(r"=(\S+)", grade):
        assert " %s\n" % made in text, made
    for script in re.findall(r"run: sh (\S+)", text):
        assert os.path.exists(script), script


def no_fault_of_students(_lab):
    """Where Criterion cannot share memory with the cases, none of them has been tried."""
    said = "criterion: Could not initialize inheritable arena: Permission denied"
    assert verdict.unable(said).startswith("Could not initialize")
    assert verdict.unable("[====] Running 2 tests\n" + said)
    assert not verdict.unable("[RUN ] a::b\n" + said)


TESTS = [only_owned_files, archive_with_folder, no_links, rosters, odd_lines, speaks_english,
         files_are_files, void_is_no_zero, only_what_is_left, only_the_script_is_printed,
         updates_spare_what_was_added, functions_are_counted, page_of_points, workflow,
         no_fault_of_students]


def perform(test, lab):
    begin, wrong = time.monotonic(), ""
    try:
        test(lab)
    except AssertionError as why:
        wrong = "line %d: %s" % (why.__traceback__.tb_next.tb_lineno, why)
    print("%-5s class  %s %s" % ("FAIL" if wrong else "ok", test.__name__, wrong), flush=True)
    return Result("class", test.__name__, FAILED if wrong else PASSED,
                  time.monotonic() - begin, wrong)


def main():
    if sys.version_info < (3, 11):
        found = [Result("labs", "all", SKIPPED, 0, "Python is older than 3.11: it reads no TOML")]
    else:
        shutil.rmtree(FOLDER, ignore_errors=True)
        os.makedirs(FOLDER)
        lab = labs.numbered(1)
        found = [perform(test, lab) for test in TESTS]
        for path in sorted(glob.glob("labs/*/lab.toml")):
            found += selftest.checked(os.path.dirname(path), quick=True)
    results.write("labs", found)
    print("labs: " + results.summary_line(found))
    return 1 if results.count(found, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
