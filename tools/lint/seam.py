# SPDX-License-Identifier: MIT
"""seam.py - check the undefined symbols of pure files against tools/pure.

Looks at the objects that compilers.check_warnings() made.
"""
import os
import subprocess

LIST = "tools/pure"
ALWAYS = {"memcpy", "memmove", "memset", "memcmp"}


def _lines():
    with open(LIST) as file:
        for line in file:
            line = line.split("#")[0].strip()
            if line:
                yield line


def _expand(groups, words):
    symbols = set()
    for word in words:
        symbols |= groups[word] if word.startswith("@") else {word}
    return symbols


def entries():
    """{file: allowed symbols}"""
    groups, allowed = {}, {}
    for line in _lines():
        if ":=" in line:
            name, words = line.split(":=")
            groups[name.strip()] = _expand(groups, words.split())
        else:
            name, words = line.split(":", 1)
            allowed[name.strip()] = ALWAYS | _expand(groups, words.split())
    return allowed


def undefined(nm, path):
    text = subprocess.run([nm, "-u", path], stdout=subprocess.PIPE, check=True).stdout.decode()
    return {line.split()[-1] for line in text.splitlines() if line.strip()}


def check(compiler):
    offences = []
    for source, allowed in sorted(entries().items()):
        path = compiler.object_of(source)
        if not os.path.exists(source):
            offences.append("%s: listed in %s but not there" % (source, LIST))
        elif not os.path.exists(path):
            offences.append("%s: did not compile" % source)
        else:
            extra = sorted(undefined(compiler.nm, path) - allowed)
            if extra:
                offences.append("%s: asks for %s" % (source, " ".join(extra)))
    return offences
