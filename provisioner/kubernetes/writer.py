"""The writing side of an API server: server-side apply, deletion, and the waits they need."""

import http.client
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from labs.core.errors import TimedOutError
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef
from provisioner.kubernetes.errors import RejectedError
from provisioner.kubernetes.order import in_turns
from provisioner.kubernetes.paths import Paths, reference
from provisioner.kubernetes.transport import Answer, Transport

SETTLE_SECONDS = 15.0
"""How long a fresh namespace, its service account or a fresh kind may take to be known everywhere (usually under 2)."""
_PAUSE_SECONDS = 0.1
_PARALLEL = 8


class Writer:
    """A `ClusterWriter` over REST. Raises RejectedError when the server refuses, UnreachableError when it is silent."""

    def __init__(
        self,
        transport: Transport,
        paths: Paths,
        *,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._paths = paths
        self._sleep = sleep
        self._monotonic = monotonic

    def apply(self, manifests: Sequence[Manifest], *, field_manager: str) -> None:
        """See ClusterWriter. Objects that do not need each other are sent side by side; CRDs are waited for."""
        with ThreadPoolExecutor(max_workers=_PARALLEL, thread_name_prefix="apply") as pool:
            for turn in in_turns(manifests):
                list(pool.map(lambda manifest: self._apply(manifest, field_manager), turn))
                for manifest in turn:
                    if manifest["kind"] == "CustomResourceDefinition":
                        self._wait_established(reference(manifest))

    def create(self, path: str, manifest: Manifest) -> Mapping[str, Any]:
        """The object, freshly created under a collection's path; the existing one when a retry met its own work."""
        answer = self._settled(lambda: self._transport.call("POST", path, body=manifest), f"{manifest['kind']} {path}")
        if answer.status == http.client.CONFLICT and answer.reason == "AlreadyExists":
            answer = self._transport.call("GET", f"{path}/{manifest['metadata']['name']}")
        return _body(answer, path)

    def delete(self, refs: Sequence[ObjectRef]) -> None:
        """See ClusterWriter. Returns when the server has taken note; dependents go in the background."""
        for ref in refs:
            self._delete(ref)

    def path(self, ref: ObjectRef) -> str | None:
        """The REST path of an object; None when its kind is not served. Raises UnreachableError."""
        return self._paths.object(ref)

    def kill_pods(self, namespace: str) -> None:
        """No pod of the namespace runs on, whatever its grace period. A namespace that is not there has none."""
        path = self._paths.collection("v1", "Pod", namespace) or ""
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
        answer = self._transport.call("DELETE", path, body=options)
        if answer.status != http.client.NOT_FOUND:
            _body(answer, f"pods of {namespace}")

    def _apply(self, manifest: Manifest, field_manager: str) -> None:
        ref = reference(manifest)

        def send() -> Answer:
            path = self._paths.object(ref)
            if path is None:
                message = f"The kind {ref.kind} of {ref.api_version} is not served."
                return Answer(http.client.NOT_FOUND, {"message": message, "reason": "KindNotServed"})
            return self._transport.call(
                "PATCH",
                path,
                query={"fieldManager": field_manager, "force": "true"},
                body=dict(manifest),
                content_type="application/apply-patch+yaml",  # JSON is YAML
            )

        _body(self._settled(send, str(ref)), str(ref))

    def _settled(self, send: Callable[[], Answer], what: str) -> Answer:
        """The first answer that is not about something which is still on its way."""
        deadline = self._monotonic() + SETTLE_SECONDS
        while True:
            answer = send()
            if not _is_unsettled(answer):
                return answer
            if self._monotonic() > deadline:
                raise RejectedError(
                    f"{what} is refused after {SETTLE_SECONDS:g} s: {answer.message}",
                    status=answer.status,
                    reason=answer.reason,
                    path=what,
                )
            self._sleep(_PAUSE_SECONDS)

    def _delete(self, ref: ObjectRef) -> None:
        path = self._paths.object(ref)
        if path is None:
            return
        options = {"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"}
        answer = self._transport.call("DELETE", path, body=options)
        if answer.status not in {http.client.NOT_FOUND, http.client.CONFLICT}:
            _body(answer, str(ref))

    def _wait_established(self, ref: ObjectRef) -> None:
        path = self._paths.object(ref) or ""
        deadline = self._monotonic() + SETTLE_SECONDS
        while True:
            status = _body(self._transport.call("GET", path), path).get("status") or {}
            conditions = status.get("conditions") or []  # null at first
            if any(c["type"] == "Established" and c["status"] == "True" for c in conditions):
                return
            if self._monotonic() > deadline:
                raise TimedOutError(f"{ref} is not Established after {SETTLE_SECONDS:g} s.")
            self._sleep(_PAUSE_SECONDS)


def _is_unsettled(answer: Answer) -> bool:
    if answer.status == http.client.NOT_FOUND:
        return True  # a namespace or a kind that another resource is creating
    if answer.status == http.client.FORBIDDEN:
        return "serviceaccount" in answer.message and "not found" in answer.message
    # Admission with a paramKind answers so until its informer has synced.
    return answer.status == http.client.CONFLICT and answer.reason == "Conflict"


def _body(answer: Answer, what: str) -> Mapping[str, Any]:
    if not answer.is_ok:
        raise RejectedError(
            f"{what} is refused: {answer.message or answer.status}",
            status=answer.status,
            reason=answer.reason,
            path=what,
        )
    body: Mapping[str, Any] = answer.body
    return body
