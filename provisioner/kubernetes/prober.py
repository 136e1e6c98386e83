"""Probe pods: opened, asked, checked for tampering, removed."""

import http.client
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from labs.core.errors import InfrastructureError, UnreachableError
from labs.core.probes import ClientIdentity, ExecRequest, NetworkProbe, ObjectRef, ProbeAnswer
from provisioner.kubernetes import probe_pod, wire
from provisioner.kubernetes.execute import Session
from provisioner.kubernetes.probe_pod import Fingerprint, fingerprint
from provisioner.kubernetes.reader import Reader
from provisioner.kubernetes.transport import Transport
from provisioner.kubernetes.writer import Writer

START_SECONDS = 30.0
"""A probe pod runs after about a second; eight labs booting at once on two cores make it ten."""

ANSWER_MAX_BYTES = 8 * 1024 * 1024
"""Bodies are cut at 64 KiB each by the probe itself."""

QUESTION_MAX_CHARACTERS = 1024 * 1024
"""The probe reads lines of up to 8 MiB."""


class PodProber:
    """A `Prober` in a running probe pod."""

    def __init__(self, session: Session, reader: Reader, *, pod: ObjectRef, was: Fingerprint) -> None:
        self._session = session
        self._reader = reader
        self._pod = pod
        self._was = was

    def ask(self, probes: Sequence[NetworkProbe]) -> Sequence[ProbeAnswer]:
        """See Prober. Answers of a pod that was tampered with are thrown away: UnreachableError."""
        if not probes:
            return []
        found = [answer for part in _parts(probes) for answer in self._ask(part)]
        self._verify()
        return found

    def _ask(self, probes: Sequence[NetworkProbe]) -> Sequence[ProbeAnswer]:
        text = self._session.ask(
            wire.request_json(probes),
            timeout_seconds=10.0 + sum(probe.timeout_seconds for probe in probes),
            answer_max_bytes=ANSWER_MAX_BYTES,
        )
        return wire.answers(text, len(probes))

    def _verify(self) -> None:
        pod = self._reader.get(self._pod)
        if pod is None or fingerprint(pod) != self._was:
            raise UnreachableError(f"The probe {self._pod} is not the one that was started.")


@contextmanager
def opened(transport: Transport, reader: Reader, writer: Writer, identity: ClientIdentity) -> Iterator[PodProber]:
    """Give a prober with that identity; its pod is deleted at the end. Raises UnreachableError when it cannot start."""
    namespace = reader.get(ObjectRef("v1", "Namespace", identity.namespace))
    if namespace is None:
        raise UnreachableError(f"The client's namespace {identity.namespace} is not there.")
    manifest = probe_pod.manifest(identity, namespace_uid=namespace["metadata"]["uid"])
    ref = ObjectRef("v1", "Pod", manifest["metadata"]["name"], identity.namespace)
    try:
        try:
            created = writer.create(f"/api/v1/namespaces/{identity.namespace}/pods", manifest)
        except InfrastructureError as error:
            raise UnreachableError(f"The probe {ref} cannot be created: {error}") from error
        was = _started(transport, reader, ref, created)
        session = Session(transport, _serving(ref))
        try:
            yield PodProber(session, reader, pod=ref, was=was)
        finally:
            session.close()
    finally:
        _remove(transport, ref)


def _serving(ref: ObjectRef) -> ExecRequest:
    """One process for all questions: to start one in a container takes 0.1 s, and much more on a busy host."""
    return ExecRequest(ref.namespace, ref.name, (probe_pod.PROGRAM, "serve"), container=probe_pod.CONTAINER)


def _started(transport: Transport, reader: Reader, ref: ObjectRef, created: Mapping[str, Any]) -> Fingerprint:
    deadline = time.monotonic() + START_SECONDS
    version = str(created["metadata"]["resourceVersion"])
    path = f"/api/v1/namespaces/{ref.namespace}/pods"
    while (left := deadline - time.monotonic()) > 0:
        query = {"fieldSelector": f"metadata.name={ref.name}", "resourceVersion": version}
        with transport.watch(path, query=query, timeout_seconds=left) as events:
            for event in events:
                if event["type"] == "DELETED":
                    raise UnreachableError(f"The probe {ref} was deleted while it started.")
                if event["type"] == "ERROR":
                    break  # the version is too old by now
                if was := fingerprint(event["object"]):
                    return was
        pod = reader.get(ref)
        if pod is None:
            raise UnreachableError(f"The probe {ref} was deleted while it started.")
        if was := fingerprint(pod):
            return was
        version = pod["metadata"]["resourceVersion"]
    raise UnreachableError(f"The probe {ref} does not run after {START_SECONDS:g} s.")


def _remove(transport: Transport, ref: ObjectRef) -> None:
    body = {"kind": "DeleteOptions", "apiVersion": "v1", "gracePeriodSeconds": 0}
    answer = transport.call("DELETE", f"/api/v1/namespaces/{ref.namespace}/pods/{ref.name}", body=body)
    if not answer.is_ok and answer.status != http.client.NOT_FOUND:
        raise UnreachableError(f"The probe {ref} cannot be deleted: {answer.status} {answer.message}")


def _parts(probes: Sequence[NetworkProbe]) -> Iterator[Sequence[NetworkProbe]]:
    part: list[NetworkProbe] = []
    for probe in probes:
        if part and len(wire.request_json([*part, probe])) > QUESTION_MAX_CHARACTERS:
            yield part
            part = []
        part.append(probe)
    yield part
