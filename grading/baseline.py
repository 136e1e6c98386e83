"""The state at hand-over that safeguards and windows are judged against, as JSON for the lab's directory.

It holds the contents of guarded objects, Secrets included: keep it where the administrator's kubeconfig is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grading.aws_answers import value_of
from grading.probe_pods import ProbelessReader
from grading.spec import GradingSpec
from grading.spec_parts import NoNewGuard, Ref
from grading.window import ScopeEntry, scope_entries
from labs.core.aws import AwsReader
from labs.core.errors import InfrastructureError
from labs.core.ids import ScenarioId, scenario_id
from labs.core.ports import Clock, ClusterReader, Manifest
from labs.core.probes import ObjectRef

FORMAT = 1
"""Raised when older baselines can no longer be read."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was there at `time` (epoch seconds). Absent guarded objects are None; `listings` are UIDs for `no_new`."""

    scenario: ScenarioId
    time: float
    objects: Mapping[str, Manifest | None]
    listings: Mapping[str, frozenset[str]]
    scope: Mapping[str, ScopeEntry]
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Guard id → what AWS answered to its query."""

    def object(self, ref: ObjectRef) -> Manifest | None:
        """The guarded object as it was, or None when it was not there. Raises KeyError when nothing guards it."""
        return self.objects[object_key(ref)]

    def listing(self, guard: NoNewGuard) -> frozenset[str]:
        """The UIDs that were there for `guard`. Raises KeyError when it was not recorded."""
        return self.listings[listing_key(guard)]

    def to_json(self) -> dict[str, Any]:
        """The baseline as JSON data."""
        return {
            "format": FORMAT,
            "scenario": self.scenario,
            "time": self.time,
            "objects": dict(self.objects),
            "listings": {key: sorted(uids) for key, uids in self.listings.items()},
            "scope": {uid: entry.to_json() for uid, entry in self.scope.items()},
            "answers": dict(self.answers),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Baseline":
        """The baseline that `to_json` gave. Raises InfrastructureError when damaged or of another format."""
        try:
            if data["format"] != FORMAT:
                raise InfrastructureError(
                    f"The baseline has format {data['format']}, not {FORMAT}.",
                    hint="It was recorded by another version of taller: grade the lab with that one.",
                )
            return cls(
                scenario=scenario_id(data["scenario"]),
                time=float(data["time"]),
                objects=dict(data["objects"]),
                listings={key: frozenset(uids) for key, uids in data["listings"].items()},
                scope={uid: ScopeEntry(**entry) for uid, entry in data["scope"].items()},
                answers=dict(data["answers"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InfrastructureError(f"The baseline is damaged: {error!r}.") from error


def record(reader: ClusterReader, spec: GradingSpec, clock: Clock, *, aws: AwsReader | None = None) -> Baseline:
    """The present state as the baseline of `spec`. Raises UnreachableError when it cannot look.

    `aws` is needed when a safeguard asks AWS.

    See `grading.handover.hand_over`, which records it at the right moment.
    """
    refs = [guard.part.ref for guard in spec.safeguards if isinstance(guard.part, Ref)]
    news = [guard.part for guard in spec.safeguards if isinstance(guard.part, NoNewGuard)]
    return Baseline(
        scenario=spec.scenario,
        time=clock.now(),
        objects={object_key(ref): _kept(reader.get(ref)) for ref in refs},
        listings={listing_key(guard): frozenset(listed(ProbelessReader(reader), guard)) for guard in news},
        scope=scope_entries(reader, spec),
        answers={
            guard.id: value_of(guard.aws_unchanged, aws) for guard in spec.safeguards if guard.aws_unchanged and aws
        },
    )


def listed(reader: ClusterReader, guard: NoNewGuard) -> dict[str, Manifest]:
    """The objects that `guard` watches, by UID."""
    found = reader.list(guard.api_version, guard.kind, namespace=guard.namespace, labels=selector(guard.labels))
    return {str(manifest["metadata"]["uid"]): manifest for manifest in found}


def selector(labels: Mapping[str, str]) -> str:
    """Labels as a Kubernetes label selector."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def object_key(ref: ObjectRef) -> str:
    """The key of an object in `objects`."""
    return f"{ref.api_version} {ref.kind} {ref.namespace}/{ref.name}"


def listing_key(guard: NoNewGuard) -> str:
    """The key of a guard's listing."""
    return f"{guard.api_version} {guard.kind} {guard.namespace} {selector(guard.labels)}"


def _kept(manifest: Manifest | None) -> Manifest | None:
    if manifest is None:
        return None
    metadata = {key: value for key, value in manifest["metadata"].items() if key != "managedFields"}
    return {**manifest, "metadata": metadata}
