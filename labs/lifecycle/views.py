"""What the CLI prints as JSON: the shapes that programs rely on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from labs.core.states import LabState
from labs.lifecycle.context import Context
from labs.lifecycle.record import Event, LabRecord
from labs.lifecycle.sandboxes import vanished
from labs.lifecycle.sweep import Swept


def up_result_json(context: Context, record: LabRecord) -> dict[str, Any]:
    """Return what `taller up --json` prints."""
    return {
        "lab": record.id,
        "state": record.state.value,
        "engine": record.engine,
        "kubeconfig": _kubeconfig(context, record),
        "scenarios": list(record.scenarios),
        "timings": dict(record.timings),
        "candidate": record.candidate,
        "expires_at": moment(record.expires_at),
        "symptoms": dict(record.symptoms),
    }


def lab_json(context: Context, record: LabRecord, events: Sequence[Event] = ()) -> dict[str, Any]:
    """Return a lab as `taller list` and `taller show` print it. No secrets: paths of kubeconfigs, never their text."""
    shown = {
        **up_result_json(context, record),
        "created_at": moment(record.created_at),
        "ready_at": moment(record.ready_at),
        "frozen_at": moment(record.frozen_at),
        "seed": record.seed,
        "posting": record.posting,
        "doing": record.doing,
        "damaged": list(vanished(context, record)),
        "failure": record.failure,
        "hints": [
            {"scenario": taken.scenario, "number": taken.index + 1, "cost": taken.cost, "at": moment(taken.taken_at)}
            for taken in record.hints
        ],
    }
    if events:
        shown["events"] = [{"at": moment(e.time), "name": e.name, "detail": e.detail} for e in events]
    return shown


def swept_json(swept: Sequence[Swept]) -> list[dict[str, str]]:
    """Return what `taller sweep --json` prints."""
    return [{"lab": each.lab, "reason": each.reason.value, "trouble": each.trouble} for each in swept]


def moment(seconds: float | None) -> str | None:
    """Return an epoch time as ISO 8601 in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def _kubeconfig(context: Context, record: LabRecord) -> str | None:
    path = context.files(record.id).kubeconfig
    return str(path) if record.state is LabState.READY and path.exists() else None
