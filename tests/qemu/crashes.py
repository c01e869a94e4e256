# SPDX-License-Identifier: MIT
"""crashes.py - the kernel's own mistakes: each ends in a panic that names it, with a backtrace.

The numbers are those of enum debug_crash in lib/abi/debugcall.h.
"""
import re

from case import DEBUG, PLAIN, Test

BOTH, CHECKED = (PLAIN, DEBUG), (DEBUG,)


def traced(*functions):
    """A hook: the backtrace names these functions, innermost first."""
    def check(run):
        trace = run.log[run.log.index("  backtrace:"):]
        names = re.findall(r"^    [0-9a-f]{16}  (\S+)\+0x[0-9a-f]+", trace, re.M)
        places = [names.index(f) if f in names else -1 for f in functions]
        assert -1 not in places and places == sorted(places), "the backtrace is %r" % names
        assert run.log.count("panic: ") == 1, "somebody else panicked, too"
        assert "noise" not in trace, "a hart went on"
        assert re.search(r"^panic: ", run.log, re.M), "the panic has no line of its own"
    return check


def crash(number, name, panic, *functions, kernels=BOTH, cpus=(1,), args=""):
    return Test("crash-" + name, program="/tests/crash", args="%d %s" % (number, args), panic=panic,
                after=traced(*functions), kernels=kernels, cpus=cpus, mem="64M", timeout=20)


DISPATCH = ("syscall_dispatch", "trap_from_user")
CALLED = ("debug_crash",) + DISPATCH

TESTS = [
    crash(0, "panic", r"panic: the debug call asked for it", *CALLED),
    crash(0, "among-others", r"panic: the debug call asked for it", *CALLED, cpus=(2, 4),
          args="noise"),
    crash(0, "half-line", r"panic: the debug call asked for it", *CALLED, args="half"),
    crash(1, "null", r"store page fault in the kernel at 0{15}8: null pointer", *CALLED),
    crash(2, "text", r"store page fault .*: write to the kernel's text or read-only data", *CALLED),
    crash(3, "rodata", r"store page fault .*: write to the kernel's text or read-only data",
          *CALLED),
    crash(4, "data", r"instruction page fault .*: execution of data", *DISPATCH),
    crash(5, "stack", r"kernel stack overflow in thread crash", "recurse", cpus=(1, 2)),
    crash(6, "guard", r"store page fault .*: guard page or freed area", *CALLED),
    crash(7, "double-free", r"page [0-9a-f]+: reference dropped when it had 0", "bad_refcount"),
    crash(8, "double-kfree", r"kmalloc-128: double free of 0x[0-9a-f]+", "kmem_cache_free",
          *CALLED),
    crash(9, "use-after-free", r"kmalloc-128: 0x[0-9a-f]+ was written to while free, at byte 50",
          "kmalloc", *CALLED, kernels=CHECKED),
    crash(10, "overrun", r"kmalloc-128: red zone of .*: overrun", *CALLED, kernels=CHECKED),
    crash(11, "lock-order", r"lock order: outer \(rmap\) taken while a lock of rank zone is held",
          *CALLED, kernels=CHECKED),
    crash(12, "lock-twice", r"twice: locked twice by the same hart", "wait_and_take",
          kernels=(PLAIN,)),
    crash(12, "lock-twice", r"lock order: twice \(rmap\) taken while a lock of rank rmap is held",
          *CALLED, kernels=CHECKED),
    crash(13, "sleep-atomic", r"crash sleeps with a spinlock held", "schedule", *CALLED,
          kernels=CHECKED),
    crash(14, "reclaim-alloc", r"lock order: reclaim \(reclaim fs\) taken while one of rank reclaim "
          r"is held", "page_alloc_reclaim_begin", *CALLED, kernels=CHECKED),
]
