# SPDX-License-Identifier: MIT
"""vm.py - one virtual machine, as tests and tools use it.

    with VM(kernel="build/kernel.elf", folder="build/vm/x", disks=[...]) as vm:
        status = vm.wait(30)

The console goes to FOLDER/console.log.  With interactive=True it can be talked
to (send, expect); with monitor=True QEMU's monitor answers (monitor, stop), an
oracle that needs no help from the guest.

Nothing here looks at the wall clock: hosts adjust it in the middle of a run.
"""
import atexit
import codecs
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

QEMU = os.environ.get("QEMU", "qemu-system-riscv64")
ESCAPES = re.compile("\x1b\\[[0-9;?]*[A-Za-z]")
HALF_ESCAPE = re.compile("\x1b(\\[[0-9;?]*)?$")
PATIENT = 5                     # times: a host may have as many others to serve
LOOK = 0.5                      # seconds between two looks at a machine that runs


class TimedOut(Exception):
    """The machine did not do in time what was waited for."""


class Disk:
    """A virtio-blk disk.  The guest finds it by its serial."""

    def __init__(self, path, serial, readonly=False, options=""):
        self.path, self.serial, self.readonly, self.options = path, serial, readonly, options
        self.filter = ""                # in front of the path: a driver that stands between

    def arguments(self, slot):
        drive = "file=%s%s,if=none,format=raw,id=disk%d%s%s" % (
            self.filter, self.path, slot, ",readonly=on" if self.readonly else "",
            "," + self.options if self.options else "")
        return ["-drive", drive, "-device",
                "virtio-blk-device,drive=disk%d,serial=%s,bus=virtio-mmio-bus.%d" %
                (slot, self.serial, slot)]


_bios = None


def firmware():
    """What to pass to -bios; asked once."""
    global _bios
    if _bios is None:
        found = subprocess.run(["sh", "tools/firmware.sh", QEMU], stdout=subprocess.PIPE)
        _bios = os.environ.get("QEMU_BIOS") or found.stdout.decode().strip() or "default"
    return _bios


class VM:
    patience = 1.0      # waiting in expect() is as much longer as this host is slower
    running = set()     # machines to end when Python ends

    def __init__(self, kernel, folder, mem="128M", cpus=1, append="", disks=(), cpu=None,
                 icount=None, machine="virt", extra=(), interactive=False, monitor=False,
                 preexec=None):
        self.folder = folder
        self.log_path = os.path.join(folder, "console.log")
        self.interactive, self.with_monitor = interactive, monitor
        self.process = None
        self.preexec = preexec          # called in the child before QEMU starts
        self._sockets = None
        self._console = self._qmp = None
        self._seen = 0                  # how much of the console expect() has consumed
        self._text = ""                 # the console so far, without escape sequences
        self._half = ""                 # the beginning of an escape sequence
        self._news = threading.Condition()
        self._closed = False
        os.makedirs(folder, exist_ok=True)
        self.command = [
            QEMU, "-machine", machine, "-bios", firmware(), "-m", mem, "-smp", str(cpus),
            "-display", "none", "-no-reboot", "-global", "virtio-mmio.force-legacy=false",
            "-kernel", kernel]
        if append:
            self.command += ["-append", append]
        if cpu:
            self.command += ["-cpu", cpu]
        if icount:
            self.command += ["-icount", icount]
        for slot, disk in enumerate(disks):
            self.command += disk.arguments(slot)
        self.command += list(extra)

    # Life

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        command = self.command + self._console_arguments() + self._monitor_arguments()
        with open(os.path.join(self.folder, "command"), "w") as note:
            note.write(" ".join("'%s'" % a if " " in a else a for a in command) + "\n")
        output = open(self.log_path, "wb")
        errors = open(os.path.join(self.folder, "qemu.log"), "wb")
        with output, errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                start_new_session=True,
                preexec_fn=self.preexec)
        VM.running.add(self)
        if self.interactive:
            self._console = self._connect("console")
            threading.Thread(target=self._read_console, daemon=True).start()
        if self.with_monitor:
            self._qmp = self._connect("qmp").makefile("rw")
            self._qmp.readline()
            self._command("qmp_capabilities")

    def wait(self, seconds):
        """The exit status; raises TimedOut after SECONDS."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise TimedOut("not done after %.0f s" % seconds) from None

    def used(self):
        """Seconds of processor time that QEMU has used: how far the guest has come, however busy
        this host is.  None where the host does not tell."""
        try:
            with open("/proc/%d/stat" % self.process.pid) as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            return None
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def finish(self, seconds):
        """The exit status; raises TimedOut when QEMU has used SECONDS of processor time, or,
        since a guest may hang and use none, when PATIENT as many have passed."""
        begin = time.monotonic()
        end = begin + seconds * (PATIENT if self.used() is not None else 1)
        while time.monotonic() < end and (self.used() or 0) < seconds:
            try:
                return self.process.wait(LOOK)
            except subprocess.TimeoutExpired:
                pass
        raise TimedOut("not done after %.0f s, %.0f s of processor time" % (
            time.monotonic() - begin, self.used() or 0))

    def kill(self):
        """End the machine if it still runs, and clean up."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        VM.running.discard(self)
        for endpoint in (self._console, self._qmp):
            if endpoint:
                endpoint.close()
        self._console = self._qmp = None
        if self._sockets:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None

    def log(self):
        """All that the guest has printed, as text without escapes and carriage returns."""
        try:
            with open(self.log_path, "rb") as file:
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        return ESCAPES.sub("", text).replace("\r", "")

    def errors(self):
        """What QEMU itself had to say."""
        try:
            with open(os.path.join(self.folder, "qemu.log"), "rb") as file:
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    # Sockets.  Their names must be short, so they live in a folder of their own.

    def _socket_path(self, name):
        if not self._sockets:
            self._sockets = tempfile.mkdtemp(prefix="pagoda-")
        return os.path.join(self._sockets, name)

    def _console_arguments(self):
        if not self.interactive:
            return ["-serial", "stdio", "-monitor", "none"]
        return ["-chardev", "socket,id=console,path=%s,server=on,wait=on,logfile=%s" %
                (self._socket_path("console"), self.log_path),
                "-serial", "chardev:console", "-monitor", "none"]

    def _monitor_arguments(self):
        if not self.with_monitor:
            return []
        return ["-qmp", "unix:%s,server=on,wait=off" % self._socket_path("qmp")]

    def _connect(self, name):
        deadline = time.monotonic() + 30
        while True:
            endpoint = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                endpoint.connect(self._socket_path(name))
                return endpoint
            except OSError:
                endpoint.close()
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise TimedOut("QEMU did not open its %s: %s" %
                                   (name, self.errors().strip())) from None
                time.sleep(0.01)

    # Console

    def _read_console(self):
        # A character of several bytes may arrive in two pieces.
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        while True:
            try:
                data = self._console.recv(65536)
            except (OSError, AttributeError):
                data = b""
            with self._news:
                if data:
                    self._take(decoder.decode(data))
                else:
                    self._closed = True
                self._news.notify_all()
            if not data:
                return

    def _take(self, new):
        """Append what arrived; a sequence that is not complete yet waits for its rest."""
        new = self._half + new
        half = HALF_ESCAPE.search(new)
        self._half = half.group() if half else ""
        self._text += ESCAPES.sub("", new[:len(new) - len(self._half)])

    def send(self, text):
        """Type TEXT; a command needs its newline."""
        self._console.sendall(text.encode())

    def expect(self, pattern, seconds=30):
        """Wait for PATTERN behind what earlier calls consumed; return the match."""
        regex = re.compile(pattern, re.M)
        deadline = time.monotonic() + seconds * self.patience
        with self._news:
            while True:
                match = regex.search(self._text, self._seen)
                if match:
                    self._seen = match.end()
                    return match
                left = deadline - time.monotonic()
                if left <= 0 or self._closed:
                    raise TimedOut("no %r; the console ended with: %r" %
                                   (pattern, self._text[-400:]))
                self._news.wait(left)

    def run(self, command, prompt=r"[#$] $", seconds=30):
        """Type a shell command, wait for the next prompt, return what it printed."""
        self.send(command + "\n")
        begin = self.expect(re.escape(command) + r"\r*\n", seconds).end()
        end = self.expect(prompt, seconds).start()
        printed = self._text[begin:end].replace("\r", "")
        return printed[:printed.rfind("\n") + 1]       # the rest belongs to the prompt

    # Monitor

    def _command(self, name, **arguments):
        self._qmp.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self._qmp.flush()
        for line in self._qmp:
            answer = json.loads(line)
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise RuntimeError(answer["error"]["desc"])
        raise TimedOut("QEMU's monitor closed")

    def monitor(self, line):
        """The answer of QEMU's human monitor to LINE, as in monitor("info mem")."""
        return self._command("human-monitor-command", **{"command-line": line})

    def stop(self):
        self._command("stop")

    def resume(self):
        self._command("cont")

    def power_cut(self):
        """End the machine as if the plug was pulled; QEMU's own buffers reach the disk file."""
        self._command("quit")
        self.process.wait(30)


def _end_all():
    for machine in list(VM.running):
        machine.kill()


atexit.register(_end_all)
