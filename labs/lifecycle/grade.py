"""Reading a lab's grade, ending the candidate's time, giving hints."""

from functools import cache, partial
from typing import TYPE_CHECKING

from labs.core.errors import InfrastructureError, InputError, NotFoundError
from labs.core.ids import LabId, ScenarioId
from labs.core.states import LabState
from labs.lifecycle.accounts import ACCOUNT, end_access
from labs.lifecycle.context import Context
from labs.lifecycle.examination import examination
from labs.lifecycle.owners import this_process
from labs.lifecycle.record import HintTaken, LabRecord
from labs.lifecycle.sandboxes import engines, named_spec, sandbox, vanished
from labs.lifecycle.shells import close_shells
from labs.lifecycle.turns import turn
from labs.lifecycle.variants import drawn, python_checks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grading.durability import Examination
    from grading.results import Report, RequirementTrace
    from labs.catalogue.variant import Hint, Variant

GRADEABLE = frozenset({LabState.READY, LabState.FROZEN})
DAMAGED = "damaged"
"""In a lab's journal from when it was first noticed."""


def lab_grade(context: Context, lab: LabId, *, requirements: "Sequence[RequirementTrace]" = ()) -> "Report":
    """The lab's report, now. Changes nothing in a ready lab; in a frozen one, durability is examined.

    Gradings of a frozen lab take turns: one would take the other's disturbance for the candidate's doing.
    Raises NotFoundError for an unknown lab, InputError for one that was never ready or is gone, InfrastructureError
    when its sandbox has vanished.
    """
    record = _standing(context, lab)
    if record.state is not LabState.FROZEN:
        return _graded(context, record, requirements)
    with turn(context.files(lab).grading, places=1, waiting=lambda: context.told("grade:wait for another grading")):
        return _graded(context, record, requirements)


def _graded(context: Context, record: LabRecord, requirements: "Sequence[RequirementTrace]") -> "Report":
    from grading.baseline import Baseline  # noqa: PLC0415 - only graders need the rest of grading
    from grading.grade import GradingJob, grade_lab  # noqa: PLC0415
    from labs.lifecycle.audit import cluster_record, last_write  # noqa: PLC0415

    is_frozen = record.state is LabState.FROZEN
    files = context.files(record.id)

    def leave(name: ScenarioId, variant: "Variant") -> "Examination | None":
        """Durability is about what acts in a cluster."""
        if not is_frozen or not variant.has_cluster:
            return None
        return examination(context, record.id, name, context.sandbox_of(files.read_admin()).disturber)

    written = cache(lambda: cluster_record(context, record))  # had by who needs it first: when something looks bad

    def last_write_in(namespaces: "Sequence[str]") -> float | None:
        return last_write(written(), namespaces)

    jobs = [
        GradingJob(
            spec,
            sandbox(context, record.id, variant),
            Baseline.from_json(record.baselines[name]),
            python_checks(context.catalogue[name]),
            hint_points=sum(taken.cost for taken in record.hints if taken.scenario == name),
            examination=leave(name, variant),
            last_write=partial(last_write_in, spec.namespaces),
        )
        for name, variant in drawn(context.catalogue, record.scenarios, record.seed).items()
        for spec in (named_spec(variant, files.read_names(name)),)
    ]
    return grade_lab(record.id, jobs, context.clock, candidate=record.candidate, requirements=requirements)


def freeze(context: Context, lab: LabId) -> LabRecord:
    """The candidate's access has ended; the lab stands as they left it. Idempotent.

    Their rights end at once, their token within the 10 s that the API server remembers it, and open shells are closed.
    Raises like `lab_grade`.
    """
    record = _standing(context, lab)
    if record.state is LabState.FROZEN:
        return record
    from provisioner.kubernetes.access import revoke  # noqa: PLC0415

    context.registry.claim(lab, "freeze", this_process())
    try:
        files = context.files(lab)
        for engine in engines(context, record):
            if engine.name == ACCOUNT:
                end_access(context, lab)
            elif engine.kind == "aws":
                context.account_of(files.read_aws_admin()).freeze()
            else:
                revoke(context.sandbox_of(files.read_admin()))
        close_shells(context, record)
        files.forget_candidate()
        now = context.clock.now()
        return context.registry.move(lab, LabState.FROZEN, now=now, frozen_at=now)
    finally:
        context.registry.release(lab)


def hint(context: Context, lab: LabId, scenario: ScenarioId) -> "tuple[int, Hint]":
    """The candidate's next hint for a scenario, and its number from 1; its cost is in the registry.

    Raises InputError when the lab is not ready (a frozen lab's candidate has no use for it) and NotFoundError when
    there is no such scenario in the lab or no hint is left.
    """
    record = context.registry.get(lab)
    if record.state is not LabState.READY:
        raise InputError(f"The lab {lab} is {record.state}: hints are for ready labs.", lab=lab)
    if scenario not in record.scenarios:
        raise NotFoundError(
            f"The lab {lab} has no scenario {scenario}.", hint=f"It has: {', '.join(record.scenarios)}."
        )
    hints = drawn(context.catalogue, record.scenarios, record.seed)[scenario].hints
    index = sum(1 for taken in record.hints if taken.scenario == scenario)
    if index >= len(hints):
        raise NotFoundError(f"There is no further hint for {scenario}: all {len(hints)} were given.", lab=lab)
    now = context.clock.now()
    taken = [*record.hints, HintTaken(scenario, index, hints[index].cost, now)]
    context.registry.note(
        lab,
        "hint",
        now=now,
        detail=f"{scenario} {index + 1}",
        hints=[{"scenario": h.scenario, "index": h.index, "cost": h.cost, "taken_at": h.taken_at} for h in taken],
    )
    return index + 1, hints[index]


def _standing(context: Context, lab: LabId) -> LabRecord:
    """A lab that can be looked at."""
    record = context.registry.get(lab)
    if record.state not in GRADEABLE:
        why = f": {record.failure}" if record.failure else ""
        raise InputError(f"The lab {lab} is {record.state}{why}.", hint="Only ready and frozen labs stand.", lab=lab)
    if dead := vanished(context, record):
        if not any(event.name == DAMAGED for event in context.registry.events(lab)):
            context.registry.note(lab, DAMAGED, now=context.clock.now(), detail=" and ".join(dead))
        raise InfrastructureError(
            f"The lab {lab} is damaged: its {' and '.join(dead)} sandbox has vanished from this host (a reboot?). "
            "This says nothing of the candidate.",
            hint=f"`taller down {lab}` removes what is left.",
            lab=lab,
        )
    return record
