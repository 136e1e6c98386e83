"""The firewall's text, and that it stands before the link does."""

import ipaddress
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.errors import InfrastructureError
from labs.core.ids import LabId
from provisioner.cell import network
from provisioner.cell.network import connect, firewall_rules
from provisioner.cell.slots import Slot


def slot(number: int = 7) -> Slot:
    return Slot(
        number, LabId("ana-1a2b"), Path("/home"), 0x20000000, ipaddress.IPv4Network((0x0AD50000 + 4 * number, 30))
    )


def rules(text: str, chain: str) -> list[str]:
    found = re.search(rf"chain {chain} {{(.*?)}}", text, re.DOTALL)
    assert found
    return [each.strip() for each in found[1].split(";") if each.strip()]


def test_nothing_leaves_a_lab_but_answers() -> None:
    text = firewall_rules(slot(), egress=False)
    assert rules(text, "input")[2:] == [
        'iifname "taller7" ct state established,related accept',
        'iifname "taller7" drop',
    ]
    assert rules(text, "forward")[2:] == [
        'iifname "taller7" drop',
        'oifname "taller7" ct state established,related accept',
        'oifname "taller7" drop',
    ]
    assert "nat" not in text


def test_egress_is_to_other_hosts_only() -> None:
    text = firewall_rules(slot(), egress=True)
    assert rules(text, "input")[2:] == [
        'iifname "taller7" ct state established,related accept',
        'iifname "taller7" drop',
    ]
    forward = rules(text, "forward")[2:]
    assert forward == [
        'iifname "taller7" oifname "taller*" drop',
        'iifname "taller7" ip daddr 169.254.0.0/16 drop',
        'iifname "taller7" ip saddr 10.213.0.30 accept',
        'iifname "taller7" drop',
        'oifname "taller7" ct state established,related accept',
        'oifname "taller7" drop',
    ]
    assert 'ip saddr 10.213.0.28/30 oifname != "taller7" masquerade' in rules(text, "nat")


@given(number=st.integers(0, 63), egress=st.booleans())
def test_a_labs_rules_touch_no_other_lab(number: int, egress: bool) -> None:  # noqa: FBT001
    text = firewall_rules(slot(number), egress=egress)
    assert set(re.findall(r'"(taller\d+)"', text)) == {f"taller{number}"}
    assert text.count("policy accept") == 2, "what is not the lab's is none of our business"
    for chain in ("input", "forward"):
        assert f'iifname "taller{number}" drop' in rules(text, chain)


def test_the_firewall_stands_first(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def run_tool(argv: list[str], *, stdin: str = "", **_: object) -> str:
        done.append(f"{' '.join(argv)} < {stdin.strip()}")
        return ""

    monkeypatch.setattr(network, "run_tool", run_tool)
    monkeypatch.setattr(Path, "write_text", lambda path, text: done.append(f"{path} = {text}"))
    connect(slot(), pid=4711, nft=("nft",), egress=False)
    kinds = [each.split(" < ")[0] for each in done]
    assert kinds == [
        "nft -f -",
        "nft -f -",
        "ip -batch -",
        "/proc/sys/net/ipv6/conf/taller7/disable_ipv6 = 1",
        "/proc/sys/net/ipv4/conf/taller7/arp_ignore = 1",
        "ip link set taller7 up",
    ]
    assert done[1].endswith(firewall_rules(slot(), egress=False).strip())
    assert "peer name eth0 netns 4711" in done[2]
    assert "addr add 10.213.0.29/30 dev taller7" in done[2]


def test_without_nftables_it_is_said_what_is_missing_and_what_to_do() -> None:
    with pytest.raises(InfrastructureError, match=r"no nftables on this host.*firewall table taller7") as caught:
        network.remove_firewall("taller7", nft=())
    assert "apt-get install nftables" in caught.value.hint


def test_two_cells_have_a_link_that_the_host_has_no_end_of(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(network, "run_tool", ran.append)
    network.link_cells(("node1", 10), ("node2", 20))
    assert [" ".join(argv) for argv in ran] == ["ip link add node2 netns 10 type veth peer name node1 netns 20"]
