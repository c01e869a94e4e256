# SPDX-License-Identifier: MIT
"""pagoda_traps.py - let `bt` cross trap frames.

entry.S saves the interrupted registers as a struct trap_frame and calls C.  The
caller's frame of that C function is entry.S itself, for which there is no
unwind information; but the registers tell where the trap frame lies:

    from user mode    at sp                 (the return address is return_to_user)
    from the kernel   at s1                 (between from_kernel and overflow)
    stack overflow    at sp                 (behind overflow)
"""
import gdb
from gdb.unwinder import Unwinder
from pagoda_kernel import struct_type

SAVED = ("pc ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
         "s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6").split()

# GDB knows x8 by its other name.
GDB_NAME = {"s0": "fp"}


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = sp, pc


def address(symbol):
    found = gdb.lookup_minimal_symbol(symbol) if hasattr(gdb, "lookup_minimal_symbol") else None
    if found:
        return int(found.value().address)
    try:
        return int(gdb.parse_and_eval("(unsigned long)&%s" % symbol))
    except gdb.error:
        return None


class TrapUnwinder(Unwinder):
    def __init__(self):
        super().__init__("pagoda-trap")
        self.ranges = None

    def _learn(self):
        """Where the parts of entry.S are; asked once the kernel's symbols are there."""
        places = [address(s) for s in ("trap_entry", "return_to_user", "from_kernel", "overflow")]
        if None in places:
            return False
        self.entry, self.back, self.kernel, self.overflow = places
        self.ranges = True
        return True

    def _frame_register(self, pc):
        if pc == self.back:
            return "sp"
        if self.kernel < pc < self.overflow:
            return "s1"
        if self.overflow < pc < self.overflow + 128:
            return "sp"
        return None

    def __call__(self, pending):
        pc = int(pending.read_register("pc"))
        if pc >> 63 == 0 or not (self.ranges or self._learn()):
            return None
        register = self._frame_register(pc)
        if not register:
            return None
        at = int(pending.read_register(register)) & (1 << 64) - 1
        frame = gdb.Value(at).cast(struct_type("trap_frame").pointer()).dereference()
        info = pending.create_unwind_info(FrameId(gdb.Value(at), gdb.Value(pc)))
        for name in SAVED:
            info.add_saved_register(GDB_NAME.get(name, name), frame[name])
        return info


gdb.unwinder.register_unwinder(None, TrapUnwinder(), True)
