/* SPDX-License-Identifier: MIT */
/*
 * uart.h - the 16550 serial port: console of the log, and terminal ttyS0.
 */
#pragma once
#include "kernel/port/port.h"

/*
 * Map the port at BASE.  From here on the log goes to it instead of the
 * firmware.  0 or -ENOMEM.  May sleep.
 */
int uart_init(paddr_t base);

/* Let it interrupt on line IRQ, and make it a terminal: ttyS0, the console.
 * Threads can be made.  0 or an errno. */
int uart_start(unsigned irq);
