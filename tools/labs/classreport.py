# SPDX-License-Identifier: MIT
"""classreport.py - a class's results as a table for a spreadsheet and a report for people.

A submission that could not be graded has no score: an empty field, never a zero.
"""
import csv
import json
import os
import statistics

PASS, INFRA = "pass", "infra error"
BARS = 10


def results_in(folder, names):
    """{id: result, or None} for NAMES."""
    found = {}
    for name in names:
        try:
            with open(os.path.join(folder, "results", name + ".json")) as file:
                found[name] = json.load(file)
        except (OSError, ValueError):
            found[name] = None
    return found


def is_graded(result):
    return result is not None and not result["void"]


def graded(results):
    return {name: r for name, r in results.items() if is_graded(r)}


def tests_of(results):
    """The names of the tests, in order."""
    return list(dict.fromkeys(t["name"] for r in results.values() for t in r["tests"]))


def write_csv(path, results):
    names = tests_of(graded(results))
    with open(path, "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "score", "points", "state", "seconds"] + names)
        for name, result in results.items():
            if not is_graded(result):
                table.writerow([name, "", "", "void" if result else "not graded", ""]
                               + [""] * len(names))
                continue
            score = {t["name"]: t["score"] for t in result["tests"]}
            table.writerow([name, result["score"], result["points"], "graded", result["seconds"]]
                           + [score[n] for n in names])


def _row(cells):
    return "| " + " | ".join(str(c).replace("|", "\\|") for c in cells) + " |"


def _table(head, rows):
    return [_row(head), _row(["---"] * len(head))] + [_row(r) for r in rows] + [""]


def _of_tests(results):
    rows = []
    for name in tests_of(results):
        runs = [t for r in results.values() for t in r["tests"] if t["name"] == name]
        tried = [t for t in runs if t["state"] != "needs"]
        states = {}
        for t in tried:
            states[t["state"]] = states.get(t["state"], 0) + 1
        others = ", ".join("%d %s" % (n, s) for s, n in sorted(states.items()) if s != PASS)
        passed = states.get(PASS, 0)
        rows.append([name, "%d of %d" % (passed, len(tried)),
                     "%.0f %%" % (100 * passed / len(tried)) if tried else "", others,
                     "%.1f" % statistics.median([t["seconds"] for t in tried]) if tried else ""])
    return _table(["test", "passed", "rate", "else", "seconds (median)"], rows)


def _of_scores(results):
    shares = [r["score"] / r["points"] for r in results.values()]
    counts = [0] * (BARS + 1)
    for share in shares:
        counts[int(share * BARS)] += 1
    lines = ["Scores: mean %.0f %%, median %.0f %%." % (100 * statistics.mean(shares),
                                                       100 * statistics.median(shares)), "", "```"]
    for n, count in enumerate(counts):
        lines.append("%3d %%  %-3d %s" % (100 * n // BARS, count, "#" * count))
    return lines + ["```", ""]


def _of_time(results):
    seconds = sorted(r["seconds"] for r in results.values())
    return ["Time for one: median %.0f s, longest %.0f s; %.0f s in all." % (
        statistics.median(seconds), seconds[-1], sum(seconds)), ""]


def _section(title, lines):
    return ["## " + title, ""] + lines + [""] if lines else []


def as_text(title, results):
    """The report, in Markdown."""
    good = graded(results)
    void = ["- %s: %s" % (name, (r["why"].strip().splitlines()[-1] if r.get("why") else next(
        t["message"] for t in r["tests"] if t["state"] == INFRA)) if r else "not graded yet")
        for name, r in results.items() if not is_graded(r)]
    lines = ["# " + title, "", "%d submissions, %d graded." % (len(results), len(good)), ""]
    if good:
        lines += _of_scores(good) + _of_time(good) + _section("Tests", _of_tests(good))
    lines += _section("Not graded (no score, not zero)", void)
    lines += _section("Tests that ended in two ways", [
        "- %s: %s" % (name, ", ".join(r["flaky"])) for name, r in good.items() if r["flaky"]])
    lines += _section("To be read by a person", [
        "- %s: %s" % (name, "; ".join(r["odd"])) for name, r in good.items() if r["odd"]])
    return "\n".join(lines)


def write(folder, title, names):
    """grades.csv and report.md in FOLDER; how many are graded."""
    results = results_in(folder, names)
    write_csv(os.path.join(folder, "grades.csv"), results)
    with open(os.path.join(folder, "report.md"), "w") as file:
        file.write(as_text(title, results) + "\n")
    return len(graded(results))
