"""A lab for NetworkPolicies: three pods in each of three namespaces, as upstream's tests have, and who reaches whom."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labs.core.probes import ExecRequest, ObjectRef
from provisioner.kubernetes.clearing import clear
from tests.contract.labs import PROGRAM, START_SECONDS, Target

NAMESPACES = PODS = ("x", "y", "z")
EVERYBODY = tuple(f"{namespace}/{pod}" for namespace in NAMESPACES for pod in PODS)
SERVES = ("tcp/80", "tcp/81", "udp/80", "udp/81", "sctp/80", "sctp/81")
ATTEMPT_SECONDS = 1.0
SETTLED_SECONDS = 10.0
"""Far above what a change may take, which has a test of its own: these wait for what is right, on a busy host too."""
ACTION_SECONDS = 0.4
"""More than a change takes to be acknowledged, so that the last one is still watched."""
POLICIES = "networking.k8s.io/v1"
Manifest = dict[str, Any]


def build_peer(directory: Path) -> Path:
    """The program of both ends, compiled."""
    program = directory / "peer"
    source = Path(__file__).parent / "peer" / "main.go"
    go = shutil.which("go")
    assert go, "the peers' program needs Go, which building the toolchain needs too"
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""}
    subprocess.run([go, "build", "-trimpath", "-o", program, source], env=environment, check=True, timeout=280)
    return program


def place_program(program: Path, target: Target) -> None:
    """The program is on the node, where pods mount it from."""
    placed = Path(f"/proc/{target.pid}/root{PROGRAM}")
    shutil.copy(program, placed)
    placed.chmod(0o755)


def namespace(name: str) -> Manifest:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": {"ns": name}}}


def pod(place: str, *arguments: str, labels: Mapping[str, str] | None = None, **container: Any) -> Manifest:
    """A pod that runs the peers' program; `place` is NAMESPACE/NAME."""
    space, name = place.split("/")
    main = {
        "name": "main",
        "image": "lab.local/busybox:1",
        "command": ["/peer", *arguments],
        "volumeMounts": [{"name": "peer", "mountPath": "/peer", "readOnly": True}],
        **container,
    }
    spec = {
        "terminationGracePeriodSeconds": 0,
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "containers": [main],
        "volumes": [{"name": "peer", "hostPath": {"path": PROGRAM}}],
    }
    metadata = {"name": name, "namespace": space, "labels": dict(labels or {"pod": name})}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def policy(place: str, select: Mapping[str, str] | None = None, **spec: Any) -> Manifest:
    """A NetworkPolicy for the pods of a namespace with these labels: all of them by default."""
    space, name = place.split("/")
    metadata = {"name": name, "namespace": space}
    selector = {"matchLabels": dict(select)} if select else {}
    return {
        "apiVersion": POLICIES, "kind": "NetworkPolicy", "metadata": metadata, "spec": {"podSelector": selector, **spec}
    }  # fmt: skip


def pods(name: str) -> Manifest:
    """A peer: pods of the policy's namespace."""
    return {"podSelector": {"matchLabels": {"pod": name}}}


def spaces(name: str) -> Manifest:
    """A peer: all pods of a namespace."""
    return {"namespaceSelector": {"matchLabels": {"ns": name}}}


@dataclass
class World:
    """The lab and the addresses of its pods. A place is "NAMESPACE/POD PROTOCOL/PORT", or an address in its stead."""

    target: Target
    addresses: dict[str, str] = field(default_factory=dict)

    def populate(self) -> None:
        """Everybody runs and serves."""
        self.target.sandbox.writer.apply(
            [*map(namespace, NAMESPACES), *(pod(each, "serve", *SERVES) for each in EVERYBODY)], field_manager="test"
        )
        for each in EVERYBODY:
            self.wait_running(each)

    def start(self, *manifests: Manifest) -> None:
        """These pods run."""
        self.target.sandbox.writer.apply(manifests, field_manager="test")
        for each in manifests:
            self.wait_running(f"{each['metadata']['namespace']}/{each['metadata']['name']}")

    def look(self, place: str) -> Mapping[str, Any]:
        """The pod as the API has it; empty when it has none."""
        space, name = place.split("/")
        return self.target.sandbox.reader.get(ObjectRef("v1", "Pod", name, space)) or {}

    def wait_running(self, place: str) -> None:
        """The pod runs and its address is known."""
        deadline = time.monotonic() + START_SECONDS
        while (status := self.look(place).get("status", {})).get("phase") != "Running" or "podIP" not in status:
            assert time.monotonic() < deadline, status
            time.sleep(0.05)
        self.addresses[place] = status["podIP"]

    def remove(self, *places: str) -> None:
        """These pods are gone."""
        refs = [ObjectRef("v1", "Pod", place.split("/")[1], place.split("/")[0]) for place in places]
        clear(self.target.sandbox, [], refs, timeout_seconds=30)

    def run(self, source: str, *arguments: str, seconds: float = ATTEMPT_SECONDS) -> Any:
        """What the program says in a pod."""
        space, name = source.split("/")
        command = ("/peer", *arguments)
        answer = self.target.sandbox.execute(ExecRequest(space, name, command, timeout_seconds=seconds + 20))
        assert answer.exit_code == 0, answer
        return json.loads(answer.stdout)

    def endpoint(self, place: str) -> str:
        """As the program writes it: PROTOCOL/ADDRESS:PORT."""
        who, _, what = place.partition(" ")
        protocol, port = what.split("/")
        return f"{protocol}/{self.addresses.get(who, who)}:{port}"

    def reached(self, source: str, places: Sequence[str]) -> set[str]:
        """Which of the places answer; a pod's answer must be its own."""
        endpoints = {self.endpoint(place): place for place in places}
        said = self.run(source, "ask", str(ATTEMPT_SECONDS), *endpoints)
        for endpoint, name in said.items():
            who = endpoints[endpoint].partition(" ")[0]
            assert name in {"", "associated", who.partition("/")[2]} or who not in self.addresses, (endpoint, name)
        return {endpoints[endpoint] for endpoint, name in said.items() if name}

    def expect(self, source: str, *, yes: Sequence[str] = (), no: Sequence[str] = ()) -> None:
        """Soon, and then still, just these places are reached from the source."""
        deadline = time.monotonic() + SETTLED_SECONDS
        while (seen := self.reached(source, [*yes, *no])) != set(yes):
            assert time.monotonic() < deadline, f"{source} reaches {seen}, not {set(yes)}"
        assert self.reached(source, [*yes, *no]) == set(yes)

    def expect_matrix(self, allowed: Mapping[str, Sequence[str]], what: str = "tcp/80") -> None:
        """Soon, and then still, each source reaches just these."""

        def row(source: str) -> None:
            yes = [f"{each} {what}" for each in allowed[source]]
            self.expect(source, yes=yes, no=[f"{each} {what}" for each in EVERYBODY if each not in allowed[source]])

        with ThreadPoolExecutor(max_workers=3) as pool:
            list(pool.map(row, allowed))

    @contextmanager
    def under(self, *policies: Manifest) -> Iterator[None]:
        """These policies are there, and in the end they are not."""
        writer = self.target.sandbox.writer
        writer.apply(policies, field_manager="test")
        try:
            yield
        finally:
            self.forget(*policies)

    def forget(self, *policies: Manifest) -> None:
        """The API has none of these policies."""
        metadata = [each["metadata"] for each in policies]
        refs = [ObjectRef(POLICIES, "NetworkPolicy", each["name"], each["namespace"]) for each in metadata]
        self.target.sandbox.writer.delete(refs)

    def changes(self, source: str, place: str, actions: Sequence[tuple[bool, Any]], *, pause: float) -> list[float]:
        """Seconds from the end of each action until new connections to the place are as it says: allowed, or not."""
        seconds = (pause + ACTION_SECONDS) * len(actions) + pause
        done: list[tuple[float, bool]] = []
        with ThreadPoolExecutor(max_workers=1) as pool:
            watching = pool.submit(self.run, source, "watch", str(seconds), self.endpoint(place), seconds=seconds)
            for allowed, action in actions:
                time.sleep(pause)
                action()
                done.append((time.time(), allowed))
            seen: list[tuple[float, bool]] = watching.result()
        found = []
        for when, allowed in done:
            before = [reached for at, reached in seen if at <= when]
            after = [at for at, reached in seen if at > when and reached == allowed]
            found.append(0.0 if before and before[-1] == allowed else min(after, default=float("inf")) - when)
        return found
