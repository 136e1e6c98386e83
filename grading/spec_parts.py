"""What a check or a safeguard looks at: one small model for each kind, as scenario.yaml spells it."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from grading.fragments import fragment_problems
from grading.paths import path_problem
from labs.core.ids import CheckId
from labs.core.probes import ClientIdentity, ObjectRef, ProbeOutcome

Seconds = Annotated[float, Field(ge=0, le=3600)]
Points = Annotated[int, Field(ge=1, le=1000)]
Name = Annotated[str, Field(min_length=1, max_length=253)]
Slug = Annotated[CheckId, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]

NO_CONNECTION = frozenset({ProbeOutcome.REFUSED, ProbeOutcome.TIMED_OUT, ProbeOutcome.RESET})
"""Outcomes that mean "was not let through"; an unknown name is not one of them: a firewall has no say in it."""


class Model(BaseModel):
    """Frozen, and strict about unknown keys: a typing error in a scenario is a problem, never ignored.

    Built when first used (`defer_build`): commands that validate no scenario start 40 ms sooner.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, defer_build=True)


class Text(Model):
    """A text that people read, in both languages."""

    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class Client(Model):
    """Whom a probe impersonates on the network."""

    namespace: Name
    labels: dict[str, str] = {}
    service_account: str = "default"

    @property
    def identity(self) -> ClientIdentity:
        """The identity as the port takes it."""
        return ClientIdentity(self.namespace, tuple(sorted(self.labels.items())), self.service_account)


class KindRef(Model):
    """A kind of object, e.g. `{apiVersion: apps/v1, kind: Deployment}`."""

    api_version: str = Field(alias="apiVersion", min_length=1)
    kind: str = Field(min_length=1)


class Ref(KindRef):
    """One object. `namespace` stays empty for cluster-wide kinds."""

    name: Name
    namespace: str = ""

    @property
    def ref(self) -> ObjectRef:
        """The reference as the port takes it."""
        return ObjectRef(self.api_version, self.kind, self.name, self.namespace)


class HttpExpectation(Model):
    """What every counted answer must show. All that is given must hold; `refused` stands alone."""

    status: int | tuple[int, ...] | None = None
    body_contains: str | None = None
    body_equals: str | None = None
    body_json: Any = Field(default=None, alias="json")
    """An object fragment (see grading.fragments) that the body, read as JSON, must contain."""
    refused: bool = False
    """No connection: refused, reset or timed out. For what must fail and must still fail."""

    @property
    def statuses(self) -> tuple[int, ...]:
        """The accepted status codes; empty: any."""
        if self.status is None:
            return ()
        return (self.status,) if isinstance(self.status, int) else self.status

    @model_validator(mode="after")
    def _consistent(self) -> "HttpExpectation":
        given = self.model_fields_set - {"refused"}
        if self.refused and given:
            raise ValueError("refused stands alone: an answer that never came has no status or body")
        if not self.refused and not given:
            raise ValueError("says nothing: give status, body_contains, body_equals, json or refused")
        if problems := fragment_problems(self.body_json):
            raise ValueError("; ".join(f"json {problem}" for problem in problems))
        return self


class HttpCheck(Model):
    """`repeat` requests, one after the other, of which at least `share` must match `expect`."""

    url: str = Field(pattern=r"^https?://\S+$")
    method: str = Field(default="GET", pattern=r"^[A-Z]+$")
    headers: dict[str, str] = {}
    body: str = ""
    timeout_seconds: float = Field(default=2.0, gt=0, le=30)
    repeat: int = Field(default=1, ge=1, le=200)
    share: float = Field(default=1.0, gt=0, le=1)
    client: Client | None = None
    """Another client than the scenario's, e.g. an intruder who must be refused."""
    expect: HttpExpectation


class DnsCheck(Model):
    """Whether a name resolves for the client; `addresses`, when given, is the exact set of A records."""

    name: Name
    resolves: bool = True
    addresses: tuple[str, ...] = ()
    timeout_seconds: float = Field(default=2.0, gt=0, le=30)
    client: Client | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "DnsCheck":
        if self.addresses and not self.resolves:
            raise ValueError("addresses make no sense for a name that must not resolve")
        return self


class TcpCheck(Model):
    """Whether the client gets a TCP connection (`open`) or must not get one."""

    host: Name
    port: int = Field(ge=1, le=65535)
    open: bool = True
    timeout_seconds: float = Field(default=2.0, gt=0, le=30)
    client: Client | None = None


class ObjectCheck(KindRef):
    """An object by name, or objects by labels, that contain a fragment.

    By `name`: the object exists and contains `fragment`. By `labels`: at least one object exists and every one
    contains it; with `count`, exactly that many contain it (0: none does). Objects being deleted do not count.
    """

    namespace: str = ""
    name: str | None = Field(default=None, min_length=1)
    labels: dict[str, str] | None = None
    count: int | None = Field(default=None, ge=0)
    fragment: dict[str, Any] = {}

    @model_validator(mode="after")
    def _consistent(self) -> "ObjectCheck":
        problems = [f"fragment {problem}" for problem in fragment_problems(self.fragment)]
        if (self.name is None) == (self.labels is None):
            problems.append("give either name or labels")
        if self.name is not None and self.count is not None:
            problems.append("count goes with labels, not with name")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class ApiCheck(Model):
    """The API server answers a path with 200 when asked from outside; refused by a living node, it fails.

    For clusters whose control plane is the candidate's to break: every other check is inconclusive then.
    """

    path: str = Field(default="/readyz", pattern=r"^/\S*$")


class ExecCheck(Model):
    """A command in running pods: in `all` that match (each must answer as expected) or in the newest `one`.

    What runs inside a candidate's pod may be the candidate's own: believe it only where they cannot replace it.
    """

    namespace: Name
    labels: dict[str, str] = Field(min_length=1)
    pods: str = Field(default="all", pattern="^(all|one)$")
    container: str = ""
    command: tuple[str, ...] = Field(min_length=1)
    exit_code: int = 0
    stdout_contains: str | None = None
    timeout_seconds: float = Field(default=10.0, gt=0, le=60)


class UnchangedGuard(Ref):
    """`fields` (e.g. `spec.selector`, `metadata.labels["a.b/c"]`) equal the baseline; empty: all but status."""

    fields: tuple[str, ...] = ()

    @field_validator("fields")
    @classmethod
    def _paths(cls, fields: tuple[str, ...]) -> tuple[str, ...]:
        if problems := [problem for path in fields if (problem := path_problem(path))]:
            raise ValueError("; ".join(problems))
        return fields


class ReplicasGuard(Ref):
    """Not scaled below the baseline and, with `ready`, at least as many ready as then (false for what crashes)."""

    ready: bool = True


class NoNewGuard(KindRef):
    """No object that the baseline lacks, but for those that controllers made (they have a genuine owner)."""

    namespace: str = ""
    labels: dict[str, str] = {}
