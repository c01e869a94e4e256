# SPDX-License-Identifier: MIT
"""memory.py - tests of memory that has run out, on small machines without swap."""
from case import DEBUG, PLAIN, printed
from programs import program


def killed(run):
    """The log tells who was killed, and why."""
    printed(run, r"^oomtest invoked oom-killer: gfp_mask=0x[0-9a-f]+\(GFP_KERNEL.*\), order=0")
    printed(run, r"^DMA32 free:\d+kB min:\d+kB low:\d+kB high:\d+kB ")
    printed(run, r"^\[ +\d+\] +0 +\d+ +\d+ .* oomtest")
    printed(run, r"^Out of memory: Killed process \d+ \(oomtest\) total-vm:\d+kB, anon-rss:\d+kB")
    printed(run, r"^oom_reaper: reaped process \d+ \(oomtest\), now anon-rss:0kB")


def not_reaped(run):
    """The log tells of whom it was in vain: in a machine of its own, for the lines about many
    victims are left out."""
    printed(run, r"^oom_reaper: unable to reap process \d+ \(oomtest\)")


TESTS = [
    program("oomtest", mem="64M", cpus=(2,), kernels=(PLAIN,), timeout=120,
            after=killed),
    program("oomtest", "map_locked_for_long", test="oomtest-not-reaped", mem="64M", once=True,
            cpus=(2,), kernels=(PLAIN,), after=not_reaped),
    program("oomtest", "memory_bomb killed_within_a_call asleep_for_good sharers_die_together",
            test="oomtest-debug", mem="64M", cpus=(4,), kernels=(DEBUG,), once=True, timeout=120,
            after=killed),
    program("oomtest", test="oomtest-all", mem="64M", cpus=(1, 4), timeout=900, tags=("soak",)),
    program("oomtest", test="oomtest-32M", mem="32M", cpus=(1, 4), timeout=900, tags=("soak",)),
    program("oomadjtest", mem="64M", tags=("quick",)),
    program("oomfstest", "calls_wait_for_memory", mem="64M", cpus=(2,), kernels=(PLAIN,), once=True),
    program("oomfstest", test="oomfstest-all", mem="32M", cpus=(1, 4), timeout=300, tags=("soak",)),
    program("oomtest", "panic_is_wanted", test="oom-panic", mem="64M", once=True, cpus=(1,),
            kernels=(PLAIN,), panic=r"out of memory, and panic_on_oom is set"),
]
