# SPDX-License-Identifier: MIT
"""report.py - show verdicts: as a table for people, and as JSON, JUnit, TAP and Markdown."""
import json
import sys
import xml.etree.ElementTree as ET

from verdict import BUILD, FAIL, INFRA, NEEDS, PANIC, PASS, TIMEOUT
from results import clean       # which verdict has made known

COLOURS = {PASS: 32, FAIL: 31, PANIC: 31, TIMEOUT: 31, BUILD: 31, INFRA: 35, NEEDS: 33}


def _coloured(text, state):
    if not sys.stdout.isatty():
        return text
    return "\033[%dm%s\033[0m" % (COLOURS[state], text)


def _explain(verdict):
    for line in verdict.detail.splitlines():
        print("           | " + line)
    if verdict.test.hint and verdict.state not in (NEEDS, INFRA, BUILD):
        print("           hint:  " + verdict.test.hint)
    print("           again: make grade T=%s" % verdict.test.name)


def is_void(verdicts):
    """Whether the grader failed, and not the student."""
    return any(v.state == INFRA for v in verdicts)


def table(lab, verdicts):
    print("Lab %d, %s (version %d, seed %d)\n" % (lab.number, lab.title, lab.version, lab.seed))
    for v in verdicts:
        print("    %-4s  %-26s %3d/%-3d %s" % (
            v.test.kind, v.test.name, v.score(), v.test.points, _coloured(v.state, v.state)
            + ("  " + v.message if v.message else "")))
        if v.state not in (PASS, NEEDS):
            _explain(v)
    if is_void(verdicts):
        print("\n    This machine could not grade (infra error above): the score is void, not zero.")
    else:
        print("\n    score %d/%d" % (sum(v.score() for v in verdicts),
                                     sum(v.test.points for v in verdicts)))


def as_dict(lab, verdicts):
    return {
        "lab": lab.number, "title": lab.title, "version": lab.version, "student": lab.student,
        "seed": lab.seed, "void": is_void(verdicts),
        "score": sum(v.score() for v in verdicts),
        "points": sum(v.test.points for v in verdicts),
        "tests": [{
            "name": v.test.name, "kind": v.test.kind, "hidden": v.test.hidden, "state": v.state,
            "score": v.score(), "points": v.test.points, "message": v.message,
            "detail": v.detail, "hint": v.test.hint, "seconds": round(v.seconds, 2),
        } for v in verdicts],
    }


def write_json(path, lab, verdicts):
    with open(path, "w") as file:
        json.dump(as_dict(lab, verdicts), file, indent=1)
        file.write("\n")


def write_junit(path, lab, verdicts):
    suite = ET.Element("testsuite", name="lab %d" % lab.number, tests=str(len(verdicts)),
                       failures=str(sum(v.state not in (PASS, NEEDS, INFRA) for v in verdicts)),
                       errors=str(sum(v.state == INFRA for v in verdicts)),
                       skipped=str(sum(v.state == NEEDS for v in verdicts)))
    for v in verdicts:
        case = ET.SubElement(suite, "testcase", classname="lab%d.%s" % (lab.number, v.test.kind),
                             name=v.test.name, time="%.2f" % v.seconds)
        if v.state != PASS:
            kind = {INFRA: "error", NEEDS: "skipped"}.get(v.state, "failure")
            ET.SubElement(case, kind, message=clean("%s: %s" % (v.state, v.message))).text = clean(v.detail)
    ET.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def write_tap(path, verdicts):
    with open(path, "w") as file:
        file.write("TAP version 13\n1..%d\n" % len(verdicts))
        for n, v in enumerate(verdicts, 1):
            file.write("%s %d - %s%s\n" % ("ok" if v.state in (PASS, NEEDS) else "not ok", n,
                                          v.test.name, " # SKIP " + v.message if v.state == NEEDS
                                          else ""))
            for line in ([v.state + ": " + v.message] + v.detail.splitlines()
                         if v.state not in (PASS, NEEDS) else []):
                file.write("# %s\n" % line)


def _cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def write_markdown(path, lab, verdicts):
    """The table as a page: what did not pass can be unfolded."""
    score, points = sum(v.score() for v in verdicts), sum(v.test.points for v in verdicts)
    lines = ["## Lab %d, %s" % (lab.number, lab.title), ""]
    lines += ["**This machine could not grade: the score is void, not zero.**" if is_void(verdicts)
              else "**%d of %d points**" % (score, points), ""]
    lines += ["| test | points | | |", "|---|---|---|---|"]
    lines += ["| %s | %d of %d | %s | %s |" % (v.test.name, v.score(), v.test.points, v.state,
                                              _cell(v.message)) for v in verdicts]
    for v in [v for v in verdicts if v.state not in (PASS, NEEDS)]:
        lines += ["", "<details><summary>%s: %s</summary>" % (v.test.name, v.state), ""]
        lines += ["    " + line for line in v.detail.splitlines()]
        lines += ["", v.test.hint, "", "Again: `make grade T=%s`" % v.test.name, "</details>"]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
