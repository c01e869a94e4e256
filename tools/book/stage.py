# SPDX-License-Identifier: MIT
"""stage.py - lay out the pages of the handbook for Sphinx.

The pages are Markdown files that read well where they are, in docs/ and labs/.  What
makes a book of them is added to copies in build/docs/source:

  - docs/README.md is the table of contents: each of its sections becomes a part, with the
    pages that its table links to, in that order.  Labs are found by their numbers.
  - a page that is called by the name of its file, `docs/faults.md` or [faults.md](faults.md),
    is a link with that page's title.
"""
import glob
import os
import posixpath
import re
import shutil

CONTENTS = "docs/README.md"
FOUND = {                               # parts whose further pages are found
    "The labs": ["labs/*/handout.md"],
    "For instructors": ["labs/*/instructor.md", "labs/*/matrix.md"],
}
LINK = re.compile(r"\[([^]]*)\]\(([^)#:]+\.md)(#[^)]*)?\)")
NAMED = re.compile(r"(?<!\[)`(docs/[\w-]+\.md|labs/README\.md)`(?!\])")


class BadBook(Exception):
    """The pages make no book; says why."""


def read(path):
    with open(path) as file:
        return file.read()


def lab_number(path):
    return int(re.match(r"labs/(\d+)", path).group(1))


def found(patterns):
    pages = [page for pattern in patterns for page in glob.glob(pattern)]
    return sorted(pages, key=lambda page: (lab_number(page), page))


def title(page):
    return re.match(r"# (.+)", read(page)).group(1)


def outside_code(text, change):
    """TEXT with CHANGE applied to each line that is neither fenced nor indented."""
    lines, fenced = text.split("\n"), False
    for n, line in enumerate(lines):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("    "):
            lines[n] = change(line)
    return "\n".join(lines)


def as_link(page, target, text, anchor=""):
    """A link to TARGET, a page, as PAGE has to write it."""
    path = posixpath.relpath(target, posixpath.dirname(page))
    return "[%s](%s%s)" % (title(target) if text.endswith(".md") else text, path, anchor)


def with_links(page, text, pages, origin=None):
    """TEXT, written for ORIGIN, as it is in the book's PAGE: links with titles."""
    def named(match):
        target = match.group(1)
        return as_link(page, target, target) if target in pages and target != page \
            else match.group(0)

    def linked(match):
        text, path, anchor = match.groups("")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(origin or page), path))
        return as_link(page, target, text, anchor) if target in pages else match.group(0)

    return outside_code(text, lambda line: NAMED.sub(named, LINK.sub(linked, line)))


def parts(text):
    """The heading of each part and its pages, in the order of the book."""
    folder = posixpath.dirname(CONTENTS)
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        heading = section.partition("\n")[0]
        pages = [posixpath.normpath(posixpath.join(folder, target))
                 for row in re.findall(r"^\|(.*)", section, re.M)
                 for _, target, _ in LINK.findall(row)]
        yield heading, pages + found(FOUND.get(heading, []))


def toctree(heading, pages):
    return "\n".join(["", "```{toctree}", ":hidden:", ":caption: " + heading, ""] +
                     [page[:-len(".md")] for page in pages] + ["```", ""])


def index(text, pages):
    """The first page: CONTENTS, with a toctree at the end of each part."""
    sections = re.split(r"^(?=## )", with_links("index.md", text, pages, CONTENTS), flags=re.M)
    for n, (heading, some) in enumerate(parts(text), 1):
        sections[n] = sections[n].rstrip() + "\n" + toctree(heading, some) + "\n"
    return "".join(sections)


def check(pages):
    """Every page of docs/ is in the book, and each is there once."""
    lost = sorted(set(glob.glob("docs/*.md")) - set(pages) - {CONTENTS})
    if lost:
        raise BadBook("%s names no %s" % (CONTENTS, ", ".join(lost)))
    missing = [page for page in pages if not os.path.exists(page)]
    if missing:
        raise BadBook("%s: there is no %s" % (CONTENTS, ", ".join(missing)))
    if len(set(pages)) != len(pages):
        raise BadBook("%s names a page twice" % CONTENTS)


def write(path, text):
    """Write TEXT, unless that is what PATH has: Sphinx goes by the time of change."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if not os.path.exists(path) or read(path) != text:
        with open(path, "w") as file:
            file.write(text)


def remove_others(out, kept):
    for parent, _, names in os.walk(out):
        for name in names:
            path = os.path.join(parent, name)
            if os.path.relpath(path, out) not in kept:
                os.remove(path)


def stage(out):
    """Write the book's sources to the folder OUT."""
    contents = read(CONTENTS)
    pages = [page for _, some in parts(contents) for page in some]
    check(pages)
    write(os.path.join(out, "index.md"), index(contents, pages))
    for page in pages:
        write(os.path.join(out, page), with_links(page, read(page), pages))
    figures = glob.glob("docs/figures/*")
    for figure in figures:
        os.makedirs(os.path.join(out, os.path.dirname(figure)), exist_ok=True)
        shutil.copy2(figure, os.path.join(out, figure))
    remove_others(out, set(pages) | set(figures) | {"index.md"})
