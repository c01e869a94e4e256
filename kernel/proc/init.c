/* SPDX-License-Identifier: MIT */
/*
 * init.c - process 1, and what exec and the boot ask of a whole process.
 *
 * Process 1 is made by hand: a kernel thread gets memory, files and signals of
 * its own and then execs.  Its program is the boot argument init=, or the first
 * of the usual places that works.
 */
#include "kernel/core/bootargs.h"
#include "kernel/core/panic.h"
#include "kernel/fs/super.h"
#include "kernel/mm/commit.h"
#include "kernel/mm/kmalloc.h"
#include "kernel/proc/files.h"
#include "kernel/proc/posix_timer.h"
#include "kernel/proc/process_impl.h"
#include "kernel/riscv/trap_frame.h"
#include "kernel/vm/mlock.h"
#include "kernel/vm/uaccess.h"
#include "lib/abi/errno.h"
#include "lib/abi/fcntl.h"
#include "lib/string.h"
#include "lib/strutil.h"

BOOTARG(init, "program of process 1; its arguments follow \"--\"");

#define MAX_ARGS 32

static const char *const places[] = { "/bin/init", "/sbin/init", "/bin/sh", NULL };

static const char *const init_env[] = {
    "PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/", "TERM=vt100", NULL
};

static const uint64_t default_limits[RLIM_NLIMITS][2] = {
    [RLIMIT_CPU] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_FSIZE] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_DATA] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_STACK] = { 8UL << 20, RLIM_INFINITY },
    [RLIMIT_CORE] = { 0, RLIM_INFINITY },
    [RLIMIT_RSS] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_NPROC] = { 4096, 4096 },
    [RLIMIT_NOFILE] = { 1024, 4096 },
    [RLIMIT_MEMLOCK] = { 8UL << 20, 8UL << 20 },
    [RLIMIT_AS] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_LOCKS] = { RLIM_INFINITY, RLIM_INFINITY },
    [RLIMIT_SIGPENDING] = { 4096, 4096 },
    [RLIMIT_MSGQUEUE] = { 819200, 819200 },
    [RLIMIT_NICE] = { 0, 0 },
    [RLIMIT_RTPRIO] = { 0, 0 },
    [RLIMIT_RTTIME] = { RLIM_INFINITY, RLIM_INFINITY },
};

/* Standard input, output and error: the console, if there is one. */
static void open_console(void)
{
    struct path_ctx ctx;
    struct file *f;
    int err;

    path_ctx_current(&ctx);
    err = file_open(&ctx, NULL, "/dev/console", O_RDWR, 0, &f);
    path_ctx_put(&ctx);
    if (err) {
        printk("init: /dev/console: error %d; process 1 starts without files\n", -err);
        return;
    }
    for (int fd = 0; fd < 3; fd++) {
        if (fd)
            file_get(f);
        (void)fd_install_or_put(f, 0, false);
    }
}

/* ARGV: the program, then the words behind "--" on the command line. */
static size_t split_args(char *words, const char *argv[])
{
    size_t n = 1;
    char *word = words;

    while (n < MAX_ARGS) {
        while (*word == ' ')
            word++;
        if (!*word)
            break;
        argv[n++] = word;
        while (*word && *word != ' ')
            word++;
        if (*word)
            *word++ = '\0';
    }
    argv[n] = NULL;
    return n;
}

static int try_program(const char *path)
{
    static char words[BOOTARGS_MAX];
    const char *argv[MAX_ARGS + 1] = { path };

    strlcpy(words, bootargs_init_args(), sizeof(words));
    split_args(words, argv);
    return proc_exec_kernel(path, argv, init_env);
}

static void find_program(void)
{
    const char *wanted = bootarg_string("init");
    int err;

    if (wanted) {
        err = try_program(wanted);
        if (!err)
            return;
        printk("init: cannot run init=%s: error %d\n", wanted, -err);
    }
    for (size_t i = 0; !wanted && places[i]; i++)
        if (!try_program(places[i]))
            return;
    printk("init: no init found: tried %s.  Build the root image (make image), or name a "
           "program with init=\n", wanted ? wanted : "/bin/init, /sbin/init and /bin/sh");
    fs_shutdown();
    machine_exit(1);
}

/* The first steps of process 1, still a thread without memory of its own. */
static void enter_init(void)
{
    open_console();
    find_program();
    trap_return_to_user(current->frame);
}

static struct task *make_init_task(void)
{
    struct task *t = task_alloc();

    if (!t)
        return NULL;
    t->thread = thread_create(enter_init, "init");
    if (!t->thread)
        return NULL;
    t->thread->fpu = kzalloc(sizeof(struct fpu_state), GFP_KERNEL);
    t->thread->task = t;
    return t->thread->fpu ? t : NULL;
}

void process_start_init(void)
{
    struct task *t = make_init_task();
    struct process *p;
    uint64_t flags;

    if (process_alloc(&p) || !t || !(p->files = fd_table_create()) || !(p->fs = fs_context_create())
        || !(p->sighand = sighand_create()))
        panic("init: no memory for process 1");
    for (int i = 0; i < RLIM_NLIMITS; i++)
        p->rlimits[i] = (struct rlimit){ default_limits[i][0], default_limits[i][1] };
    p->exit_signal = SIGCHLD;
    itimer_init(p);
    init_process = p;
    flags = spin_lock_irqsave(&proc_lock);
    process_publish(p, NULL);
    process_add_task(p, t, p->pid);
    spin_unlock_irqrestore(&proc_lock, flags);
    thread_start(t->thread);
}

/* Our own files and signal actions.  No other thread of ours is in a call with those we share. */
static int unshare(void)
{
    int err = fd_unshare();

    return err ? err : sighand_unshare();
}

int proc_exec_prepare(void)
{
    bool is_alone = current_process()->ntasks == 1;
    int err = is_alone ? unshare() : 0;

    if (err)
        return err;
    task_leave_robust_list(current_task());     /* while it bears its own number */
    err = process_end_siblings();
    if (!err && !is_alone) {
        err = unshare();
        if (err)
            signal_self(SIGKILL);               /* without its threads it cannot go on */
    }
    if (!err)
        task_clear_child_tid(current_task());
    return err;
}

void proc_exec_commit(const char *name)
{
    struct process *p = current_process(), *child;
    struct task *t = current_task();
    uint64_t flags = spin_lock_irqsave(&proc_lock);

    p->exit_signal = SIGCHLD;           /* a program is a child like any other */
    list_for_each_entry(child, &p->children, sibling)
        child->parent_did_exec = true;
    spin_unlock_irqrestore(&proc_lock, flags);
    p->did_exec = true;
    strlcpy(p->comm, name, sizeof(p->comm));
    strlcpy(current->name, name, sizeof(current->name));
    posix_timer_delete_all(p);
    signal_exec();
    /* Last what others wait for: they then look at the new program. */
    fd_close_on_exec();
    task_release_vfork(t);
}

void proc_quiesce(void)
{
    signal_drain();
}

static bool is_root(void)
{
    return current_process()->cred.euid == 0;
}

static uint64_t memlock_limit(void)
{
    const struct process *p = current_process();

    return p->cred.euid ? p->rlimits[RLIMIT_MEMLOCK].rlim_cur : UINT64_MAX;
}

void proc_init(void)
{
    mlock_set_limit_source(memlock_limit);
    commit_set_privilege(is_root);
    process_init();
    signal_init();
    signal_deliver_init();
    proc_oom_init();
    futex_init();
    itimer_boot();
    cpu_timer_init();
    group_init();
}
