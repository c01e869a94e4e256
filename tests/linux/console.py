#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""console.py - what a person does at the console of `make qemu-linux`: vi, less, top, job control.

tmux is the terminal: it shows what programs draw, as a person would see it, and types.
"""
import os
import re
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../qemu"), os.path.join(HERE, "../../tools")]
import results  # noqa: E402
from results import FAILED, PASSED, SKIPPED, Result  # noqa: E402

from run import calibrate  # noqa: E402

SERVER = "pagoda-%d" % os.getpid()
MACHINE = "make -s qemu-linux SWAP=0 CPUS=%s"
PROMPT = r"^root@pagoda:\S+# *\Z"
SLEEPER = "(echo begun; sleep 1000)"
SECONDS = 15                    # until what was typed shows; the machine itself starts in ten


class Console:
    """A terminal of 80 by 24 with the machine on it."""

    def __init__(self, cpus):
        self.patience = SECONDS * calibrate()
        self.tmux("new-session", "-d", "-x", "80", "-y", "24", MACHINE % cpus)

    def tmux(self, *words):
        done = subprocess.run(["tmux", "-L", SERVER, "-f", "/dev/null", *words],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 0, "the machine has ended: " + done.stderr.decode()
        return done.stdout.decode()

    def end(self):
        """QEMU outlives its terminal, so it is told to leave; tmux ends with it."""
        try:
            self.type("C-a", "x")
            while True:
                self.screen()
                time.sleep(0.1)
        except AssertionError:
            pass

    def screen(self):
        return self.tmux("capture-pane", "-p").rstrip()

    def shows(self, *patterns):
        """Wait until the screen shows all PATTERNS; AssertionError if it does not."""
        end = time.monotonic() + self.patience
        while True:
            screen = self.screen()
            missing = [p for p in patterns if not re.search(p, screen, re.M)]
            if not missing:
                return
            assert time.monotonic() < end, "the screen does not show %r:\n%s" % (missing[0], screen)
            time.sleep(0.1)

    def type(self, *keys):
        """Names of keys as tmux has them, or text."""
        self.tmux("send-keys", *keys)

    def run(self, line):
        """Give the shell a line on an empty screen; its prompt has come before."""
        self.shows(PROMPT)
        self.type("C-l")             # readline clears it; $? stays
        self.shows(r"\A" + PROMPT[1:])
        self.type(line, "Enter")


# What a person does

def edit_with_vi(console):
    console.run("busybox vi /tmp/text")
    console.shows(r"^~$", r"/tmp/text")
    console.type("i", "first", "Enter", "third", "Escape")
    console.shows(r"\Afirst\nthird\n~", r"^- /tmp/text")     # or Escape would begin a key's code
    console.type("O", "second", "Escape")
    console.shows(r"\Afirst\nsecond\nthird\n~", r"^- /tmp/text")
    console.type("g", "g", "d", "d", ":wq", "Enter")
    console.run("cat /tmp/text")
    console.shows(r"^second\nthird\n" + PROMPT[1:])


def page_with_less(console):
    console.run("seq 100 | busybox less")
    console.shows(r"\A1\n2\n")
    console.type("Space")
    console.shows(r"^46\n")
    console.type("/77", "Enter")
    console.shows(r"\A77\n")
    console.type("b")
    console.shows(r"\A54\n")
    console.type("q")
    console.shows(PROMPT)


def watch_with_top(console):
    console.run("busybox top -d 1")
    console.shows(r"\AMem: \d+K used, \d+K free", r"^CPU: ", r"^Load average: ",
                  r"^ +PID +PPID USER", r"^ +\d+ +2 root .* busybox top -d 1$")
    before = console.screen()
    while console.screen() == before:       # until it has looked once more
        time.sleep(0.1)
    console.type("q")
    console.shows(PROMPT)


def stop_and_go_on(console):
    console.run(SLEEPER)
    console.shows("^begun$")                # from here on it is the job that signals go to
    console.type("C-z")
    console.shows(r"^\^Z\n\[1\]\+ +Stopped +\( echo begun; sleep 1000 \)$", PROMPT)
    console.run("bg; jobs")
    console.shows(r"^\[1\]\+ +Running +\( echo begun; sleep 1000 \) &$", PROMPT)
    console.run("fg")
    console.shows(r"^\( echo begun; sleep 1000 \)$")
    console.type("C-c")
    console.run("echo status $?; jobs")
    console.shows(r"^status 130\n" + PROMPT[1:])


def pipes_in_the_background(console):
    console.run("yes | head -100000 | wc -l > /tmp/lines &")
    console.run("wait; cat /tmp/lines; sleep 1000 | cat &")
    console.shows(r"^100000$")
    console.run("jobs; kill %+; wait; pgrep -c sleep")
    console.shows(r"Running +sleep 1000 \| cat &$", r"^0\n" + PROMPT[1:])


def quit_a_pipe(console):
    """Ctrl-\\ ends all of it, and the shell goes on."""
    console.run(SLEEPER + " | cat")
    console.shows("^begun$")
    console.type("C-\\")
    console.shows(r"^\^\\Quit")
    console.run("echo status $?; jobs")
    console.shows(r"^status 131\n" + PROMPT[1:])


CASES = (edit_with_vi, page_with_less, watch_with_top, stop_and_go_on, pipes_in_the_background,
         quit_a_pipe)


def try_case(case, console):
    begin = time.monotonic()
    try:
        case(console)
        status, why = PASSED, ""
    except AssertionError as error:
        status, why = FAILED, str(error)
    seconds = time.monotonic() - begin
    print("%-5s %-24s %5.2f s" % ("ok" if status == PASSED else "FAIL", case.__name__, seconds))
    for line in why.splitlines():
        print("      | " + line)
    return Result("console", case.__name__, status, seconds, why)


def perform(cpus):
    """All results.  What comes after a failure would find another program on the screen."""
    found = []
    console = Console(cpus)
    try:
        for case in CASES:
            found.append(try_case(case, console))
            if found[-1].status == FAILED:
                break
    finally:
        console.end()
    return found


def main():
    if not shutil.which("tmux"):
        print("skip  console: there is no tmux (Debian: apt-get install tmux)")
        found = [Result("console", c.__name__, SKIPPED, 0, "no tmux") for c in CASES]
    else:
        found = perform(sys.argv[1])
    results.write("console", found)
    print(results.summary_line(found))
    return 1 if results.count(found, FAILED) else 0


if __name__ == "__main__":
    sys.exit(main())
