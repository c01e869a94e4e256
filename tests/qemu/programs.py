# SPDX-License-Identifier: MIT
"""programs.py - the test programs of user/tests/, run and judged by /tests/runtest.

runtest runs a program twice and compares what the kernel holds before and after
the second time; once=True runs it only once, for programs that take long or that
leave something behind on purpose.
"""
from case import DEBUG, PLAIN, Test


def program(name, arguments="", once=False, test=None, **how):
    """The test NAME (or TEST): the program /tests/NAME under runtest."""
    words = (["-1"] if once else []) + [name] + arguments.split()
    return Test(test or name, program="/tests/runtest", args=" ".join(words), **how)


TESTS = [
    program("affinitytest", tags=("quick",)),
    program("afterexectest", tags=("quick",)),
    program("alloctest", tags=("quick",)),
    program("alloctest", "zones_fall_back", test="alloctest-normal", mem="3G", cpus=(1,),
            kernels=(PLAIN,)),
    program("brktest", tags=("quick",)),
    program("cowtest", tags=("quick",)),
    program("cowtest", "many_trees", once=True, test="cowtest-perturbed", cpus=(4,),
            kernels=(DEBUG,), append="perturb=1", timeout=1800, tags=("soak",)),
    program("credtest", tags=("quick",)),
    program("crowdtest", tags=("quick",)),
    program("/bin/env", "CROWD=1000 /tests/crowdtest", test="crowdtest-1000", cpus=(1, 4),
            mem="256M", tags=("soak",)),
    program("devicetest", tags=("quick",)),
    program("dontneedtest", tags=("quick",)),
    program("edgetest", tags=("quick",)),
    program("elftest", tags=("quick",)),
    program("exectest", tags=("quick",)),
    program("failstorm", tags=("quick",)),
    program("failstorm", "ten_thousand_failures", once=True, test="failstorm-long", cpus=(1, 2),
            timeout=1800, tags=("soak",)),
    program("failtest", cpus=(2,), kernels=(DEBUG,)),
    program("fallocatetest", tags=("quick",)),
    program("faultrace", tags=("quick",)),
    program("faultrace", "five_long_races", once=True, test="faultrace-long", cpus=(2, 4),
            kernels=(PLAIN,), timeout=1800, tags=("soak",)),
    program("faultrace", "five_long_races", once=True, test="faultrace-perturbed", cpus=(4,),
            kernels=(DEBUG,), append="perturb=1", timeout=1800, tags=("soak",)),
    program("flushtest", tags=("quick",)),
    program("flushtest", "switches_without_numbers", test="flushtest-no-asids", append="asids=0",
            cpus=(1,)),
    program("forkstorm", tags=("quick",)),
    program("irqtest", cpus=(2, 4), tags=("quick",)),
    program("killtest", tags=("quick",)),
    program("lazytest", tags=("quick",)),
    program("limittest", tags=("quick",)),
    program("madvisetest", tags=("quick",)),
    program("mapstorm", tags=("quick",)),
    program("mapstorm", "five_million_steps", once=True, test="mapstorm-long", cpus=(1, 4),
            kernels=(PLAIN,), timeout=1800, tags=("soak",)),
    program("memfdtest", tags=("quick",)),
    program("migratetest", tags=("quick",)),
    program("mincoretest", tags=("quick",)),
    program("mlocktest", tags=("quick",)),
    program("mmaptest", tags=("quick",)),
    program("mmaptest", "too_many_mappings", once=True, test="mapcount", cpus=(1,),
            kernels=(PLAIN,)),
    program("movefiletest", tags=("quick",)),
    program("movetest", tags=("quick",)),
    program("mprotecttest", tags=("quick",)),
    program("mremaptest", tags=("quick",)),
    program("mremaptest", "allocations_fail", test="mremap-fail", cpus=(2,), kernels=(DEBUG,)),
    program("mremaptest", "too_many_mappings", once=True, test="mremap-count", cpus=(1,),
            kernels=(PLAIN,)),
    program("msynctest", tags=("quick",)),
    program("pgrptest", tags=("quick",)),
    program("pipetest", tags=("quick",)),
    program("polltest", tags=("quick",)),
    program("procalloctest", tags=("quick",)),
    program("procalloctest", test="procalloc-normal", mem="3G", cpus=(2,), kernels=(PLAIN,)),
    program("procdisktest", tags=("quick",)),
    program("procmemtest", mem="64M"),
    program("procpidtest", tags=("quick",)),
    program("procmemtest", mem="64M", test="procmem-soft", append="ad=soft asids=16",
            cpus=(1,), kernels=(PLAIN,)),
    program("procmemtest", "zones_serve meminfo_has_causes", test="procmem-normal", mem="3G",
            cpus=(1,), kernels=(PLAIN,)),
    program("procsettingtest", tags=("quick",)),
    program("procsystest", tags=("quick",)),
    program("procsystest", "load_rises_and_falls", once=True, test="procsys-load", cpus=(2,),
            kernels=(PLAIN,)),
    program("rightstest", tags=("quick",)),
    program("rmaptest", tags=("quick",)),
    program("robusttest", tags=("quick",)),
    program("scaletest", cpus=(1, 4), mem="256M"),
    program("scaletest", "two_processes_fault_side_by_side", test="scaletest-ratio", once=True,
            cpus=(2,), kernels=(PLAIN,), mem="256M", tags=("soak",)),   # needs an idle host
    program("sharetest", tags=("quick",)),
    program("sigframetest", tags=("quick",)),
    program("sigtest", tags=("quick",)),
    program("sigwaittest", tags=("quick",)),
    program("smapstest", tags=("quick",)),
    program("stacktest", tags=("quick",)),
    program("timetest", tags=("quick",)),
    program("tlbtest", tags=("quick",)),
    program("truncatetest", tags=("quick",)),
    program("uaccesstest", tags=("quick",)),
    program("willneedtest", tags=("quick",)),
    program("zerotest", tags=("quick",)),
] + [
    # Harts without hardware that sets the accessed and dirty bits.
    program(name, test=name + "-soft", append="ad=soft", cpus=(2,), kernels=(DEBUG,),
            tags=("quick",))
    for name in ("cowtest", "forkstorm", "lazytest", "mapstorm", "mmaptest", "movefiletest",
                 "movetest", "mprotecttest", "mremaptest", "sharetest")
]
