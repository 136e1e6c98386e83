"""How soon pods run: from nothing to three pods of a Deployment."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from labs.core.ids import LabId
from labs.core.ports import SandboxSpec
from labs.core.probes import ObjectRef
from labs.core.settings import Settings
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.labnode.engine import LabnodeEngine
from tests.bench.command import expect_nothing_left

if TYPE_CHECKING:
    from tests.bench.measure import Measurements

PODS = 3
PATIENCE_SECONDS = 60.0


def bench_pods(found: "Measurements", home: Path, rounds: int) -> None:
    """A node is asked for, and a Deployment as soon as its API takes one; until all its pods are Ready."""
    engine = LabnodeEngine(Settings(home=home))
    for number in range(rounds):
        lab = LabId(f"bench-pods-{number:04}")
        begun = time.monotonic()
        try:
            sandbox = KubernetesSandbox(engine.create(SandboxSpec(lab)).admin)
            sandbox.writer.apply([deployment()], field_manager="bench")
            wait_until_ready(sandbox)
            found.add("nothing to three pods of a Deployment running", time.monotonic() - begun, limit=7.0)
            sandbox.close()
        finally:
            engine.destroy(lab)
        expect_nothing_left(lab)


def wait_until_ready(sandbox: KubernetesSandbox) -> None:
    """Return when all pods of `deployment()` are Ready. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    ref = ObjectRef("apps/v1", "Deployment", "web", "default")
    while (sandbox.reader.get(ref) or {}).get("status", {}).get("readyReplicas", 0) < PODS:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{PODS} pods were not Ready within {PATIENCE_SECONDS:g} s")
        time.sleep(0.02)


def deployment(image: str = "lab.local/shop:1") -> dict[str, object]:
    """Return a Deployment of three pods that run the demo shop."""
    container = {
        "name": "web",
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "args": ["api"],
        "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8080}, "periodSeconds": 1},
    }
    template = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container]}}
    spec = {"replicas": PODS, "selector": {"matchLabels": {"app": "web"}}, "template": template}
    metadata = {"name": "web", "namespace": "default"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
