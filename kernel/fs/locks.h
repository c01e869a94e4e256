/* SPDX-License-Identifier: MIT */
/*
 * locks.h - advisory locks on files: fcntl(2)'s records and flock(2)'s wholes.
 *
 * They only meet each other.  A record lock belongs to a process (its table of
 * files is the owner) and goes when the process closes any descriptor of the
 * file; an OFD or flock lock belongs to an open file and goes with it.
 */
#pragma once
#include "kernel/fs/file.h"
#include "lib/abi/fcntl.h"

/*
 * F_GETLK, F_SETLK, F_SETLKW for OWNER (PID is what others are told).  LK is
 * the caller's copy; F_GETLK fills it in.  OFD locks: pass the file as OWNER
 * and OFD_LOCK as PID.  0, -EAGAIN, -EBADF, -EINVAL, -EOVERFLOW, -ENOLCK, -ERESTARTSYS;
 * F_SETLKW may sleep, and gives -EDEADLK where who has the lock waits for OWNER.
 */
#define OFD_LOCK (-1)
int file_lock_record(struct file *f, int cmd, struct flock *lk, const void *owner, int pid);
/* OP is LOCK_SH, LOCK_EX or LOCK_UN.  0, -EWOULDBLOCK unless WAIT, -ENOMEM, -ERESTARTSYS.
 * EWOULDBLOCK is EAGAIN.  One that is not had at once takes from F the lock it had. */
int file_lock_whole(struct file *f, int op, bool wait);
/* OWNER closed a descriptor of F: its record locks go.  Cheap where there are none. */
void file_unlock_owner(struct file *f, const void *owner);
/* The last reference to F goes: its flock and OFD locks go. */
void file_unlock_all(struct file *f);
/* INODE is being freed. */
void inode_free_locks(struct inode *inode);
