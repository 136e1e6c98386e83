"""Findings of safeguards: the present against the baseline."""

import hashlib
from typing import Any

from grading.baseline import listed
from grading.findings import Finding, UndecidableError, failed, passed, shown
from grading.helpers import ScenarioView
from grading.owners import controller_of, owner_of
from grading.paths import ABSENT, value_at
from grading.since import since
from grading.spec_parts import NoNewGuard, Ref, ReplicasGuard, UnchangedGuard
from grading.window import ENDPOINTSLICE_CONTROLLER, MANAGED_BY
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

BOOKKEEPING = frozenset({"apiVersion", "kind", "metadata", "status"})
"""Top-level keys that `unchanged` leaves aside when no fields are named; labels count all the same."""


def same_uid_finding(ref: ObjectRef, view: ScenarioView) -> Finding:
    """Whether the object is still the very one of the hand-over, neither deleted nor made anew."""
    then = _then(ref, view)
    now = view.reader.get(ref)
    if now is None:
        return failed(en=f"{ref} was deleted.", es=f"{ref} fue borrado.", expected="kept", actual="absent")
    if now["metadata"]["uid"] != then["metadata"]["uid"]:
        return failed(
            en=f"{ref} was deleted and made anew.",
            es=f"{ref} fue borrado y creado de nuevo.",
            expected=f"uid {then['metadata']['uid']}",
            actual=f"uid {now['metadata']['uid']}",
            since=str(now["metadata"].get("creationTimestamp") or ""),
        )
    if now["metadata"].get("deletionTimestamp") and not then["metadata"].get("deletionTimestamp"):
        return failed(
            en=f"{ref} is being deleted.",
            es=f"{ref} está siendo borrado.",
            expected="kept",
            actual="being deleted",
            since=str(now["metadata"]["deletionTimestamp"]),
        )
    return passed(en=f"{ref} is the one of the hand-over.", es=f"{ref} es el mismo de la entrega.")


def unchanged_finding(guard: UnchangedGuard, view: ScenarioView) -> Finding:
    """Whether the guarded fields are as they were."""
    then, now = _then(guard.ref, view), view.reader.get(guard.ref)
    if now is None:
        return failed(en=f"{guard.ref} is gone.", es=f"{guard.ref} ya no existe.", expected="kept", actual="absent")
    for path in guard.fields or _all_fields(then, now):
        before, after = value_at(then, path), value_at(now, path)
        if before != after:
            return failed(
                en=f"{guard.ref}: {path} was changed.",
                es=f"{guard.ref}: {path} fue modificado.",
                expected=_told(guard, before),
                actual=_told(guard, after),
                since=since(now, path),
            )
    return passed(en=f"{guard.ref} is unchanged.", es=f"{guard.ref} no ha cambiado.")


def replicas_finding(guard: ReplicasGuard, view: ScenarioView) -> Finding:
    """Whether as many replicas are wanted and, if `ready`, ready as at the hand-over."""
    then, now = _then(guard.ref, view), view.reader.get(guard.ref)
    if now is None:
        return failed(en=f"{guard.ref} is gone.", es=f"{guard.ref} ya no existe.", expected="kept", actual="absent")
    least, wanted = _wanted(then), _wanted(now)
    if wanted < least:
        return failed(
            en=f"{guard.ref} was scaled down from {least} to {wanted}.",
            es=f"{guard.ref} fue reducido de {least} a {wanted} réplicas.",
            expected=f"at least {least}",
            actual=str(wanted),
            since=since(now, "spec.replicas"),
        )
    ready, least_ready = _ready(now), _ready(then)
    if guard.ready and ready < least_ready:
        return failed(
            en=f"{guard.ref}: {ready} replicas are ready, {least_ready} were at the hand-over.",
            es=f"{guard.ref}: hay {ready} réplicas listas; en la entrega había {least_ready}.",
            expected=f"at least {least_ready} ready",
            actual=f"{ready} ready",
        )
    return passed(en=f"{guard.ref} was not scaled down.", es=f"{guard.ref} no fue reducido.")


def exists_finding(ref: ObjectRef, view: ScenarioView) -> Finding:
    """Whether the object is there."""
    there = view.reader.get(ref) is not None
    make = passed if there else failed
    return make(
        en=f"{ref} is {'there' if there else 'gone'}.",
        es=f"{ref} {'existe' if there else 'ya no existe'}.",
        expected="present",
        actual="present" if there else "absent",
    )


def absent_finding(ref: ObjectRef, view: ScenarioView) -> Finding:
    """Whether there is no such object."""
    found = view.reader.get(ref)
    if found is None:
        return passed(en=f"There is no {ref}.", es=f"No hay {ref}.", expected="absent", actual="absent")
    return failed(
        en=f"{ref} is there.",
        es=f"{ref} existe.",
        expected="absent",
        actual="present",
        since=str(found["metadata"].get("creationTimestamp") or ""),
    )


def no_new_finding(guard: NoNewGuard, view: ScenarioView) -> Finding:
    """Whether nobody made such objects by hand since the hand-over."""
    before = view.baseline.listing(guard)
    new = [
        manifest
        for uid, manifest in sorted(listed(view.reader, guard).items())
        if uid not in before and not _is_made_by_controller(guard.kind, manifest, view)
    ]
    if not new:
        return passed(en=f"No {guard.kind} was made by hand.", es=f"Nadie creó un {guard.kind} a mano.")
    names = ", ".join(str(manifest["metadata"]["name"]) for manifest in new)
    return failed(
        en=f"{guard.kind} made by hand: {names}.",
        es=f"{guard.kind} creado a mano: {names}.",
        expected="none",
        actual=names,
        since=str(new[0]["metadata"].get("creationTimestamp") or ""),
    )


def _is_made_by_controller(kind: str, manifest: Manifest, view: ScenarioView) -> bool:
    """Whether the owner that the object names is one that controls, and exists.

    Of an EndpointSlice it is a Service, and the controller's label must be there: it removes what is not its own.
    """
    if kind not in {"EndpointSlice", "Endpoints"}:
        return controller_of(manifest, view.reader) is not None
    labels = manifest["metadata"].get("labels") or {}
    is_labelled = kind == "Endpoints" or labels.get(MANAGED_BY) == ENDPOINTSLICE_CONTROLLER
    return is_labelled and owner_of(manifest, view.reader) is not None


def _then(ref: ObjectRef, view: ScenarioView) -> Manifest:
    then = view.baseline.object(ref)
    if then is None:
        raise UndecidableError(f"{ref} was not there at hand-over, so there is nothing to compare it with.")
    return then


def _all_fields(then: Manifest, now: Manifest) -> list[str]:
    keys = sorted((then.keys() | now.keys()) - BOOKKEEPING)
    return [*keys, "metadata.labels"]


def _wanted(manifest: Manifest) -> int:
    replicas = (manifest.get("spec") or {}).get("replicas")
    return 1 if replicas is None else int(replicas)


def _ready(manifest: Manifest) -> int:
    status = manifest.get("status") or {}
    return int(status.get("readyReplicas") or status.get("numberReady") or 0)


def _told(guard: Ref, value: Any) -> str:
    """The value; of a Secret only a digest, for reports travel further than baselines."""
    if guard.kind == "Secret" and value is not ABSENT:
        return f"sha256 {hashlib.sha256(shown(value).encode()).hexdigest()[:12]}"
    return shown(value)
