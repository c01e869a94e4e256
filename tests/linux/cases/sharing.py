# What twenty shells have in common, and what one costs.  The figures are a kernel's own, the bounds are for both.
import os, re, subprocess

def text_of_libc(pid):
    """{field of smaps: kB} of libc's code in this process."""
    inside = False
    for line in open("/proc/%d/smaps" % pid):
        area = re.match(r"[0-9a-f]+-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)", line)
        if area:
            inside = area[1] == "r-xp" and area[2].endswith("libc.so.6")
        elif inside:
            name, value = line.split()[:2]
            yield name.rstrip(":"), int(value) if value.isdigit() else 0

shells = [subprocess.Popen(["bash", "-c", "echo; read line"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(20)]
for shell in shells:
    shell.stdout.readline()
texts = [dict(text_of_libc(shell.pid)) for shell in shells]
sum_of = lambda name: sum(text[name] for text in texts)
print("in memory", all(text["Rss"] > 100 for text in texts))
print("private", sum_of("Private_Clean"), sum_of("Private_Dirty"))
print("one set of frames", sum_of("Pss") <= max(text["Rss"] for text in texts))
for shell in shells:
    shell.communicate(b"\n")

def minor_faults():
    pid = os.posix_spawn("/usr/bin/bash", ["bash", "-c", ":"], {"PATH": "/usr/bin", "LC_ALL": "C"})
    return os.wait4(pid, 0)[2].ru_minflt

faults = [minor_faults() for _ in range(5)]
print("faults of a shell at most 310:", max(faults) <= 310 or faults)
