/* SPDX-License-Identifier: MIT */
/* poweroff.c - turn the machine off, after everything has been written to the disks. */
#include <err.h>
#include <stdio.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        fputs("usage: poweroff\n", stderr);
        return 1;
    }
    sync();
    reboot((int)LINUX_REBOOT_CMD_POWER_OFF);
    err(1, NULL);
}
