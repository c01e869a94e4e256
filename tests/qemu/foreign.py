# SPDX-License-Identifier: MIT
"""foreign.py - programs that were not made for Pagoda: glibc's, and Debian's."""
import os
import shutil
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../linux"))
import busybox  # noqa: E402
import debian  # noqa: E402
import root  # noqa: E402
from case import DEBUG, Skip, command, copy_sparse, make_swap  # noqa: E402
from programs import program  # noqa: E402

COMPILER = "riscv64-linux-gnu-gcc"
EMULATOR = "qemu-riscv64"
SOURCES = "tests/qemu/linux"
APPLETS = os.path.join(SOURCES, "applets.sh")


def put(run, source, target, mode):
    """Copy a host's file into the root image."""
    image = run.disk("root")
    command("debugfs", "-w", "-R", "write %s %s" % (source, target), image)
    command("debugfs", "-w", "-R", "sif %s mode 0100%s" % (target, mode), image)


def compiler_links():
    """Some systems have the compiler for kernels only, without a C library."""
    return subprocess.run([COMPILER, "-static", "-xc", "-", "-o", os.devnull],
                          input=b"int main(void) { return 0; }", stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


def add_glibc_program(run):
    source = os.path.join(SOURCES, "glibc.c")
    if not shutil.which(COMPILER) or not compiler_links():
        raise Skip("no %s with a C library" % COMPILER)
    target = os.path.join(run.folder, "glibc")
    command(COMPILER, "-static", "-O2", "-Wall", source, "-o", target)
    put(run, target, "/bin/glibc", "755")


def add_busybox(run):
    try:
        path = busybox.fetch()
    except busybox.Unavailable as why:
        raise Skip(str(why)) from None
    put(run, path, "/bin/busybox", "755")
    put(run, APPLETS, "/applets.sh", "644")


def output_on_linux(run):
    """What the applets print on this host: the same ones, or its own tools."""
    folder = os.path.join(run.folder, "applets")
    os.makedirs(folder)
    emulated = [EMULATOR, os.path.abspath(busybox.BUSYBOX)] if shutil.which(EMULATOR) else []
    done = subprocess.run(["sh", APPLETS, folder] + emulated, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"})
    return done.stdout.decode()


def same_as_on_linux(run):
    wanted = output_on_linux(run).splitlines()
    printed = run.log.splitlines()
    assert wanted and wanted[0] in printed, "the applets printed nothing"
    begin = printed.index(wanted[0])
    for here, there in zip(printed[begin:], wanted):
        assert here == there, "on Pagoda %r, on Linux %r" % (here, there)
    assert len(printed) - begin >= len(wanted), "the output ends too early"


def boot_debian(run):
    try:
        copy_sparse(root.build(), run.disk("root"))
    except debian.Unavailable as why:
        raise Skip(str(why)) from None
    make_swap(run.disk("swap"))


TESTS = [
    program("/bin/glibc", "two words", test="glibc", before=add_glibc_program, once=True,
            cpus=(2,), message=r"^done$"),
    program("/bin/busybox", "sh /applets.sh /var/tmp /bin/busybox", test="busybox",
            before=add_busybox, after=same_as_on_linux, once=True, cpus=(2,),
            message=r"^one two three  four$"),
    # 22 stressors, twice: twenty minutes.
    program("-s /dev/vdb /tests/stressors 27", test="stressors", before=boot_debian, mem="96M",
            cpus=(2,), kernels=(DEBUG,), disks=(("swap", "256M"),), timeout=2400, tags=("soak",)),
]
