/* SPDX-License-Identifier: MIT */
/*
 * abi/socket.h - sockets: kinds, options, and messages with what comes beside the bytes.
 */
#pragma once
#include "lib/abi/fcntl.h"
#include "lib/types.h"

#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#define AF_MAX 46                       /* families that have a number         */

#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_SEQPACKET 5
#define SOCK_MAX 11                     /* kinds that have a number            */
#define SOCK_TYPE_MASK 0xf
#define SOCK_NONBLOCK O_NONBLOCK
#define SOCK_CLOEXEC O_CLOEXEC

#define SOMAXCONN 4096

#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2

#define SOL_SOCKET 1
#define SO_REUSEADDR 2
#define SO_TYPE 3
#define SO_ERROR 4
#define SO_DONTROUTE 5
#define SO_BROADCAST 6
#define SO_SNDBUF 7
#define SO_RCVBUF 8
#define SO_KEEPALIVE 9
#define SO_PASSCRED 16
#define SO_PEERCRED 17
#define SO_RCVTIMEO 20                  /* struct timeval                      */
#define SO_SNDTIMEO 21
#define SO_ACCEPTCONN 30
#define SO_PROTOCOL 38
#define SO_DOMAIN 39

#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_CTRUNC 0x8
#define MSG_TRUNC 0x20
#define MSG_DONTWAIT 0x40
#define MSG_EOR 0x80
#define MSG_WAITALL 0x100
#define MSG_NOSIGNAL 0x4000
#define MSG_WAITFORONE 0x10000
#define MSG_CMSG_CLOEXEC 0x40000000

#define SCM_RIGHTS 1
#define SCM_CREDENTIALS 2
#define SCM_MAX_FD 253

#define UNIX_PATH_MAX 108

/* A path with or without a NUL at its end, or an abstract name: a NUL first, then any bytes. */
struct sockaddr_un {
    uint16_t sun_family;
    char sun_path[UNIX_PATH_MAX];
};

#define SOCKADDR_MAX 128                /* bytes of the longest address of any family */

struct ucred {
    int32_t pid;
    uint32_t uid, gid;
};

struct abi_msghdr {
    uint64_t name;
    int32_t namelen;
    uint32_t pad1;
    uint64_t iov, iovlen;
    uint64_t control, controllen;
    int32_t flags;
    uint32_t pad2;
};
_Static_assert(sizeof(struct abi_msghdr) == 56, "struct msghdr");

/* For sendmmsg and recvmmsg. */
struct abi_mmsghdr {
    struct abi_msghdr msg;
    uint32_t len, pad;
};
_Static_assert(sizeof(struct abi_mmsghdr) == 64, "struct mmsghdr");

/* Its data follows, and the next one at a multiple of eight. */
struct cmsghdr {
    uint64_t cmsg_len;                  /* with this header */
    int32_t cmsg_level, cmsg_type;
};
_Static_assert(sizeof(struct cmsghdr) == 16, "struct cmsghdr");
