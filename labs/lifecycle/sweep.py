"""`sweep`: what the expired, the half-made and the orphaned left is removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labs.core.errors import InputError, TallerError
from labs.core.ids import LabId, lab_id
from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.down import down, remove_orphan
from labs.lifecycle.owners import is_alive
from labs.lifecycle.record import LabRecord

HOST_ENGINES = ("labnode", "emulated")
"""The engines that leave things on this host; an orphan without a row is theirs."""


class Reason(StrEnum):
    """Why a lab is swept."""

    EXPIRED = "expired"
    HALF_MADE = "half-made"
    FAILED = "failed"
    ORPHANED = "orphaned"


@dataclass(frozen=True, slots=True)
class Swept:
    """A lab that was removed, or `trouble` that kept it from being so."""

    lab: str
    reason: Reason
    trouble: str = ""


def sweep(context: Context) -> Sequence[Swept]:
    """Nothing is left but living labs and what other living commands work on. Says what was removed.

    One lab's trouble does not keep the others from being removed; it is in the answer.
    """
    swept = [_swept(context, record.id, reason) for record, reason in condemned(context)]
    found = orphans(context)
    if found:  # twice: labs of other homes come and go while the host is looked at
        found &= orphans(context)
    return [*swept, *(_orphan_swept(context, lab) for lab in sorted(found))]


def condemned(context: Context) -> Sequence[tuple[LabRecord, Reason]]:
    """The labs of the registry that must go, and why."""
    now = context.clock.now()
    found = ((record, _reason(record, now)) for record in context.registry.labs())
    return [(record, reason) for record, reason in found if reason is not None]


def orphans(context: Context) -> frozenset[str]:
    """Labs of which the host has something, and the registry no living row. Labs of other homes are not ours."""
    found = remains(context)  # first: a lab is in the registry before anything of it is on the host
    known = {str(record.id) for record in context.registry.labs()}
    ours = str(context.settings.home)
    return frozenset(lab for lab, homes in found.items() if lab not in known and not any(map(_is_kept, homes - {ours})))


def remains(context: Context) -> Mapping[str, frozenset[str]]:
    """Labs of which something is on the host, with the TALLER_HOMEs they are said to belong to."""
    found: dict[str, set[str]] = {}
    for leftover in context.inventory():
        found.setdefault(leftover.lab, set()).update({leftover.home} - {""})
    directory = context.settings.labs_directory
    pulumi = context.settings.home / "pulumi"
    stacks = (*pulumi.glob(".pulumi/stacks/taller/*.json"), *pulumi.glob("work/*"))
    for name in (*(path.name.partition(".")[0] for path in directory.glob("*")), *(path.stem for path in stacks)):
        found.setdefault(name, set()).add(str(context.settings.home))
    return {lab: frozenset(homes) for lab, homes in found.items() if lab}


def _is_kept(home: str) -> bool:
    """Whether another TALLER_HOME is still there: `taller sweep` with that one removes its labs."""
    return Path(home).is_dir()


def _reason(record: LabRecord, now: float) -> Reason | None:
    if is_alive(record.owner):
        return None
    if record.state is LabState.FAILED:
        return Reason.FAILED
    # A freeze that was cut short is no half-made lab: it holds a candidate's work, and the next freeze takes it up.
    if record.doing not in {"", "freeze"} or record.state in {LabState.REQUESTED, LabState.PROVISIONING}:
        return Reason.HALF_MADE
    return Reason.EXPIRED if record.expires_at <= now else None


def _swept(context: Context, lab: LabId, reason: Reason) -> Swept:
    try:
        down(context, lab)
    except TallerError as error:
        return Swept(lab, reason, trouble=error.message)
    return Swept(lab, reason)


def _orphan_swept(context: Context, lab: str) -> Swept:
    try:
        remove_orphan(context, lab_id(lab), HOST_ENGINES)
    except InputError:
        return Swept(lab, Reason.ORPHANED, trouble=f"{lab!r} is not a lab's name: remove it by hand.")
    except TallerError as error:
        return Swept(lab, Reason.ORPHANED, trouble=error.message)
    return Swept(lab, Reason.ORPHANED)
