"""Whether what the kubelet gave up for a while has been tried again since the last change.

It waits ever longer before it starts a container that crashed, or pulls an image that it could not have: 10 s, 20 s, at
last 300 s (https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts). A right fix of what
such a container needs shows only then; an hour-old fault has long reached the longest wait.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from grading.probe_pods import is_probe
from grading.settled import container_statuses, waiting_for
from grading.spec import GradingSpec
from grading.window import time_of
from labs.core.ports import ClusterReader, Manifest

LONGEST_WAIT_SECONDS = 310.0
"""The kubelet's longest wait, and its look at each pod, every 10 s, that comes after it."""
_NO_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff"})
_GIVEN_UP = _NO_IMAGE | {"CrashLoopBackOff"}


class Retries:
    """The first try after the last change of every container of the scope that then waited for one."""

    def __init__(self, reader: ClusterReader, spec: GradingSpec, *, changed_at: float) -> None:
        self._reader = reader
        self._spec = spec
        self._changed_at = changed_at
        self._waited: set[str] = set()
        self._tried: dict[str, float] = {}

    def over_at(self) -> float:
        """Epoch seconds when all had been tried, or will have been at the latest. Raises UnreachableError."""
        is_waiting = False
        for pod in self._pods():
            for container in container_statuses(pod.get("status") or {}):
                key = f"{pod['metadata']['uid']}/{container['name']}"
                if waiting_for(container) in _GIVEN_UP:
                    self._waited.add(key)
                if key not in self._waited or key in self._tried:
                    continue
                tried = self._last_try(pod, container)
                if tried > self._changed_at:
                    self._tried[key] = tried
                else:
                    is_waiting = True
        if is_waiting:
            return self._changed_at + LONGEST_WAIT_SECONDS
        return max((self._changed_at, *self._tried.values()))

    def _pods(self) -> Iterator[Manifest]:
        for namespace in self._spec.namespaces:
            for pod in self._reader.list("v1", "Pod", namespace=namespace):
                if not is_probe(pod) and not pod["metadata"].get("deletionTimestamp"):
                    yield pod

    def _last_try(self, pod: Manifest, container: Mapping[str, Any]) -> float:
        states = [container.get(name) or {} for name in ("state", "lastState")]
        runs = [state.get("running") or state.get("terminated") or {} for state in states]
        tries = [time_of(run["startedAt"]) for run in runs if run.get("startedAt")]
        if waiting_for(container) in _NO_IMAGE:
            # Only events tell of pulls. A candidate may write some, and gains some waiting.
            metadata = pod["metadata"]
            tries += [
                time_of(event["lastTimestamp"])
                for event in self._reader.list("v1", "Event", namespace=metadata["namespace"])
                if event.get("reason") == "Pulling"
                and event.get("lastTimestamp")
                and (event.get("involvedObject") or {}).get("uid") == metadata["uid"]
            ]
        return max(tries, default=0.0)
