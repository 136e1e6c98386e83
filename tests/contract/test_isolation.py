"""Attacks from inside a lab, each run for real and required to fail; beside each, proof that the attack works at all.

The attacker is what a cluster's administrator can be at most: a privileged pod in the node's file system, network and
process namespaces. One lab is shut (the default); the other has a route out, and one may reach the other even less.
"""

import os
import re
import secrets
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from labs.core.ports import Limits
from tests.contract.labs import PROGRAM, Target, build_attack, lab, leftovers
from tests.contract.measuring import dial, dial_from_host, host_addresses, inotify_instances_left
from tests.contract.outside import ELSEWHERE, METADATA, PORT, Listener, outside

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(300)]

LIMITS = Limits(memory_mib=900, pids=900, disk_mib=768)
MIB = 2**20


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_attack(tmp_path_factory.mktemp("attack"))


@pytest.fixture(scope="module")
def elsewhere(program: Path) -> Iterator[None]:
    with outside(program):
        yield


@pytest.fixture(scope="module")
def shut(program: Path, elsewhere: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    assert elsewhere is None
    with lab(tmp_path_factory.mktemp("shut"), limits=LIMITS) as target:
        target.let_attacker_in(program)
        yield target


@pytest.fixture(scope="module")
def leaky(program: Path, shut: Target, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """A lab with a route out."""
    assert shut.handle
    with lab(tmp_path_factory.mktemp("leaky"), limits=LIMITS, egress=True) as target:
        target.let_attacker_in(program)
        yield target


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


# Files


def test_the_hosts_files_are_not_there(shut: Target) -> None:
    name = f"canary-{secrets.token_hex(8)}"
    canaries = [Path(directory) / name for directory in ("/etc", "/var/tmp", "/run", "/usr/local", "/root", "/opt")]
    try:
        for canary in canaries:
            canary.write_text("the host's")
        seen = shut.says(f"find / -xdev -name {name} 2>/dev/null; ls {' '.join(map(str, canaries))}; echo looked")
        by_another_way = shut.says(f"ls /proc/1/root{canaries[0]} /proc/1/cwd/../..{canaries[1]}")
    finally:
        for canary in canaries:
            canary.unlink(missing_ok=True)
    assert seen.count("No such file") == len(canaries)
    assert by_another_way.count("No such file") == 2
    assert not re.search(rf"^/.*{name}", seen, re.MULTILINE)
    assert seen.endswith("looked\n")
    assert "find" not in seen, "find itself works"


def test_the_hosts_shadow_file_is_not_there(shut: Target) -> None:
    assert Path("/etc/shadow").exists()
    seen = shut.says("cat /etc/shadow; cat /proc/1/root/etc/shadow; cat /etc/taller.json")
    assert seen.count("No such file") == 2
    assert "root:" not in seen
    assert "node_ip" in seen, "files of the node are read"


def test_other_labs_are_not_named(shut: Target, leaky: Target) -> None:
    """/proc and /sys say much about a host; nothing there may say who else is being assessed."""
    script = """
for file in /sys/block/*/loop/backing_file /proc/*/mountinfo /proc/*/cgroup /proc/cmdline /proc/*/environ; do
  echo "$file: $(tr '\\0' ' ' <$file)"
done 2>/dev/null
ls -l /proc/[0-9]*/fd 2>/dev/null
"""
    groups = """
mkdir -p /tmp/cg
for kind in memory pids none,name=systemd; do
  mount -t cgroup -o $kind c /tmp/cg && find /tmp/cg -maxdepth 2; umount /tmp/cg
done
mount -t cgroup2 c /tmp/cg && find /tmp/cg -maxdepth 2; umount /tmp/cg
"""
    seen = shut.says(script) + shut.says(groups)
    assert seen.count("backing_file: ") >= 2, "the disks of both labs are looked at"
    assert "cgroup.procs" in seen
    for name in (leaky.spec.lab, shut.spec.lab, leaky.spec.lab.rpartition("-")[0]):
        assert name not in seen


def test_the_hosts_disk_cannot_be_opened(shut: Target) -> None:
    device = Path("/").stat().st_dev
    number = f"{os.major(device)} {os.minor(device)}"
    seen = shut.says(
        f"mknod /tmp/disk b {number}; mknod /dev/disk b {number}; mknod /tmp/mem c 1 1\n"
        "mknod /tmp/pipe p && echo pipe made; mount -t devtmpfs none /mnt; mount -t ext4 /dev/loop0 /mnt\n"
        "ls /dev/loop* /dev/[sv]d* /dev/mem /dev/kmsg\n"
        "mount -t tmpfs none /mnt && echo tmpfs mounted; umount /mnt; rm -f /tmp/pipe"
    )
    assert seen.count("Operation not permitted") == 3, seen
    assert seen.count("permission denied") + seen.count("special device /dev/loop0 does not exist") == 2, seen
    assert seen.count("No such file") >= 4, seen
    assert "pipe made" in seen
    assert "tmpfs mounted" in seen


def test_a_disk_that_is_full_is_the_labs_own(shut: Target) -> None:
    disk = shut.config.labs_directory / shut.spec.lab / "disk.ext4"
    seen = shut.says(
        "dd if=/dev/zero of=/var/fill bs=1M count=4000; stat -c 'size %s' /var/fill; rm /var/fill", timeout_seconds=90
    )
    size = int(re.findall(r"size (\d+)", seen)[0])
    assert "No space left on device" in seen
    assert 100 * MIB < size < LIMITS.disk_mib * MIB
    assert disk.stat().st_blocks * 512 <= LIMITS.disk_mib * MIB + MIB


def test_what_the_first_process_holds_is_no_way_out(shut: Target) -> None:
    """Its descriptors can be taken; what is behind them is neither the host's disk nor believed."""
    directory = shut.config.labs_directory / shut.spec.lab
    before = {path.name: path.stat().st_blocks for path in directory.iterdir() if path.name != "disk.ext4"}
    for descriptor in (1, 2):
        seen = shut.says(f"{PROGRAM} fill 1 {descriptor} {64 * MIB}")
        assert "stolen" in seen, seen
        assert int(re.findall(r"written: (\d+)", seen)[0]) <= MIB
    after = {path.name: path.stat().st_blocks for path in directory.iterdir() if path.name != "disk.ext4"}
    assert before == after
    assert shut.engine.create(shut.spec) == shut.handle


# Processes and the kernel


def test_the_hosts_processes_are_not_there(shut: Target) -> None:
    with subprocess.Popen(["sleep", "98765.4321"]) as secret:
        try:
            seen = shut.says("cat /proc/[0-9]*/cmdline | tr '\\0' ' '; ls /proc | grep -c '^[0-9]'")
            ours = subprocess.run(
                ["pgrep", "-f", "sleep 98765.4321"], capture_output=True, text=True, check=True
            ).stdout
        finally:
            secret.kill()
    assert str(secret.pid) in ours.split()
    assert "98765" not in seen
    assert "labnode run" in seen, "the node's processes are seen"
    assert int(seen.split()[-1]) < 60


def test_settings_of_the_kernel_stay(shut: Target) -> None:
    names = [
        "kernel/core_pattern",
        "kernel/panic",
        "kernel/pid_max",
        "kernel/sysrq",
        "vm/overcommit_memory",
        "fs/file-max",
    ]
    there = [name for name in names if Path("/proc/sys", name).exists()]
    before = [Path("/proc/sys", name).read_text() for name in there]
    seen = shut.says(
        "\n".join(f"echo 1 > /proc/sys/{name} && echo WRITTEN {name}" for name in there)
        + "\nfor file in /proc/sysrq-trigger /sys/power/state /sys/kernel/uevent_helper /proc/sys/kernel/modprobe; do"
        " echo 1 > $file && echo WRITTEN $file; done\nhead -c 1 /proc/kcore /proc/kmsg /dev/mem && echo READ\n"
        "cat /proc/sys/net/ipv4/tcp_fin_timeout > /proc/sys/net/ipv4/tcp_fin_timeout && echo own written\n"
        "dmesg && echo LOG READ; modprobe loop && echo LOADED"
    )
    assert len(there) >= 4
    assert "WRITTEN" not in seen, seen
    assert "READ" not in seen, seen
    assert "LOADED" not in seen, seen
    assert "own written" in seen
    assert [Path("/proc/sys", name).read_text() for name in there] == before


def test_calls_that_reach_the_whole_kernel_are_refused(shut: Target, program: Path) -> None:
    here = subprocess.run(
        [program, "syscalls"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    ).stdout
    assert "syslog: 0\ntiocsti: 25\n" in here, "root of the host may (25: this is no terminal)"
    for seen in (shut.says(f"{PROGRAM} syscalls"), shut.says("grep Seccomp /proc/1/status")):
        assert seen in {"io_uring_setup: 1\nsyslog: 1\ntiocsti: 1\ngetpid: 0\n", "Seccomp:\t2\nSeccomp_filters:\t1\n"}


def test_the_labs_limits_are_not_its_own_to_raise(shut: Target) -> None:
    names = [
        "memory.limit_in_bytes",
        "memory.max",
        "memory.high",
        "pids.max",
        "cpu.max",
        "cpu.cfs_quota_us",
        "cpu.shares",
        "cpu.weight",
    ]
    files = " ".join(f"/sys/fs/cgroup/{name} /sys/fs/cgroup/*/{name}" for name in (*names, "release_agent"))
    seen = shut.says(
        f"for file in {files}; do [ -e $file ] || continue\n"
        "echo tried $file; echo 99999999999 > $file && echo RAISED $file; echo max > $file && echo RAISED $file; done\n"
        "for place in /sys/fs/cgroup/memory /sys/fs/cgroup; do\n"
        "mkdir $place/mine 2>/dev/null && rmdir $place/mine && echo own group; done"
    )
    assert "RAISED" not in seen, seen
    assert seen.count("tried ") >= 3
    assert "own group" in seen
    group = next(path for path in Path("/sys/fs/cgroup").glob(f"**/taller/{shut.spec.lab}") if path.is_dir())
    assert group.stat().st_uid == shut.slot.first_id


def test_inotify_instances_of_others_are_not_used_up(shut: Target) -> None:
    """They are counted against who made the user namespace: the lab's own root."""
    limit = int(Path("/proc/sys/fs/inotify/max_user_instances").read_text())
    before = inotify_instances_left(limit)
    during: list[int] = []
    look = threading.Timer(2.0, lambda: during.append(inotify_instances_left(limit)))
    look.start()
    seen = shut.says(f"{PROGRAM} inotify {limit + 10} 4")
    look.join()
    assert 10 < int(re.findall(r"taken: (\d+)", seen)[0]) <= limit, "until the lab's own limit"
    assert during[0] >= before - 8, "others come and go"


def test_a_fork_bomb_ends_at_the_labs_limit(shut: Target) -> None:
    seen = shut.says(f"{PROGRAM} fork {LIMITS.pids + 200} 4", timeout_seconds=60)
    assert "resource temporarily unavailable" in seen, seen
    assert 50 < int(re.findall(r"started: (\d+)", seen)[0]) < LIMITS.pids
    assert subprocess.run(["true"], check=True).returncode == 0
    time.sleep(4)
    assert shut.engine.is_alive(shut.spec.lab)


def test_memory_ends_at_the_labs_limit(shut: Target, program: Path) -> None:
    """A pod without limits eats until it is killed; the host and the other labs have what they had."""
    assert "eaten: 64" in subprocess.run([program, "eat", "64"], capture_output=True, text=True, check=True).stdout
    available = psutil.virtual_memory().available
    lowest = [available]
    answer = shut.attack(f"{PROGRAM} eat 32 && echo little; {PROGRAM} eat 6000; echo ended $?", timeout_seconds=60)
    lowest.append(psutil.virtual_memory().available)
    assert "little" in answer.stdout
    assert "eaten: 6000" not in answer.stdout
    assert "ended 137" in answer.stdout or answer.exit_code != 0
    for peak in Path("/sys/fs/cgroup").glob(f"**/taller/{shut.spec.lab}/memory.max_usage_in_bytes"):  # v1 only
        assert int(peak.read_text()) <= (LIMITS.memory_mib + 1) * MIB
    assert min(lowest) > available - 2 * LIMITS.memory_mib * MIB
    assert shut.engine.is_alive(shut.spec.lab)


# The network


def test_the_host_is_not_reached(shut: Target, listener: Listener, program: Path) -> None:
    """By the gateway's address and by another of the host's, without and with a default route, by TCP and by UDP."""
    addresses = [shut.gateway, *host_addresses()]
    assert len(addresses) >= 2, "the host has an address on another link"
    places = [f"{address}:{listener.port}" for address in addresses]
    for place in places:
        assert dial_from_host(program, place) == "connected"
    deadline = time.monotonic() + 5
    while len(listener.connections) < len(places) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(listener.connections) == len(places)
    listener.connections.clear()
    own = f"{shut.handle.address}:6443"
    received = Path(f"/sys/class/net/{shut.slot.link}/statistics/rx_packets")
    for prepare in (
        "true",
        f"ip route replace default via {shut.gateway} dev eth0",
        "ip addr add 192.0.2.77/32 dev eth0",
    ):
        assert shut.attack(prepare).exit_code == 0
        before = int(received.read_text())
        seen = dial(shut, own, *places)
        assert seen.pop(own) == "connected", "the attack program works"
        assert not [place for place, became in seen.items() if became == "connected"]
        shut.says("\n".join(f"{PROGRAM} udp {place}" for place in places))
        assert int(received.read_text()) > before, "what was sent did arrive, and was dropped"
    shut.attack("ip route del default; ip addr del 192.0.2.77/32 dev eth0")
    assert listener.connections == listener.datagrams == []


def test_the_metadata_address_is_not_reached(shut: Target, leaky: Target, program: Path) -> None:
    """Served in a network of the test's own, and reached by the host; nor by a lab that has a route out."""
    place = f"{METADATA}:{PORT}"
    assert dial_from_host(program, place) == "connected"
    assert dial(shut, place)[place].startswith("failed")
    shut.attack(f"ip route replace default via {shut.gateway} dev eth0")
    assert dial(shut, place)[place].startswith("failed")
    assert dial(leaky, place)[place].startswith("failed")
    shut.attack("ip route del default")


def test_only_a_lab_with_egress_gets_out(shut: Target, leaky: Target, program: Path) -> None:
    place = f"{ELSEWHERE}:{PORT}"
    assert dial_from_host(program, place) == "connected"
    assert dial(leaky, place)[place] == "connected"
    shut.attack(f"ip route replace default via {shut.gateway} dev eth0")
    assert dial(shut, place)[place].startswith("failed")
    shut.attack("ip route del default")
    leaky.attack(
        "ip addr add 10.99.99.99/32 dev lo\n"
        f"ip route replace 198.51.100.0/24 via {leaky.gateway} dev eth0 src 10.99.99.99"
    )
    forged = dial(leaky, place)[place]
    leaky.attack("ip route del 198.51.100.0/24; ip addr del 10.99.99.99/32 dev lo")
    assert forged.startswith("failed"), "under another's address"


def test_egress_is_not_to_the_host(leaky: Target, listener: Listener) -> None:
    places = [f"{address}:{listener.port}" for address in (leaky.gateway, *host_addresses())]
    assert not [place for place, became in dial(leaky, *places).items() if became == "connected"]
    assert listener.connections == []


def test_one_lab_does_not_reach_another(shut: Target, leaky: Target, program: Path) -> None:
    for one, other in ((shut, leaky), (leaky, shut)):
        place, own = f"{other.handle.address}:6443", f"{one.handle.address}:6443"
        assert dial_from_host(program, place) == "connected"
        one.attack(f"ip route replace {other.handle.address}/32 via {one.gateway} dev eth0")
        seen = dial(one, place, own)
        one.attack(f"ip route del {other.handle.address}/32")
        assert seen[own] == "connected"
        assert seen[place].startswith("failed")


# The candidate's shell


def test_the_shell_is_nobody_special(shut: Target) -> None:
    seen = shut.shell("id -u; grep -E '^(Cap|NoNew|Seccomp:)' /proc/self/status; kubectl get --raw /livez").stdout
    values = dict(re.findall(r"(\w+):\t(\w+)", seen))
    assert seen.splitlines()[0] == "1000"
    assert {values[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (values["NoNewPrivs"], values["Seccomp"]) == ("1", "2")
    assert seen.endswith("ok"), "kubectl works"


def test_the_shell_sees_neither_the_nodes_files_nor_its_processes(shut: Target) -> None:
    node = shut.says("ls /etc/kubernetes/pki /run/containerd /var/lib/etcd; cat /proc/[0-9]*/comm")
    assert {"ca.key", "containerd.sock", "labnode"} <= set(node.split())
    seen = shut.shell(
        "ls /etc/kubernetes /run/containerd /var/lib/etcd /etc/taller.json; cat /proc/[0-9]*/comm\n"
        "cat /proc/1/root/etc/kubernetes/pki/ca.key; grep -c '@' /proc/net/unix"
    ).stdout
    assert seen.count("No such file") + seen.count("Permission denied") == 5, seen
    assert "labnode" not in seen
    assert "bash" in seen, "its own processes are seen"
    assert seen.splitlines()[-1] == "0", "no abstract socket of the node's is on their common network"


def test_the_shell_writes_to_memory_only(shut: Target) -> None:
    cell = shut.config.run / "cells" / shut.spec.lab
    seen = shut.shell(
        "for place in / /etc /var/tmp /usr /usr/local/bin; do touch $place/x && echo WRITTEN $place; done\n"
        "for place in /tmp $HOME; do dd if=/dev/zero of=$place/fill bs=1M count=100; done\n"
        "rm $HOME/fill; echo >> ~/.kube/config && echo own\n"
        "ip link del eth0 && echo DELETED; mount -t tmpfs none /tmp && echo MOUNTED"
    ).stdout
    assert not {"WRITTEN", "DELETED", "MOUNTED"} & set(seen.split())
    assert seen.count("No space left on device") == 2, "after 64 MiB each"
    assert "own" in seen.split()
    assert sum(path.lstat().st_size for path in (cell / "shells").rglob("*")) < MIB, "what lies on the host's /run"


def test_a_lab_under_attack_is_removed_like_any_other(program: Path, tmp_path: Path) -> None:
    """With mounts, routes, processes and namespaces of the attacker's making in it."""
    with lab(tmp_path, limits=LIMITS) as target:
        target.let_attacker_in(program)
        target.says(
            "ip link add evil type dummy; ip netns add evil; mount -t tmpfs none /mnt\n"
            "mkdir -p /sys/fs/cgroup/memory/a/b/c\n"
            "for each in 1 2 3; do setsid -f unshare -mp --fork sleep 1000 </dev/null >/dev/null 2>&1; done"
        )
        begun = time.monotonic()
        target.engine.destroy(target.spec.lab)
        assert time.monotonic() - begun < 5
        assert leftovers(target.spec.lab) == []
