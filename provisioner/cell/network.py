"""A cell's only way in: a veth pair, and a firewall that lets nothing out of the lab but answers."""

from pathlib import Path

from labs.core.errors import InfrastructureError
from provisioner.cell.command import run_tool
from provisioner.cell.slots import Slot

UPLINK = "eth0"


def firewall_rules(slot: Slot, *, egress: bool) -> str:
    """Rules of a lab for nftables: what comes from it passes only as an answer; nothing is forwarded from or to it.

    Needed although the lab has no default route: its root may add one. `egress` lets it out to other hosts, never to
    this one, another lab, or the link-local range (where clouds keep their metadata service), and under no name but
    its own address.
    """
    forward_out = (
        f'iifname "{slot.link}" oifname "taller*" drop; iifname "{slot.link}" ip daddr 169.254.0.0/16 drop; '
        f'iifname "{slot.link}" ip saddr {slot.address} accept; iifname "{slot.link}" drop;'
        if egress
        else f'iifname "{slot.link}" drop;'
    )
    nat = (
        f"chain nat {{ type nat hook postrouting priority 100; "
        f'ip saddr {slot.network} oifname != "{slot.link}" masquerade; }}'
        if egress
        else ""
    )
    return f"""
table inet {slot.table} {{
  chain input {{ type filter hook input priority -150; policy accept;
    iifname "{slot.link}" ct state established,related accept; iifname "{slot.link}" drop; }}
  chain forward {{ type filter hook forward priority -150; policy accept;
    {forward_out} oifname "{slot.link}" ct state established,related accept; oifname "{slot.link}" drop; }}
  {nat}
}}
"""


def connect(slot: Slot, *, pid: int, nft: tuple[str, ...], egress: bool) -> None:
    """Give the network namespace of `pid` its uplink; the firewall stands before the link does. Idempotent."""
    remove_firewall(slot.table, nft=nft)
    _run_nft(nft, slot.table, firewall_rules(slot, egress=egress))
    remove_link(slot.link)
    run_tool(
        ["ip", "-batch", "-"],
        stdin=f"link add {slot.link} type veth peer name {UPLINK} netns {pid}\n"
        f"addr add {slot.gateway}/{slot.network.prefixlen} dev {slot.link}\n",
    )
    Path(f"/proc/sys/net/ipv6/conf/{slot.link}/disable_ipv6").write_text("1")
    # The host answers for the gateway only; by default it would tell a lab which addresses it has on other links.
    Path(f"/proc/sys/net/ipv4/conf/{slot.link}/arp_ignore").write_text("1")
    run_tool(["ip", "link", "set", slot.link, "up"])


def configure_inside(slot: Slot, *, pid: int) -> None:
    """The network namespace of `pid` has its address and its loopback; for a cell that may not do it itself."""
    run_tool(
        ["nsenter", f"--net=/proc/{pid}/ns/net", "ip", "-batch", "-"],
        stdin=f"link set lo up\naddr add {slot.address}/{slot.network.prefixlen} dev {UPLINK}\nlink set {UPLINK} up\n",
    )


def join(client: Slot, server: Slot, *, port: int, pids: tuple[int, int], nft: tuple[str, ...]) -> None:
    """What is in `client`'s network reaches one port of `server`'s; nothing else passes between them.

    For two sandboxes of one lab, of whose networks `pids` are processes. Both tables must let it pass; the two links
    forward, whatever the host does otherwise.
    """
    there = f'iifname "{client.link}" oifname "{server.link}" ip daddr {server.address} tcp dport {port} accept'
    back = f'iifname "{server.link}" oifname "{client.link}" ct state established,related accept'
    tables = (client.table, server.table)
    rules = [f"insert rule inet {table} forward {rule}" for table in tables for rule in (there, back)]
    run_tool([*nft, "-f", "-"], stdin="\n".join(rules) + "\n")
    for slot, other, pid in ((client, server, pids[0]), (server, client, pids[1])):
        Path(f"/proc/sys/net/ipv4/conf/{slot.link}/forwarding").write_text("1")
        run_tool(
            ["nsenter", f"--net=/proc/{pid}/ns/net", "ip", "-batch", "-"],
            stdin=f"route replace {other.address}/32 via {slot.gateway}\n",
        )


def link_cells(first: tuple[str, int], second: tuple[str, int]) -> None:
    """Two cells have a link to each other, in each of them called by the other's name. The host has no end of it.

    Each is a name and a process in that cell's network namespace. It goes with the first of the two namespaces.
    """
    (name, pid), (other, other_pid) = first, second
    run_tool(
        ["ip", "link", "add", other, "netns", str(pid), "type", "veth", "peer", "name", name, "netns", str(other_pid)]
    )


def remove_link(name: str) -> None:
    """Delete a link of ours; none is fine.

    The kernel takes a link away some time after its lab's last process ended: also while `ip` is about to, which then
    says "No such device".
    """
    link = Path(f"/sys/class/net/{name}")
    if not link.exists():
        return
    try:
        run_tool(["ip", "link", "del", name])
    except InfrastructureError:
        if link.exists():
            raise


def remove_firewall(table: str, *, nft: tuple[str, ...]) -> None:
    """Delete a table of ours; none is fine. Raises InfrastructureError, also when nothing here can look."""
    _run_nft(nft, table, f"table inet {table} {{}}\ndelete table inet {table}\n")


def _run_nft(nft: tuple[str, ...], table: str, text: str) -> None:
    if not nft:
        raise InfrastructureError(
            f"There is no nftables on this host, neither its own nor a node's in TALLER_CACHE: the firewall table "
            f"{table} can be neither made nor removed.",
            hint="apt-get install nftables, then run the same command again.",
        )
    run_tool([*nft, "-f", "-"], stdin=text)
