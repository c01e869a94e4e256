# SPDX-License-Identifier: MIT
"""files.py - tests of files and disks, and what the host finds on the disks afterwards."""
import hashlib
import os
import re
import uuid

from case import PLAIN, Test, command, fsck, make_ext2, md5_of, printed
from programs import program

LARGE = "/tests/filetest large_directory_on_disk large_directory_in_memory"
PROMPT = r"[#$] $"
HOST_FILES, KEPT = 700, 600 << 10       # as in disktest.c
SHARED = 40 << 20                       # as in bigmaptest.c
GIGAMAP = 96                            # MB, as in gigamaptest.c
DESCRIPTORS, SYNCED = 8, 200 << 10      # their first sector; as in badsectortest.c


def plain_disk(run):
    make_ext2(run.disk("second"))


def slow_disk(run):
    """So slow that requests queue up before it, however slow the host is."""
    plain_disk(run)
    run.disks[-1].options = "throttling.iops-total=40"


def very_slow_disk(run):
    """Slower than any writer."""
    plain_disk(run)
    run.disks[-1].options = "throttling.bps-total=1000000"


def disk_with_scripts(run):
    make_ext2(run.disk("second"), "-d", "tests/qemu/scripts")


def disk_with_files(*options):
    """A hook that makes an ext2 as mke2fs does by itself, with files and an indexed directory."""
    def make(run):
        stage = os.path.join(run.folder, "stage")
        os.makedirs(os.path.join(stage, "host"))
        for i in range(HOST_FILES):
            with open(os.path.join(stage, "host", "file-%d" % i), "w") as file:
                file.write("content of %d\n" % i)
        command("mke2fs", "-q", "-F", "-t", "ext2", "-b", "4096", "-N", "2000", *options,
                "-d", stage, run.disk("second"))
        # By itself mke2fs draws the seed that says where an indexed directory keeps each name.
        command("debugfs", "-w", "-R", "ssv hash_seed %s" % uuid.UUID(int=run.seed),
                run.disk("second"))
        os.system("e2fsck -fyD '%s' >/dev/null 2>&1" % run.disk("second"))
        fault = fsck(run.disk("second"))
        assert not fault, fault
    return make


def disk_of_all_kinds(run):
    """Everything that has a form of its own on the disk, in few inodes and blocks."""
    stage = os.path.join(run.folder, "stage")
    for folder in ("d0/deep/deeper", "d1", "d2"):
        os.makedirs(os.path.join(stage, folder))
        for i in range(8):
            with open(os.path.join(stage, folder, "file-%d" % i), "w") as file:
                file.write("content of %d\n" % i)
    for name, places in (("indirect", (0, 200 << 10)), ("double", (0, 5 << 20, 9 << 20))):
        with open(os.path.join(stage, name), "wb") as file:
            for place in places:
                file.seek(place)
                file.write(content(4096))
    os.symlink("d0/file-1", os.path.join(stage, "short"))
    os.symlink("d0/deep/../" * 8 + "file-1", os.path.join(stage, "long"))
    os.link(os.path.join(stage, "d1/file-2"), os.path.join(stage, "d2/same"))
    os.mkfifo(os.path.join(stage, "fifo"))
    make_ext2(run.disk("second"), "-N", "64", "-d", stage)
    command("debugfs", "-w", "-R", "ea_set /d1/file-3 user.origin host", run.disk("second"))


def disk_with_bad_sector(sector, *options):
    """A hook: no write that covers SECTOR succeeds."""
    def make(run):
        rules = os.path.join(run.folder, "blkdebug.conf")
        with open(rules, "w") as file:
            file.write('[inject-error]\nevent = "write_aio"\niotype = "write"\nerrno = "5"\n'
                       'sector = "%d"\n' % sector)
        make_ext2(run.disk("second"))
        if options:
            command("tune2fs", *options, run.disk("second"))
        run.disks[-1].filter = "blkdebug:%s:" % rules
    return make


def disk_is_clean(run):
    fault = fsck(run.disk("second"))
    assert not fault, "second disk: " + fault


def content(size):
    """What keep_a_file in disktest.c and write_synced in badsectortest.c write."""
    return bytes(i * 2654435761 >> 13 & 0xff for i in range(size))


def names_in(image, folder):
    """The names in a directory.  What was removed from a block's start still stands there,
    as an entry without an inode."""
    entries = re.findall(r"^/(\d+)/\d+/\d+/\d+/(.*)/\d*/$",
                         command("debugfs", "-R", "ls -p " + folder, image), re.MULTILINE)
    return {name for inode, name in entries if inode != "0"}


def kept_file_is_right(run):
    disk_is_clean(run)
    scratch = os.path.join(run.folder, "kept")
    assert md5_of(run.disk("second"), "/kept", scratch) == hashlib.md5(content(KEPT)).hexdigest()
    names = names_in(run.disk("second"), "/host")
    assert "file-2" in names and "file-3" not in names and "renamed-3" in names, sorted(names)


def marked_and_mendable(run):
    """There are faults, the state says so, e2fsck can mend them, and the synced file survives."""
    disk = run.disk("second")
    assert "with errors" in state(run, "second"), state(run, "second")
    assert "blocks of metadata could not be written" in run.log
    assert fsck(disk), "a sector was not written, but nothing is wrong"
    os.system("e2fsck -fy '%s' >/dev/null 2>&1" % disk)
    disk_is_clean(run)
    scratch = os.path.join(run.folder, "synced")
    assert md5_of(disk, "/synced", scratch) == hashlib.md5(content(SYNCED)).hexdigest()


def checksum_agrees(run):
    disk_is_clean(run)
    told = printed(run, r"# md5 ([0-9a-f]{32})$").group(1)
    scratch = os.path.join(run.folder, "big")
    assert md5_of(run.disk("second"), "/big", scratch) == told


def shared_content():
    """What the three writers of bigmaptest.c leave, page by page."""
    rising = bytes(range(256)) * 17
    for page in range(SHARED >> 12):
        start = 8 * page % 256
        full = page.to_bytes(8, "little") + rising[start + 8:start + 4096]
        stored = bytearray(4096)
        for at in range(6):             # three writers, two stages
            stored[at::63] = full[at::63]
        yield stored


def shared_file_is_right(run):
    disk_is_clean(run)
    should = hashlib.md5()
    for page in shared_content():
        should.update(page)
    scratch = os.path.join(run.folder, "shared")
    assert md5_of(run.disk("second"), "/shared", scratch) == should.hexdigest(), \
        "the host finds other bytes in the file than were stored"


def giga_is_right(megabytes):
    """A hook: the host finds in /giga what gigamaptest.c stored last."""
    def check(run):
        disk_is_clean(run)
        should = hashlib.md5()
        for page in range(megabytes << 8):
            word = (page * 0x9e3779b97f4a7c15 + (page % 3 == 0)) % (1 << 64)
            should.update(word.to_bytes(8, "little") * 512)
        scratch = os.path.join(run.folder, "giga")
        assert md5_of(run.disk("second"), "/giga", scratch) == should.hexdigest(), \
            "the host finds other bytes in the file than were stored"
    return check


def state(run, serial="root"):
    """What the superblock says about how a file system was left."""
    text = command("dumpe2fs", "-h", run.disk(serial))
    return re.search(r"Filesystem state: +(.*)", text).group(1)


def write_and_power_off(vm):
    vm.expect(PROMPT)
    vm.run("seq 100000 > /root/numbers", PROMPT)
    vm.run("mkdir -p /root/a/b; echo end > /root/a/b/c", PROMPT)
    vm.run("exec 3> /dev/vdb; echo kept >&3", PROMPT)
    vm.send("poweroff\n")


def all_is_there(run):
    numbers = "".join("%d\n" % i for i in range(1, 100001)).encode()
    scratch = os.path.join(run.folder, "dumped")
    assert md5_of(run.disk("root"), "/root/numbers", scratch) == hashlib.md5(numbers).hexdigest()
    assert md5_of(run.disk("root"), "/root/a/b/c", scratch) == hashlib.md5(b"end\n").hexdigest()


def written_and_clean(run):
    assert state(run) == "clean", state(run)
    all_is_there(run)
    with open(run.disk("second"), "rb") as file:
        assert file.read(5) == b"kept\n", "what was written to a disk itself is not there"


def sync_and_pull_the_plug(vm):
    vm.expect(PROMPT)
    vm.run("seq 100000 > /root/numbers; sync", PROMPT)
    vm.run("mkdir -p /root/a/b; echo end > /root/a/b/c; sync", PROMPT)
    vm.power_cut()


def written_but_not_clean(run):
    assert state(run) == "not clean", state(run)
    all_is_there(run)


def with_second_disk(name, size, before, after, arguments="", **how):
    return program(name, arguments, disks=[("second", size)], before=before, after=after, **how)


TESTS = [
    program("fstest", tags=("quick",), cpus=(1, 2)),
    program("/bin/env", "FSTEST_ROUNDS=20000 /tests/fstest", test="fstest-long", once=True,
            cpus=(1, 4), tags=("soak",), timeout=300),
    program("filetest", tags=("quick",), cpus=(2,)),
    program("/bin/env", "FILETEST_ENTRIES=10000 " + LARGE, test="filetest-large", cpus=(1, 4),
            tags=("soak",), timeout=300),
    with_second_disk("disktest", "16M", disk_with_files("-I", "256"), kept_file_is_right,
                     cpus=(2,)),
    with_second_disk("disktest", "16M", disk_with_files("-I", "128"), kept_file_is_right,
                     test="disktest-128", cpus=(1,), kernels=("debug",)),
    with_second_disk("badsectortest", "16M", disk_with_bad_sector(DESCRIPTORS),
                     marked_and_mendable, "life_goes_on", cpus=(1, 2), once=True),
    with_second_disk("badsectortest", "16M",
                     disk_with_bad_sector(DESCRIPTORS, "-e", "remount-ro"),
                     marked_and_mendable, "no_more_changes", test="badsectortest-ro", cpus=(2,),
                     once=True),
    with_second_disk("lyingdisktest", "1M", disk_of_all_kinds, disk_is_clean),
    with_second_disk("/bin/env", "1M", disk_of_all_kinds, disk_is_clean,
                     "LYING_ROUNDS=5000 /tests/lyingdisktest", test="lyingdisktest-long", once=True,
                     cpus=(2,), timeout=900, tags=("soak",)),
    with_second_disk("writebacktest", "300M", plain_disk, disk_is_clean, mem="1G", cpus=(1,),
                     once=True),
    with_second_disk("writebacktest", "64M", plain_disk, disk_is_clean, mem="64M", cpus=(2,),
                     test="writebacktest-small", once=True),
    with_second_disk("writebacktest", "64M", slow_disk, disk_is_clean, "many_requests_at_once",
                     cpus=(1, 2), test="writebacktest-slow", once=True),
    with_second_disk("bigfiletest", "64M", plain_disk, checksum_agrees, mem="32M", once=True,
                     cpus=(2,)),
    with_second_disk("/bin/env", "400M", plain_disk, checksum_agrees,
                     "BIGFILE_MB=300 /tests/bigfiletest", mem="64M", once=True, cpus=(1, 4),
                     test="bigfiletest-300", tags=("soak",), timeout=300),
    with_second_disk("bigmaptest", "64M", plain_disk, shared_file_is_right, cpus=(1,), once=True),
    with_second_disk("bigmaptest", "64M", plain_disk, shared_file_is_right, cpus=(2, 4), once=True,
                     test="bigmaptest-harts", tags=("soak",), timeout=300),     # many interrupts
    with_second_disk("gigamaptest", "128M", plain_disk, giga_is_right(GIGAMAP), mem="32M",
                     cpus=(1,), once=True),
    with_second_disk("/bin/env", "1200M", plain_disk, giga_is_right(1024),
                     "GIGAMAP_MB=1024 /tests/gigamaptest", mem="64M", cpus=(1, 2), once=True,
                     test="gigamaptest-1G", timeout=1800, tags=("soak",)),
    with_second_disk("/bin/env", "64M", plain_disk, disk_is_clean, "DIRTY_MB=40 /tests/dirtytest",
                     test="dirtytest", mem="32M", cpus=(2,), kernels=(PLAIN,), once=True),
    with_second_disk("/bin/env", "64M", very_slow_disk, disk_is_clean,
                     "DIRTY_MB=12 /tests/dirtytest write_more_than_memory", test="dirtytest-slow",
                     mem="32M", cpus=(1,), kernels=(PLAIN,), once=True),
    with_second_disk("/bin/env", "300M", plain_disk, disk_is_clean, "DIRTY_MB=200 /tests/dirtytest",
                     test="dirtytest-200", mem="32M", cpus=(1, 4), once=True, timeout=900,
                     tags=("soak",)),
    with_second_disk("steadytest", "64M", plain_disk, disk_is_clean, "files", mem="32M", cpus=(1,),
                     kernels=(PLAIN,), once=True),
    with_second_disk("steadytest", "64M", plain_disk, disk_is_clean, "files",
                     test="steadytest-harts", mem="32M", cpus=(2, 4), once=True, tags=("soak",)),
    with_second_disk("shelltest", "8M", disk_with_scripts, None, cpus=(2,), once=True),
    program("/bin/env", "SHELLTEST_LOOPS=1000 /tests/shelltest loop_leaves_nothing", once=True,
            test="shelltest-loop", cpus=(1, 4), timeout=120),
    Test("poweroff", program="/bin/init", script=write_and_power_off, after=written_and_clean,
         disks=(("second", "1M"),), cpus=(1, 4), tags=("quick",)),
    Test("powercut", program="/bin/init", script=sync_and_pull_the_plug, after=written_but_not_clean,
         cpus=(2,), monitor=True),
]
