# SPDX-License-Identifier: MIT
"""files.py - tests of files and disks, and what the host finds on the disks afterwards."""
from programs import program

LARGE = "/tests/filetest large_directory_on_disk large_directory_in_memory"

TESTS = [
    program("fstest", tags=("quick",), cpus=(1, 2)),
    program("/bin/env", "FSTEST_ROUNDS=20000 /tests/fstest", test="fstest-long", once=True,
            cpus=(1, 4), tags=("soak",), timeout=300),
    program("filetest", tags=("quick",), cpus=(2,)),
    program("/bin/env", "FILETEST_ENTRIES=10000 " + LARGE, test="filetest-large", cpus=(1, 4),
            tags=("soak",), timeout=300),
]
