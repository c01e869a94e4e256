/* SPDX-License-Identifier: MIT */
/*
 * runtest.c - process 1 of a test machine: run a test and look at what it left behind.
 *
 *     runtest [-1] [-a] [-n NONCE] [-s DISK] PROGRAM [ARGUMENT...]
 *
 * The program runs twice: once to warm up what the kernel keeps for later, and
 * once in earnest.  Around the second run the kernel is brought to rest and
 * counted; frames of each kind, objects, files, threads and the rest must be as
 * many as before.  Then the kernel audits its structures.
 *
 *   -1  run once and compare nothing: for programs that leave something behind
 *       on purpose, or take long
 *   -a  no audit
 *   -n  a grader's: what was reached is sealed with it
 *   -s  swap to DISK all the time: slots left behind are found as well; our own pages
 *       stay in memory
 *
 * Ends the machine with status 0 if all is well, else 1.  The program's own
 * report is the KTAP report; what is found here is printed as notes.  When it
 * is not process 1, runtest reports in its own exit status instead.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include "lib/hash.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/rest.h"
#include "user/tests/lib/watch.h"

static const struct {
    const char *source, *target, *type;
} mounts[] = {
    { "devtmpfs", "/dev", "devtmpfs" },
    { "devpts", "/dev/pts", "devpts" },
    { "proc", "/proc", "proc" },
    { "tmpfs", "/tmp", "tmpfs" },
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

/* What the machine was booted with as KEY, as in " seed="; NULL: nothing.  Valid until the next
 * call. */
static const char *boot_argument(const char *key)
{
    static char line[4096];
    char *word;

    if (access("/proc/cmdline", R_OK) < 0)
        return NULL;
    read_file("/proc/cmdline", line, sizeof(line));
    word = strstr(line, key);
    if (!word)
        return NULL;
    word += strlen(key);
    word[strcspn(word, " \n")] = '\0';
    return word;
}

/* The seed that the machine was booted with becomes the seed of the program. */
static void set_seed(void)
{
    const char *seed = getenv("SEED") ? NULL : boot_argument(" seed=");

    if (seed)
        setenv("SEED", seed, 1);
}

static const char *nonce;

/* Whoever gave us a nonce finds here that WHAT was reached, and not only that a line was printed
 * that says so. */
static void seal(const char *what)
{
    if (nonce)
        note("seal %s %016lx", what,
             (unsigned long)hash_mix64(hash_string(hash_string(HASH_SEED, nonce), what)));
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

static bool run_once(char **argv)
{
    bool well = run(argv);

    if (well)
        seal("passed");
    return well;
}

static bool run_and_compare(char **argv)
{
    static struct debug_counters before, after;
    bool well, same;

    setenv("KTAP_QUIET", "1", 1);
    well = run(argv);
    unsetenv("KTAP_QUIET");
    count_at_rest(&before);
    well = run_once(argv) && well;
    count_at_rest(&after);
    same = same_at_rest(&before, &after);
    if (same && well)
        seal("nothing-left");
    return same && well;
}

static bool audit(void)
{
    long faults = debug_call(DEBUG_AUDIT, 0, 0);

    if (faults)
        note("audit: %ld faults", faults);
    return faults == 0;
}

/* Give up if there is no such disk: all would seem well without. */
static void swap_to(const char *disk)
{
    if (swapon(disk, 0) == 0 && mlockall(MCL_CURRENT) == 0)
        return;
    note("swap to %s: errno %d", disk, errno);
    exit(2);
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
    const char *disk = NULL;
    int option;

    while ((option = getopt(argc, argv, "+1an:s:")) != -1) {
        once |= option == '1';
        do_audit &= option != 'a';
        nonce = option == 'n' ? optarg : nonce;
        disk = option == 's' ? optarg : disk;
    }
    if (optind == argc) {
        note("usage: runtest [-1] [-a] [-n NONCE] [-s DISK] PROGRAM [ARGUMENT...]");
        return 2;
    }
    if (getpid() == 1)
        mount_all();
    set_seed();
    if (disk)
        swap_to(disk);
    well = once || !has_debug_call() ? run_once(argv + optind) : run_and_compare(argv + optind);
    if (do_audit && has_debug_call())
        well &= audit();
    if (getpid() == 1)
        end_machine(well);
    return well ? 0 : 1;
}
