"""Checks, safeguards and the grading of a scenario, as scenario.yaml spells them. Light: the catalogue imports it."""

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, ValidationError, model_validator

from grading.spec_aws import AwsCheck, AwsQuery, IamCheck, ReachCheck, TrustCheck
from grading.spec_durability import Durability
from grading.spec_parts import (
    ApiCheck,
    Client,
    DnsCheck,
    ExecCheck,
    HttpCheck,
    KindRef,
    Model,
    Name,
    NoNewGuard,
    ObjectCheck,
    Points,
    Ref,
    ReplicasGuard,
    Seconds,
    Slug,
    TcpCheck,
    Text,
    UnchangedGuard,
)
from grading.spec_tofu import TofuCheck
from labs.core.ids import RequirementId, ScenarioId

CheckPart = (
    HttpCheck
    | DnsCheck
    | TcpCheck
    | ObjectCheck
    | ExecCheck
    | ApiCheck
    | AwsCheck
    | IamCheck
    | TrustCheck
    | ReachCheck
    | TofuCheck
    | str
)
SafeguardPart = Ref | UnchangedGuard | ReplicasGuard | NoNewGuard | AwsCheck | AwsQuery | TofuCheck | str

CHECK_KINDS = ("http", "dns", "tcp", "object", "exec", "api", "aws", "iam", "trust", "reach", "tofu", "python")
SAFEGUARD_KINDS = (
    "same_uid",
    "unchanged",
    "replicas",
    "exists",
    "absent",
    "no_new",
    "aws",
    "aws_unchanged",
    "tofu",
    "python",
)

SETTLING_SECONDS = {"replicas": 30.0, "absent": 10.0, "no_new": 10.0}
"""How long after the last change a safeguard may still come right: rollouts and deletions take their time."""


class Severity(StrEnum):
    """What a broken safeguard costs."""

    RECOVERABLE = "recoverable"
    """`penalty` points."""
    CATASTROPHIC = "catastrophic"
    """The scenario's points are capped at `cap_points`."""


def _given(model: Model, kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(kind for kind in kinds if getattr(model, kind) is not None)


def _one_of(given: tuple[str, ...], kinds: tuple[str, ...]) -> list[str]:
    return [] if len(given) == 1 else [f"give exactly one of {', '.join(kinds)} (given: {', '.join(given) or 'none'})"]


class CheckSpec(Model):
    """One thing that must hold in the end.

    A *target* check fails under the fault and carries points. A *control* check (`target: false`) holds under the
    fault too, so it carries no points (doing nothing scores zero) but costs `penalty` when it no longer holds.
    """

    id: Slug
    message: Text
    """What holds when the check passes, as a user of the system would say it."""
    target: bool = True
    points: int = Field(default=0, ge=0, le=1000)
    penalty: int = Field(default=0, ge=0, le=1000)
    within_seconds: Seconds = 20.0
    """How long the system may take after the last change in scope, or after what crash-looped was tried again."""
    hold_seconds: Annotated[float, Field(ge=0, le=120)] = 3.0
    """How long the check must then go on passing."""
    patience_seconds: Annotated[float, Field(gt=0, le=300)] = 15.0
    """How long to go on trying when nothing can be seen, before the verdict is inconclusive."""
    http: HttpCheck | None = None
    dns: DnsCheck | None = None
    tcp: TcpCheck | None = None
    object: ObjectCheck | None = None
    exec: ExecCheck | None = None
    api: ApiCheck | None = None
    aws: AwsCheck | None = None
    iam: IamCheck | None = None
    trust: TrustCheck | None = None
    reach: ReachCheck | None = None
    tofu: TofuCheck | None = None
    python: Annotated[str, Field(min_length=1)] | None = None

    @property
    def kind(self) -> str:
        """Which of CHECK_KINDS this is."""
        return _given(self, CHECK_KINDS)[0]

    @property
    def part(self) -> CheckPart:
        """What is looked at; a string is the id of a Python check."""
        part: CheckPart = getattr(self, self.kind)
        return part

    @model_validator(mode="after")
    def _consistent(self) -> "CheckSpec":
        problems = _one_of(_given(self, CHECK_KINDS), CHECK_KINDS)
        if self.target and self.points < 1:
            problems.append("a target check needs points")
        if self.target and self.penalty:
            problems.append("penalty goes with target: false; a target check loses its points")
        if not self.target and self.points:
            problems.append("a control check (target: false) holds without a fix, so it cannot carry points")
        if not self.target and self.penalty < 1:
            problems.append("a control check (target: false) needs a penalty")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class SafeguardSpec(Model):
    """One thing that must not happen on the way to a fix, judged against the baseline."""

    id: Slug
    message: Text
    """What must not have happened, or must still be so."""
    severity: Severity = Severity.RECOVERABLE
    penalty: Points | None = None
    cap_points: Annotated[int, Field(ge=0, le=1000)] | None = None
    within_seconds: Seconds | None = None
    """As for checks; by default 30 s for replicas, 10 s for absent and no_new, otherwise 0."""
    patience_seconds: Annotated[float, Field(gt=0, le=300)] = 15.0
    same_uid: Ref | None = None
    unchanged: UnchangedGuard | None = None
    replicas: ReplicasGuard | None = None
    exists: Ref | None = None
    absent: Ref | None = None
    no_new: NoNewGuard | None = None
    aws: AwsCheck | None = None
    aws_unchanged: AwsQuery | None = None
    tofu: TofuCheck | None = None
    python: Annotated[str, Field(min_length=1)] | None = None

    @property
    def kind(self) -> str:
        """Which of SAFEGUARD_KINDS this is."""
        return _given(self, SAFEGUARD_KINDS)[0]

    @property
    def part(self) -> SafeguardPart:
        """What is guarded; a string is the id of a Python check."""
        part: SafeguardPart = getattr(self, self.kind)
        return part

    @property
    def settling_seconds(self) -> float:
        """`within_seconds`, or the kind's own."""
        return SETTLING_SECONDS.get(self.kind, 0.0) if self.within_seconds is None else self.within_seconds

    @model_validator(mode="after")
    def _consistent(self) -> "SafeguardSpec":
        problems = _one_of(_given(self, SAFEGUARD_KINDS), SAFEGUARD_KINDS)
        recoverable = self.severity is Severity.RECOVERABLE
        if recoverable and self.penalty is None:
            problems.append("a recoverable safeguard needs a penalty")
        if recoverable and self.cap_points is not None:
            problems.append("cap_points goes with severity: catastrophic")
        if not recoverable and self.penalty is not None:
            problems.append("a catastrophic safeguard caps the scenario (cap_points, default 0); it has no penalty")
        if problems:
            raise ValueError("; ".join(problems))
        return self


class Scope(Model):
    """Where a change restarts the time that checks allow. Empty `namespaces`: the client's."""

    namespaces: tuple[Name, ...] = ()
    kinds: tuple[KindRef, ...] = ()
    """Namespaced kinds beyond the usual ones, e.g. custom resources."""
    cluster_kinds: tuple[KindRef, ...] = ()
    """Cluster-wide kinds, e.g. webhook configurations."""


class GradingSpec(Model):
    """All that is needed to grade one scenario for one candidate: rendered, validated, independent of the catalogue."""

    scenario: ScenarioId
    title: Text | None = None
    requirements: tuple[RequirementId, ...] = ()
    client: Client | None = None
    """Whom network probes impersonate; None where there is no cluster."""
    checks: tuple[CheckSpec, ...]
    safeguards: tuple[SafeguardSpec, ...] = ()
    scope: Scope = Scope()
    durability: Durability | None = None
    parameters: dict[str, str | int] = Field(default_factory=dict)
    """The candidate's variant; Python checks read it."""
    pass_share: float = Field(default=1.0, gt=0, le=1)
    """Share of the points at which the scenario counts as passed for the command's exit code."""

    @property
    def max_points(self) -> int:
        """The sum of all checks' points."""
        return sum(check.points for check in self.checks)

    @property
    def namespaces(self) -> tuple[str, ...]:
        """The namespaces of the scope."""
        return self.scope.namespaces or ((self.client.namespace,) if self.client else ())

    @property
    def python_ids(self) -> frozenset[str]:
        """The Python checks that must be registered."""
        parts = (check.part for check in self.checks), (guard.part for guard in self.safeguards)
        return frozenset(part for group in parts for part in group if isinstance(part, str))

    @model_validator(mode="after")
    def _consistent(self) -> "GradingSpec":
        ids = Counter([*(check.id for check in self.checks), *(guard.id for guard in self.safeguards)])
        problems = [f"the id {name} is used {times} times" for name, times in ids.items() if times > 1]
        if not any(check.target for check in self.checks):
            problems.append("at least one check must be a target: something has to fail under the fault")
        caps = {guard.id: guard.cap_points or 0 for guard in self.safeguards}
        problems += [
            f"safeguard {name}: cap_points must be below max_points"
            for name, cap in caps.items()
            if cap >= self.max_points
        ]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def spec_problems(error: ValidationError, data: Mapping[str, Any]) -> list[str]:
    """Every problem of `error` on a line of its own, each naming its place, e.g. `checks[0] (orders).http.url: …`."""
    return [f"{_place(item['loc'], data)}: {item['msg'].removeprefix('Value error, ')}" for item in error.errors()]


def _place(location: tuple[int | str, ...], data: Any) -> str:
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            data = None
        if isinstance(step, int) and isinstance(data, Mapping) and isinstance(data.get("id"), str):
            text += f" ({data['id']})"
    return text or "spec"
