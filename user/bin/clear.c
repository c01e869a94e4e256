/* SPDX-License-Identifier: MIT */
/* clear.c - an empty screen, with the cursor in its corner: the ANSI sequences for both. */
#include <stdio.h>
#include <util.h>

int main(void)
{
    fputs("\033[H\033[2J\033[3J", stdout);
    return finish_output(0);
}
