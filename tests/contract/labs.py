"""Labs under attack: a lab of the tests' own, a privileged pod in it, and a program that tries things there."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labs.core.ids import new_lab_id
from labs.core.ports import CandidateAccess, Limits, SandboxHandle, SandboxSpec
from labs.core.probes import ExecAnswer, ExecRequest, ObjectRef
from labs.core.settings import Settings
from provisioner.inventory import host_inventory
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.labnode.engine import LabnodeEngine
from provisioner.labnode.nodes import cell_of, node_name

ATTACKER = "attacker"
PROGRAM = "/opt/attack"
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Target:
    """A lab and its cluster's administrator."""

    config: Settings
    engine: LabnodeEngine
    spec: SandboxSpec
    handle: SandboxHandle
    sandbox: KubernetesSandbox
    number: int = 1
    """Of the node that is attacked."""

    @property
    def gateway(self) -> str:
        """The host's end of the lab's link."""
        return str(self.slot.gateway)

    @property
    def slot(self) -> Any:
        slot = self.engine._cells().slots.find(cell_of(self.spec.lab, self.number))
        assert slot
        return slot

    @property
    def pid(self) -> int:
        pid = self.engine._cells().pid(cell_of(self.spec.lab, self.number))
        assert pid
        return pid

    def attack(self, script: str, *, timeout_seconds: float = 30.0) -> ExecAnswer:
        """What becomes of a script run as the node's root: its file system, network and processes, all privileges."""
        command = ("chroot", "/host", "bash", "-c", f"exec 2>&1\n{script}")
        return self.sandbox.execute(ExecRequest("default", ATTACKER, command, timeout_seconds=timeout_seconds))

    def says(self, script: str, *, timeout_seconds: float = 30.0) -> str:
        """Output and errors of such a script."""
        return self.attack(script, timeout_seconds=timeout_seconds).stdout

    def shell(self, script: str) -> "subprocess.CompletedProcess[str]":
        """A script in the candidate's shell."""
        argv = self.engine.command_in_cell(
            self.spec.lab, ["bash", "-c", f"exec 2>&1\n{script}"], CandidateAccess(self.handle.admin)
        )
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)

    def let_attacker_in(self, program: Path) -> None:
        """The most privileged pod that Kubernetes can make runs, and finds the attack program in the node."""
        placed = Path(f"/proc/{self.pid}/root{PROGRAM}")
        shutil.copy(program, placed)
        placed.chmod(0o755)
        self.sandbox.writer.apply([attacker(node_name(self.number))], field_manager="test")
        deadline = time.monotonic() + START_SECONDS
        ref = ObjectRef("v1", "Pod", ATTACKER, "default")
        while (pod := self.sandbox.reader.get(ref) or {}).get("status", {}).get("phase") != "Running":
            assert time.monotonic() < deadline, pod.get("status")
            time.sleep(0.1)


def attacker(node: str) -> dict[str, Any]:
    container = {
        "name": "main",
        "image": "lab.local/busybox:1",
        "command": ["sleep", "100000"],
        "securityContext": {"privileged": True},
        "volumeMounts": [{"name": "host", "mountPath": "/host"}],
    }
    spec = {
        "nodeName": node,
        "hostNetwork": True,
        "hostPID": True,
        "hostIPC": True,
        "terminationGracePeriodSeconds": 0,
        "containers": [container],
        "volumes": [{"name": "host", "hostPath": {"path": "/"}}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": ATTACKER, "namespace": "default"}, "spec": spec}


@contextmanager
def lab(
    home: Path, *, limits: Limits, egress: bool = False, nodes: int = 1, addons: tuple[str, ...] = ()
) -> Iterator[Target]:
    """A lab in a TALLER_HOME of its own, gone at the end."""
    config = Settings(home=home)
    engine = LabnodeEngine(config)
    spec = SandboxSpec(new_lab_id("under-attack"), limits, egress=egress, nodes=nodes, addons=addons)
    try:
        handle = engine.create(spec)
        sandbox = KubernetesSandbox(handle.admin)
        yield Target(config, engine, spec, handle, sandbox)
        sandbox.close()
    finally:
        engine.destroy(spec.lab)
    assert leftovers(spec.lab) == []


def leftovers(lab_id: str) -> list[str]:
    """What the host has of a lab."""
    return [f"{each.kind} {each.name}" for each in host_inventory() if each.lab == lab_id]


def build_attack(directory: Path) -> Path:
    """The attack program, compiled."""
    program = directory / "attack"
    source = Path(__file__).parent / "attack" / "main.go"
    go = shutil.which("go")
    assert go, "the attack program needs Go, which building the toolchain needs too"
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""}
    subprocess.run([go, "build", "-trimpath", "-o", program, source], env=environment, check=True, timeout=280)
    return program
