/* SPDX-License-Identifier: MIT */
/*
 * abi/ioctl.h - requests of ioctl: terminals, pipes and block devices.
 */
#pragma once

#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TCSBRK 0x5409
#define TCXONC 0x540a
#define TCFLSH 0x540b
#define TIOCEXCL 0x540c
#define TIOCNXCL 0x540d
#define TIOCSCTTY 0x540e
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCOUTQ 0x5411
#define TIOCSTI 0x5412
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define FIONREAD 0x541b
#define TIOCINQ FIONREAD
#define TIOCCONS 0x541d
#define TIOCPKT 0x5420
#define FIONBIO 0x5421
#define TIOCNOTTY 0x5422
#define TCSBRKP 0x5425
#define TIOCGSID 0x5429
#define TIOCGPTN 0x80045430     /* unsigned: number of a pseudo terminal   */
#define TIOCSPTLCK 0x40045431   /* int: whether its slave may not be opened */
#define TIOCGPTLCK 0x80045439
#define TIOCSIG 0x40045436      /* a signal to the slave's foreground group */
#define TIOCGPTPEER 0x5441      /* flags of open: a descriptor of the slave */
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452

#define BLKROGET 0x125e
#define BLKGETSIZE 0x1260       /* unsigned long: sectors of 512 bytes     */
#define BLKFLSBUF 0x1261
#define BLKSSZGET 0x1268        /* int: bytes in a logical block           */
#define BLKGETSIZE64 0x80081272 /* uint64_t: bytes                         */
