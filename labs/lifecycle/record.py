"""What is known of one lab."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that works on a lab. The start time tells it from a later process with the same id."""

    pid: int
    started: float
    """Epoch seconds."""


@dataclass(frozen=True, slots=True)
class HintTaken:
    """A hint that the candidate asked for."""

    scenario: ScenarioId
    index: int
    cost: int
    taken_at: float


@dataclass(frozen=True, slots=True)
class LabRecord:
    """A row of the registry. Times are epoch seconds, UTC."""

    id: LabId
    candidate: str
    state: LabState
    created_at: float
    expires_at: float
    seed: str
    engine: str
    scenarios: tuple[ScenarioId, ...]
    posting: str = ""
    plan: Mapping[str, Any] = field(default_factory=dict)
    """The assessment plan as JSON; empty when scenarios were named."""
    doing: str = ""
    """`up`, `down` or `freeze` while a process works on it."""
    owner: Owner | None = None
    step: str = ""
    """The last step that was finished, such as `up:stack`."""
    failure: str = ""
    baselines: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Scenario id → baseline as JSON. Holds guarded Secrets."""
    symptoms: Mapping[str, Any] = field(default_factory=dict)
    """Scenario id → language → what a user of the broken system meets."""
    timings: Mapping[str, float] = field(default_factory=dict)
    hints: tuple[HintTaken, ...] = ()
    ready_at: float | None = None
    """When the candidate's clock started."""
    frozen_at: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a lab's journal."""

    time: float
    name: str
    detail: str
