"""Who made the count and when, and whether runs are still as they must be."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grading.helpers import Finding, ScenarioView, check, failed, passed
from grading.workloads import gone, named_container, pod_spec_of, setting
from labs.core.ports import Manifest
from labs.core.probes import ObjectRef

FRESH_SECONDS = 105.0
"""A period, a run's time, and as much again for a busy machine."""
LEAST_WAIT_SECONDS = 6.0
BY_SCHEDULE = "batch.kubernetes.io/cronjob-scheduled-timestamp"
"""The CronJob controller's own mark; `kubectl create job --from` does not set it."""


@check("counted-on-schedule")
def counted_on_schedule(view: ScenarioView) -> Finding:
    """The count in the store is fresh, and a completed Job of the CronJob's own making made it."""
    jobs = [job for job in view.reader.list("batch/v1", "Job", namespace=view.namespace) if _is_scheduled(job, view)]
    name, port, key = (view.parameters[each] for each in ("app", "store_port", "key"))
    answer = view.http(f"http://{name}-store.{view.namespace}.svc.cluster.local:{port}/kv/{key}")
    count = _count(answer.body) if answer.status == 200 else {}  # noqa: PLR2004
    maker, age = str(count.get("made_by", "")), _age_seconds(str(count.get("made_at", "")))
    if not maker or age is None:
        return _failed("There is no count.", "No hay recuento.", str(answer.status or answer.outcome))
    makers = [job for job in jobs if maker.startswith(f"{job['metadata']['name']}-")]
    if not makers:
        return _failed(
            "The schedule did not begin the run that made the count.",
            "La corrida que hizo el recuento no la empezó el calendario.",
            f"made by {maker}",
        )
    if not any(int((job.get("status") or {}).get("succeeded") or 0) for job in makers):
        return _failed("The run did not come to its end.", "La corrida no llegó a su fin.", f"made by {maker}")
    if age > FRESH_SECONDS:
        return _failed("The count is an old one.", "El recuento es viejo.", f"{age:.0f} s old")
    return passed(en=f"Made {age:.0f} s ago by {maker}.", es=f"Hecho hace {age:.0f} s por {maker}.")


@check("one-at-a-time")
def one_at_a_time(view: ScenarioView) -> Finding:
    """A new run never begins beside one that goes on."""
    cron = view.reader.get(_ref(view))
    if cron is None:
        return gone(_ref(view))
    policy = str(cron["spec"].get("concurrencyPolicy", "Allow"))
    make = failed if policy == "Allow" else passed
    return make(
        en=f"Two runs at once: {policy}", es=f"Dos corridas a la vez: {policy}", expected="not Allow", actual=policy
    )


@check("late-bookings-awaited")
def late_bookings_awaited(view: ScenarioView) -> Finding:
    """The next run waits as long as it must, wherever it has that from."""
    cron = view.reader.get(_ref(view))
    if cron is None:
        return gone(_ref(view))
    value = setting(view, view.namespace, named_container(pod_spec_of(cron)), "WORK_SECONDS").value or "0"
    make = passed if _number(value) >= LEAST_WAIT_SECONDS else failed
    return make(
        en=f"The next run waits {value} s.",
        es=f"La próxima corrida espera {value} s.",
        expected=f"at least {LEAST_WAIT_SECONDS:g} s",
        actual=value,
    )


def _ref(view: ScenarioView) -> ObjectRef:
    return ObjectRef("batch/v1", "CronJob", f"{view.parameters['app']}-count", view.namespace)


def _is_scheduled(job: Manifest, view: ScenarioView) -> bool:
    metadata = job["metadata"]
    owners = metadata.get("ownerReferences") or []
    is_owned = any(owner.get("kind") == "CronJob" and owner.get("name") == _ref(view).name for owner in owners)
    return is_owned and BY_SCHEDULE in (metadata.get("annotations") or {})


def _count(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _age_seconds(text: str) -> float | None:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(text)).total_seconds()
    except (ValueError, TypeError):
        return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _failed(en: str, es: str, actual: str) -> Finding:
    expected = f"at most {FRESH_SECONDS:g} s old, by a run of the CronJob that completed"
    return failed(en=en, es=es, expected=expected, actual=actual)
