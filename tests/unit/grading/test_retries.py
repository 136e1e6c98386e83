"""What crashed, or had no image, is tried again minutes later: a right fix shows only then."""

from typing import Any

import pytest

from grading.findings import Verdict
from grading.grade import grade_scenario
from grading.probe_pods import is_probe
from grading.results import ScenarioResult
from grading.retries import LONGEST_WAIT_SECONDS, Retries
from grading.spec import GradingSpec
from labs.core.probes import PROBE_LABEL
from tests.unit.grading.fakes import OK, REFUSED, START, FakeClock, FakeReader, grading_spec, http_check, rfc3339
from tests.unit.grading.test_grade import Lab

WITHIN = 30
CHANGED = START + 600


def crashed(at: float, *, name: str = "app") -> dict[str, Any]:
    """A container that waits to be started again; it was started at that time and ended 2 s later."""
    ended = {"startedAt": rfc3339(at), "finishedAt": rfc3339(at + 2), "exitCode": 1}
    return {
        "name": name,
        "restartCount": 6,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "lastState": {"terminated": ended},
    }


def running(at: float) -> dict[str, Any]:
    return {"name": "app", "restartCount": 7, "state": {"running": {"startedAt": rfc3339(at)}}}


def without_image() -> dict[str, Any]:
    return {"name": "app", "restartCount": 0, "state": {"waiting": {"reason": "ImagePullBackOff"}}}


def pod(reader: FakeReader, *containers: dict[str, Any], name: str = "orders-1", **metadata: Any) -> dict[str, Any]:
    return reader.put("v1", "Pod", name, metadata=metadata, status={"containerStatuses": list(containers)})


def spec() -> GradingSpec:
    return grading_spec([http_check(within_seconds=WITHIN)])


def retries(reader: FakeReader) -> Retries:
    return Retries(reader, spec(), changed_at=CHANGED)


def pulling(reader: FakeReader, of: dict[str, Any], at: float, **fields: Any) -> None:
    event = {"reason": "Pulling", "lastTimestamp": rfc3339(at), "involvedObject": {"uid": of["metadata"]["uid"]}}
    reader.put("v1", "Event", f"pull-{at}", **(event | fields))


def test_nothing_waits() -> None:
    reader = FakeReader(FakeClock())
    pod(reader, running(START))
    assert retries(reader).over_at() == CHANGED


def test_a_container_that_crashed_before_the_change_is_waited_for() -> None:
    reader = FakeReader(FakeClock())
    manifest = pod(reader, crashed(CHANGED - 200))
    found = retries(reader)
    assert found.over_at() == CHANGED + LONGEST_WAIT_SECONDS
    manifest["status"]["containerStatuses"] = [running(CHANGED + 100)]
    assert found.over_at() == CHANGED + 100


def test_only_the_first_try_counts() -> None:
    reader = FakeReader(FakeClock())
    manifest = pod(reader, crashed(CHANGED - 200))
    found = retries(reader)
    found.over_at()
    for at in (100, 420):
        manifest["status"]["containerStatuses"] = [crashed(CHANGED + at)]
        assert found.over_at() == CHANGED + 100


def test_all_that_waited_must_have_been_tried() -> None:
    reader = FakeReader(FakeClock())
    manifest = pod(reader, crashed(CHANGED - 200), crashed(CHANGED - 100, name="side"))
    pod(reader, crashed(CHANGED + 5), name="orders-2")
    found = retries(reader)
    manifest["status"]["containerStatuses"] = [crashed(CHANGED + 40), crashed(CHANGED - 100, name="side")]
    assert found.over_at() == CHANGED + LONGEST_WAIT_SECONDS
    manifest["status"]["containerStatuses"] = [crashed(CHANGED + 40), crashed(CHANGED + 50, name="side")]
    assert found.over_at() == CHANGED + 50


def test_who_is_gone_is_not_waited_for() -> None:
    reader = FakeReader(FakeClock())
    pod(reader, crashed(CHANGED - 200))
    pod(reader, crashed(CHANGED - 200), name="orders-2", deletionTimestamp=rfc3339(CHANGED))
    found = retries(reader)
    found.over_at()
    reader.remove("v1", "Pod", "orders-1")
    assert found.over_at() == CHANGED


def test_neither_our_probes_nor_others_pods_are_waited_for() -> None:
    reader = FakeReader(FakeClock())
    metadata: dict[str, Any] = {"name": "taller-probe-x", "labels": {PROBE_LABEL: "true"}}
    manifest = pod(reader, crashed(CHANGED - 200), **metadata)
    assert is_probe(manifest)
    reader.put("v1", "Pod", "far", "elsewhere", status={"containerStatuses": [crashed(CHANGED - 200)]})
    assert retries(reader).over_at() == CHANGED


def test_a_pull_counts_by_its_event() -> None:
    reader = FakeReader(FakeClock())
    manifest = pod(reader, without_image())
    other = pod(reader, running(START), name="orders-2")
    found = retries(reader)
    pulling(reader, manifest, CHANGED - 50)
    pulling(reader, other, CHANGED + 10)
    pulling(reader, manifest, CHANGED + 20, reason="BackOff")
    pulling(reader, manifest, CHANGED + 30, lastTimestamp=None)
    assert found.over_at() == CHANGED + LONGEST_WAIT_SECONDS
    pulling(reader, manifest, CHANGED + 60)
    assert found.over_at() == CHANGED + 60


def graded(*, tried_after: float, mended: bool, graded_after: float = 0.0) -> ScenarioResult:
    """A Service was changed; a container that had crashed 200 s before is tried after so many seconds."""
    lab = Lab(spec())
    clock = lab.sandbox.clock
    changed = clock.now()
    manifest = pod(lab.sandbox.reader, crashed(changed - 200), creationTimestamp=rfc3339(START))
    lab.fix()
    clock.time += graded_after

    def look() -> None:
        tried = changed + tried_after
        if clock.now() >= tried:
            # a loop that goes on: started anew every 40 s, and crashed 2 s later
            again = tried + 40 * ((clock.now() - tried) // 40)
            manifest["status"]["containerStatuses"] = [running(tried) if mended else crashed(again)]

    lab.sandbox.reader.on_look = look
    lab.sandbox.answers_by_time(lambda at: OK if mended and at >= changed + tried_after + 5 - START else REFUSED)
    return grade_scenario(lab.spec, lab.sandbox, lab.baseline, clock, lab.python_checks)


@pytest.mark.parametrize("tried_after", [100, 300])
def test_a_right_fix_is_not_failed_before_it_was_tried(tried_after: float) -> None:
    result = graded(tried_after=tried_after, mended=True)
    assert result.verdict is Verdict.PASSED
    assert tried_after < result.seconds < tried_after + 15


def test_a_wrong_fix_fails_when_it_was_tried_and_had_its_time() -> None:
    result = graded(tried_after=100, mended=False)
    assert result.verdict is Verdict.FAILED
    assert result.seconds == pytest.approx(100 + WITHIN, abs=5)


def test_what_is_never_tried_ends_the_wait_all_the_same() -> None:
    result = graded(tried_after=10_000, mended=False)
    assert result.verdict is Verdict.FAILED
    assert result.seconds == pytest.approx(LONGEST_WAIT_SECONDS + WITHIN, abs=5)


def test_a_loop_that_goes_on_is_graded_at_once_later_on() -> None:
    result = graded(tried_after=100, mended=False, graded_after=3600)
    assert result.verdict is Verdict.FAILED
    assert result.seconds < 5
