# SPDX-License-Identifier: MIT
"""linuxkernel.py - Debian's Linux for riscv64, and an initramfs that starts our tests on it.

    build/linux/Image           the kernel, as QEMU's -kernel takes it
    build/linux/modules/        NN-name.ko: the drivers of our disk, in the order to load them

make_initramfs() adds /tests/linuxinit and what it shall run.  The metapackage names
the package of the current kernel as what it depends on.
"""
import lzma
import os
import re
import shutil
import subprocess
import tarfile

import debian
from debian import FOLDER, Unavailable

METAPACKAGE = "linux-image-riscv64"
IMAGE = os.path.join(FOLDER, "Image")
MODULES = os.path.join(FOLDER, "modules")
INIT = "build/stripped/tests/linuxinit"
NEEDED = ("virtio_mmio", "virtio_blk", "crc32c_generic", "ext4")
IMAGE_MAGIC = (0x38, b"RSC\x05")        # where the header of an uncompressed Image has it
SIGNED = b"~Module signature appended~\n"       # ends a signed module, behind
SIGNATURE_INFO = 12                     # bytes, the last four of which are the signature's size


def fetch():
    """Make sure of IMAGE and MODULES; Unavailable says why they cannot be had."""
    with debian.fetching:
        if not os.path.exists(IMAGE):
            debian.update()
            unpack(debian.download(kernel_package()))


def version():
    """As Linux names itself, to be said in reports."""
    match = re.search(rb"Linux version (\S+)", read(IMAGE))
    return match.group(1).decode() if match else "of unknown version"


def kernel_package():
    done = subprocess.run(["dpkg-deb", "-f", debian.download(METAPACKAGE), "Depends"],
                          stdout=subprocess.PIPE, check=True)
    match = re.search(r"\blinux-image-\S+", done.stdout.decode())
    if not match:
        raise Unavailable("%s depends on no kernel" % METAPACKAGE)
    return match.group()


def unpack(package):
    """The Image last: it says that all is there."""
    image, modules = None, {}
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                          stdout=subprocess.PIPE) as process:
        with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
            for member in archive:
                if re.search(r"/boot/vmlinu[xz]-", member.name):
                    image = archive.extractfile(member).read()
                elif member.name.endswith(".ko.xz"):
                    name = os.path.basename(member.name)[:-len(".ko.xz")]
                    modules[name.replace("-", "_")] = archive.extractfile(member).read()
    offset, magic = IMAGE_MAGIC
    if not image or image[offset:offset + len(magic)] != magic:
        raise Unavailable("%s has no uncompressed Image" % package)
    write_modules(modules)
    with open(IMAGE + ".new", "wb") as file:
        file.write(image)
    os.rename(IMAGE + ".new", IMAGE)


def without_signature(module):
    """Checking it takes an emulated machine seconds, and Linux does not insist."""
    if not module.endswith(SIGNED):
        return module
    size = int.from_bytes(module[-len(SIGNED) - 4:-len(SIGNED)], "big")
    return module[:-len(SIGNED) - SIGNATURE_INFO - size]


def write_modules(compressed):
    """What is not among them is built into the kernel."""
    ordered = {}

    def need(name):
        if name in ordered or name not in compressed:
            return
        data = without_signature(lzma.decompress(compressed[name]))
        for other in re.search(rb"\0depends=([^\0]*)\0", data).group(1).decode().split(","):
            need(other.replace("-", "_"))
        ordered[name] = data

    for name in NEEDED:
        need(name)
    shutil.rmtree(MODULES, ignore_errors=True)
    os.makedirs(MODULES)
    for number, (name, data) in enumerate(ordered.items()):
        with open(os.path.join(MODULES, "%02d-%s.ko" % (number, name)), "wb") as file:
            file.write(data)


# The initramfs: a cpio archive in the format "newc"

DIRECTORY, FILE, DEVICE = 0o040755, 0o100755, 0o020600


def entry(number, name, mode, data=b"", device=(0, 0)):
    """Header, name and data, each padded to four bytes; eight hexadecimal digits a field."""
    name = name.encode() + b"\0"
    fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, device[0], device[1], len(name), 0)
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def make_initramfs(path, plan):
    """PLAN: the text that user/tests/linuxinit.c reads."""
    content = [("dev", DIRECTORY), ("modules", DIRECTORY), ("root", DIRECTORY),
               ("dev/console", DEVICE, b"", (5, 1)), ("init", FILE, read(INIT)),
               ("plan", FILE, plan.encode())]
    for name in sorted(os.listdir(MODULES)):
        content.append(("modules/" + name, FILE, read(os.path.join(MODULES, name))))
    content.append(("TRAILER!!!", 0))
    with open(path, "wb") as file:
        for number, item in enumerate(content):
            file.write(entry(number + 1, *item))


def read(path):
    with open(path, "rb") as file:
        return file.read()
