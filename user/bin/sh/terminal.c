/* SPDX-License-Identifier: MIT */
/* terminal.c - the controlling terminal: which group it listens to, and its modes. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>
#include "user/bin/sh/redirect.h"
#include "user/bin/sh/terminal.h"

static int fd = -1;
static pid_t first_group; /* the group that the shell was in at first */
static struct terminal_modes own;

/* A private descriptor of the terminal, or -1. */
static int find_terminal(void)
{
    int found = open("/dev/tty", O_RDWR | O_CLOEXEC);

    if (found >= 0)
        return redirect_make_private(found);
    for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
        if (isatty(i) && tcgetpgrp(i) >= 0)
            return redirect_copy(i);
    return -1;
}

bool terminal_take(void)
{
    pid_t foreground;

    fd = find_terminal();
    if (fd < 0)
        return false;
    /* Started in the background: SIGTTIN stops us until we are brought to the front. */
    while ((foreground = tcgetpgrp(fd)) >= 0 && foreground != getpgrp())
        if (kill(0, SIGTTIN) < 0)
            break;
    if (foreground < 0) {
        close(fd);
        fd = -1;
        return false;
    }
    terminal_save(&own);
    return true;
}

void terminal_lead(void)
{
    first_group = getpgrp();
    /* The leader of a session is the leader of its group already. */
    if (first_group != getpid())
        setpgid(0, 0);
    terminal_give(getpgrp());
}

void terminal_release(void)
{
    if (fd < 0)
        return;
    terminal_give(first_group);
    if (first_group != getpgrp())
        setpgid(0, first_group);
    close(fd);
    fd = -1;
}

void terminal_give(pid_t group)
{
    if (fd >= 0)
        tcsetpgrp(fd, group);
}

void terminal_save(struct terminal_modes *modes)
{
    modes->valid = fd >= 0 && tcgetattr(fd, &modes->termios) == 0;
}

void terminal_set(const struct terminal_modes *modes)
{
    if (fd >= 0 && modes->valid)
        tcsetattr(fd, TCSADRAIN, &modes->termios);
}

void terminal_accept(void)
{
    terminal_save(&own);
}

void terminal_restore(void)
{
    terminal_set(&own);
}
