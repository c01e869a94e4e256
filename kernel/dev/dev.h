/* SPDX-License-Identifier: MIT */
/*
 * dev.h - bring up what the device tree found, in three steps.
 */
#pragma once

struct machine;

/* On the boot hart, once there is an address space to map registers into: the
 * interrupt controller, and the serial port as the console of the log. */
void dev_init_early(const struct machine *m);

/* On each hart: take interrupts of devices. */
void dev_init_hart(const struct machine *m);

/* In a thread, when all harts are up: the time of day, the terminal, the disks.
 * What is missing or broken is said in the log, and boot goes on without it. */
void dev_init(const struct machine *m);
