"""Booting the nodes of a lab: the first issues the others' certificates, the host hands them on, all start at once."""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import combinations

from labs.core.errors import InfrastructureError
from labs.core.ports import Limits, NodeLayout, SandboxSpec
from provisioner.cell import network, record
from provisioner.cell.cell import Cells
from provisioner.cell.disk import Disk
from provisioner.cell.shell import CANDIDATE_UID
from provisioner.cell.spec import CellSpec
from provisioner.images import noderoot, unpacked
from provisioner.labnode import events
from provisioner.labnode.nodes import Node, node_config, worker_limits

CONTAINERD_ROOT = "var/lib/containerd"
_CONFIG = "etc/taller.json"
_FIRST_PROCESS = {
    NodeLayout.ONE_PROCESS: ("tini", "--", "labnode", "run"),
    NodeLayout.KUBEADM: ("labnode", "host"),  # which becomes systemd
}


def boot(
    cells: Cells, nodes: Sequence[Node], spec: SandboxSpec, images: unpacked.Unpacked, *, limit_seconds: float
) -> float:
    """Every node of the lab is Ready; the seconds it took. Raises InfrastructureError or TimedOutError."""
    started = time.time()
    first, *workers = nodes
    start = partial(_start, cells, nodes=nodes, spec=spec, images=images)
    first_pid = start(first, limits=spec.limits, issued={})
    follow = partial(_follow, cells, nodes, limit_seconds=limit_seconds)
    if workers:
        issued = follow(until="issued", started=[first])["issued"]["nodes"]
        with ThreadPoolExecutor(len(workers), "workers") as pool:
            coming = [
                pool.submit(start, worker, limits=worker_limits(spec), issued=issued[worker.name]) for worker in workers
            ]
            pids = [first_pid, *(each.result() for each in coming)]
        for one, other in combinations(zip((node.name for node in nodes), pids, strict=True), 2):
            network.link_cells(one, other)
    follow(until="ready", started=nodes)
    for node in nodes:
        cells.stop_listening(node.slot.lab)
    return time.time() - started


def _start(
    cells: Cells,
    node: Node,
    *,
    nodes: Sequence[Node],
    spec: SandboxSpec,
    images: unpacked.Unpacked,
    limits: Limits,
    issued: Mapping[str, str],
) -> int:
    root, files = noderoot.path(), cells.files(node.slot.home, node.slot.lab)
    cell = CellSpec(
        args=[*_FIRST_PROCESS[spec.layout], f"/{_CONFIG}"],
        root=files.root,
        first_id=node.slot.first_id,
        cgroup=f"/taller/{node.slot.lab}",
        hostname=node.name,
        limits=limits,
        keeps_record=not node.is_worker and spec.layout is NodeLayout.ONE_PROCESS,
        read_only_mounts={
            "/usr": root / "usr",
            "/opt/cni": root / "opt/cni",
            **{f"/{CONTAINERD_ROOT}/{place}": images.root / place for place in images.shared},
        },
    )
    files.lab_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    config = files.lab_directory / "node.json"
    config.touch(mode=0o600)
    told = node_config(node, nodes, egress=spec.egress, issued=issued) | {
        "memory_mib": limits.memory_mib,
        "cpu_cores": limits.cpu_cores,
        "addons": [] if node.is_worker else spec.addons,
        "audit_fd": record.DESCRIPTOR if cell.keeps_record else 0,
        "audit_bytes": record.BYTES,
    }
    config.write_text(json.dumps(told))
    copies = {
        "etc": root / "etc",
        _CONFIG: config,
        **{f"{CONTAINERD_ROOT}/{place}": images.root / place for place in images.databases},
    }
    owner = CANDIDATE_UID if spec.workspace and not node.is_worker else None
    return cells.start(node.slot, cell, disk=Disk(limits.disk_mib, copies), egress=spec.egress, workspace_owner=owner)


def _follow(
    cells: Cells, nodes: Sequence[Node], *, until: str, started: Sequence[Node], limit_seconds: float
) -> dict[str, events.Event]:
    """What the first node says, up to a word; a worker that fails has its say first."""
    first = nodes[0]

    def are_alive() -> bool:
        for node in started:
            if cells.pid(node.slot.lab) is None:
                if node.is_worker:
                    _tell_failure(cells, node)
                return False
        return True

    files = cells.files(first.slot.home, first.slot.lab)
    return events.follow(files.events, until=until, limit_seconds=limit_seconds, is_alive=are_alive)


def _tell_failure(cells: Cells, worker: Node) -> None:
    cells.stop_listening(worker.slot.lab)
    said = events.read(cells.files(worker.slot.home, worker.slot.lab).events)
    failed = said.get("failed", {})
    why = f"{failed.get('component', 'labnode')}: {failed.get('error', '')}" if failed else f"it said {list(said)}"
    raise InfrastructureError(f"The node {worker.name} ended: {why[:2000]}")
