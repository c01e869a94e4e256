/* SPDX-License-Identifier: MIT */
/*
 * pgrptest.c - process groups, sessions, and the terminal that they share.
 *
 * The tests of the terminal run in a session of their own on the serial line,
 * which must be free: that is so on our test machine, which the debug call tells.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <termios.h>
#include "user/tests/lib/area.h"
#include "user/tests/lib/child.h"
#include "user/tests/lib/lines.h"
#include "user/tests/lib/signals.h"
#include "user/tests/lib/watch.h"

#define TERMINAL "/dev/ttyS0"

static pid_t start_paused(void)
{
    return start_child(pause_forever, NULL);
}

static void end(pid_t pid)
{
    EXPECT_OK(kill(pid, SIGKILL));
    EXPECT_EQ(wait_child(pid), SIGKILL);
}

/* Groups */

static void groups(void)
{
    pid_t me = getpid(), one = start_paused(), two = start_paused();

    EXPECT_EQ(getpgid(0), getpgrp());
    EXPECT_EQ(getpgid(one), getpgrp());         /* inherited */
    EXPECT_OK(setpgid(one, one));
    EXPECT_EQ(getpgid(one), one);
    EXPECT_OK(setpgid(two, one));
    EXPECT_EQ(getpgid(two), one);
    EXPECT_OK(setpgid(two, 0));                 /* its own */
    EXPECT_EQ(getpgid(two), two);
    EXPECT_OK(setpgid(two, getpgrp()));
    EXPECT_OK(setpgid(0, 0));
    EXPECT_EQ(getpgrp(), me);
    EXPECT_OK(setpgid(0, one));
    EXPECT_EQ(getpgrp(), one);
    EXPECT_EQ(getsid(0), getsid(getppid()));
    end(one);
    EXPECT_EQ(getpgrp(), one);                  /* a group outlives its leader */
    EXPECT_OK(setpgid(two, one));
    end(two);
}

/* A shell's pipeline: the first may have ended before the next joins its group. */
static void group_of_a_zombie(void)
{
    pid_t first = start_paused(), next = start_paused();

    EXPECT_OK(setpgid(first, first));
    EXPECT_OK(kill(first, SIGKILL));
    wait_until(first, 'Z');
    EXPECT_OK(kill(-first, 0));
    EXPECT_OK(kill(-first, SIGTERM));
    EXPECT_OK(setpgid(next, first));
    EXPECT_EQ(getpgid(next), first);
    EXPECT_OK(setpgid(next, next));
    EXPECT_EQ(wait_child(first), SIGKILL);
    EXPECT_ERROR(kill(-first, 0), ESRCH);
    EXPECT_ERROR(setpgid(next, first), EPERM);
    end(next);
}

/* A child that is given the number behind LAST, or one after that. */
static pid_t start_behind(pid_t last)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", last);
    set_text("/proc/sys/kernel/ns_last_pid", text);
    return start_paused();
}

/* The number of a group is nobody else's, though its leader has gone. */
static void group_keeps_its_number(void)
{
    pid_t leader = start_paused(), member = start_paused(), other;

    EXPECT_OK(setpgid(leader, leader));
    EXPECT_OK(setpgid(member, leader));
    end(leader);
    other = start_behind(leader - 1);
    EXPECT(other > leader);
    EXPECT_EQ(getpgid(member), leader);
    end(member);
    for (int i = 0; i < 3 && other != leader; i++) {    /* others may take a number, too */
        end(other);
        other = start_behind(leader - 1);
    }
    EXPECT_EQ(other, leader);
    end(other);
}

static void look_at_itself(void *unused)
{
    struct stat st;

    (void)unused;
    EXPECT_OK(stat("/proc/self/task", &st));
    EXPECT_OK(stat("/proc/thread-self/stat", &st));
}

/* A number is free again although somebody has looked at its process in /proc. */
static void looking_takes_no_number(void)
{
    pid_t looked_at = 0, other = -1;

    for (int i = 0; i < 3 && other != looked_at; i++) {     /* others may take a number, too */
        looked_at = start_child(look_at_itself, NULL);
        EXPECT_CHILD(looked_at);
        other = start_behind(looked_at - 1);
        end(other);
    }
    EXPECT_EQ(other, looked_at);
}

static void leave_a_member(void *member)
{
    EXPECT_EQ(setsid(), getpid());
    *(pid_t *)member = start_paused();
    EXPECT_OK(setpgid(*(pid_t *)member, 0));    /* of the session, but not of its leader's group */
}

static void session_keeps_its_number(void)
{
    pid_t *member = (pid_t *)map_shared(1), leader, other;

    EXPECT_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
    leader = start_child(leave_a_member, member);
    EXPECT_CHILD(leader);
    EXPECT_EQ(getsid(*member), leader);
    other = start_behind(leader - 1);
    EXPECT(other > leader);
    end(other);
    end(*member);
}

static void lead_a_session(void *arg)
{
    EXPECT_EQ(setsid(), getpid());
    signal_gate(arg);
    pause_forever(NULL);
}

static void bad_groups(void)
{
    struct gate ready;
    pid_t gone = start_child(pause_forever, NULL), other;

    end(gone);
    open_gate(&ready);
    other = start_child(lead_a_session, &ready);
    wait_gate(&ready);
    EXPECT_ERROR(setpgid(0, -1), EINVAL);
    EXPECT_ERROR(setpgid(0, gone), EPERM);              /* no such group */
    EXPECT_ERROR(setpgid(0, other), EPERM);             /* in another session */
    EXPECT_ERROR(setpgid(gone, 0), ESRCH);
    EXPECT_ERROR(setpgid(getppid(), 0), ESRCH);         /* not a child */
    EXPECT_ERROR(setpgid(other, getpgrp()), EPERM);     /* a child elsewhere */
    EXPECT_ERROR(getpgid(gone), ESRCH);
    EXPECT_ERROR(getsid(gone), ESRCH);
    EXPECT_EQ(getpgid(other), other);
    EXPECT_EQ(getsid(other), other);
    end(other);
    close_gate(&ready);
}

static void exec_and_linger(void *arg)
{
    int *fd = arg;

    fcntl(fd[1], F_SETFD, FD_CLOEXEC);
    exec_test("/proc/self/exe", "linger");
}

static void linger(void)
{
    pause_forever(NULL);
}

/* A child may be moved until it has become another program. */
static void moving_after_exec(void)
{
    int fd[2];
    char c;
    pid_t pid;

    REQUIRE(pipe(fd) == 0);
    pid = start_child(exec_and_linger, fd);
    close(fd[1]);
    EXPECT_EQ(read(fd[0], &c, 1), 0);           /* closed by exec */
    EXPECT_ERROR(setpgid(pid, pid), EACCES);
    end(pid);
}

/* Sessions */

static void sessions(void)
{
    pid_t child;

    EXPECT_EQ(setsid(), getpid());
    EXPECT_EQ(getsid(0), getpid());
    EXPECT_EQ(getpgrp(), getpid());
    EXPECT_ERROR(setsid(), EPERM);
    EXPECT_ERROR(setpgid(0, 0), EPERM);         /* its leader stays */
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    child = start_paused();
    EXPECT_EQ(getsid(child), getpid());
    end(child);
}

/* Nobody may begin a session whose number is that of a group in use. */
static void try_sessions(void *arg)
{
    pid_t old = getpgrp(), child;

    (void)arg;
    EXPECT_OK(setpgid(0, 0));
    EXPECT_ERROR(setsid(), EPERM);
    child = start_paused();
    EXPECT_OK(setpgid(0, old));
    EXPECT_ERROR(setsid(), EPERM);
    end(child);
    EXPECT_EQ(setsid(), getpid());
}

static void session_of_a_group(void)
{
    EXPECT_EQ(setsid(), getpid());
    EXPECT_EQ(run_child(try_sessions, NULL), 0);
}

/* Waiting for the children of a group */

static void exit_at_once(void *arg)
{
    (void)arg;
}

static void waiting_for_groups(void)
{
    pid_t mine = start_paused(), leader = start_paused(), member = start_child(exit_at_once, NULL);
    int status;

    wait_until(member, 'Z');
    EXPECT_OK(setpgid(leader, leader));
    EXPECT_EQ(waitpid(-leader, &status, WNOHANG), 0);
    EXPECT_ERROR(waitpid(-mine, &status, WNOHANG), ECHILD);
    EXPECT_EQ(waitpid(0, &status, 0), member);  /* of our own group */
    EXPECT_EQ(waitpid(0, &status, WNOHANG), 0);
    EXPECT_OK(kill(-leader, SIGTERM));
    EXPECT_EQ(waitpid(-leader, &status, 0), leader);
    EXPECT_EQ(status, SIGTERM);
    EXPECT_ERROR(waitpid(-leader, &status, 0), ECHILD);
    EXPECT_ERROR(waitpid(-1, &status, 0x100000), EINVAL);
    end(mine);
    EXPECT_ERROR(waitpid(0, &status, 0), ECHILD);
}

/* Orphaned groups.  A session's leader, which has the keeper as child, which has the member. */

struct family {
    struct gate ready, leave;
    int report[2];
    bool stopped;
};

static void tell(int sig)
{
    char c = (char)sig;

    record(sig);
    EXPECT_EQ(write(seen[62], &c, 1), 1);
}

static void be_member(void *arg)
{
    struct family *f = arg;

    EXPECT_OK(setpgid(0, 0));
    seen[62] = f->report[1];
    handle_with(SIGHUP, tell, 0);
    handle_with(SIGCONT, tell, 0);
    handle_with(SIGTERM, tell, 0);
    block(SIGTERM, 0);
    block(SIGHUP, SIGCONT);                     /* a stop may come at any place */
    close(f->report[0]);
    signal_gate(&f->ready);
    if (f->stopped)
        await_signals(2);
    else
        await_signals(1);
}

static void be_keeper(void *arg)
{
    struct family *f = arg;
    pid_t member = start_child(be_member, f);
    int status;

    EXPECT_OK(setpgid(0, 0));
    wait_gate(&f->ready);
    if (f->stopped) {
        EXPECT_OK(kill(member, SIGSTOP));
        EXPECT_EQ(waitpid(member, &status, WUNTRACED), member);
    }
    EXPECT_EQ(write(f->report[1], &member, sizeof(member)), sizeof(member));
    wait_gate(&f->leave);                       /* and go: the member is an orphan */
}

static void raise_family(struct family *f, bool stopped)
{
    pid_t keeper, member;
    char sig;

    f->stopped = stopped;
    open_gate(&f->ready);
    open_gate(&f->leave);
    REQUIRE(pipe(f->report) == 0);
    keeper = start_child(be_keeper, f);
    EXPECT_EQ(read(f->report[0], &member, sizeof(member)), sizeof(member));
    signal_gate(&f->leave);
    EXPECT_CHILD(keeper);
    close(f->report[1]);
    if (stopped) {
        EXPECT_EQ(read(f->report[0], &sig, 1), 1);
        EXPECT(sig == SIGHUP || sig == SIGCONT);
        EXPECT_EQ(read(f->report[0], &sig, 1), 1);
        EXPECT(sig == SIGHUP || sig == SIGCONT);
    } else {
        EXPECT_OK(kill(member, SIGTERM));
        EXPECT_EQ(read(f->report[0], &sig, 1), 1);
        EXPECT_EQ(sig, SIGTERM);                /* nothing came before it */
    }
    EXPECT_EQ(read(f->report[0], &sig, 1), 0);
    close(f->report[0]);
    close_gate(&f->ready);
    close_gate(&f->leave);
}

static void orphans(void)
{
    static struct family f;

    EXPECT_EQ(setsid(), getpid());
    raise_family(&f, true);                     /* told to go on, or to end */
    raise_family(&f, false);                    /* left alone */
}

/* In an orphaned group only SIGSTOP stops. */
static void orphans_do_not_stop(void)
{
    pid_t pid;
    int status;

    EXPECT_EQ(setsid(), getpid());              /* orphaned: the parent is in another session */
    raise(SIGTSTP);
    raise(SIGTTIN);
    raise(SIGTTOU);
    pid = start_paused();                       /* in the same group: orphaned, too */
    EXPECT_OK(kill(pid, SIGTSTP));
    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_EQ(WSTOPSIG(status), SIGSTOP);
    end(pid);
}

static void end_at_once(void *arg)
{
    (void)arg;
}

/* Nobody was there to continue its members before, so nobody is lost when one ends. */
static void orphans_from_the_start(void)
{
    pid_t pid;
    int status;

    EXPECT_EQ(setsid(), getpid());
    pid = start_paused();
    EXPECT_OK(kill(pid, SIGSTOP));
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_EQ(run_child(end_at_once, NULL), 0);
    EXPECT_EQ(waitpid(pid, &status, WNOHANG | WCONTINUED), 0);
    end(pid);
}

/* The terminal */

static int open_terminal(void)
{
    int fd;

    need_debug_call();
    EXPECT_EQ(setsid(), getpid());
    fd = open(TERMINAL, O_RDWR);
    REQUIRE(fd >= 0);
    return fd;
}

static void controlling_terminal(void)
{
    int fd, other, session = -1;

    need_debug_call();
    EXPECT_EQ(setsid(), getpid());
    fd = open(TERMINAL, O_RDWR | O_NOCTTY);
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_ERROR(tcgetpgrp(fd), ENOTTY);
    close(fd);
    fd = open(TERMINAL, O_RDWR);
    other = open("/dev/tty", O_RDWR);
    EXPECT(other >= 0);
    EXPECT_EQ(tcgetpgrp(fd), getpid());
    EXPECT_EQ(tcgetpgrp(other), getpid());
    EXPECT_OK(ioctl(fd, TIOCGSID, &session));
    EXPECT_EQ(session, getpid());
    EXPECT_OK(ioctl(fd, TIOCSCTTY, 0));         /* it is already */
}

static void foreground(void)
{
    int fd = open_terminal(), null = open("/dev/null", O_RDWR);
    pid_t child = start_paused(), outside = getppid();

    EXPECT_OK(setpgid(child, child));
    EXPECT_OK(tcsetpgrp(fd, child));
    EXPECT_EQ(tcgetpgrp(fd), child);
    signal(SIGTTOU, SIG_IGN);                   /* we are in the background now */
    EXPECT_OK(tcsetpgrp(fd, getpid()));
    EXPECT_ERROR(tcsetpgrp(fd, -5), EINVAL);
    EXPECT_ERROR(tcsetpgrp(fd, getpgid(outside)), EPERM);
    EXPECT_ERROR(tcsetpgrp(null, child), ENOTTY);
    end(child);
    EXPECT_ERROR(tcsetpgrp(fd, child), ESRCH);
    EXPECT_EQ(tcgetpgrp(fd), getpid());
}

/* What a member of a background group does with the terminal */
struct use {
    int fd, sig;
    void (*use)(int fd);
    void (*handler)(int);
};

static void use_terminal(void *arg)
{
    struct use *u = arg;

    EXPECT_OK(setpgid(0, 0));
    if (u->handler)
        signal(u->sig, u->handler);
    u->use(u->fd);
}

static void read_terminal(int fd)
{
    char c;

    EXPECT_EQ(read(fd, &c, 1), 1);
}

static void read_refused(int fd)
{
    char c;

    EXPECT_ERROR(read(fd, &c, 1), EIO);
}

static void read_blocked(int fd)
{
    block(SIGTTIN, 0);
    read_refused(fd);
}

static void write_terminal(int fd)
{
    EXPECT_EQ(write(fd, "", 0), 0);
}

static void take_foreground(int fd)
{
    EXPECT_OK(tcsetpgrp(fd, getpid()));
}

static void set_attributes(int fd)
{
    struct termios t;

    EXPECT_OK(tcgetattr(fd, &t));
    EXPECT_OK(tcsetattr(fd, TCSANOW, &t));
}

static void expect_stopped(struct use u, int sig)
{
    pid_t pid = start_child(use_terminal, &u);
    int status;

    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_EQ(status, sig << 8 | 0x7f);
    EXPECT_OK(kill(pid, SIGCONT));              /* it tries again, and stops again */
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT_EQ(status, sig << 8 | 0x7f);
    end(pid);
}

static void background(void)
{
    int fd = open_terminal();
    struct termios old, stop;

    expect_stopped((struct use){ fd, SIGTTIN, read_terminal, NULL }, SIGTTIN);
    expect_stopped((struct use){ fd, SIGTTOU, take_foreground, NULL }, SIGTTOU);
    expect_stopped((struct use){ fd, SIGTTOU, set_attributes, NULL }, SIGTTOU);
    EXPECT_EQ(run_child(use_terminal, &(struct use){ fd, SIGTTIN, read_refused, SIG_IGN }), 0);
    EXPECT_EQ(run_child(use_terminal, &(struct use){ fd, SIGTTIN, read_blocked, NULL }), 0);
    EXPECT_EQ(run_child(use_terminal, &(struct use){ fd, SIGTTOU, set_attributes, SIG_IGN }), 0);
    EXPECT_EQ(run_child(use_terminal, &(struct use){ fd, 0, write_terminal, NULL }), 0);
    EXPECT_OK(tcgetattr(fd, &old));
    stop = old;
    stop.c_lflag |= TOSTOP;
    EXPECT_OK(tcsetattr(fd, TCSANOW, &stop));
    expect_stopped((struct use){ fd, SIGTTOU, write_terminal, NULL }, SIGTTOU);
    EXPECT_EQ(run_child(use_terminal, &(struct use){ fd, SIGTTOU, write_terminal, SIG_IGN }), 0);
    EXPECT_OK(tcsetattr(fd, TCSANOW, &old));
}

/* A process gives the terminal up for itself, the leader for all. */

static void let_go(int fd)
{
    EXPECT_OK(ioctl(fd, TIOCNOTTY, 0));
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_ERROR(ioctl(fd, TIOCNOTTY, 0), ENOTTY);
}

static void giving_up(void)
{
    int fd = open_terminal();

    EXPECT_EQ(run_child(use_terminal, &(struct use){ fd, 0, let_go, NULL }), 0);
    EXPECT_EQ(tcgetpgrp(fd), getpid());         /* still ours */
    handle_with(SIGHUP, record, 0);
    handle_with(SIGCONT, record, 0);
    let_go(fd);
    EXPECT_SEEN(SIGCONT, SIGHUP);               /* we were its foreground */
    EXPECT_OK(ioctl(fd, TIOCSCTTY, 0));
    EXPECT_EQ(tcgetpgrp(fd), getpid());
}

/* When the leader ends, the foreground group hears of it, and nobody has the terminal. */

struct stay {
    int fd;
    struct gate ready;
    int report[2];
};

static void stay_behind(void *arg)
{
    struct stay *s = arg;
    char lost;

    block(SIGHUP, SIGCONT);
    handle_with(SIGHUP, record, 0);
    handle_with(SIGCONT, record, 0);
    signal_gate(&s->ready);
    await_signals(1);
    while (tcgetpgrp(s->fd) >= 0)               /* soon */
        sched_yield();
    lost = open("/dev/tty", O_RDWR) < 0;
    EXPECT_EQ(write(s->report[1], &lost, 1), 1);
}

static void lead_and_leave(void *arg)
{
    struct stay *s = arg;

    s->fd = open_terminal();
    start_child(stay_behind, s);
    wait_gate(&s->ready);
}

static void end_of_a_leader(void)
{
    struct stay s;
    char lost = 0;

    need_debug_call();
    open_gate(&s.ready);
    REQUIRE(pipe(s.report) == 0);
    EXPECT_EQ(run_child(lead_and_leave, &s), 0);
    EXPECT_EQ(read(s.report[0], &lost, 1), 1);
    EXPECT(lost);
    close(s.report[0]);
    close(s.report[1]);
    close_gate(&s.ready);
}

static const struct test tests[] = {
    CHILD_TEST(groups),
    CHILD_TEST(group_of_a_zombie),
    CHILD_TEST(group_keeps_its_number),
    TEST(looking_takes_no_number),
    CHILD_TEST(session_keeps_its_number),
    CHILD_TEST(bad_groups),
    CHILD_TEST(moving_after_exec),
    NAMED_TEST(linger),
    CHILD_TEST(sessions),
    CHILD_TEST(session_of_a_group),
    CHILD_TEST(waiting_for_groups),
    CHILD_TEST(orphans),
    CHILD_TEST(orphans_do_not_stop),
    CHILD_TEST(orphans_from_the_start),
    CHILD_TEST(controlling_terminal),
    CHILD_TEST(foreground),
    CHILD_TEST(background),
    CHILD_TEST(giving_up),
    TEST(end_of_a_leader),
};

TEST_MAIN(tests)
