# What procps and Python see of threads and of open files.
import ctypes, os, re, subprocess, threading, time

me, libc = os.getpid(), ctypes.CDLL(None)
ready, done = threading.Barrier(4), threading.Event()

def work():
    ready.wait()
    done.wait()

threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads:
    t.start()
ready.wait()

print("tasks:", len(os.listdir("/proc/self/task")), os.stat("/proc/self/task").st_nlink)
print("all there:", {str(t.native_id) for t in threads} < set(os.listdir("/proc/self/task")))
print("thread-self:", os.readlink("/proc/thread-self") == "%d/task/%d" % (me, me))
for t, name in zip(threads, ("reader", "writer", "a name that is too long")):
    with open("/proc/self/task/%d/comm" % t.native_id, "w") as comm:    # as pthread_setname_np does
        comm.write(name)
print("glibc:", libc.pthread_setname_np(ctypes.c_ulong(threads[0].ident), b"renamed"))

def shown(*command):
    return subprocess.run(command, capture_output=True, text=True).stdout

print("ps -L:", sorted(shown("ps", "-L", "-o", "comm=,nlwp=,stat=", "-p", str(me)).split("\n")))
print("ps -T:", sorted(shown("ps", "-T", "-o", "comm=", "-p", str(me)).split()))
print("ps -eLf:", sum("threads.py" in line for line in shown("ps", "-eLf").split("\n")))
print("ps lwp:", {int(n) for n in shown("ps", "-L", "-o", "lwp=", "-p", str(me)).split()}
      == {me} | {t.native_id for t in threads})
top = shown("top", "-H", "-b", "-n", "1", "-w", "200", "-p", str(me))
print("top:", re.search(r"^Threads: +\d+ total", top, re.M).group(), sorted(re.findall(r"(\S+)$", top[top.index("COMMAND"):], re.M)))
status = open("/proc/self/task/%d/status" % threads[1].native_id).read()
print("status:", re.findall(r"^(?:Name|State|Threads):.*$", status, re.M))

done.set()
for t in threads:
    t.join()
while len(os.listdir("/proc/self/task")) > 1:
    time.sleep(0.001)
print("tasks:", shown("ps", "-o", "comm=,nlwp=", "-p", str(me)).split())

def info(fd):
    """Its fdinfo, without the numbers that belong to a kernel."""
    text = open("/proc/self/fdinfo/%d" % fd).read()
    os.close(fd)
    return re.sub(r"(mnt_id:|ino:|-id:|[Pp]id:|sdev:)\s*[0-9a-f]+", r"\1 N", text).split("\n")

file = os.open("file", os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_SYNC, 0o600)
os.write(file, b"12345")
timer = os.timerfd_create(time.CLOCK_MONOTONIC)
os.timerfd_settime(timer, initial=0, interval=3)
for what, fd in (("file", file), ("folder", os.open(".", os.O_RDONLY | os.O_DIRECTORY)), ("path", os.open(".", os.O_PATH)),
                 ("null", os.open("/dev/null", os.O_WRONLY)), ("eventfd", os.eventfd(300, os.EFD_NONBLOCK)),
                 ("timerfd", timer), ("pidfd", os.pidfd_open(me)), ("pipe", os.pipe()[0])):
    print(what, info(fd))
