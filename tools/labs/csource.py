# SPDX-License-Identifier: MIT
"""csource.py - find, replace and empty functions of a C source.

It knows as much of C as the kernel's style needs: a function is what stands at
the outermost level between the last ';' or '}' and a block, and has a parameter
list.  Comments, strings and preprocessor lines are looked past, never through.
"""
import re
from dataclasses import dataclass

NOT_CODE = re.compile(
    r"/\*.*?\*/ | //[^\n]* | \"(?:\\.|[^\"\\\n])*\" | '(?:\\.|[^'\\\n])*'"
    r"| ^[ \t]*\#(?:\\\n|[^\n])*", re.S | re.X | re.M)
NAME = re.compile(r"(\w+)\s*\(")


class NotFound(Exception):
    """A function that should be there is not."""


@dataclass
class Function:
    """A definition: text[start:end], its block text[block:end], its comment from text[comment]."""
    name: str
    comment: int
    start: int
    block: int
    end: int


def _blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def code_of(text):
    """TEXT of the same length with spaces for what is not code."""
    return NOT_CODE.sub(_blank, text)


def _name_in(header):
    """The function that HEADER, what stands before a block, defines; None: no function."""
    header = re.sub(r"__attribute__\s*\(\(.*?\)\)", lambda m: " " * len(m.group()), header)
    match = NAME.search(header)
    return match.group(1) if match and "=" not in header else None


def _comment_before(text, start):
    """Where the comment that ends on the line above START begins; START if there is none."""
    before = text[:start]
    if not before.endswith("*/\n"):
        return start
    begin = before.rfind("/*")
    return before.rfind("\n", 0, begin) + 1


def functions(text):
    """All functions that TEXT defines, in order."""
    code, found = code_of(text), []
    depth, last = 0, 0
    for match in re.finditer(r"[{};]", code):
        sign, at = match.group(), match.start()
        if sign == "{":
            if depth == 0:
                block, header = at, last
            depth += 1
        elif sign == "}":
            depth -= 1
        if depth > 0:
            continue
        if sign == "}":
            name = _name_in(code[header:block])
            if name:
                start = header + len(code[header:]) - len(code[header:].lstrip())
                found.append(Function(name, _comment_before(text, start), start, block, at + 1))
        last = at + 1
    return found


def find(text, name):
    """The function NAME of TEXT."""
    for function in functions(text):
        if function.name == name:
            return function
    raise NotFound("no function %s" % name)


def _pieces(text):
    """TEXT, which begins behind a '(', up to its ')', split at the commas of that level."""
    pieces, depth, last = [], 0, 0
    for at, sign in enumerate(text):
        if depth == 0 and sign in ",)":
            pieces.append(text[last:at])
            last = at + 1
            if sign == ")":
                break
        depth += (sign == "(") - (sign == ")")
    return pieces


def parameters(text, function):
    """The names of FUNCTION's parameters."""
    header = code_of(text)[function.start:function.block]
    opening = re.search(r"\b%s\s*\(" % function.name, header).end()
    names = []
    for piece in _pieces(header[opening:]):
        pointer = re.search(r"\(\s*\*\s*(\w+)", piece)      # to a function
        words = re.findall(r"\w+", piece)
        if pointer:
            names.append(pointer.group(1))
        elif words and words != ["void"]:
            names.append(words[-1])
    return names


def signature(text, function):
    """What stands before the block, with single spaces."""
    return " ".join(text[function.start:function.block].split())


def replace_block(text, name, block):
    """TEXT with BLOCK, braces and all, as what NAME does."""
    function = find(text, name)
    return text[:function.block] + block + text[function.end:]


def is_unused(text, name):
    """Whether TEXT defines function NAME and mentions it nowhere but there."""
    own = [f for f in functions(text) if f.name == name]
    if not own:
        return False
    others = text[:own[0].start] + text[own[0].end:]
    return not re.search(r"\b%s\b" % name, code_of(others))


def remove(text, name):
    """TEXT without function NAME and its comment."""
    function = find(text, name)
    return text[:function.comment] + text[function.end:].lstrip("\n")


def _with_includes(text, fragment):
    """TEXT with the #include lines of FRAGMENT that it lacks, behind its own."""
    lines = text.splitlines(keepends=True)
    new = [line for line in fragment.splitlines(keepends=True)
           if line.startswith("#include") and line not in lines]
    last = max((n for n, line in enumerate(lines, 1) if line.startswith("#include")), default=0)
    return "".join(lines[:last] + new + lines[last:])


def overlay(text, fragment):
    """TEXT with the functions of FRAGMENT, and its includes: those it has are replaced, new ones
    stand before the one of those that follows them.  (the text, names of what was replaced)"""
    text = _with_includes(text, fragment)
    known = {f.name for f in functions(text)}
    parts = functions(fragment)
    replaced = [f.name for f in parts if f.name in known]
    if not replaced:
        raise NotFound("the fragment replaces no function")
    for part in parts:
        if part.name in known:
            wanted, is_there = signature(fragment, part), signature(text, find(text, part.name))
            if wanted != is_there:
                raise NotFound("%s is %s, not %s" % (part.name, is_there, wanted))
            text = replace_block(text, part.name, fragment[part.block:part.end])
    new = ""
    for part in parts:
        if part.name not in known:
            new += fragment[part.comment:part.end] + "\n\n"
        elif new:
            at = find(text, part.name).comment
            text, new = text[:at] + new + text[at:], ""
    if new:
        raise NotFound("no function follows the last one of the fragment")
    return text, replaced


def empty(text, name, note):
    """TEXT with function NAME's work taken out: it says NOTE and panics when called."""
    function = find(text, name)
    unused = parameters(text, function)
    lines = ["    /* %s */" % note]
    if unused:
        lines.append("    %s;" % ", ".join("(void)" + p for p in unused))
    lines.append('    panic("%s is not written yet");' % name)
    return replace_block(text, name, "{\n" + "\n".join(lines) + "\n}")


def note_in(text, name, note):
    """TEXT with NOTE as a comment at the beginning of NAME's block."""
    function = find(text, name)
    return text[:function.block + 1] + "\n    /* %s */" % note + text[function.block + 1:]
