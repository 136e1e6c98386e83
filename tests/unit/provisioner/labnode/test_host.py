"""What a host lacks is said before anything is made."""

import ipaddress
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.ids import LabId
from labs.core.settings import Settings
from provisioner.cell.slots import Slots
from provisioner.labnode import host

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
DEFAULT = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
LAB_LINK = "taller0\t0000D50A\t00000000\t0001\t0\t0\t0\tFCFFFFFF\t0\t0\t0\n"
VPN = "tun0\t0000D50A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """A host on which all is well, to be changed."""
    found = {
        "/proc/sys/user/max_user_namespaces": 1000,
        "/proc/sys/fs/inotify/max_user_instances": 128,
        "/proc/sys/net/ipv4/ip_forward": 0,
    }
    monkeypatch.setattr(host, "_number", lambda path: found.get(path, -1))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(host, "_address_problems", lambda _: iter(()))
    monkeypatch.setattr(Path, "exists", lambda _: True)
    return found


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, run=tmp_path / "run")


def test_all_is_well(config: Settings, numbers: dict[str, int]) -> None:
    assert numbers
    assert host.problems(config, needs_mib=1) == []


def test_not_root(config: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    (problem,) = host.problems(config)
    assert "sudo" in problem


def test_no_user_namespaces(config: Settings, numbers: dict[str, int]) -> None:
    numbers["/proc/sys/user/max_user_namespaces"] = 0
    assert "sysctl -w user.max_user_namespaces" in host.problems(config, needs_mib=1)[0]


def test_too_little_memory(config: Settings, numbers: dict[str, int]) -> None:
    assert numbers
    (problem,) = host.problems(config, needs_mib=10**9)
    assert "one more lab needs 1000000000" in problem
    assert "taller down" in problem


def test_no_forwarding_matters_for_egress_only(config: Settings, numbers: dict[str, int]) -> None:
    assert "ip_forward=1" in host.problems(config, needs_mib=1, egress=True)[0]
    numbers["/proc/sys/net/ipv4/ip_forward"] = 1
    assert host.problems(config, needs_mib=1, egress=True) == []


def test_inotify_instances_are_counted_per_lab(config: Settings, numbers: dict[str, int]) -> None:
    """A lab's own root makes its user namespace, so other labs do not count."""
    for number in range(40):
        Slots(config).reserve(LabId(f"ana-{number:04x}"))
    assert host.problems(config, needs_mib=1) == []
    numbers["/proc/sys/fs/inotify/max_user_instances"] = 10
    assert "fs.inotify.max_user_instances" in host.problems(config, needs_mib=1)[0]


def taken(table: str, address_range: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(Path, "read_text", lambda _: table)
    return list(host._address_problems(Settings(address_range=address_range)))


def test_the_address_range(monkeypatch: pytest.MonkeyPatch) -> None:
    assert taken(HEAD + DEFAULT + LAB_LINK, "10.213.0.0/16", monkeypatch) == []
    (problem,) = taken(HEAD + DEFAULT + VPN, "10.213.0.0/16", monkeypatch)
    assert "10.213.0.0/16 through tun0" in problem
    assert "TALLER_ADDRESS_RANGE" in problem
    assert taken(HEAD + VPN, "10.214.0.0/16", monkeypatch) == []


@given(address=st.integers(0, 2**32 - 1), length=st.integers(0, 32))
def test_routes(address: int, length: int) -> None:
    network = ipaddress.IPv4Network((address, length), strict=False)
    destination, mask = (int(each).to_bytes(4, "little").hex() for each in (network.network_address, network.netmask))
    table = f"{HEAD}eth0\t{destination.upper()}\t00000000\t0001\t0\t0\t0\t{mask.upper()}\t0\t0\t0\n"
    assert list(host.routes(table)) == [("eth0", network)]


def test_no_routes() -> None:
    assert list(host.routes("")) == list(host.routes(HEAD)) == []
