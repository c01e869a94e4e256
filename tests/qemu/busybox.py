#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""busybox.py - Debian's static busybox for riscv64, in build/linux/busybox.

Fetched by apt-get, by the name of its package, from where this host gets its own
packages; apt's own lists and settings are left alone.  Without apt or a network
there is no busybox, and tests that want it are skipped with the reason.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import threading

FOLDER = "build/linux"
BUSYBOX = os.path.join(FOLDER, "busybox")
SUITE, PACKAGE = "trixie", "busybox-static"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


fetching = threading.Lock()


class Unavailable(Exception):
    """Why there is no busybox here."""


def host_sources():
    """The text of all files that say where this host's packages come from."""
    for name in ["/etc/apt/sources.list"] + glob.glob("/etc/apt/sources.list.d/*"):
        try:
            with open(name) as file:
                yield file.read()
        except OSError:
            pass


def archive():
    """The address of the Debian archive that this host uses."""
    for text in host_sources():
        for address in re.findall(r"^(?:URIs:|deb\s+(?:\[[^]]*\]\s*)?)\s*(\S+)", text, re.M):
            if re.search(r"/debian/?$", address):
                return address
    raise Unavailable("this host has no Debian archive in its apt sources")


def apt_get(*arguments, cwd=None):
    folder = os.path.abspath(FOLDER)
    options = {
        "Dir::Etc::SourceList": folder + "/debian.sources", "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": folder + "/lists", "Dir::Cache": folder + "/cache",
        "APT::Architecture": "riscv64", "APT::Architectures": "riscv64",
        "APT::Sandbox::User": "root",
    }
    command = ["apt-get", "-q"]
    for name, value in options.items():
        command += ["-o", "%s=%s" % (name, value)]
    try:
        done = subprocess.run(command + list(arguments), cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Unavailable("apt-get: %s" % fault) from None
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        raise Unavailable("apt-get %s: %s" % (arguments[0], lines[-1] if lines else "failed"))


def fetch():
    """Make sure of BUSYBOX and return its path; Unavailable says why it cannot be had."""
    with fetching:
        return BUSYBOX if os.path.exists(BUSYBOX) else download()


def download():
    if not shutil.which("apt-get") or not os.path.exists(KEYRING):
        raise Unavailable("busybox is fetched by Debian's apt-get, which is not here")
    for part in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(FOLDER, part), exist_ok=True)
    with open(os.path.join(FOLDER, "debian.sources"), "w") as file:
        file.write("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: riscv64\n"
                   "Signed-By: %s\n" % (archive(), SUITE, KEYRING))
    apt_get("update")
    apt_get("download", PACKAGE, cwd=FOLDER)
    packages = glob.glob(os.path.join(FOLDER, PACKAGE + "_*.deb"))
    if not packages:
        raise Unavailable("apt-get downloaded no " + PACKAGE)
    unpacked = os.path.join(FOLDER, "unpacked")
    subprocess.run(["dpkg", "-x", packages[0], unpacked], check=True)
    for name in ("bin/busybox", "usr/bin/busybox"):
        if os.path.exists(os.path.join(unpacked, name)):
            shutil.copy(os.path.join(unpacked, name), BUSYBOX + ".new")
            os.rename(BUSYBOX + ".new", BUSYBOX)
            return BUSYBOX
    raise Unavailable("no busybox in " + PACKAGE)


if __name__ == "__main__":
    try:
        print(fetch())
    except Unavailable as why:
        sys.exit("busybox.py: %s" % why)
