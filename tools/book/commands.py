#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""commands.py - try the commands that the handbook shows.

    commands.py [--list] [--pages TEXT]

Those for the shell of the machine run there, page by page, each page on a fresh machine: a
command that is not found, that misses a file, or that never ends is an offence.  Of those
for the host, the targets of make, the tests that T= names and the files must be there;
they are not run.  What is for the debugger is listed.
"""
import argparse
import glob
import os
import re
import shutil
import sys
import time

import stage

sys.path.insert(0, "tests/qemu")
import suite  # noqa: E402
from vm import VM, Disk  # noqa: E402

FOLDER = "build/docs/commands"
GUEST, HOST, DEBUGGER = "machine", "host", "debugger"
HOST_WORDS = ("make", "gdb", "debugfs", "qemu-riscv64", "apt-get")
SHELL_WORDS = ("echo", "cd", "set", "trap", "while", "for", "jobs", "export")
PROMPTS = ((r"/root # (.+)", GUEST), (r"\$ (.+)", HOST), (r"\(gdb\) (.+)", DEBUGGER))
# What cannot run by itself, and why.
BY_HAND = (
    (r"\byes \| sort", "ends in the death of a process"),
    (r"^sleep 100", "is typed at"), (r"^(cat|fbtest)$", "is typed at"),
    (r"^poweroff", "ends the machine"), (r"\bvmstat 1$", "ends with Ctrl-C"), (r"\[", "is a synopsis"),
    (r"^cd \.\.", "is on the host"), (r"/tests/clocktest five", "takes minutes"),
    (r"/tests/(mapstorm|failstorm|thrash)", "takes minutes"),
)
BAD = re.compile(r"not found|No such file|[Uu]nknown option|usage: ")
PATIENCE = 240                          # seconds for one command


class Command:
    def __init__(self, page, place, text):
        self.page, self.place, self.text = page, place, text
        self.problem = ""


def programs():
    return {os.path.splitext(os.path.basename(p))[0] for p in glob.glob("user/bin/*")}


def place_of(text, known):
    """Where TEXT of an indented block is to be typed; None if it is no command."""
    words = [w for w in text.split() if not re.match(r"[A-Z_]+=", w)]
    if not words:
        return None
    first = words[0]
    if first in HOST_WORDS or first.startswith(("tools/", "build/")):
        return HOST
    if first.startswith(("/tests/", "/bin/")) or first in known or first in SHELL_WORDS:
        return GUEST
    return None


def cut(text):
    """TEXT without the remark behind it."""
    return re.split(r"\s{2,}|\s+# |, then|, and |, make|: ", text.strip())[0].rstrip(",")


def on_page(page, known):
    """The commands that PAGE shows, in their order."""
    found, fenced = [], False
    for line in stage.read(page).split("\n"):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            continue
        text = line.strip()
        prompt = next(((m.group(1), place) for pattern, place in PROMPTS
                       for m in [re.match(pattern, text)] if m), None)
        if prompt and (fenced or line.startswith("    ")):
            found.append(Command(page, prompt[1], cut(prompt[0])))
        elif not fenced and line.startswith("    "):
            found += indented(page, cut(text), known)
    return found


def indented(page, text, known):
    """The commands in a line of a block; behind `make qemu;` comes what to type there."""
    first, _, rest = text.partition("; ") if text.startswith("make") else (text, "", "")
    place = place_of(first, known)
    here = [Command(page, place, first)] if place else []
    return here + (indented(page, rest, known) if rest else [])


# On the host

def targets():
    text = "".join(stage.read(path) for path in glob.glob("tools/make/*.mk") + ["Makefile"])
    return set(re.findall(r"^([\w.-]+):(?!=)", text, re.M))


def look_at(command, goals):
    """Find out what COMMAND, for the host, lacks."""
    words = command.text.split()
    knobs = dict(w.split("=", 1) for w in words if re.match(r"[A-Z]+=", w))
    if words[0] == "make":
        named = [w for w in words[1:] if re.fullmatch(r"[a-z][\w-]*", w)]
        wrong = [w for w in named[:1] if w not in goals]
        command.problem = "make has no target %s" % wrong[0] if wrong else ""
        have = {"test-host": [os.path.basename(p) for p in glob.glob("tests/host/test_*.c") +
                              glob.glob("labs/*/tests/host/test_*.c")],
                "test-qemu": [t.name for t in suite.TESTS], "soak": [t.name for t in suite.TESTS]}
        if "T" in knobs and named[0] in have and not any(knobs["T"] in n for n in have[named[0]]):
            command.problem = "no test is called %s" % knobs["T"]
    elif words[0].startswith("tools/") and not os.path.exists(words[0]):
        command.problem = "there is no %s" % words[0]


# On the machine

def script(commands):
    lines = ["cd /root"]
    for n, command in enumerate(commands):
        lines += ["echo '@@ begin %d'" % n, "(", command.text, ") </dev/null", "echo \"@@ end %d $?\"" % n]
    return "\n".join(lines + ["poweroff", ""])


def machine(folder, commands):
    """A machine whose init runs COMMANDS instead of a shell."""
    import case
    os.makedirs(folder, exist_ok=True)
    disk, swap, batch = (os.path.join(folder, n) for n in ("root.img", "swap.img", "batch"))
    case.copy_sparse("build/root.img", disk)
    case.command(sys.executable, "mkfs/mkswap.py", swap, "128M")
    stage.write(batch, script(commands))
    case.command("debugfs", "-w", "-R", "write %s /batch" % batch, disk)
    return VM("build/kernel.elf", folder, mem="256M", cpus=2, disks=[Disk(disk, "root"), Disk(swap, "swap")],
              append="-- /bin/sh /batch")


def run(vm, commands):
    """Run COMMANDS; how many of them were begun."""
    seen, last = 0, time.monotonic()
    with vm:
        while vm.process.poll() is None:
            time.sleep(0.2)
            begun = len(re.findall(r"^@@ begin", vm.log(), re.M))
            if begun > seen:
                seen, last = begun, time.monotonic()
            if time.monotonic() - last > PATIENCE:
                commands[seen - 1].problem = "has not ended after %d s" % PATIENCE
                break
    judge(vm.log(), commands)
    return seen


def judge(log, commands):
    for n, command in enumerate(commands):
        part = re.search(r"^@@ begin %d\n(.*?)^@@ end %d (\d+)$" % (n, n), log, re.M | re.S)
        if part and (part.group(2) in ("126", "127") or BAD.search(part.group(1))):
            command.problem = "status %s: %s" % (part.group(2), part.group(1).strip()[-200:])
        elif not part and not command.problem:
            command.problem = "the machine has ended in it"


def on_machine(page, commands):
    while commands:
        folder = os.path.join(FOLDER, page.replace("/", "-"))
        begun = run(machine(folder, commands), commands)
        if begun < len(commands):
            commands[begun:] = [Command(c.page, c.place, c.text) for c in commands[begun:]]
        shutil.rmtree(folder, ignore_errors=not any(c.problem for c in commands))
        yield from commands[:begun]
        commands = commands[begun:]


def by_hand(command):
    return next((why for pattern, why in BY_HAND if re.search(pattern, command.text)), "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="only list the commands")
    parser.add_argument("--pages", default="", help="pages whose name contains this")
    options = parser.parse_args()
    known, goals, done, left = programs(), targets(), [], []
    for _, pages in stage.parts(stage.read(stage.CONTENTS)):
        for page in [p for p in pages if options.pages in p]:
            commands = on_page(page, known)
            if options.list:
                print("".join("%-28s %-9s %s\n" % (c.page, c.place, c.text) for c in commands), end="")
                continue
            left += [c for c in commands if c.place == DEBUGGER or by_hand(c)]
            for command in [c for c in commands if c.place == HOST]:
                look_at(command, goals)
                done.append(command)
            done += on_machine(page, [c for c in commands if c.place == GUEST and not by_hand(c)])
            print(page, flush=True)
    if options.list:
        return 0
    for command in [c for c in done if c.problem]:
        print("%s: %s\n    %s" % (command.page, command.text, command.problem))
    print("%d commands run on the machine, %d for the host looked at, %d left for a person" % (
        sum(c.place == GUEST for c in done), sum(c.place == HOST for c in done), len(left)))
    return 1 if any(c.problem for c in done) else 0


if __name__ == "__main__":
    sys.exit(main())
