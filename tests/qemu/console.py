# SPDX-License-Identifier: MIT
"""console.py - typing at the shell: the tty's line discipline, jobs, and keys."""
import hashlib

from case import DEBUG, PLAIN, Test

PROMPT = r"[#$] $"
CTRL_C, CTRL_D, CTRL_U, CTRL_V, CTRL_W, CTRL_Z, ERASE = (
    "\x03", "\x04", "\x15", "\x16", "\x17", "\x1a", "\x7f")


def power_off(vm):
    vm.send("poweroff\n")


def start(vm, program, rest=""):
    """Start PROGRAM in the foreground, followed by REST, and wait until it runs."""
    vm.send("sh -c 'echo re\"\"ady >/dev/tty; exec %s' %s\n" % (program, rest))
    vm.expect(r"^ready\s")


def end_of(vm, what):
    """What the last command's status is, said behind its output."""
    assert vm.run("echo status $?", PROMPT).strip() == "status %d" % what


def interrupting(vm):
    """^C ends what runs in the foreground, and only that."""
    vm.expect(PROMPT)
    start(vm, "sleep 1000")
    vm.send(CTRL_C)
    vm.expect(PROMPT)
    end_of(vm, 128 + 2)
    start(vm, "sleep 1000", "| cat | cat")
    vm.send(CTRL_C)
    vm.expect(PROMPT)
    vm.send("while true; do echo re''ady; sleep 1; done\n")
    vm.expect(r"^ready\s")
    vm.send(CTRL_C)
    vm.expect(PROMPT)
    vm.send("echo not to be run" + CTRL_C)
    vm.expect(PROMPT)
    assert vm.run("ps | grep -c '[s]leep'", PROMPT).strip() == "0"
    power_off(vm)


def stopping(vm):
    """^Z stops a job; fg and bg let it go on."""
    vm.expect(PROMPT)
    start(vm, "cat")
    vm.send("before\n")
    vm.expect(r"before\s+before")
    vm.send(CTRL_Z)
    vm.expect(PROMPT)
    assert "cat" in vm.run("jobs", PROMPT)
    vm.send("fg\n")
    vm.expect(r"cat")
    vm.send("after\n")
    vm.expect(r"after\s+after")
    vm.send(CTRL_D)
    vm.expect(PROMPT)
    assert vm.run("jobs", PROMPT).strip() == ""
    start(vm, "sleep 1000")
    vm.send(CTRL_Z)
    vm.expect(PROMPT)
    vm.run("bg", PROMPT)
    assert "unning" in vm.run("jobs", PROMPT)
    vm.run("kill %1", PROMPT)
    vm.run("wait", PROMPT)
    vm.run("sh", PROMPT)                        # a group that is no orphan, so ^Z means it
    vm.send("x=$(echo re''ady >/dev/tty; sleep 2; echo whole)\n")
    vm.expect(r"^ready\s")
    vm.send(CTRL_Z)
    vm.expect(PROMPT)
    assert vm.run("echo $x", PROMPT).strip() == "whole"
    vm.run("exit", PROMPT)
    power_off(vm)


def line_of(vm, keys, expected):
    """cat, fed with KEYS in the tty's own line mode, must print EXPECTED."""
    start(vm, "cat", "> /tmp/typed")
    vm.send(keys)
    vm.send("\n" + CTRL_D)
    vm.expect(PROMPT)
    printed = vm.run("cat /tmp/typed", PROMPT)
    assert printed == expected + "\n", "typed %r: got %r" % (keys, printed)


def editing_lines(vm):
    vm.expect(PROMPT)
    line_of(vm, "helo" + ERASE + ERASE + "llo", "hello")
    line_of(vm, ERASE + ERASE + "x", "x")
    line_of(vm, "wrong" + CTRL_U + "right", "right")
    line_of(vm, "one two" + CTRL_W + "three", "one three")
    line_of(vm, "gr\u00fc\u00dfe \u4f60\u597d", "gr\u00fc\u00dfe \u4f60\u597d")
    line_of(vm, "a" + CTRL_V + CTRL_C + "b", "a\x03b")
    start(vm, "cat")
    vm.send("no newline" + CTRL_D)              # hands over what is there
    vm.expect(r"no newlineno newline")
    vm.send(CTRL_D)
    vm.expect(PROMPT)
    end_of(vm, 0)
    power_off(vm)


def editing_commands(vm):
    """The shell's own editing, for which it puts the terminal into raw mode."""
    vm.expect(PROMPT)
    vm.send("echo wrogn" + ERASE + ERASE + "ng\n")
    vm.expect(r"^wrong\r*$")
    vm.expect(PROMPT)
    vm.send("rubbish" + CTRL_U + "echo kept\n")
    vm.expect(r"^kept\r*$")
    vm.expect(PROMPT)
    vm.send("echo ac\x1b[Db\n")                 # left, and insert
    vm.expect(r"^abc\r*$")
    vm.expect(PROMPT)
    vm.send("\x1b[A\n")                         # up: the last one again
    vm.expect(r"^abc\r*$")
    vm.expect(PROMPT)
    vm.send("trap \"echo as''ked; read x; echo got \\$x.\" USR1; (sleep 1; kill -USR1 $$) &\n")
    vm.expect(r"^asked\r*$")                    # at the prompt, but not in raw mode
    vm.send("wrogn" + ERASE + ERASE + "ng\n")
    vm.expect(r"^got wrong\.\r*$")
    vm.expect(PROMPT)
    vm.send("trap \"echo tr''apped \$?\" INT\n")
    vm.expect(PROMPT)
    vm.send("rubbish" + CTRL_C)
    vm.expect(r"^trapped 130\r*$")
    vm.expect(PROMPT)
    power_off(vm)


def typing_ahead(vm):
    """What is typed while a program runs is there for the shell afterwards."""
    vm.expect(PROMPT)
    vm.send("echo re''ady; sleep 2; echo slept\n")
    vm.expect(r"^ready\s")
    vm.send("echo ahead | tr a-z A-Z\n")
    vm.expect(r"^slept\r*$")
    vm.expect(r"^AHEAD\r*$", 60)
    vm.expect(PROMPT)
    power_off(vm)


def pasting(vm):
    """10 KB at once: every byte arrives, though nobody waits for the program."""
    lines = ["%04d the quick brown fox jumps over the lazy dog\n" % i for i in range(213)]
    text = "".join(lines)
    vm.expect(PROMPT)
    start(vm, "cat", "> /tmp/pasted")
    vm.send(text)
    vm.send(CTRL_D)
    vm.expect(PROMPT, 60)
    printed = vm.run("md5sum /tmp/pasted", PROMPT)
    wanted = hashlib.md5(text.encode()).hexdigest()
    assert printed.startswith(wanted), "%s; %s" % (printed, vm.run("wc /tmp/pasted", PROMPT))
    power_off(vm)


def typing(name, script, kernels=(PLAIN, DEBUG)):
    return Test("tty-" + name, program="/bin/init", script=script, cpus=(2,), kernels=kernels)


TESTS = [
    typing("interrupt", interrupting),
    typing("stop", stopping),
    typing("lines", editing_lines),
    typing("commands", editing_commands, kernels=(PLAIN,)),
    typing("ahead", typing_ahead, kernels=(PLAIN,)),
    typing("paste", pasting),
]
