"""Disturbing a sandbox: each of a workload's pods is replaced once, or some time goes by.

All pods, not one: what was done to a single live pod by hand would pass or fail by which pod is drawn, and a second
grading, which finds other pods, would give another score. One after the other: together they would be an outage, which
not every right system survives. Never a pod without a controller: nothing would bring it back.
"""

from collections.abc import Callable
from dataclasses import dataclass

from grading.baseline import selector
from grading.findings import Words
from grading.owners import controller_of
from grading.spec_durability import Durability, ReplacePods
from grading.window import owners
from grading.workloads import is_ready
from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.ports import Clock, ClusterReader, Disturber, Manifest
from labs.core.probes import ObjectRef

LOOK_SECONDS = 0.3
NOT_KEPT = frozenset({"Job", "Node"})
"""Controllers that need not replace a pod: a Job's work may be done, a Node's pods are the kubelet's own."""
REPLACED = Words("a pod was replaced", "se reemplazó un pod")


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What was done to the sandbox, and what it alone already tells."""

    what: Words
    until: Words
    """What had happened when something no longer held: "it passed until …"."""
    ended_at: float
    """Epoch seconds: from here runs the time for coming right."""
    is_done: bool = True
    """Whether anything may have been disturbed, so that it is worth looking again."""
    trouble: Words | None = None
    """Why it proves nothing when all still holds."""
    objection: Words | None = None
    """Evidence, had without disturbing anything, that the system would not survive it."""


def disturb(plan: Durability, reader: ClusterReader, disturber: Disturber, clock: Clock) -> Disturbance:
    """The sandbox was disturbed as planned, or the answer says why not. Trouble with the sandbox is never raised."""
    if plan.replace_pods:
        return _Replacing(plan.replace_pods, reader, disturber, clock).run()
    seconds = plan.wait_seconds or 0.0
    clock.sleep(seconds)
    return Disturbance(
        what=Words(f"{seconds:g} s were let go by.", f"Se dejaron pasar {seconds:g} s."),
        until=Words(f"{seconds:g} s had gone by", f"pasaron {seconds:g} s"),
        ended_at=clock.now(),
    )


class _Replacing:
    """One run of one plan."""

    def __init__(self, plan: ReplacePods, reader: ClusterReader, disturber: Disturber, clock: Clock) -> None:
        self._plan = plan
        self._reader = reader
        self._disturber = disturber
        self._clock = clock
        self._deleted: dict[str, str] = {}
        """Names by UID."""
        self._ended_at = clock.now()

    def run(self) -> Disturbance:
        try:
            pods, bare = self._pods()
        except InfrastructureError as error:
            return self._told(trouble=_because("The pods could not be listed", "No se pudo listar los pods", error))
        if not pods:
            return self._told(objection=_bare(bare)) if bare else self._told(trouble=self._no_pods())
        for pod in pods:
            if trouble := self._replaced(pod):
                return self._told(trouble=trouble)
        # Until they are gone, the old ones may still answer.
        self._wait(lambda: not self._deleted.keys() & {_uid(pod) for pod in self._all_pods()})
        return self._told()

    def _pods(self) -> tuple[list[Manifest], list[str]]:
        """The pods that a controller would replace, oldest first; and the names of those that none would."""
        labels = selector(self._plan.labels)
        listed = self._reader.list("v1", "Pod", namespace=self._plan.namespace, labels=labels)
        kept, bare = [], []
        for pod in sorted(filter(_is_living, listed), key=_age):
            if self._keeper(pod):
                kept.append(pod)
            else:
                bare.append(str(pod["metadata"]["name"]))
        return kept, bare

    def _keeper(self, pod: Manifest) -> Manifest | None:
        """The controller that would replace the pod."""
        controller = controller_of(pod, self._reader)
        return None if controller is None or controller["kind"] in NOT_KEPT else controller

    def _replaced(self, pod: Manifest) -> Words | None:
        """The pod was deleted, and its controller has as many Ready ones as before; else what went wrong."""
        name, uid = str(pod["metadata"]["name"]), _uid(pod)
        try:
            keeper = self._keeper(pod)
            living = self._living_pods()
            if keeper is None or uid not in map(_uid, living):
                return None  # a rollout that was still going on has taken it
            before = _ready_of(keeper, living)
            self._delete(name, uid)
        except InfrastructureError as error:
            return _because(f"The pod {name} could not be replaced", f"No se pudo reemplazar el pod {name}", error)
        return None if self._wait(lambda: self._is_replaced(uid, keeper, before)) else self._not_replaced(name)

    def _delete(self, name: str, uid: str) -> None:
        try:
            self._disturber.delete_pod(self._plan.namespace, name, uid=uid)
        except UnreachableError:
            self._deleted[uid] = name  # for all we know
            raise
        self._deleted[uid] = name
        self._ended_at = self._clock.now()

    def _is_replaced(self, uid: str, keeper: Manifest, before: int) -> bool:
        """Whether the controller has as many Ready pods as before, or as it wants by now, without that one."""
        living = self._living_pods()
        if uid in map(_uid, living):
            return False
        metadata = keeper["metadata"]
        ref = ObjectRef(keeper["apiVersion"], keeper["kind"], metadata["name"], self._plan.namespace)
        now = self._reader.get(ref)
        if now is None:
            return True  # a rollout has removed it
        replicas = (now.get("spec") or {}).get("replicas")
        wanted = min(before, replicas) if isinstance(replicas, int) else before
        return _ready_of(keeper, living) >= wanted

    def _all_pods(self) -> list[Manifest]:
        return list(self._reader.list("v1", "Pod", namespace=self._plan.namespace))

    def _living_pods(self) -> list[Manifest]:
        return list(filter(_is_living, self._all_pods()))

    def _wait(self, is_so: Callable[[], bool]) -> bool:
        """Whether it came to be so before the time after the last deletion was over; what cannot be seen did not."""
        while True:
            try:
                if is_so():
                    return True
            except InfrastructureError:
                pass
            if self._clock.now() >= self._ended_at + self._plan.within_seconds:
                return False
            self._clock.sleep(LOOK_SECONDS)

    def _told(self, *, trouble: Words | None = None, objection: Words | None = None) -> Disturbance:
        names = ", ".join(self._deleted.values())
        what = Words(f"Deleted, one after the other: {names}.", f"Se borraron, uno tras otro: {names}.")
        return Disturbance(
            what=what if names else Words("", ""),
            until=REPLACED,
            ended_at=self._ended_at,
            is_done=bool(names),
            trouble=trouble,
            objection=objection,
        )

    def _no_pods(self) -> Words:
        labels = selector(self._plan.labels)
        return Words(f"There is no pod with the labels {labels}.", f"No hay ningún pod con las etiquetas {labels}.")

    def _not_replaced(self, name: str) -> Words:
        seconds = self._plan.within_seconds
        return Words(
            f"The pod {name} was deleted, and {seconds:g} s later no other was Ready in its place.",
            f"El pod {name} se borró y {seconds:g} s después no había otro Ready en su lugar.",
        )


def _bare(names: list[str]) -> Words:
    shown = ", ".join(names)
    return Words(
        f"Nothing would replace these pods, for no controller owns them: {shown}.",
        f"Nada reemplazaría a estos pods, porque ningún controlador es su dueño: {shown}.",
    )


def _because(en: str, es: str, error: InfrastructureError) -> Words:
    return Words(f"{en}: {error.message}", f"{es}: {error.message}")


def _ready_of(keeper: Manifest, pods: list[Manifest]) -> int:
    own = (pod for pod in pods if any(owner.get("uid") == _uid(keeper) for owner in owners(pod)))
    return sum(map(is_ready, own))


def _is_living(pod: Manifest) -> bool:
    """Whether it runs or is to run, and nobody has asked it to go."""
    finished = (pod.get("status") or {}).get("phase") in {"Succeeded", "Failed"}
    return not finished and not pod["metadata"].get("deletionTimestamp")


def _age(pod: Manifest) -> tuple[str, str]:
    return str(pod["metadata"].get("creationTimestamp", "")), str(pod["metadata"]["name"])


def _uid(manifest: Manifest) -> str:
    return str(manifest["metadata"]["uid"])
