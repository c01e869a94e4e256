/* SPDX-License-Identifier: MIT */
/* names.c - numbers as the programmer wrote them. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <util.h>
#include "lib/abi/futex.h"
#include "lib/abi/sched.h"
#include "lib/bitops.h"
#include "user/bin/strace/names.h"

struct name {
    uint64_t value;
    const char *text;
};

#define N(name) { name, #name }

/* Those of several bits come before those of one; those of none are the first. */
static const struct name open_modes[] = { N(O_RDONLY), N(O_WRONLY), N(O_RDWR) };
static const struct name open_flags[] = {
    N(O_TMPFILE), N(O_SYNC), N(O_CREAT), N(O_EXCL), N(O_NOCTTY), N(O_TRUNC), N(O_APPEND),
    N(O_NONBLOCK), N(O_DSYNC), N(O_ASYNC), N(O_DIRECT), N(O_LARGEFILE), N(O_DIRECTORY),
    N(O_NOFOLLOW), N(O_NOATIME), N(O_CLOEXEC), N(O_PATH),
};
static const struct name prot_flags[] = {
    N(PROT_NONE), N(PROT_READ), N(PROT_WRITE), N(PROT_EXEC),
};
static const struct name map_flags[] = {
    N(MAP_SHARED_VALIDATE), N(MAP_SHARED), N(MAP_PRIVATE), N(MAP_FIXED), N(MAP_ANONYMOUS),
    N(MAP_GROWSDOWN), N(MAP_DENYWRITE), N(MAP_EXECUTABLE), N(MAP_LOCKED), N(MAP_NORESERVE),
    N(MAP_POPULATE), N(MAP_NONBLOCK), N(MAP_STACK), N(MAP_HUGETLB), N(MAP_FIXED_NOREPLACE),
};
static const struct name clone_flags[] = {
    N(CLONE_VM), N(CLONE_FS), N(CLONE_FILES), N(CLONE_SIGHAND), N(CLONE_PIDFD), N(CLONE_VFORK),
    N(CLONE_PARENT), N(CLONE_THREAD), N(CLONE_NEWNS), N(CLONE_SYSVSEM), N(CLONE_SETTLS),
    N(CLONE_PARENT_SETTID), N(CLONE_CHILD_CLEARTID), N(CLONE_CHILD_SETTID), N(CLONE_NEWUSER),
    N(CLONE_NEWPID), N(CLONE_NEWNET), N(CLONE_CLEAR_SIGHAND),
};
static const struct name advices[] = {
    N(MADV_NORMAL), N(MADV_RANDOM), N(MADV_SEQUENTIAL), N(MADV_WILLNEED), N(MADV_DONTNEED),
    N(MADV_FREE), N(MADV_REMOVE), N(MADV_DONTFORK), N(MADV_DOFORK), N(MADV_HUGEPAGE),
    N(MADV_NOHUGEPAGE), N(MADV_COLD), N(MADV_PAGEOUT), N(MADV_POPULATE_READ),
    N(MADV_POPULATE_WRITE),
};
static const struct name futex_ops[] = {
    N(FUTEX_WAIT), N(FUTEX_WAKE), N(FUTEX_REQUEUE), N(FUTEX_CMP_REQUEUE), N(FUTEX_WAKE_OP),
    N(FUTEX_LOCK_PI), N(FUTEX_UNLOCK_PI), N(FUTEX_TRYLOCK_PI), N(FUTEX_WAIT_BITSET),
    N(FUTEX_WAKE_BITSET),
};
static const struct name futex_flags[] = { N(FUTEX_PRIVATE_FLAG), N(FUTEX_CLOCK_REALTIME) };

/* ---- errors ------------------------------------------------------------------------------- */

#define E(name) [name] = #name
static const char *const errnos[] = {
    E(EPERM), E(ENOENT), E(ESRCH), E(EINTR), E(EIO), E(ENXIO), E(E2BIG), E(ENOEXEC), E(EBADF),
    E(ECHILD), E(EAGAIN), E(ENOMEM), E(EACCES), E(EFAULT), E(ENOTBLK), E(EBUSY), E(EEXIST),
    E(EXDEV), E(ENODEV), E(ENOTDIR), E(EISDIR), E(EINVAL), E(ENFILE), E(EMFILE), E(ENOTTY),
    E(ETXTBSY), E(EFBIG), E(ENOSPC), E(ESPIPE), E(EROFS), E(EMLINK), E(EPIPE), E(EDOM), E(ERANGE),
    E(EDEADLK), E(ENAMETOOLONG), E(ENOLCK), E(ENOSYS), E(ENOTEMPTY), E(ELOOP), E(ENOMSG), E(EIDRM),
    E(ECHRNG), E(EL2NSYNC), E(EL3HLT), E(EL3RST), E(ELNRNG), E(EUNATCH), E(ENOCSI), E(EL2HLT),
    E(EBADE), E(EBADR), E(EXFULL), E(ENOANO), E(EBADRQC), E(EBADSLT), E(EBFONT), E(ENOSTR),
    E(ENODATA), E(ETIME), E(ENOSR), E(ENONET), E(ENOPKG), E(EREMOTE), E(ENOLINK), E(EADV),
    E(ESRMNT), E(ECOMM), E(EPROTO), E(EMULTIHOP), E(EDOTDOT), E(EBADMSG), E(EOVERFLOW), E(ENOTUNIQ),
    E(EBADFD), E(EREMCHG), E(ELIBACC), E(ELIBBAD), E(ELIBSCN), E(ELIBMAX), E(ELIBEXEC), E(EILSEQ),
    E(ERESTART), E(ESTRPIPE), E(EUSERS), E(ENOTSOCK), E(EDESTADDRREQ), E(EMSGSIZE), E(EPROTOTYPE),
    E(ENOPROTOOPT), E(EPROTONOSUPPORT), E(ESOCKTNOSUPPORT), E(EOPNOTSUPP), E(EPFNOSUPPORT),
    E(EAFNOSUPPORT), E(EADDRINUSE), E(EADDRNOTAVAIL), E(ENETDOWN), E(ENETUNREACH), E(ENETRESET),
    E(ECONNABORTED), E(ECONNRESET), E(ENOBUFS), E(EISCONN), E(ENOTCONN), E(ESHUTDOWN),
    E(ETOOMANYREFS), E(ETIMEDOUT), E(ECONNREFUSED), E(EHOSTDOWN), E(EHOSTUNREACH), E(EALREADY),
    E(EINPROGRESS), E(ESTALE), E(EUCLEAN), E(ENOTNAM), E(ENAVAIL), E(EISNAM), E(EREMOTEIO),
    E(EDQUOT), E(ENOMEDIUM), E(EMEDIUMTYPE), E(ECANCELED), E(ENOKEY), E(EKEYEXPIRED),
    E(EKEYREVOKED), E(EKEYREJECTED), E(EOWNERDEAD), E(ENOTRECOVERABLE), E(ERFKILL), E(EHWPOISON),
    E(ERESTARTSYS), E(ERESTARTNOINTR), E(ERESTARTNOHAND), E(ERESTART_RESTARTBLOCK),
};

const char *errno_name(int number)
{
    return number >= 0 && number < (int)ARRAY_SIZE(errnos) ? errnos[number] : NULL;
}

/* ---- arguments ---------------------------------------------------------------------------- */

/* One of the names, or the number. */
static void print_one(FILE *out, const struct name *names, size_t n, uint64_t value)
{
    for (size_t i = 0; i < n; i++)
        if (names[i].value == value) {
            fputs(names[i].text, out);
            return;
        }
    fprintf(out, "%" PRIu64, value);
}

/* The names of the bits of VALUE, joined; NMORE of them stand there already. */
static void print_bits(FILE *out, const struct name *names, size_t n, uint64_t value, bool more)
{
    for (size_t i = 0; i < n && value; i++)
        if (names[i].value && (value & names[i].value) == names[i].value) {
            fprintf(out, "%s%s", more ? "|" : "", names[i].text);
            value &= ~names[i].value;
            more = true;
        }
    if (value)
        fprintf(out, "%s%#" PRIx64, more ? "|" : "", value);
    else if (!more)
        fputs(n && !names[0].value ? names[0].text : "0", out);
}

#define ONE(out, names, value) print_one(out, names, ARRAY_SIZE(names), value)
#define BITS(out, names, value, more) print_bits(out, names, ARRAY_SIZE(names), value, more)

static void print_open(FILE *out, uint64_t value)
{
    ONE(out, open_modes, value & O_ACCMODE);
    BITS(out, open_flags, value & ~(uint64_t)O_ACCMODE, true);
}

void print_signal(FILE *out, int sig)
{
    const char *name = signal_name(sig);

    if (name)
        fprintf(out, "SIG%s", name);
    else
        fprintf(out, "%d", sig);
}

static void print_clone(FILE *out, uint64_t value)
{
    uint64_t flags = value & ~(uint64_t)CSIGNAL;

    if (flags || !(value & CSIGNAL))
        BITS(out, clone_flags, flags, false);
    if (value & CSIGNAL) {
        fputs(flags ? "|" : "", out);
        print_signal(out, (int)(value & CSIGNAL));
    }
}

static void print_futex(FILE *out, uint64_t value)
{
    uint64_t flags = FUTEX_PRIVATE_FLAG | FUTEX_CLOCK_REALTIME;

    ONE(out, futex_ops, value & ~flags);
    if (value & flags)
        BITS(out, futex_flags, value & flags, true);
}

static void print_address(FILE *out, uint64_t value)
{
    if (value)
        fprintf(out, "%#" PRIx64, value);
    else
        fputs("NULL", out);
}

void print_value(FILE *out, char kind, uint64_t value)
{
    switch (kind) {
    case 'd': fprintf(out, "%" PRId64, (int64_t)value); return;
    case 'x': fprintf(out, "%#" PRIx64, value); return;
    case 'm': fprintf(out, "%#" PRIo64, value); return;
    case 'o': print_open(out, value); return;
    case 'O': BITS(out, open_flags, value, false); return;
    case 'r': BITS(out, prot_flags, value, false); return;
    case 'a': BITS(out, map_flags, value, false); return;
    case 'v': ONE(out, advices, value); return;
    case 'c': print_clone(out, value); return;
    case 'u': print_futex(out, value); return;
    case 'g': print_signal(out, (int)value); return;
    case 'f':
        if ((int)value == AT_FDCWD)
            fputs("AT_FDCWD", out);
        else
            fprintf(out, "%d", (int)value);
        return;
    }
    print_address(out, value);
}
