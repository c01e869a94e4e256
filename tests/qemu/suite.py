# SPDX-License-Identifier: MIT
"""suite.py - the tests that run on the machine.

A program of user/tests/ that is not listed here runs with the defaults of
case.Test.  HELPERS are programs there that only other tests start.
"""
import badinput
import console
import contig
import crashes
import files
import foreign
import iofail
import memory
import programs
import swap
from case import DEBUG, PLAIN, Test

HELPERS = ["linuxinit", "runtest", "swapbench", "vmbench"]

# make soak: the tests tagged quick also run on these machines, (harts, kernel, memory).
SOAK_MATRIX = [(cpus, PLAIN, mem) for mem in ("32M", "64M", "128M", "1G", "3G", "8G")
               for cpus in (1, 2, 4, 8)] + [(cpus, DEBUG, "128M") for cpus in (1, 8)]


def shell(vm):
    """From power-on to a prompt, a pipeline, and off again."""
    prompt = r"[#$] $"
    vm.expect(prompt)
    assert vm.run("echo one two | wc -w", prompt).strip() == "2"
    assert "root.img" not in vm.run("ls /", prompt)
    vm.send("poweroff\n")


def bad_arguments(vm):
    """What is malformed or unknown is named, in the order in which it is read, and boot goes on."""
    vm.expect(r"panic=maybe is neither exit nor halt, ignored")
    vm.expect(r"unknown argument 'frobnicate'")
    vm.expect(r"ad=sotf is not soft, ignored")
    vm.expect(r"[#$] $")
    vm.send("poweroff\n")


TESTS = (badinput.TESTS + programs.TESTS + files.TESTS + console.TESTS + crashes.TESTS
         + foreign.TESTS + iofail.TESTS + memory.TESTS + swap.TESTS + contig.TESTS) + [
    Test("shell", program="/bin/init", script=shell, tags=("quick", "boot")),
    Test("bad-argument", program="/bin/init", append="frobnicate=1 panic=maybe ad=sotf",
         script=bad_arguments, cpus=(1,), tags=("boot",)),
]
