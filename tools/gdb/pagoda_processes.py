# SPDX-License-Identifier: MIT
"""pagoda_processes.py - ps, vmas, kbt: processes, what they map, where they wait."""
import gdb
from pagoda_kernel import Command, elements, enum_name, static, text

VM_FLAGS = [("VM_SHARED", "shared"), ("VM_GROWSDOWN", "growsdown"), ("VM_LOCKED", "locked"),
            ("VM_PFNMAP", "pfnmap"), ("VM_DONTCOPY", "dontcopy"), ("VM_SPECIAL", "special")]
VM_BITS = {"VM_READ": 1, "VM_WRITE": 2, "VM_EXEC": 4, "VM_SHARED": 8, "VM_GROWSDOWN": 0x100,
           "VM_LOCKED": 0x200, "VM_PFNMAP": 0x1000, "VM_DONTCOPY": 0x2000, "VM_SPECIAL": 0x4000}


def processes():
    return elements(static("proc/process.c", "all"), "process", "all_link")


def threads():
    return elements(static("sched/thread.c", "threads"), "thread", "all_link")


def process_of(pid):
    for process in processes():
        if int(process["pid"]) == pid:
            return process
    raise gdb.GdbError("no process %d" % pid)


def where(pc):
    """name+offset of a kernel address."""
    found = gdb.execute("info symbol %#x" % pc, to_string=True).strip()
    return found.split(" in section")[0] if " in section" in found else "%#x" % pc


def thread_state(thread):
    name = enum_name(thread["state"].cast(gdb.lookup_type("enum thread_state")), "THREAD_")
    if name == "runnable" and thread["on_cpu"]:
        return "hart %d" % int(thread["hart"])
    return name


def callers(thread):
    """Return addresses on the stack of a thread that does not run, by frame pointer."""
    context = thread["context"]
    yield int(context["ra"])
    low = int(thread["stack"])
    fp = int(context["s"][0])
    inferior = gdb.selected_inferior()
    while low < fp <= low + 16384 and fp % 8 == 0:
        record = bytes(inferior.read_memory(fp - 16, 16))
        fp, ra = (int.from_bytes(record[i:i + 8], "little") for i in (0, 8))
        if not ra >> 63:
            return
        yield ra


def show_thread(pid, parent, thread, name):
    state = thread_state(thread)
    place = "" if thread["on_cpu"] else where(next(iter(callers(thread))))
    print("%5s %5s %5d  %-9s %-16s %s" % (pid, parent, int(thread["tid"]), state, name, place))


class Ps(Command):
    """ps: all processes with their threads, then kernel threads.

The last column is the function that gave up the hart."""
    NAME = "ps"

    def run(self, words):
        print("  PID  PPID   TID  STATE     NAME             WHERE")
        for process in processes():
            parent = process["parent"]
            ppid = int(parent["pid"]) if int(parent) else 0
            shown = False
            for task in elements(process["tasks"], "task"):
                show_thread(int(process["pid"]), ppid, task["thread"].dereference(),
                            text(process["comm"]))
                shown = True
            if not shown:
                print("%5d %5d     -  zombie    %s" % (
                    int(process["pid"]), ppid, text(process["comm"])))
        for thread in threads():
            if not int(thread["process"]):
                show_thread("-", "-", thread, text(thread["name"]))


class Vmas(Command):
    """vmas PID: the areas of a process's address space, in address order."""
    NAME = "vmas"

    def run(self, words):
        if len(words) != 1:
            raise gdb.GdbError("vmas PID")
        mm = process_of(int(words[0]))["mm"]
        if not int(mm):
            raise gdb.GdbError("process %s has no address space any more" % words[0])
        for vma in elements(mm["vmas"]["list"], "vma"):
            self._show(vma)
        print("%d areas, %d pages; rss anon %d file %d shmem %d" % (
            int(mm["vmas"]["count"]), int(mm["vmas"]["total"]), int(mm["rss_anon"]),
            int(mm["rss_file"]), int(mm["rss_shmem"])))

    def _show(self, vma):
        flags = int(vma["flags"])
        rights = "".join(c if flags & VM_BITS[n] else "-"
                         for c, n in (("r", "VM_READ"), ("w", "VM_WRITE"), ("x", "VM_EXEC")))
        extra = " ".join(shown for name, shown in VM_FLAGS if flags & VM_BITS[name])
        ops = text(vma["ops"]["name"]) if int(vma["ops"]) else "-"
        print("%010x-%010x %6d pages  %s  %-6s pgoff %#x %s" % (
            int(vma["start"]), int(vma["end"]), (int(vma["end"]) - int(vma["start"])) >> 12,
            rights, ops, int(vma["pgoff"]), extra))


class KernelBacktrace(Command):
    """kbt PID: the kernel functions in which each sleeping thread of a process waits."""
    NAME = "kbt"

    def run(self, words):
        if len(words) != 1:
            raise gdb.GdbError("kbt PID")
        for task in elements(process_of(int(words[0]))["tasks"], "task"):
            thread = task["thread"].dereference()
            print("tid %d, %s" % (int(thread["tid"]), thread_state(thread)))
            if thread["on_cpu"]:
                print("  it runs: use `bt` on its hart")
                continue
            for ra in callers(thread):
                print("  " + where(ra))


Ps()
Vmas()
KernelBacktrace()
