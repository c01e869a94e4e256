/* SPDX-License-Identifier: MIT */
/*
 * calls.c - the table of system calls: all that Linux has, in the order of their numbers.
 */
#include <string.h>
#include <sys/syscall.h>
#include "user/bin/strace/calls.h"

#define CALL(name, args) [SYS_##name] = { #name, args }

static const struct call calls[CALL_TRACE_CALLS] = {
    CALL(io_setup, "xxxxxx"), CALL(io_destroy, "xxxxxx"), CALL(io_submit, "xxxxxx"),
    CALL(io_cancel, "xxxxxx"), CALL(io_getevents, "xxxxxx"), CALL(setxattr, "sspdx"),
    CALL(lsetxattr, "sspdx"), CALL(fsetxattr, "dspdx"), CALL(getxattr, "sspd"),
    CALL(lgetxattr, "sspd"), CALL(fgetxattr, "dspd"), CALL(listxattr, "spd"),
    CALL(llistxattr, "spd"), CALL(flistxattr, "dpd"), CALL(removexattr, "ss"),
    CALL(lremovexattr, "ss"), CALL(fremovexattr, "ds"), CALL(getcwd, "Bd"),
    CALL(lookup_dcookie, "xxxxxx"), CALL(eventfd2, "dO"), CALL(epoll_create1, "O"),
    CALL(epoll_ctl, "dddp"), CALL(epoll_pwait, "dpddpd"), CALL(dup, "d"), CALL(dup3, "ddO"),
    CALL(fcntl, "ddx"), CALL(inotify_init1, "O"), CALL(inotify_add_watch, "dsx"),
    CALL(inotify_rm_watch, "dd"), CALL(ioctl, "dxp"), CALL(ioprio_set, "ddx"),
    CALL(ioprio_get, "dd"), CALL(flock, "dd"), CALL(mknodat, "fsmx"), CALL(mkdirat, "fsm"),
    CALL(unlinkat, "fsx"), CALL(symlinkat, "sfs"), CALL(linkat, "fsfsx"), CALL(umount2, "sx"),
    CALL(mount, "sssxp"), CALL(pivot_root, "ss"), CALL(nfsservctl, "xxxxxx"), CALL(statfs, "sp"),
    CALL(fstatfs, "dp"), CALL(truncate, "sd"), CALL(ftruncate, "dd"), CALL(fallocate, "dxdd"),
    CALL(faccessat, "fsx"), CALL(chdir, "s"), CALL(fchdir, "d"), CALL(chroot, "s"),
    CALL(fchmod, "dm"), CALL(fchmodat, "fsm"), CALL(fchownat, "fsddx"), CALL(fchown, "ddd"),
    CALL(openat, "fsom"), CALL(close, "d"), CALL(vhangup, ""), CALL(pipe2, "pO"),
    CALL(quotactl, "xxxxxx"), CALL(getdents64, "dpd"), CALL(lseek, "ddd"), CALL(read, "dBd"),
    CALL(write, "dbd"), CALL(readv, "dpd"), CALL(writev, "dpd"), CALL(pread64, "dBdd"),
    CALL(pwrite64, "dbdd"), CALL(preadv, "dpdd"), CALL(pwritev, "dpdd"), CALL(sendfile, "ddpd"),
    CALL(pselect6, "dppppp"), CALL(ppoll, "pdppd"), CALL(signalfd4, "dpdO"),
    CALL(vmsplice, "dpdx"), CALL(splice, "dpdpdx"), CALL(tee, "dddx"), CALL(readlinkat, "fsBd"),
    CALL(newfstatat, "fspx"), CALL(fstat, "dp"), CALL(sync, ""), CALL(fsync, "d"),
    CALL(fdatasync, "d"), CALL(sync_file_range, "dddx"), CALL(timerfd_create, "dO"),
    CALL(timerfd_settime, "dxpp"), CALL(timerfd_gettime, "dp"), CALL(utimensat, "fspx"),
    CALL(acct, "s"), CALL(capget, "pp"), CALL(capset, "pp"), CALL(personality, "x"),
    CALL(exit, "d"), CALL(exit_group, "d"), CALL(waitid, "ddpxp"), CALL(set_tid_address, "p"),
    CALL(unshare, "c"), CALL(futex, "puxpxx"), CALL(set_robust_list, "pd"),
    CALL(get_robust_list, "dpp"), CALL(nanosleep, "pp"), CALL(getitimer, "dp"),
    CALL(setitimer, "dpp"), CALL(kexec_load, "xxxxxx"), CALL(init_module, "xxxxxx"),
    CALL(delete_module, "xxxxxx"), CALL(timer_create, "dpp"), CALL(timer_gettime, "dp"),
    CALL(timer_getoverrun, "d"), CALL(timer_settime, "dxpp"), CALL(timer_delete, "d"),
    CALL(clock_settime, "dp"), CALL(clock_gettime, "dp"), CALL(clock_getres, "dp"),
    CALL(clock_nanosleep, "dxpp"), CALL(syslog, "dpd"), CALL(ptrace, "ddpp"),
    CALL(sched_setparam, "dp"), CALL(sched_setscheduler, "ddp"), CALL(sched_getscheduler, "d"),
    CALL(sched_getparam, "dp"), CALL(sched_setaffinity, "ddp"), CALL(sched_getaffinity, "ddp"),
    CALL(sched_yield, ""), CALL(sched_get_priority_max, "d"), CALL(sched_get_priority_min, "d"),
    CALL(sched_rr_get_interval, "dp"), CALL(restart_syscall, ""), CALL(kill, "dg"),
    CALL(tkill, "dg"), CALL(tgkill, "ddg"), CALL(sigaltstack, "pp"), CALL(rt_sigsuspend, "pd"),
    CALL(rt_sigaction, "gppd"), CALL(rt_sigprocmask, "dppd"), CALL(rt_sigpending, "pd"),
    CALL(rt_sigtimedwait, "pppd"), CALL(rt_sigqueueinfo, "dgp"), CALL(rt_sigreturn, ""),
    CALL(setpriority, "ddd"), CALL(getpriority, "dd"), CALL(reboot, "xxxp"), CALL(setregid, "dd"),
    CALL(setgid, "d"), CALL(setreuid, "dd"), CALL(setuid, "d"), CALL(setresuid, "ddd"),
    CALL(getresuid, "ppp"), CALL(setresgid, "ddd"), CALL(getresgid, "ppp"), CALL(setfsuid, "d"),
    CALL(setfsgid, "d"), CALL(times, "p"), CALL(setpgid, "dd"), CALL(getpgid, "d"),
    CALL(getsid, "d"), CALL(setsid, ""), CALL(getgroups, "dp"), CALL(setgroups, "dp"),
    CALL(uname, "p"), CALL(sethostname, "bd"), CALL(setdomainname, "bd"), CALL(getrlimit, "dp"),
    CALL(setrlimit, "dp"), CALL(getrusage, "dp"), CALL(umask, "m"), CALL(prctl, "dxxxx"),
    CALL(getcpu, "ppp"), CALL(gettimeofday, "pp"), CALL(settimeofday, "pp"),
    CALL(adjtimex, "xxxxxx"), CALL(getpid, ""), CALL(getppid, ""), CALL(getuid, ""),
    CALL(geteuid, ""), CALL(getgid, ""), CALL(getegid, ""), CALL(gettid, ""), CALL(sysinfo, "p"),
    CALL(mq_open, "xxxxxx"), CALL(mq_unlink, "xxxxxx"), CALL(mq_timedsend, "xxxxxx"),
    CALL(mq_timedreceive, "xxxxxx"), CALL(mq_notify, "xxxxxx"), CALL(mq_getsetattr, "xxxxxx"),
    CALL(msgget, "xxxxxx"), CALL(msgctl, "xxxxxx"), CALL(msgrcv, "xxxxxx"), CALL(msgsnd, "xxxxxx"),
    CALL(semget, "xxxxxx"), CALL(semctl, "xxxxxx"), CALL(semtimedop, "xxxxxx"),
    CALL(semop, "xxxxxx"), CALL(shmget, "xdx"), CALL(shmctl, "ddp"), CALL(shmat, "*dpx"),
    CALL(shmdt, "p"), CALL(socket, "dxd"), CALL(socketpair, "dxdp"), CALL(bind, "dpd"),
    CALL(listen, "dd"), CALL(accept, "dpp"), CALL(connect, "dpd"), CALL(getsockname, "dpp"),
    CALL(getpeername, "dpp"), CALL(sendto, "dbdxpd"), CALL(recvfrom, "dBdxpp"),
    CALL(setsockopt, "dddpd"), CALL(getsockopt, "dddpp"), CALL(shutdown, "dd"),
    CALL(sendmsg, "dpx"), CALL(recvmsg, "dpx"), CALL(readahead, "ddd"), CALL(brk, "*p"),
    CALL(munmap, "pd"), CALL(mremap, "*pddxp"), CALL(add_key, "xxxxxx"),
    CALL(request_key, "xxxxxx"), CALL(keyctl, "xxxxxx"), CALL(clone, "cpppp"), CALL(execve, "spp"),
    CALL(mmap, "*pdradx"), CALL(fadvise64, "dddd"), CALL(swapon, "sx"), CALL(swapoff, "s"),
    CALL(mprotect, "pdr"), CALL(msync, "pdx"), CALL(mlock, "pd"), CALL(munlock, "pd"),
    CALL(mlockall, "x"), CALL(munlockall, ""), CALL(mincore, "pdp"), CALL(madvise, "pdv"),
    CALL(remap_file_pages, "xxxxxx"), CALL(mbind, "xxxxxx"), CALL(get_mempolicy, "xxxxxx"),
    CALL(set_mempolicy, "xxxxxx"), CALL(migrate_pages, "xxxxxx"), CALL(move_pages, "xxxxxx"),
    CALL(rt_tgsigqueueinfo, "ddgp"), CALL(perf_event_open, "xxxxxx"), CALL(accept4, "dppO"),
    CALL(recvmmsg, "xxxxxx"), CALL(riscv_hwprobe, "pddpx"), CALL(riscv_flush_icache, "ppx"),
    CALL(wait4, "dpxp"), CALL(prlimit64, "ddpp"), CALL(fanotify_init, "xxxxxx"),
    CALL(fanotify_mark, "xxxxxx"), CALL(name_to_handle_at, "xxxxxx"),
    CALL(open_by_handle_at, "xxxxxx"), CALL(clock_adjtime, "xxxxxx"), CALL(syncfs, "d"),
    CALL(setns, "dx"), CALL(sendmmsg, "xxxxxx"), CALL(process_vm_readv, "dpdpdx"),
    CALL(process_vm_writev, "dpdpdx"), CALL(kcmp, "xxxxxx"), CALL(finit_module, "xxxxxx"),
    CALL(sched_setattr, "dpx"), CALL(sched_getattr, "dpdx"), CALL(renameat2, "fsfsx"),
    CALL(seccomp, "dxp"), CALL(getrandom, "pdx"), CALL(memfd_create, "sx"), CALL(bpf, "dpd"),
    CALL(execveat, "fsppx"), CALL(userfaultfd, "O"), CALL(membarrier, "dxd"), CALL(mlock2, "pdx"),
    CALL(copy_file_range, "dpdpdx"), CALL(preadv2, "dpdddx"), CALL(pwritev2, "dpdddx"),
    CALL(pkey_mprotect, "xxxxxx"), CALL(pkey_alloc, "xxxxxx"), CALL(pkey_free, "xxxxxx"),
    CALL(statx, "fsxxp"), CALL(io_pgetevents, "xxxxxx"), CALL(rseq, "pdxx"),
    CALL(kexec_file_load, "xxxxxx"), CALL(pidfd_send_signal, "dgpx"), CALL(io_uring_setup, "dp"),
    CALL(io_uring_enter, "xxxxxx"), CALL(io_uring_register, "xxxxxx"), CALL(open_tree, "xxxxxx"),
    CALL(move_mount, "xxxxxx"), CALL(fsopen, "xxxxxx"), CALL(fsconfig, "xxxxxx"),
    CALL(fsmount, "xxxxxx"), CALL(fspick, "xxxxxx"), CALL(pidfd_open, "dx"), CALL(clone3, "pd"),
    CALL(close_range, "ddx"), CALL(openat2, "fspd"), CALL(pidfd_getfd, "ddx"),
    CALL(faccessat2, "fsxx"), CALL(process_madvise, "dpdvx"), CALL(epoll_pwait2, "dpdppd"),
    CALL(mount_setattr, "xxxxxx"), CALL(quotactl_fd, "xxxxxx"),
    CALL(landlock_create_ruleset, "xxxxxx"), CALL(landlock_add_rule, "xxxxxx"),
    CALL(landlock_restrict_self, "xxxxxx"), CALL(memfd_secret, "xxxxxx"),
    CALL(process_mrelease, "xxxxxx"), CALL(futex_waitv, "pdxpd"),
    CALL(set_mempolicy_home_node, "xxxxxx"), CALL(cachestat, "dppx"), CALL(fchmodat2, "fsmx"),
    CALL(map_shadow_stack, "xxxxxx"), CALL(futex_wake, "xxxxxx"), CALL(futex_wait, "xxxxxx"),
    CALL(futex_requeue, "xxxxxx"), CALL(statmount, "xxxxxx"), CALL(listmount, "xxxxxx"),
    CALL(lsm_get_self_attr, "xxxxxx"), CALL(lsm_set_self_attr, "xxxxxx"),
    CALL(lsm_list_modules, "xxxxxx"), CALL(mseal, "pdx"),
};

const struct call *find_call(uint64_t nr)
{
    static const struct call unknown = { NULL, "xxxxxx" };

    return nr < CALL_TRACE_CALLS && calls[nr].name ? &calls[nr] : &unknown;
}

/* Bit I for argument I of KIND. */
static uint8_t mask_of(const char *args, char kind)
{
    uint8_t mask = 0;

    for (int i = 0; args[i]; i++)
        if (args[i] == kind)
            mask |= (uint8_t)(1u << i);
    return mask;
}

void fill_masks(struct call_masks *masks)
{
    for (uint64_t nr = 0; nr < CALL_TRACE_CALLS; nr++) {
        const char *args = find_call(nr)->args;

        args += args[0] == '*';
        masks[nr] = (struct call_masks){
            .strings = mask_of(args, 's'), .given = mask_of(args, 'b'), .taken = mask_of(args, 'B'),
        };
    }
}
