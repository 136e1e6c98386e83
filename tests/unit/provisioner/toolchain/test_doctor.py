import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from provisioner.toolchain import doctor
from provisioner.toolchain.doctor import Host, State
from provisioner.toolchain.packages import PACKAGES

GOOD = {
    "proc/sys/user/max_user_namespaces": "90000",
    "proc/self/ns/user": "",
    "proc/sys/fs/inotify/max_user_instances": "8192",
    "proc/sys/fs/inotify/max_user_watches": "1048576",
    "proc/sys/kernel/pid_max": "4194304",
    "proc/meminfo": "MemTotal: 24000000 kB\nMemAvailable: 20000000 kB\n",
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids",
    "dev/loop-control": "",
}


def make(root: Path, files: Mapping[str, str | None]) -> Host:
    for name, text in (GOOD | dict(files)).items():
        if text is not None:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
    return Host(
        root=root,
        user=lambda: 0,
        kernel=lambda: "6.1.0-18-amd64",
        system=lambda: "Linux",
        free_disk_mib=lambda _: 50_000,
        missing_packages=list,
        go_version=lambda: "1.26.8",
    )


def test_a_host_without_a_real_account_can_run_labs_and_is_told_what_it_would_take() -> None:
    assert doctor.real_account([]).state is State.OK
    lacking = doctor.real_account(["The provider is missing: fetch it.", "There are no credentials: log in."])
    assert lacking.state is State.WARN
    assert "fetch it. There are no credentials" in lacking.remedy


def states(host: Host) -> dict[str, State]:
    return {each.name: each.state for each in doctor.requirements(host)}


def test_a_good_host_has_all(tmp_path: Path) -> None:
    found = doctor.requirements(make(tmp_path, {}))
    assert {each.state for each in found} == {State.OK}
    assert not any(each.remedy for each in found)
    assert next(each.found for each in found if each.name == "cgroups") == "version 2"


@pytest.mark.parametrize(
    ("files", "name", "state"),
    [
        ({"proc/sys/user/max_user_namespaces": "0"}, "user namespaces", State.MISSING),
        ({"proc/sys/user/max_user_namespaces": None}, "user namespaces", State.MISSING),
        ({"sys/fs/cgroup/cgroup.controllers": "cpu"}, "cgroups", State.MISSING),
        ({"sys/fs/cgroup/cgroup.controllers": None}, "cgroups", State.MISSING),
        ({"proc/sys/fs/inotify/max_user_instances": "32"}, "inotify instances", State.WARN),
        ({"proc/sys/fs/inotify/max_user_watches": "8192"}, "inotify watches", State.WARN),
        ({"proc/meminfo": "MemAvailable: 500000 kB"}, "free memory", State.MISSING),
        ({"proc/meminfo": None}, "free memory", State.MISSING),
        ({"proc/sys/kernel/pid_max": "32768"}, "process ids", State.WARN),
        ({"proc/sys/kernel/pid_max": None}, "process ids", State.WARN),
        ({"dev/loop-control": None}, "loop devices", State.WARN),
    ],
)
def test_each_lack_is_found_with_a_remedy(
    tmp_path: Path, files: dict[str, str | None], name: str, state: State
) -> None:
    found = doctor.requirements(make(tmp_path, files))
    assert {each.name: each.state for each in found if each.state is not State.OK} == {name: state}
    assert next(each for each in found if each.name == name).remedy


@pytest.mark.parametrize(("mib", "pid_max", "fits"), [(2800, 20480, True), (2800, 20479, False), (700, 8192, True)])
def test_process_ids_must_do_for_the_labs_that_memory_is_there_for(
    tmp_path: Path, mib: int, pid_max: int, *, fits: bool
) -> None:
    files = {"proc/meminfo": f"MemAvailable: {mib * 1024} kB", "proc/sys/kernel/pid_max": str(pid_max)}
    found = next(each for each in doctor.requirements(make(tmp_path, files)) if each.name == "process ids")
    assert (found.state is State.OK) == fits
    assert fits or (found.remedy.startswith("sysctl -w kernel.pid_max=20480") and "3 labs" in found.found)


def test_no_more_process_ids_are_asked_for_than_the_kernel_allows(tmp_path: Path) -> None:
    host = make(tmp_path, {"proc/meminfo": "MemAvailable: 9000000000 kB"})
    assert states(host)["process ids"] is State.OK


def test_cgroup_version_1_is_fine(tmp_path: Path) -> None:
    host = make(tmp_path, {"sys/fs/cgroup/cgroup.controllers": None})
    for name in ("cpu", "memory", "pids"):
        (tmp_path / "sys/fs/cgroup" / name).mkdir(parents=True)
    found = next(each for each in doctor.requirements(host) if each.name == "cgroups")
    assert (found.state, found.found) == (State.OK, "version 1")


@pytest.mark.parametrize(
    ("kernel", "state"),
    [
        ("5.10.0-28-amd64", State.MISSING),
        ("5.15.0", State.WARN),
        ("6.18.44-fc", State.OK),
        ("5.19+bpo", State.OK),
    ],
)
def test_kernels(tmp_path: Path, kernel: str, state: State) -> None:
    host = replace(make(tmp_path, {}), kernel=lambda: kernel)
    assert states(host)["kernel"] is state


def test_other_systems_and_users_cannot_run_labs(tmp_path: Path) -> None:
    good = make(tmp_path, {})
    assert states(replace(good, system=lambda: "Darwin"))["kernel"] is State.MISSING
    assert states(replace(good, user=lambda: 1000))["root"] is State.MISSING


def test_little_disk_and_missing_packages_are_warnings(tmp_path: Path) -> None:
    host = replace(make(tmp_path, {}), free_disk_mib=lambda _: 100, missing_packages=lambda: list(PACKAGES[:2]))
    found = {each.name: each for each in doctor.requirements(host)}
    assert found["free disk"].state is State.WARN
    assert found["packages"].state is State.WARN
    assert "gcc libc6-dev" in found["packages"].remedy


@pytest.mark.parametrize("version", ["", "1.19.8"])
def test_an_old_or_absent_compiler_is_a_warning(tmp_path: Path, version: str) -> None:
    assert states(replace(make(tmp_path, {}), go_version=lambda: version))["go"] is State.WARN


def test_the_report_of_this_host_is_json() -> None:
    report = doctor.doctor_report().as_dict()
    again = json.loads(json.dumps(report))
    assert {"name", "state", "found", "remedy"} == set(again["requirements"][0])
    assert {"name", "version", "source", "path", "detail"} == set(again["tools"][0])
