/* SPDX-License-Identifier: MIT */
/*
 * abi/errno.h - error numbers, as on Linux.
 *
 * Kernel functions return them negated.
 */
#pragma once

#define EPERM            1   /* operation not permitted */
#define ENOENT           2   /* no such file or directory */
#define ESRCH            3   /* no such process */
#define EINTR            4   /* interrupted by a signal */
#define EIO              5   /* input/output error */
#define ENXIO            6   /* no such device or address */
#define E2BIG            7   /* argument list too long */
#define ENOEXEC          8   /* not an executable format */
#define EBADF            9   /* bad file descriptor */
#define ECHILD           10  /* no child processes */
#define EAGAIN           11  /* try again */
#define ENOMEM           12  /* out of memory */
#define EACCES           13  /* permission denied */
#define EFAULT           14  /* bad address */
#define ENOTBLK          15  /* not a block device */
#define EBUSY            16  /* device or resource busy */
#define EEXIST           17  /* file exists */
#define EXDEV            18  /* link across file systems */
#define ENODEV           19  /* no such device */
#define ENOTDIR          20  /* not a directory */
#define EISDIR           21  /* is a directory */
#define EINVAL           22  /* invalid argument */
#define ENFILE           23  /* file table full */
#define EMFILE           24  /* too many open files */
#define ENOTTY           25  /* not a terminal */
#define ETXTBSY          26  /* program file is being written */
#define EFBIG            27  /* file too large */
#define ENOSPC           28  /* no space left on device */
#define ESPIPE           29  /* cannot seek */
#define EROFS            30  /* read-only file system */
#define EMLINK           31  /* too many links */
#define EPIPE            32  /* nobody reads this pipe */
#define EDOM             33  /* argument out of a function's domain */
#define ERANGE           34  /* result does not fit */
#define EDEADLK          35  /* would deadlock */
#define ENAMETOOLONG     36  /* file name too long */
#define ENOLCK           37  /* no locks available */
#define ENOSYS           38  /* no such system call */
#define ENOTEMPTY        39  /* directory not empty */
#define ELOOP            40  /* too many symbolic links */
#define ENOMSG           42
#define EIDRM            43
#define ECHRNG           44
#define EL2NSYNC         45
#define EL3HLT           46
#define EL3RST           47
#define ELNRNG           48
#define EUNATCH          49
#define ENOCSI           50
#define EL2HLT           51
#define EBADE            52
#define EBADR            53
#define EXFULL           54
#define ENOANO           55
#define EBADRQC          56
#define EBADSLT          57
#define EBFONT           59
#define ENOSTR           60
#define ENODATA          61  /* no data */
#define ETIME            62
#define ENOSR            63
#define ENONET           64
#define ENOPKG           65
#define EREMOTE          66
#define ENOLINK          67
#define EADV             68
#define ESRMNT           69
#define ECOMM            70
#define EPROTO           71
#define EMULTIHOP        72
#define EDOTDOT          73
#define EBADMSG          74
#define EOVERFLOW        75  /* value too large for its type */
#define ENOTUNIQ         76
#define EBADFD           77
#define EREMCHG          78
#define ELIBACC          79
#define ELIBBAD          80
#define ELIBSCN          81
#define ELIBMAX          82
#define ELIBEXEC         83
#define EILSEQ           84  /* invalid byte sequence */
#define ERESTART         85
#define ESTRPIPE         86
#define EUSERS           87
#define ENOTSOCK         88  /* not a socket */
#define EDESTADDRREQ     89
#define EMSGSIZE         90
#define EPROTOTYPE       91
#define ENOPROTOOPT      92
#define EPROTONOSUPPORT  93  /* protocol not supported */
#define ESOCKTNOSUPPORT  94
#define EOPNOTSUPP       95  /* operation not supported */
#define EPFNOSUPPORT     96
#define EAFNOSUPPORT     97  /* address family not supported */
#define EADDRINUSE       98
#define EADDRNOTAVAIL    99
#define ENETDOWN         100
#define ENETUNREACH      101
#define ENETRESET        102
#define ECONNABORTED     103
#define ECONNRESET       104
#define ENOBUFS          105
#define EISCONN          106 /* already connected */
#define ENOTCONN         107 /* not connected */
#define ESHUTDOWN        108
#define ETOOMANYREFS     109
#define ETIMEDOUT        110 /* timed out */
#define ECONNREFUSED     111 /* connection refused */
#define EHOSTDOWN        112
#define EHOSTUNREACH     113
#define EALREADY         114 /* already in progress */
#define EINPROGRESS      115 /* now in progress */
#define ESTALE           116 /* stale file handle */
#define EUCLEAN          117 /* file system needs cleaning */
#define ENOTNAM          118
#define ENAVAIL          119
#define EISNAM           120
#define EREMOTEIO        121
#define EDQUOT           122 /* disk quota exceeded */
#define ENOMEDIUM        123
#define EMEDIUMTYPE      124
#define ECANCELED        125 /* operation cancelled */
#define ENOKEY           126
#define EKEYEXPIRED      127
#define EKEYREVOKED      128
#define EKEYREJECTED     129
#define EOWNERDEAD       130 /* owner of the lock died */
#define ENOTRECOVERABLE  131 /* state cannot be recovered */
#define ERFKILL          132
#define EHWPOISON        133 /* hardware memory error */

#define EWOULDBLOCK EAGAIN
#define EDEADLOCK EDEADLK
#define ENOTSUP EOPNOTSUPP

#define MAX_ERRNO 4095          /* results from -4095 to -1 are errors */

/*
 * Kernel only, never seen by a program: a call interrupted by a signal returns
 * one of these, and signal delivery makes it EINTR or runs the call again.
 */
#define ERESTARTSYS 512         /* again if the handler has SA_RESTART     */
#define ERESTARTNOINTR 513      /* again, always                           */
#define ERESTARTNOHAND 514      /* again only if no handler ran            */
#define ERESTART_RESTARTBLOCK 516   /* again, for the time that is left    */
