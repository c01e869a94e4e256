/* SPDX-License-Identifier: MIT */
/*
 * sessions.c - a slave as controlling terminal: job control, sizes, and the hang-up.
 *
 * Each test is a session of its own in a child, with the master in hand.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include "user/tests/lib/child.h"
#include "user/tests/lib/signals.h"
#include "user/tests/ptytest/ptytest.h"

/* A new session whose terminal the slave is. */
static struct pair begin_session(void)
{
    struct pair p = open_master();

    REQUIRE(setsid() == getpid());
    p.slave = open(p.name, O_RDWR);
    REQUIRE(p.slave >= 0);
    return p;
}

static void whose_it_is(void)
{
    struct pair p = open_master();
    int session = -1, fd;

    EXPECT_EQ(setsid(), getpid());
    fd = open(p.name, O_WRONLY);                        /* not to be read: not taken */
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_ERROR(tcgetpgrp(fd), ENOTTY);
    EXPECT_EQ(tcgetpgrp(p.master), 0);
    EXPECT_ERROR(ioctl(p.master, TIOCGSID, &session), ENOTTY);
    p.slave = open(p.name, O_RDWR);
    EXPECT_EQ(tcgetpgrp(p.slave), getpid());
    EXPECT_EQ(tcgetpgrp(p.master), getpid());           /* the slave's, whoever asks */
    EXPECT_OK(ioctl(p.master, TIOCGSID, &session));
    EXPECT_EQ(session, getpid());
    EXPECT_ERROR(ioctl(p.master, TIOCNOTTY, 0L), ENOTTY);
    close(fd);
    fd = open("/dev/tty", O_RDWR);
    put(fd, "by that name");
    EXPECT_TEXT(p.master, "by that name");
    signal(SIGHUP, SIG_IGN);                            /* we are in the foreground */
    EXPECT_OK(ioctl(fd, TIOCNOTTY, 0L));
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_OK(ioctl(p.slave, TIOCSCTTY, 0L));
    EXPECT_EQ(tcgetpgrp(p.slave), getpid());
}

static void open_other(void *arg)
{
    struct pair *p = arg;
    int fd;

    EXPECT_EQ(setsid(), getpid());
    fd = open(p->name, O_RDWR);                         /* it has a session already */
    EXPECT(fd >= 0);
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_ERROR(ioctl(fd, TIOCSCTTY, 0L), EPERM);
}

static void only_one_session(void)
{
    struct pair p = begin_session();

    EXPECT_EQ(run_child(open_other, &p), 0);
}

/* Root takes the terminal from another session: nobody there has one any more. */

struct theft {
    struct pair pair;
    struct gate taken;
};

static void look_for_terminal(void *arg)
{
    struct theft *t = arg;

    wait_gate(&t->taken);
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    EXPECT_ERROR(tcgetpgrp(t->pair.slave), ENOTTY);
}

static void be_robbed(void *arg)
{
    struct theft *t = arg;
    pid_t pid;

    EXPECT_EQ(setsid(), getpid());
    t->pair.slave = open(t->pair.name, O_RDWR);
    EXPECT_EQ(tcgetpgrp(t->pair.slave), getpid());
    pid = start_child(look_for_terminal, t);
    put(t->pair.slave, "mine");
    look_for_terminal(t);                               /* and no SIGHUP came */
    EXPECT_CHILD(pid);
}

static void taken_away(void)
{
    struct theft t = { .pair = open_master() };
    pid_t pid;

    if (getuid() != 0)
        skip("not root");
    open_gate(&t.taken);
    EXPECT_EQ(setsid(), getpid());
    pid = start_child(be_robbed, &t);
    EXPECT_TEXT(t.pair.master, "mine");
    t.pair.slave = open(t.pair.name, O_RDWR);
    EXPECT_ERROR(ioctl(t.pair.slave, TIOCSCTTY, 0L), EPERM);
    EXPECT_OK(ioctl(t.pair.slave, TIOCSCTTY, 1L));
    signal_gate(&t.taken);
    signal_gate(&t.taken);
    EXPECT_CHILD(pid);
    EXPECT_EQ(tcgetpgrp(t.pair.slave), getpid());       /* as before they ended */
    close(open("/dev/tty", O_RDWR));
}

/* A group in the background that nobody could continue is not asked to wait. */

static pid_t leaver;

static void set_group_as_orphan(void *arg)
{
    struct pair *p = arg;
    int group = getpgrp();
    bool refused;

    EXPECT_OK(setpgid(0, 0));
    while (getppid() == leaver)
        usleep(1000);
    refused = tcsetpgrp(p->slave, group) == -1 && errno == ENOTTY;
    refused = tcflush(p->slave, TCIFLUSH) == -1 && errno == EIO && refused;
    put(p->slave, refused ? "refused" : "not so");      /* nobody waits for us */
}

static void leave_an_orphan(void *arg)
{
    leaver = getpid();
    start_child(set_group_as_orphan, arg);
}

static void orphan_in_the_background(void)
{
    struct pair p = begin_session();

    EXPECT_EQ(run_child(leave_an_orphan, &p), 0);
    EXPECT_TEXT(p.master, "refused");
}

/* In the foreground, and what stops or ends it. */
static void come_to_front(const struct pair *p)
{
    signal(SIGTTOU, SIG_IGN);
    EXPECT_OK(setpgid(0, 0));
    EXPECT_OK(tcsetpgrp(p->slave, getpid()));
    put(p->slave, "ready");
}

static void be_in_front(void *arg)
{
    come_to_front(arg);
    pause_forever(NULL);
}

static void keys_signal(void)
{
    struct pair p = begin_session();
    pid_t pid = start_child(be_in_front, &p);
    int status;

    EXPECT_TEXT(p.master, "ready");
    put(p.master, "\032");
    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP);
    EXPECT_TEXT(p.master, "^Z");
    EXPECT_OK(kill(pid, SIGCONT));
    put(p.master, "\003");
    EXPECT_EQ(wait_child(pid), SIGINT);
    EXPECT_TEXT(p.master, "^C");
    pid = start_child(be_in_front, &p);
    EXPECT_TEXT(p.master, "ready");
    put(p.master, "\034");
    EXPECT_EQ(wait_child(pid) & ~WCOREFLAG, SIGQUIT);
}

static void the_master_signals(void)
{
    struct pair p = begin_session();
    pid_t pid = start_child(be_in_front, &p);

    EXPECT_TEXT(p.master, "ready");
    EXPECT_ERROR(ioctl(p.master, TIOCSIG, (long)SIGTERM), EINVAL);
    EXPECT_OK(ioctl(p.master, TIOCSIG, (long)SIGINT));
    EXPECT_EQ(wait_child(pid), SIGINT);
}

static void read_behind(void *arg)
{
    struct pair *p = arg;

    EXPECT_OK(setpgid(0, 0));
    EXPECT_TEXT(p->slave, "line\n");
}

static void background_reader_stops(void)
{
    struct pair p = begin_session();
    pid_t pid = start_child(read_behind, &p);
    int status;

    EXPECT_EQ(waitpid(pid, &status, WUNTRACED), pid);
    EXPECT(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTTIN);
    EXPECT_OK(tcsetpgrp(p.slave, pid));
    put(p.master, "line\n");
    EXPECT_OK(kill(pid, SIGCONT));
    EXPECT_CHILD(pid);
}

static void window_changes(void)
{
    struct pair p = begin_session();
    struct winsize size = { .ws_row = 24, .ws_col = 80 };

    handle_with(SIGWINCH, record, 0);
    block(SIGWINCH, 0);
    EXPECT_OK(ioctl(p.master, TIOCSWINSZ, &size));
    await_signals(1);
    EXPECT_OK(ioctl(p.master, TIOCSWINSZ, &size));      /* the same: no change */
    EXPECT(!is_pending(SIGWINCH));
    size.ws_col = 132;
    EXPECT_OK(ioctl(p.slave, TIOCSWINSZ, &size));
    await_signals(2);
    EXPECT_SEEN(SIGWINCH, SIGWINCH);
}

/* The master goes: the leader is told; the group in front is not, until the leader ends. */

struct report {
    struct pair pair;
    struct gate leader_has_ended;
    int fd[2];
};

static void tell(const struct report *r, char what)
{
    EXPECT_EQ(write(r->fd[1], &what, 1), 1);
}

/* In front, until it is told. */
static void member(void *arg)
{
    struct report *r = arg;

    handle_with(SIGHUP, record, 0);
    block(SIGHUP, 0);
    come_to_front(&r->pair);
    await_signals(1);
    tell(r, 'M');
}

static void leader(void *arg)
{
    struct report *r = arg;

    EXPECT_EQ(setsid(), getpid());
    r->pair.slave = open(r->pair.name, O_RDWR);
    close(r->pair.master);
    handle_with(SIGHUP, record, 0);
    handle_with(SIGCONT, record, 0);
    block(SIGHUP, SIGCONT);
    start_child(member, r);
    close(r->pair.slave);
    await_signals(2);
    EXPECT(seen[0] + seen[1] == SIGHUP + SIGCONT);
    EXPECT_ERROR(open("/dev/tty", O_RDWR), ENXIO);
    tell(r, 'L');
}

static void hang_up(void)
{
    struct report r = { .pair = open_master() };
    char c = 0;
    pid_t pid;

    REQUIRE(pipe(r.fd) == 0);
    pid = start_child(leader, &r);
    close(r.fd[1]);
    EXPECT_TEXT(r.pair.master, "ready");
    close(r.pair.master);
    EXPECT_EQ(read(r.fd[0], &c, 1), 1);
    EXPECT_EQ(c, 'L');                                  /* only now does it end, ... */
    EXPECT_CHILD(pid);
    EXPECT_EQ(read(r.fd[0], &c, 1), 1);
    EXPECT_EQ(c, 'M');                                  /* ... of which the member is told */
    close(r.fd[0]);
}

/* The leader ends while the master is open: the group in front is told, but not to continue. */
static void survivor(void *arg)
{
    struct report *r = arg;

    handle_with(SIGHUP, record, 0);
    handle_with(SIGCONT, record, 0);
    block(SIGHUP, SIGCONT);
    come_to_front(&r->pair);
    await_signals(1);
    wait_gate(&r->leader_has_ended);
    tell(r, nseen == 1 && seen[0] == SIGHUP && !is_pending(SIGCONT) ? 'H' : 'C');
}

static void short_leader(void *arg)
{
    struct report *r = arg;
    pid_t pid;

    EXPECT_EQ(setsid(), getpid());
    r->pair.slave = open(r->pair.name, O_RDWR);
    pid = start_child(survivor, r);
    EXPECT_TEXT(r->pair.master, "ready");
    EXPECT_EQ(tcgetpgrp(r->pair.master), pid);
}

static void leader_ends(void)
{
    struct report r = { .pair = open_master() };
    int session;
    char c = 0;

    REQUIRE(pipe(r.fd) == 0);
    open_gate(&r.leader_has_ended);
    EXPECT_EQ(run_child(short_leader, &r), 0);
    signal_gate(&r.leader_has_ended);
    EXPECT_EQ(read(r.fd[0], &c, 1), 1);
    EXPECT_EQ(c, 'H');
    close_gate(&r.leader_has_ended);
    EXPECT_ERROR(ioctl(r.pair.master, TIOCGSID, &session), ENOTTY);
    EXPECT_EQ(tcgetpgrp(r.pair.master), 0);
    close_pair(&r.pair);
}

static const struct test tests[] = {
    CHILD_TEST(whose_it_is), CHILD_TEST(only_one_session), CHILD_TEST(taken_away),
    CHILD_TEST(keys_signal), CHILD_TEST(the_master_signals), CHILD_TEST(background_reader_stops),
    CHILD_TEST(orphan_in_the_background), CHILD_TEST(window_changes), CHILD_TEST(hang_up),
    CHILD_TEST(leader_ends),
};

const struct test_list session_tests = TEST_LIST(tests);
