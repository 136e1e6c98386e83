"""The OCI configuration: what a node's cell may, and what a candidate's may not."""

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labs.core.ports import Limits
from provisioner.cell.seccomp import REFUSED, seccomp_filter
from provisioner.cell.slots import IDS_PER_LAB
from provisioner.cell.spec import CAPABILITIES, CellSpec, oci_config

FIRST = 0x20000000
OVER_THE_HOST = {
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_TIME",
    "CAP_SYS_BOOT",
    "CAP_SYSLOG",
    "CAP_BPF",
    "CAP_PERFMON",
}


def node(**changes: Any) -> CellSpec:
    given_: dict[str, Any] = {
        "args": ["tini", "--", "labnode"],
        "root": Path("/run/taller/cells/ana-1a2b/root"),
        "first_id": FIRST,
        "cgroup": "/taller/ana-1a2b",
        "hostname": "node1",
        "limits": Limits(cpu_cores=1.5, memory_mib=2048, pids=4096),
        "read_only_mounts": {"/usr": Path("/cache/usr")},
    }
    return CellSpec(**(given_ | changes))


def shell() -> CellSpec:
    return node(
        unprivileged_user=1000, limits=None, namespaces={"user": "/proc/7/ns/user", "network": "/proc/7/ns/net"}
    )


def mounts(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["destination"]: each for each in config["mounts"]}


def test_every_namespace_is_its_own() -> None:
    linux = oci_config(node())["linux"]
    assert [each["type"] for each in linux["namespaces"]] == ["user", "mount", "pid", "network", "uts", "ipc", "cgroup"]
    assert all("path" not in each for each in linux["namespaces"])
    mapping = [{"containerID": 0, "hostID": FIRST, "size": IDS_PER_LAB}]
    assert linux["uidMappings"] == linux["gidMappings"] == mapping


def test_a_user_namespace_that_is_joined_brings_its_own_mapping() -> None:
    linux = oci_config(node(namespaces={"user": "/proc/7/fd/9"}))["linux"]
    assert {"type": "user", "path": "/proc/7/fd/9"} in linux["namespaces"]
    assert not {"uidMappings", "gidMappings"} & set(linux)


def test_the_hosts_files_are_read_only_and_idmapped() -> None:
    usr = mounts(oci_config(node()))["/usr"]
    assert usr["source"] == "/cache/usr"
    assert {"rbind", "ro", "nodev", "idmap"} == set(usr["options"])
    assert usr["uidMappings"] == usr["gidMappings"] == [{"containerID": 0, "hostID": FIRST, "size": IDS_PER_LAB}]


def test_a_node_has_capabilities_in_its_own_namespace_only() -> None:
    process = oci_config(node())["process"]
    assert process["user"] == {"uid": 0, "gid": 0}
    assert set(process["capabilities"]) == {"bounding", "effective", "permitted"}, "nothing inherited by a pod's user"
    assert all(set(each) == set(CAPABILITIES) for each in process["capabilities"].values())
    assert not set(CAPABILITIES) & OVER_THE_HOST


def test_a_candidate_has_none() -> None:
    config = oci_config(shell())
    process = config["process"]
    assert process["user"] == {"uid": 1000, "gid": 1000}
    assert process["capabilities"] == {"bounding": [], "effective": [], "permitted": []}
    assert process["noNewPrivileges"]
    assert config["root"]["readonly"], "the host's /run is not theirs to fill"
    assert not {"/sys", "/sys/fs/cgroup"} & set(mounts(config))
    for place in ("/home", "/tmp", "/run", "/dev/shm"):  # all that can be written to
        assert mounts(config)[place]["type"] == "tmpfs"
        assert any(option.startswith("size=") for option in mounts(config)[place]["options"])
    assert config["linux"]["resources"] == {}, "the lab's group limits it"


@given(
    cores=st.floats(0.1, 64),
    memory=st.integers(64, 1 << 20),
    pids=st.integers(16, 1 << 20),
    disk=st.integers(64, 1 << 20),
)
def test_limits(cores: float, memory: int, pids: int, disk: int) -> None:
    resources = oci_config(node(limits=Limits(cores, memory, pids, disk)))["linux"]["resources"]
    assert resources["memory"]["limit"] == memory * 1024 * 1024
    assert resources["memory"].get("swap", memory * 1024 * 1024) == memory * 1024 * 1024, "no swap beside it"
    assert resources["pids"]["limit"] == pids
    share = resources["cpu"]["quota"] / resources["cpu"]["period"]
    assert abs(share - cores) < 0.0001
    assert resources["cpu"]["quota"] >= 1000, "the kernel takes no less"


def test_nothing_of_proc_is_hidden_or_a_pod_could_mount_none() -> None:
    linux = oci_config(node())["linux"]
    assert linux["maskedPaths"] == linux["readonlyPaths"] == []


def test_no_mount_gives_devices_or_set_user_ids() -> None:
    for config in (oci_config(node()), oci_config(shell())):
        for place, mount in mounts(config).items():
            assert "nosuid" in mount["options"] or mount["options"][:2] == ["rbind", "ro"], place
            if not place.startswith("/dev"):
                assert "nodev" in mount["options"], place


def test_calls_that_reach_the_whole_kernel_are_refused() -> None:
    for config in (oci_config(node()), oci_config(shell())):
        assert config["linux"]["seccomp"] == seccomp_filter()
    filter_ = seccomp_filter("x86_64")
    assert filter_["defaultAction"] == "SCMP_ACT_ALLOW"
    assert {"init_module", "kexec_load", "syslog", "bpf", "io_uring_setup"} <= set(filter_["syscalls"][0]["names"])
    requests = [each["args"][0]["valueTwo"] for each in filter_["syscalls"] if each["names"] == ["ioctl"]]
    assert requests == [0x5412, 0x541C], "TIOCSTI, TIOCLINUX"
    assert len(REFUSED) == len(set(REFUSED))
    assert seccomp_filter("riscv64") == {}
    assert set(seccomp_filter("aarch64")["architectures"]) == {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"}
