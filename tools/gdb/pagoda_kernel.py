# SPDX-License-Identifier: MIT
"""pagoda_kernel.py - reading the kernel's structures, for the commands."""
import contextlib
import struct

import gdb


class Command(gdb.Command):
    """A command whose class says NAME; its docstring is the help text."""
    NAME = None

    def __init__(self):
        super().__init__(self.NAME, gdb.COMMAND_USER)

    def run(self, words):
        raise NotImplementedError

    def invoke(self, argument, from_tty):
        try:
            self.run(gdb.string_to_argv(argument))
        except gdb.MemoryError as fault:
            raise gdb.GdbError("cannot read: %s" % fault)


def value(expression):
    return gdb.parse_and_eval(expression)


def number(expression):
    """The value of EXPRESSION as an unsigned 64-bit integer; of an aggregate, its address."""
    found = value(expression)
    if found.type.strip_typedefs().code in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_STRUCT):
        found = found.address
    return int(found) & (1 << 64) - 1


def static(file, name):
    """A static variable of the file kernel/FILE."""
    try:
        return value("'kernel/%s'::%s" % (file, name))
    except gdb.error:
        raise gdb.GdbError("no %s in kernel/%s" % (name, file))


def is_present(name):
    try:
        value(name)
        return True
    except gdb.error:
        return False


def struct_type(name):
    return gdb.lookup_type("struct " + name)


def offset_of(kind, field):
    where = 0
    for part in field.split("."):
        found = next(f for f in kind.fields() if f.name == part)
        where += found.bitpos // 8
        kind = found.type
    return where


def elements(head, name, link="link"):
    """The structures NAME on the list HEAD, linked by their field LINK."""
    kind = struct_type(name)
    offset = offset_of(kind, link)
    end = int(head.address)
    at = int(head["next"])
    while at != end:
        element = gdb.Value(at - offset).cast(kind.pointer())
        yield element.dereference()
        at = int(gdb.Value(at).cast(struct_type("list").pointer())["next"])


def enum_name(name, prefix):
    """Of the enumerator that a value prints as, the part behind PREFIX, lower case."""
    text = str(name)
    return text[len(prefix):].lower() if text.startswith(prefix) else text


def set_flags(bits, enum, prefix):
    """Names of the bits that are set; bit numbers are the enumerators of ENUM."""
    return " ".join(f.name[len(prefix):].lower() for f in gdb.lookup_type("enum " + enum).fields()
                    if bits >> f.enumval & 1)


def text(array):
    return array.string(errors="replace")


@contextlib.contextmanager
def physical_memory():
    """Inside, addresses are physical: no page table is in the way."""
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    try:
        yield
    finally:
        gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)


def read_table(address):
    """The 512 entries of the page table at physical ADDRESS."""
    with physical_memory():
        data = gdb.selected_inferior().read_memory(address, 4096)
    return struct.unpack("<512Q", bytes(data))
