# SPDX-License-Identifier: MIT
"""debian.py - packages of Debian for riscv64, in build/linux.

Fetched by apt-get, by their names, from where this host gets its own packages;
apt's own lists and settings are left alone.  Without apt or a network there are
none, and what wants them is skipped with the reason.
"""
import glob
import os
import re
import shutil
import subprocess
import threading

FOLDER = "build/linux"
SUITE = "trixie"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
SECONDS = 600                   # how long one apt-get may take: a kernel has 110 MB


fetching = threading.Lock()     # held around fetch()


class Unavailable(Exception):
    """Why there is no such package here."""


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
        "Dir::State::Status": folder + "/status",
        "APT::Architecture": "riscv64", "APT::Architectures": "riscv64",
        "APT::Sandbox::User": "root", "Debug::NoLocking": "true",
    }
    command = ["apt-get", "-q"]
    for name, value in options.items():
        command += ["-o", "%s=%s" % (name, value)]
    try:
        done = subprocess.run(command + list(arguments), cwd=cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=SECONDS)
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise Unavailable("apt-get: %s" % fault) from None
    if done.returncode != 0:
        lines = done.stdout.decode(errors="replace").strip().splitlines()
        raise Unavailable("apt-get %s: %s" % (arguments[0], lines[-1] if lines else "failed"))


def update():
    """Learn what packages there are; before the first download()."""
    if not shutil.which("apt-get") or not os.path.exists(KEYRING):
        raise Unavailable("packages are fetched by Debian's apt-get, which is not here")
    for part in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(FOLDER, part), exist_ok=True)
    with open(os.path.join(FOLDER, "status"), "w"):
        pass                    # nothing is installed, whatever this host has
    with open(os.path.join(FOLDER, "debian.sources"), "w") as file:
        file.write("Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nArchitectures: riscv64\n"
                   "Signed-By: %s\n" % (archive(), SUITE, KEYRING))
    apt_get("update")


def download(package):
    """The path of the package's file, fetched if it is not here."""
    pattern = os.path.join(FOLDER, glob.escape(package) + "_*.deb")
    if not glob.glob(pattern):
        apt_get("download", package, cwd=FOLDER)
    found = glob.glob(pattern)
    if not found:
        raise Unavailable("apt-get downloaded no " + package)
    return found[0]


def download_all(packages):
    """The paths of the packages' files, and of what they need; some may not be wanted."""
    apt_get("install", "--download-only", "--no-install-recommends", "--yes", *packages)
    return sorted(glob.glob(os.path.join(FOLDER, "cache/archives/*.deb")))
