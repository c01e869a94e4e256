/* SPDX-License-Identifier: MIT */
/*
 * devfs.h - /dev: the registry of character devices, and the file system
 * "devtmpfs" in which every registered device has its node.
 *
 * devtmpfs is a tmpfs that exists once: nodes appear when devices register, and
 * programs may add links and nodes of their own.
 */
#pragma once
#include "kernel/fs/super.h"

/* Character device numbers, Linux's. */
#define DEV_NULL    dev_make(1, 3)
#define DEV_ZERO    dev_make(1, 5)
#define DEV_FULL    dev_make(1, 7)
#define DEV_RANDOM  dev_make(1, 8)
#define DEV_URANDOM dev_make(1, 9)
#define DEV_TTY     dev_make(5, 0)
#define DEV_CONSOLE dev_make(5, 1)
#define DEV_PTMX    dev_make(5, 2)

/* Device RDEV is served by FOPS; a node /dev/NAME with permissions MODE appears.
 * NAME and FOPS must live forever.  0, -EEXIST, -ENOMEM.  May sleep. */
int chrdev_register(dev_t rdev, const char *name, uint32_t mode,
                    const struct file_operations *fops);
/* NULL: no such device.  Never sleeps. */
const struct file_operations *chrdev_find(dev_t rdev);
/* The operations of every character device node: open finds the driver. */
extern const struct file_operations chrdev_file_ops;

/* A node /dev/NAME for something registered elsewhere (disks).  0 or an errno. */
int devfs_make_node(const char *name, uint32_t mode, dev_t rdev);

/* The operations of a terminal's file; a slave's inode has its terminal in private. */
extern const struct file_operations devtty_ops;

/* F is the master of a pseudo terminal. */
bool devpts_is_master(const struct file *f);
/* Open the slave of the master F (TIOCGPTPEER), whatever is mounted where.  FLAGS of open(2).
 * 0 with a referenced *OUT, -EIO (locked), -ENOMEM, -EACCES.  May sleep. */
int devpts_open_peer(struct file *f, uint32_t flags, const struct cred *cred, struct file **out);

void devfs_init(void);          /* registers devtmpfs, memory devices, disks   */
void devtty_init(void);         /* registers the terminals (devtty.c)          */
void devpts_init(void);         /* registers devpts and /dev/ptmx (devpts.c)   */
void devfb_init(void);          /* registers the display, if any (devfb.c)      */
void devrtc_init(void);         /* registers the clock, if any (devrtc.c)      */
