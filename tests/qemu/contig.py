# SPDX-License-Identifier: MIT
"""contig.py - tests of contiguous memory: the area kept for it, compaction, and devices."""
import os

from case import DEBUG, PLAIN, Test
from programs import program
from swap import swapping

PROMPT = r"[#$] $"
WIDTH, HEIGHT = 320, 200
DISPLAY = ("-device", "virtio-gpu-device,xres=%d,yres=%d" % (WIDTH, HEIGHT))


def colour_at(x, y):
    """What fbtest draws there."""
    if x in (0, WIDTH - 1) or y in (0, HEIGHT - 1):
        return b"\xff\xff\xff"
    if y >= HEIGHT // 2:
        return bytes([x * 255 // (WIDTH - 1)] * 3)
    bar = x * 8 // WIDTH
    return bytes(255 if bar & bit else 0 for bit in (4, 2, 1))


def screen(vm):
    """What the display shows, as bytes R, G, B."""
    path = os.path.join(vm.folder, "screen.ppm")
    vm.monitor("screendump " + path)
    with open(path, "rb") as picture:
        header = b"P6\n%d %d\n255\n" % (WIDTH, HEIGHT)
        data = picture.read()
    assert data.startswith(header), data[:20]
    return data[len(header):]


def check_picture(vm):
    shown = screen(vm)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            at = 3 * (y * WIDTH + x)
            assert shown[at:at + 3] == colour_at(x, y), \
                "pixel (%d, %d) is %r" % (x, y, shown[at:at + 3])


def pictures_are_shown(vm):
    """Drawn through a mapping, gone again, and written, on a machine with much in its memory."""
    vm.expect(PROMPT)
    vm.run("cat /bin/* /tests/* > /dev/null", PROMPT)
    assert "320 x 200" in vm.run("fbtest", PROMPT)
    check_picture(vm)
    vm.run("dd if=/dev/zero of=/dev/fb0 bs=1280 count=100", PROMPT)
    shown = screen(vm)
    assert not any(shown[:3 * WIDTH * 100]) and any(shown[3 * WIDTH * 100:])
    assert "320 x 200" in vm.run("fbtest -w", PROMPT)
    check_picture(vm)
    assert "cma_alloc_success 63\n" in vm.run("grep cma_alloc_s /proc/vmstat", PROMPT)
    vm.send("poweroff\n")


TESTS = [
    swapping("cmatest", once=True, append="cma=16M", mem="48M", size="96M", cpus=(4,), timeout=180,
             kernels=(DEBUG,), tags=("quick",)),
    program("compacttest", mem="48M", cpus=(2,), timeout=120, tags=("quick",)),
    program("dmatest", append="cma=16M", cpus=(2,), tags=("quick",)),
    program("dmatest", append="cma=16M", mem="8G", test="dmatest-8G", cpus=(1,), kernels=(PLAIN,),
            tags=("soak",)),
    program("alloctest", "zones_fall_back", test="alloctest-8G", mem="8G", cpus=(1,),
            kernels=(PLAIN,), tags=("soak",)),
    Test("framebuffer", program="/bin/init", script=pictures_are_shown, append="cma=16M",
         cpus=(2,), qemu=DISPLAY, monitor=True),
]
