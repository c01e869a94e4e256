# SPDX-License-Identifier: MIT
"""pagoda_userprog.py - user: symbols of a user program."""
import os

import gdb
from pagoda_kernel import Command

FOLDERS = ("build/user/bin", "build/user/tests")


class User(Command):
    """user PROG: load the symbols of build/user/bin/PROG or build/user/tests/PROG.

All programs are linked at the same address: of several loaded ones, drop those
that are not looked at with `user -PROG`.  A breakpoint in a program stops every
process that runs code there; `break main if $satp == ...` narrows it down."""
    NAME = "user"

    def run(self, words):
        if len(words) != 1:
            raise gdb.GdbError("user PROG, or user -PROG to drop its symbols")
        name = words[0].lstrip("-")
        path = next((os.path.join(f, name) for f in FOLDERS
                     if os.path.exists(os.path.join(f, name))), None)
        if not path:
            raise gdb.GdbError("no program %s in %s" % (name, " or ".join(FOLDERS)))
        if words[0].startswith("-"):
            gdb.execute("remove-symbol-file %s" % path)
        else:
            gdb.execute("add-symbol-file %s" % path)

    def complete(self, line, word):
        return sorted(p for f in FOLDERS if os.path.isdir(f)
                      for p in os.listdir(f) if p.startswith(word))


User()
