"""A workload whose controller replaces pods, as time goes by, and a disturber that takes them away."""

from dataclasses import dataclass, field
from typing import Any

from labs.core.errors import InfrastructureError
from labs.core.probes import ObjectRef
from tests.unit.grading.fakes import FakeSandbox, rfc3339

GRACE_SECONDS = 2.0
START_SECONDS = 1.5


@dataclass
class Workload:
    """A ReplicaSet with its pods. `heals`: whether a new pod becomes Ready."""

    sandbox: FakeSandbox
    replicas: int = 2
    heals: bool = True
    deleted: list[str] = field(default_factory=list)
    refusal: InfrastructureError | None = None
    made: int = 0
    _due: list[tuple[float, dict[str, Any], bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        reader = self.sandbox.reader
        self.owner = reader.put("apps/v1", "ReplicaSet", "orders-abc", spec={"replicas": self.replicas})
        for _ in range(self.replicas):
            self.ready(self.pod())
            self.sandbox.clock.time += 5
        reader.on_look = self._goes_on

    def pod(
        self, name: str = "", owner: dict[str, Any] | None = None, labels: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """A pod that has yet to start; the workload's own when no other owner is given."""
        self.made += 1
        owner = self.owner if owner is None else owner
        metadata = {
            "labels": {"app": "orders", **(labels or {})},
            "ownerReferences": [owned_by(owner)] if owner else [],
        }
        return self.sandbox.reader.put("v1", "Pod", name or f"orders-{self.made}", metadata=metadata, status={})

    def ready(self, pod: dict[str, Any]) -> None:
        pod["status"] = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}

    @property
    def pods(self) -> dict[str, dict[str, Any]]:
        return {ref.name: pod for ref, pod in self.sandbox.reader.objects.items() if ref.kind == "Pod"}

    def delete_pod(self, namespace: str, name: str, *, uid: str) -> None:
        """See Disturber: the pod goes after its grace, another comes at once and is Ready a while later."""
        if self.refusal:
            raise self.refusal
        pod = self.sandbox.reader.objects[ObjectRef("v1", "Pod", name, namespace)]
        assert pod["metadata"]["uid"] == uid
        now = self.sandbox.clock.now()
        self.deleted.append(name)
        pod["metadata"]["deletionTimestamp"] = rfc3339(now + GRACE_SECONDS)
        self._due.append((now + GRACE_SECONDS, pod, False))
        new = self.pod()
        if self.heals:
            self._due.append((now + START_SECONDS, new, True))

    def _goes_on(self) -> None:
        now = self.sandbox.clock.now()
        for moment, pod, starts in [due for due in self._due if due[0] <= now]:
            self._due.remove((moment, pod, starts))
            if starts:
                self.ready(pod)
            else:
                self.sandbox.reader.remove("v1", "Pod", pod["metadata"]["name"])


def owned_by(owner: dict[str, Any]) -> dict[str, Any]:
    metadata = owner["metadata"]
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": metadata["name"],
        "uid": metadata["uid"],
        "controller": True,
    }
