"""Leave to examine durability in a lab that is frozen, and the memory of earlier examinations."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from labs.core.ids import CheckId, LabId, ScenarioId
from labs.core.ports import Disturber
from labs.lifecycle.context import Context

if TYPE_CHECKING:
    from grading.durability import Examination

DISTURBED = "disturbed"
"""The journal's event: before it, all of the scenario held but for the ids that its detail names."""


def examination(context: Context, lab: LabId, scenario: ScenarioId, disturber: Disturber) -> "Examination":
    """Leave to disturb the scenario. What it finds out is kept in the lab's journal, lest a second grading differ."""
    from grading.durability import Examination  # noqa: PLC0415 - only graders need it

    def begins(unpassed: Sequence[CheckId]) -> None:
        context.registry.note(lab, DISTURBED, now=context.clock.now(), detail=" ".join((scenario, *unpassed)))

    return Examination(disturber, begins, _earlier(context, lab, scenario))


def _earlier(context: Context, lab: LabId, scenario: ScenarioId) -> frozenset[CheckId] | None:
    details = (event.detail.split() for event in context.registry.events(lab) if event.name == DISTURBED)
    return next((frozenset(map(CheckId, ids)) for name, *ids in details if name == scenario), None)
