/* SPDX-License-Identifier: MIT */
/*
 * kill.c - send a signal, SIGTERM if none is named; a negative number is a process group.
 *
 * Options are taken apart here, because "-9" and "-KILL" are no option letters.
 */
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <util.h>

static int usage(void)
{
    fputs("usage: kill [-signal | -s signal] pid ...\n"
          "       kill -l [number ...]\n", stderr);
    return 2;
}

static int list_all(void)
{
    for (int sig = 1; signal_name(sig) != NULL; sig++)
        printf("%2d) SIG%-10s%s", sig, signal_name(sig), sig % 5 == 0 ? "\n" : "");
    putchar('\n');
    return finish_output(0);
}

/* Names for numbers and numbers for names; a number may be an exit status of the shell. */
static int list(char **name)
{
    int status = 0;

    for (; *name != NULL; name++) {
        char *end;
        long number = strtol(*name, &end, 10);

        if (*end != '\0' && signal_number(*name) > 0)
            printf("%d\n", signal_number(*name));
        else if (*end == '\0' && signal_name((int)number & 0x7f) != NULL)
            puts(signal_name((int)number & 0x7f));
        else {
            warnx("%s: unknown signal", *name);
            status = 1;
        }
    }
    return finish_output(status);
}

static int send(char **pid, int sig)
{
    int status = 0;

    for (; *pid != NULL; pid++) {
        char *end;
        long number = strtol(*pid, &end, 10);

        if (end == *pid || *end != '\0' || (pid_t)number != number) {
            warnx("%s: not a process id", *pid);
            status = 1;
        } else if (kill((pid_t)number, sig) < 0) {
            warn("%s", *pid);
            status = 1;
        }
    }
    return status;
}

int main(int argc, char **argv)
{
    const char *name = "TERM";
    int sig;

    (void)argc;
    argv++;
    if (*argv != NULL && strcmp(*argv, "-l") == 0)
        return argv[1] == NULL ? list_all() : list(argv + 1);
    if (*argv != NULL && strcmp(*argv, "-s") == 0) {
        argv++;
        name = *argv;
    } else if (*argv != NULL && (*argv)[0] == '-' && strcmp(*argv, "--") != 0) {
        name = *argv + 1;
    } else {
        argv--;
    }
    if (name == NULL)
        return usage();
    argv++;
    if (*argv != NULL && strcmp(*argv, "--") == 0)
        argv++;
    if (*argv == NULL)
        return usage();
    sig = signal_number(name);
    if (sig < 0)
        errx(1, "%s: unknown signal", name);
    return send(argv, sig);
}
