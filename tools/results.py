# SPDX-License-Identifier: MIT
"""results.py - what the parts of `make test` leave for the summary and for CI.

Each part (lint, host, qemu) writes build/results/PART.json and, for tools that
read it, build/results/PART.xml in JUnit's format.
"""
import json
import os
import re
import xml.etree.ElementTree as ET

FOLDER = "build/results"
PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"

# Control characters have no place in XML; a crashing guest may print them.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd]")


class Result:
    """One test: where it belongs, what it is called, and how it ended."""

    def __init__(self, suite, name, status, seconds=0.0, message="", output=""):
        self.suite, self.name, self.status = suite, name, status
        self.seconds, self.message, self.output = seconds, message, output


def count(results, status):
    return sum(1 for r in results if r.status == status)


def summary_line(results):
    return "%d passed, %d failed, %d skipped" % tuple(
        count(results, s) for s in (PASSED, FAILED, SKIPPED))


def path(part, extension):
    os.makedirs(FOLDER, exist_ok=True)
    return os.path.join(FOLDER, "%s.%s" % (part, extension))


def write(part, results):
    with open(path(part, "json"), "w") as out:
        json.dump({"part": part,
                   "passed": count(results, PASSED),
                   "failed": count(results, FAILED),
                   "skipped": count(results, SKIPPED),
                   "tests": [vars(r) for r in results]}, out, indent=1)
    _write_junit(part, results)


def _write_junit(part, results):
    root = ET.Element("testsuite", name=part, tests=str(len(results)),
                      failures=str(count(results, FAILED)),
                      skipped=str(count(results, SKIPPED)))
    for r in results:
        case = ET.SubElement(root, "testcase", classname="%s.%s" % (part, r.suite),
                             name=r.name, time="%.3f" % r.seconds)
        if r.status == FAILED:
            ET.SubElement(case, "failure", message=clean(r.message)).text = clean(r.output)
        elif r.status == SKIPPED:
            ET.SubElement(case, "skipped", message=clean(r.message))
    ET.ElementTree(root).write(path(part, "xml"), encoding="utf-8", xml_declaration=True)


def clean(text):
    return _NOT_XML.sub("?", text)


def read(part):
    """The summary of PART as a dictionary, or None if it did not get that far."""
    try:
        with open(path(part, "json")) as file:
            return json.load(file)
    except (OSError, ValueError):
        return None


def forget(part):
    for extension in ("json", "xml"):
        if os.path.exists(path(part, extension)):
            os.remove(path(part, extension))
