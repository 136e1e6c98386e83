"""System calls that no cell needs: the ones that reach the whole kernel, and the richest in past escapes.

A list of what is refused rather than of what is allowed: Kubernetes, containerd and runc run inside, and a pod's own
filter comes on top. The kernel's cache makes it free (allow is the default: https://lwn.net/Articles/834785/).
"""

import platform
from typing import Any

REFUSED = tuple(
    # the host's kernel: modules, other kernels, its clock, its log, its swap, its accounting, its ports
    "init_module finit_module delete_module create_module kexec_load kexec_file_load settimeofday clock_settime "
    "clock_settime64 syslog swapon swapoff acct iopl ioperm quotactl quotactl_fd nfsservctl lookup_dcookie "
    # tracing of the kernel, files by number, page faults under a program's hands
    "bpf perf_event_open open_by_handle_at userfaultfd "
    # asynchronous system calls, which no filter sees
    "io_uring_setup io_uring_enter io_uring_register".split()
)
_TYPE_FOR_ANOTHER = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX: a shell whose standard input is the recruiter's terminal could type commands there."""
_ARCHITECTURES = {
    "x86_64": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    "aarch64": ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
}


def seccomp_filter(machine: str = platform.machine()) -> dict[str, Any]:
    """Return the OCI filter: everything but REFUSED and two ioctls is allowed; empty for a machine of unknown calls."""
    if machine not in _ARCHITECTURES:
        return {}
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "architectures": _ARCHITECTURES[machine],
        "syscalls": [
            {"names": list(REFUSED), "action": "SCMP_ACT_ERRNO", "errnoRet": 1},
            *(_refused_ioctl(request) for request in _TYPE_FOR_ANOTHER),
        ],
    }


def _refused_ioctl(request: int) -> dict[str, Any]:
    """Compared under a mask: the kernel looks at the lower half of the argument only."""
    lower_half = {"index": 1, "value": 0xFFFFFFFF, "valueTwo": request, "op": "SCMP_CMP_MASKED_EQ"}
    return {"names": ["ioctl"], "action": "SCMP_ACT_ERRNO", "errnoRet": 1, "args": [lower_half]}
