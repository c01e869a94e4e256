# Where programs with a dynamic linker lie, and that none can write what it can execute.
import re, subprocess

def areas(text):
    """(start, access, name) of each line of maps."""
    return re.findall(r"^([0-9a-f]+)-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)$", text, re.M)

stacks, libraries, programs, heaps = set(), set(), set(), set()
for _ in range(200):
    found = areas(subprocess.check_output(["cat", "/proc/self/maps"], text=True))
    stacks.add(next(start for start, _, name in found if name == "[stack]"))
    libraries.add(next(start for start, _, name in found if name.endswith("libc.so.6")))
    programs.add(found[0][0])
    heaps.add(next(start for start, _, name in found if name == "[heap]"))
for what, places in ("stack", stacks), ("mappings", libraries), ("program", programs), ("heap", heaps):
    print(what, "at 190 places or more:", len(places) >= 190 or len(places))

def writable_code(program, *arguments):
    """The areas of a program that waits for input."""
    p = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    bad = [area for area in areas(open("/proc/%d/maps" % p.pid).read()) if "w" in area[1] and "x" in area[1]]
    p.communicate("\n")
    return bad

for command in (["bash", "-c", "echo; read line"], ["dash", "-c", "echo; read line"], ["busybox", "sh", "-c", "echo; read line"],
                ["python3", "-c", "print(flush=True); input()"], ["lua5.4", "-e", "print() io.flush() io.read()"],
                ["gawk", "BEGIN { print; fflush(); getline }"]):
    print(command[0], "can write and execute:", writable_code(*command))
