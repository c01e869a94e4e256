# What an interpreter with threads, mappings and child processes asks of a kernel.
import errno, fcntl, mmap, os, select, signal, stat, sys, threading, time

def check(name, *values):
    print(name, *values, flush=True)

# Memory
m = mmap.mmap(-1, 1 << 20); m[5] = 7; check("anonymous", m[5], m[6], len(m)); m.close()
with open("f", "w+b") as f:
    f.truncate(10000)
    s = mmap.mmap(f.fileno(), 0)
    s[4096:4100] = b"page"; s.flush(); f.seek(4096); check("shared", f.read(4)); s.resize(20000); check("resized", os.fstat(f.fileno()).st_size); s.close()
    p = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY); p[0] = 1; f.seek(0); check("private", f.read(1)); p.close()
big = [bytearray(1 << 20) for _ in range(40)]; big[7][99] = 1; check("heap", sum(map(len, big))); del big

# Threads
lock, total = threading.Lock(), 0
def add():
    global total
    for _ in range(2000):
        with lock:
            total += 1
threads = [threading.Thread(target=add) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]; check("threads", total)
c = threading.Condition()
with c:
    check("timeout", c.wait(0.05))
e = threading.Event(); threading.Timer(0.05, e.set).start(); check("event", e.wait(30))
local = threading.local(); local.x = 1; t = threading.Thread(target=lambda: check("local", hasattr(local, "x"))); t.start(); t.join()

# Processes
pid = os.fork()
if pid == 0:
    os._exit(5)
check("fork", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
r, w = os.pipe()
pid = os.posix_spawn("/bin/echo", ["echo", "spawned"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, w, 1), (os.POSIX_SPAWN_CLOSE, r)])
os.close(w); check("spawn", os.read(r, 100), os.waitpid(pid, 0)[1]); os.close(r)
try:
    os.posix_spawn("/nothing", ["x"], {})
except OSError as fault:
    check("no program", errno.errorcode[fault.errno])
children = [os.fork() or os._exit(i) for i in range(10)]
check("children", sorted(os.waitstatus_to_exitcode(os.waitpid(p, 0)[1]) for p in children))
try:
    os.wait()
except OSError as fault:
    check("none left", errno.errorcode[fault.errno])

# Signals
seen = []
signal.signal(signal.SIGUSR1, lambda n, frame: seen.append(n)); os.kill(os.getpid(), signal.SIGUSR1); check("signal", seen)
signal.signal(signal.SIGALRM, lambda n, frame: seen.append(n)); signal.setitimer(signal.ITIMER_REAL, 0.05); signal.pause(); check("alarm", len(seen))
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); os.kill(os.getpid(), signal.SIGUSR2); check("pending", signal.sigpending() == {signal.SIGUSR2}, signal.sigtimedwait([signal.SIGUSR2], 1).si_signo)
rd, wr = os.pipe(); os.set_blocking(wr, False); signal.set_wakeup_fd(wr); os.kill(os.getpid(), signal.SIGUSR1); check("wakeup", os.read(rd, 1)); signal.set_wakeup_fd(-1)
pid = os.fork()
if pid == 0:
    signal.signal(signal.SIGSEGV, signal.SIG_DFL); os.kill(os.getpid(), signal.SIGSEGV)
check("killed", os.WTERMSIG(os.waitpid(pid, 0)[1]))

# Files
fd = os.open("g", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o640); check("mode", oct(os.fstat(fd).st_mode))
os.pwrite(fd, b"abc", 5); check("holes", os.pread(fd, 10, 0), os.lseek(fd, 0, os.SEEK_END)); os.writev(fd, [b"x", b"yz"]); check("vector", os.fstat(fd).st_size)
fcntl.lockf(fd, fcntl.LOCK_EX)
pid = os.fork()
if pid == 0:
    try:
        fcntl.lockf(os.open("g", os.O_RDWR), fcntl.LOCK_EX | fcntl.LOCK_NB); os._exit(0)
    except OSError as fault:
        os._exit(fault.errno)
check("locked", errno.errorcode[os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])]); fcntl.flock(fd, fcntl.LOCK_EX); os.posix_fallocate(fd, 0, 5000); check("room", os.fstat(fd).st_size)
os.sendfile(os.open("h", os.O_WRONLY | os.O_CREAT), fd, 0, 9); check("sendfile", open("h", "rb").read(5)); check("copied", os.copy_file_range(fd, os.open("i", os.O_WRONLY | os.O_CREAT), 8), os.stat("i").st_size)
os.symlink("g", "s"); os.link("g", "l"); check("links", os.readlink("s"), os.stat("l").st_nlink, stat.S_ISLNK(os.lstat("s").st_mode)); os.utime("g", ns=(1, 2)); check("times", os.stat("g").st_mtime_ns)
os.mkdir("d"); os.rename("l", "d/l"); check("listing", sorted(os.listdir(".")), [(x.name, x.is_dir()) for x in sorted(os.scandir("."), key=lambda x: x.name)][:2]); check("rights", os.access("g", os.X_OK), os.access("d", os.X_OK))
for call in (lambda: os.open("nothing", 0), lambda: os.mkdir("d"), lambda: os.rmdir("d"), lambda: os.readlink("g"), lambda: os.open("g/x", 0), lambda: os.unlink("d"), lambda: os.open("x" * 300, 0), lambda: os.read(99, 1)):
    try:
        call(); check("no error")
    except OSError as fault:
        check("error", errno.errorcode[fault.errno])
mf = os.memfd_create("x", os.MFD_ALLOW_SEALING); os.write(mf, b"abc"); fcntl.fcntl(mf, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK); check("seals", fcntl.fcntl(mf, fcntl.F_GET_SEALS))

# Pipes, poll, time
r, w = os.pipe(); check("pipe", fcntl.fcntl(w, fcntl.F_SETPIPE_SZ, 1 << 17), fcntl.fcntl(r, fcntl.F_GETPIPE_SZ)); p = select.poll(); p.register(r, select.POLLIN); check("poll", p.poll(20)); os.write(w, b"1"); check("ready", len(p.poll(0)), select.select([r], [w], [], 0) == ([r], [w], []))
os.close(w); os.read(r, 1); check("end", os.read(r, 1), p.poll(0)[0][1])
signal.signal(signal.SIGPIPE, signal.SIG_IGN); r, w = os.pipe(); os.close(r)
try:
    os.write(w, b"x")
except OSError as fault:
    check("broken", errno.errorcode[fault.errno])
a = time.monotonic(); time.sleep(0.05); check("slept", 0.05 <= time.monotonic() - a); check("clocks", time.clock_getres(time.CLOCK_MONOTONIC) <= 1e-6, time.time() > 1e9, time.process_time() > 0, time.thread_time() >= 0)
check("ids", os.getuid(), os.getgid(), os.getgroups(), os.getpgid(0) == os.getpgrp(), os.getsid(0) > 0, os.getpriority(os.PRIO_PROCESS, 0)); check("machine", os.uname().sysname, os.cpu_count() == len(os.sched_getaffinity(0)), os.sysconf("SC_PAGESIZE"), len(os.getrandom(16)))
