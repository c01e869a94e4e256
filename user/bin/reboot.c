/* SPDX-License-Identifier: MIT */
/* reboot.c - start the machine anew, after everything has been written to the disks. */
#include <err.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: reboot\n", stderr);
        return 1;
    }
    sync();
    reboot((int)LINUX_REBOOT_CMD_RESTART);
    err(1, NULL);
}
