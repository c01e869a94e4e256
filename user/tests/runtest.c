/* SPDX-License-Identifier: MIT */
/*
 * runtest.c - process 1 of a test machine: run a test and look at what it left behind.
 *
 *     runtest [-1] [-a] PROGRAM [ARGUMENT...]
 *
 * The program runs twice: once to warm up what the kernel keeps for later, and
 * once in earnest.  Around the second run the kernel is brought to rest and
 * counted; frames of each kind, objects, files, threads and the rest must be as
 * many as before.  Then the kernel audits its structures.
 *
 *   -1  run once and compare nothing: for programs that leave something behind
 *       on purpose, or take long
 *   -a  no audit
 *
 * Ends the machine with status 0 if all is well, else 1.  The program's own
 * report is the KTAP report; what is found here is printed as notes.  When it
 * is not process 1, runtest reports in its own exit status instead.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/watch.h"

static const struct {
    const char *source, *target, *type;
} mounts[] = {
    { "devtmpfs", "/dev", "devtmpfs" },
    { "proc", "/proc", "proc" },
    { "tmpfs", "/tmp", "tmpfs" },
};

static const struct figure {
    const char *name;
    size_t offset;
} figures[] = {
#define FRAMES(kind) { "frames " #kind, offsetof(struct debug_counters, frames[DEBUG_FRAME_##kind]) }
    FRAMES(FREE), FRAMES(PCP), FRAMES(RESERVED), FRAMES(KERNEL), FRAMES(SLAB), FRAMES(TABLE),
    FRAMES(ANON), FRAMES(FILE), FRAMES(META), FRAMES(SHMEM), FRAMES(OTHER),
#undef FRAMES
#define FIGURE(field) { #field, offsetof(struct debug_counters, field) }
    FIGURE(frames_total), FIGURE(objects), FIGURE(object_bytes), FIGURE(kmallocs),
    FIGURE(vmalloc_areas), FIGURE(vmalloc_pages), FIGURE(threads), FIGURE(processes),
    FIGURE(files), FIGURE(inodes), FIGURE(dentries), FIGURE(mms), FIGURE(vmas),
#undef FIGURE
};

/* Mount what is not mounted; the kernel may have done some of it. */
static void mount_all(void)
{
    for (size_t i = 0; i < COUNT(mounts); i++) {
        mkdir(mounts[i].target, 0755);
        if (mount(mounts[i].source, mounts[i].target, mounts[i].type, 0, NULL) < 0
            && errno != EBUSY)
            note("mount %s: errno %d", mounts[i].target, errno);
    }
    chmod("/tmp", 01777);
    setenv("PATH", "/bin:/tests", 1);
    chdir("/tmp");
}

/* The seed that the machine was booted with becomes the seed of the program. */
static void set_seed(void)
{
    char line[4096], *word;

    if (getenv("SEED") || access("/proc/cmdline", R_OK) < 0)
        return;
    read_file("/proc/cmdline", line, sizeof(line));
    word = strstr(line, " seed=");
    if (!word)
        return;
    word += strlen(" seed=");
    word[strspn(word, "0123456789")] = '\0';
    setenv("SEED", word, 1);
}

/* Run the program; whether it ended with status 0. */
static bool run(char **argv)
{
    char path[256];
    int status;
    pid_t pid;

    snprintf(path, sizeof(path), "%s%s", strchr(argv[0], '/') ? "" : "/tests/", argv[0]);
    pid = fork();
    if (pid == 0) {
        execv(path, argv);
        note("%s: errno %d", path, errno);
        _exit(127);
    }
    status = pid < 0 ? -1 : wait_last_child(pid);
    if (status == 0)
        return true;
    if (pid < 0)
        note("fork: errno %d", errno);
    else if (WIFSIGNALED(status))
        note("%s was killed by signal %d", path, WTERMSIG(status));
    else
        note("%s ended with status %d", path, WEXITSTATUS(status));
    return false;
}

static uint64_t figure_of(const struct debug_counters *c, const struct figure *f)
{
    return *(const uint64_t *)((const char *)c + f->offset);
}

/*
 * Free frames count as one, wherever they are kept.  So do the tables of the kernel's
 * own space: it keeps them for ever, and how many it needs depends on how many kernel
 * stacks were in use at once.
 */
static void count_at_rest(struct debug_counters *c)
{
    debug_call(DEBUG_QUIESCE, 0, 0);
    *c = read_counters();
    c->frames[DEBUG_FRAME_FREE] += c->frames[DEBUG_FRAME_PCP] + c->kernel_tables;
    c->frames[DEBUG_FRAME_PCP] = 0;
    c->frames[DEBUG_FRAME_TABLE] -= c->kernel_tables;
}

static bool compare(const struct debug_counters *before, const struct debug_counters *after)
{
    bool same = true;

    for (size_t i = 0; i < COUNT(figures); i++) {
        uint64_t was = figure_of(before, &figures[i]), is = figure_of(after, &figures[i]);

        if (is == was)
            continue;
        note("leak: %s was %lu, is %lu", figures[i].name, was, is);
        same = false;
    }
    return same;
}

static bool run_and_compare(char **argv)
{
    static struct debug_counters before, after;
    bool well;

    setenv("KTAP_QUIET", "1", 1);
    well = run(argv);
    unsetenv("KTAP_QUIET");
    count_at_rest(&before);
    well = run(argv) && well;
    count_at_rest(&after);
    return compare(&before, &after) && well;
}

static bool audit(void)
{
    long faults = debug_call(DEBUG_AUDIT, 0, 0);

    if (faults)
        note("audit: %ld faults", faults);
    return faults == 0;
}

static void end_machine(bool well)
{
    sync();
    for (size_t i = COUNT(mounts); i-- > 0;)
        umount(mounts[i].target);
    if (!well)
        debug_call(DEBUG_EXIT, 1, 0);
    reboot(LINUX_REBOOT_CMD_POWER_OFF);
}

int main(int argc, char **argv)
{
    bool once = false, do_audit = true, well;
    int option;

    while ((option = getopt(argc, argv, "+1a")) != -1) {
        once |= option == '1';
        do_audit &= option != 'a';
    }
    if (optind == argc) {
        note("usage: runtest [-1] [-a] PROGRAM [ARGUMENT...]");
        return 2;
    }
    if (getpid() == 1)
        mount_all();
    set_seed();
    well = once || !has_debug_call() ? run(argv + optind) : run_and_compare(argv + optind);
    if (do_audit && has_debug_call())
        well &= audit();
    if (getpid() == 1)
        end_machine(well);
    return well ? 0 : 1;
}
