/* SPDX-License-Identifier: MIT */
/*
 * abi/mount.h - flags of mount and umount2, and of swapon.
 */
#pragma once

#define MS_RDONLY 0x0001
#define MS_NOSUID 0x0002
#define MS_NODEV 0x0004
#define MS_NOEXEC 0x0008
#define MS_SYNCHRONOUS 0x0010
#define MS_REMOUNT 0x0020
#define MS_MANDLOCK 0x0040
#define MS_DIRSYNC 0x0080
#define MS_NOATIME 0x0400
#define MS_NODIRATIME 0x0800
#define MS_BIND 0x1000
#define MS_MOVE 0x2000
#define MS_REC 0x4000
#define MS_SILENT 0x8000
#define MS_PRIVATE 0x40000
#define MS_SHARED 0x100000
#define MS_RELATIME 0x200000
#define MS_STRICTATIME 0x1000000
#define MS_LAZYTIME 0x2000000

/* Old programs put this in the upper half of the flags. */
#define MS_MGC_VAL 0xc0ed0000
#define MS_MGC_MSK 0xffff0000

#define MNT_FORCE 1
#define MNT_DETACH 2
#define MNT_EXPIRE 4
#define UMOUNT_NOFOLLOW 8

#define SWAP_FLAG_PREFER 0x8000
#define SWAP_FLAG_PRIO_MASK 0x7fff
#define SWAP_FLAG_DISCARD 0x10000
#define SWAP_FLAG_DISCARD_ONCE 0x20000
#define SWAP_FLAG_DISCARD_PAGES 0x40000
