"""The system calls of a sandbox: what Python, NumPy and PyTorch need, and nothing that is about other processes.

An allow-list for 64-bit processes only, after Docker's default profile. Left out on purpose, though Docker
allows them: io_uring, ptrace and process_vm_*, every socket but Unix ones (AF_VSOCK is not confined by a
network namespace), System V IPC and message queues, kernel AIO, fanotify, memfd_secret, and changing another
process's limits or priority. What is not allowed is answered with EPERM.

Where packages are installed, TCP sockets are let in, too: loopback is all the network that there is.
"""

from __future__ import annotations

import functools
import json

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SOCK_STREAM, SOCKET_TYPE = 1, 0xF
"""A socket's type is in its last four bits; the others are flags."""
IPPROTO_TCP = 6
EPERM, ENOSYS = 1, 38
NEW_NAMESPACES = 0x7E020000
"""CLONE_NEW*: all the flags of clone that ask for a namespace."""

ALLOWED = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2
    fadvise64 fallocate fchdir fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock
    fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr
    inotify_add_watch inotify_init inotify_init1 inotify_rm_watch ioctl lchown lgetxattr link linkat
    listxattr llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open
    openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink
    readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr splice stat statfs
    statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat
    utimes vmsplice write writev

    brk madvise membarrier memfd_create mincore mlock mlock2 mlockall mmap mprotect mremap msync munlock
    munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages

    arch_prctl capget capset execve execveat exit exit_group fork getcpu getegid geteuid getgid getgroups
    getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage getsid gettid
    getuid kill modify_ldt pidfd_open pidfd_send_signal prctl rseq rt_tgsigqueueinfo rt_sigqueueinfo
    set_robust_list get_robust_list set_tid_address setfsgid setfsuid setgid setgroups setpgid setregid
    setresgid setresuid setreuid setrlimit setsid setuid sysinfo tgkill times tkill uname vfork wait4
    waitid

    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
    sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam
    sched_setscheduler sched_yield ioprio_get

    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause
    restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait
    setitimer sigaltstack signalfd signalfd4 time timer_create timer_delete timer_getoverrun timer_gettime
    timer_settime timerfd_create timerfd_gettime timerfd_settime

    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 futex
    futex_waitv getrandom poll ppoll pselect6 select

    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg
    sendmmsg sendmsg sendto setsockopt shutdown socketpair
""".split()


@functools.cache
def profile(*, tcp: bool = False) -> str:
    """The profile as Docker takes it, JSON.

    Args:
        tcp: Let TCP sockets in; no other kind that IP has (UDP, MPTCP, SCTP, raw).
    """
    own = {"value": 0, "op": "SCMP_CMP_EQ"}  # pid 0: the caller itself
    return json.dumps(
        {
            "defaultAction": "SCMP_ACT_ERRNO",
            "archMap": [
                {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": []},
                {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": []},
            ],
            "syscalls": [
                _allow(*ALLOWED),
                _allow("socket", index=0, value=AF_UNIX, op="SCMP_CMP_EQ"),
                *(_tcp_sockets() if tcp else ()),
                _allow("clone", index=0, value=NEW_NAMESPACES, op="SCMP_CMP_MASKED_EQ"),
                _allow("prlimit64", index=0, **own),
                _allow("setpriority", index=1, **own),
                # Its flags lie in memory, out of a filter's sight; "not there" makes the C library use clone.
                {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": ENOSYS},
            ],
        }
    )


def _tcp_sockets() -> list[dict[str, object]]:
    """``socket(AF_INET or AF_INET6, SOCK_STREAM | flags, 0 or IPPROTO_TCP)``."""
    return [
        {
            "names": ["socket"],
            "action": "SCMP_ACT_ALLOW",
            "args": [
                {"index": 0, "value": family, "op": "SCMP_CMP_EQ"},
                {"index": 1, "value": SOCKET_TYPE, "valueTwo": SOCK_STREAM, "op": "SCMP_CMP_MASKED_EQ"},
                {"index": 2, "value": protocol, "op": "SCMP_CMP_EQ"},
            ],
        }
        for family in (AF_INET, AF_INET6)
        for protocol in (0, IPPROTO_TCP)
    ]


def _allow(*names: str, **argument: object) -> dict[str, object]:
    return {"names": list(names), "action": "SCMP_ACT_ALLOW", "args": [argument] if argument else []}
