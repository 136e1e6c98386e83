import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.scenarios.systems import CATALOGUE, System, http, system

SCENARIO = CATALOGUE["takings_not_counted"]
PLACES = ("deadline", "unit", "target")
VARIANTS = {place: SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": place}) for place in PLACES}
CRON = f"{VARIANTS['unit'].parameters['app']}-count"
NS = VARIANTS["unit"].client.namespace
JOB = f"{CRON}-29000001"


def counted(
    *, seconds_ago: float = 5, made_by: str = f"{JOB}-x7k2p", scheduled: bool = True, done: bool = True
) -> System:
    """A count in the store, and the Job that the schedule began."""
    found = system(VARIANTS["deadline"], VARIANTS["deadline"].healthy)
    made_at = (datetime.now(UTC) - timedelta(seconds=seconds_ago)).isoformat()
    found.answers(lambda _: http(200, json.dumps({"orders": 3, "made_by": made_by, "made_at": made_at})))
    mark = {"batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-01-01T00:00:00Z"} if scheduled else {}
    metadata: dict[str, Any] = {"annotations": mark, "ownerReferences": [{"kind": "CronJob", "name": CRON}]}
    found.sandbox.reader.put("batch/v1", "Job", JOB, NS, metadata=metadata, status={"succeeded": 1 if done else 0})
    return found


def test_a_fresh_count_of_a_completed_scheduled_run_passes() -> None:
    assert counted().finding("counted-on-schedule").passed


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds_ago": 120},
        {"made_by": f"{CRON}-by-hand-x7k2p"},
        {"made_by": ""},
        {"scheduled": False},
        {"done": False},
    ],
)
def test_whatever_else_is_in_the_store_fails(wrong: dict[str, Any]) -> None:
    assert not counted(**wrong).finding("counted-on-schedule").passed


@pytest.mark.parametrize(
    ("status", "body"), [(404, ""), (200, "[]"), (200, "{"), (200, '{"made_by": "x", "made_at": 7}')]
)
def test_no_count_or_an_odd_one_fails(status: int, body: str) -> None:
    found = counted()
    found.answers(lambda _: http(status, body))
    assert not found.finding("counted-on-schedule").passed


@pytest.mark.parametrize("place", PLACES)
def test_the_fault_breaks_no_safeguard(place: str) -> None:
    found = system(VARIANTS[place], VARIANTS[place].broken)
    assert found.finding("one-at-a-time").passed
    assert found.finding("late-bookings-awaited").passed


def cron(found: System) -> dict[str, Any]:
    spec: dict[str, Any] = found.object("CronJob", CRON, "batch/v1")["spec"]
    return spec


@pytest.mark.parametrize(("policy", "passes"), [("Replace", True), ("Forbid", True), ("Allow", False), (None, False)])
def test_runs_may_not_overlap(policy: str | None, *, passes: bool) -> None:
    found = counted()
    cron(found).pop("concurrencyPolicy")
    if policy:
        cron(found)["concurrencyPolicy"] = policy
    assert found.finding("one-at-a-time").passed is passes


@pytest.mark.parametrize(
    ("value", "passes"), [("6", True), ("7.5", True), ("0", False), ("soon", False), (None, False)]
)
def test_the_wait_is_kept(value: str | None, *, passes: bool) -> None:
    found = counted()
    env = [] if value is None else [{"name": "WORK_SECONDS", "value": value}]
    cron(found)["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]["env"] = env
    assert found.finding("late-bookings-awaited").passed is passes
