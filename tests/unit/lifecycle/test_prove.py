from contextlib import ExitStack
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grading.findings import Verdict
from labs.catalogue.variant import Script
from labs.core.errors import TimedOutError
from labs.core.ids import LabId, ScenarioId
from labs.lifecycle import proofs
from labs.lifecycle.proofs import Part, Proof, Prover, tasks
from labs.lifecycle.prove import Lent, Tally, VirtualClock, flakes, proofs_json
from tests.unit.grading.test_report import check_result, report_of
from tests.unit.lifecycle.fakes import catalogue

ORDERS = ScenarioId("orders_routing")


def test_every_fix_and_trap_is_a_proof_of_its_own() -> None:
    variant = catalogue()[ORDERS].draw("ana")
    # the first fix goes on from where the fault's own proofs end, and the healthy system is proven too
    assert len(tasks(variant)) == 1 + len(variant.fixes) + len(variant.traps)


def test_parts_are_about_as_large_and_together_everything() -> None:
    for scenario in catalogue().scenarios.values():
        variant = scenario.draw("ana")
        parts = [Part(number, 3).names(variant) for number in (1, 2, 3)]
        first = next(iter(variant.fixes))
        assert frozenset.union(*parts) == Part().names(variant)
        assert len(Part().names(variant)) == 1 + len(variant.fixes) + len(variant.traps)
        assert "healthy" in Part().names(variant)
        assert frozenset.intersection(*parts) == {f"fix {first}"}
        sizes = [len(part) for part in parts]
        assert max(sizes) - min(sizes) <= 1, scenario.id
        assert len(tasks(variant, Part(2, 3))) == len(parts[1])


def test_the_first_fix_is_proven_on_the_system_whose_fault_was(graded: list[str]) -> None:
    script = Script("one", "")
    found = prover().fault(script)
    assert [proof.name for proof in found] == ["fault", "untouched", "leaks", "fix one"]
    assert graded == ["leave", "", "leave"]
    assert "all-copies-ready failed" in found[-1].detail


def test_where_the_fault_does_not_show_no_fix_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_shows(*_: object) -> None:
        raise TimedOutError("it passes")

    monkeypatch.setattr(proofs, "hand_over", nothing_shows)
    assert [(proof.name, proof.holds) for proof in prover().fault(Script("one", ""))] == [
        ("fault", False),
        ("fix one", False),
    ]


def test_waiting_takes_no_time() -> None:
    clock = VirtualClock(100.0)
    clock.sleep(15.0)
    clock.sleep(0.0)
    assert clock.now() > 115.0


def test_trouble_is_told_apart_from_a_broken_proof() -> None:
    held = Proof(ORDERS, "s", "healthy", "", 1.0)
    broken = Proof(ORDERS, "s", "fault", "it passes", 1.0)
    blind = Proof(ORDERS, "s", "trap x", "no API", 1.0, is_infrastructure=True)
    shown = proofs_json([held, broken, blind])
    assert not shown["holds"]
    assert [(p["holds"], p["inconclusive"]) for p in shown["proofs"]] == [(True, False), (False, False), (False, True)]
    assert proofs_json([held])["holds"]


def test_what_holds_in_some_runs_only_is_flaky_and_what_never_holds_is_broken() -> None:
    held = Proof(ORDERS, "s", "healthy", "", 1.0)
    failed = replace(held, detail="too slow")
    another = replace(held, seed="t")
    broken = replace(held, name="fault", detail="it passes")
    assert flakes([held, failed, held, another, another, broken, broken]) == [((ORDERS, "s", "healthy"), 1, 3)]
    assert proofs_json([held, failed])["flakes"] == [
        {"scenario": ORDERS, "seed": "s", "proof": "healthy", "failed": 1, "runs": 2}
    ]
    assert flakes([held]) == []


def test_what_breaks_is_told_at_once_and_how_far_it_has_come_now_and_then() -> None:
    said: list[str] = []
    tally = Tally(said.append, 41)
    held = Proof(ORDERS, "s", "healthy", "", 1.0)
    tally.count([held, replace(held, name="fault", detail="it passes")])
    assert said == ["prove:BROKEN orders_routing s fault: it passes"]
    for _ in range(40):
        tally.count([held])
    assert said[1:] == [f"prove:{done} of 41 tasks done" for done in (20, 40, 41)]


class FakeBench:
    """A bench on which everything works; it gives leave to examine durability."""

    lab = LabId("prove-0000")
    sandbox = clock = None

    def told(self, _: str) -> None: ...
    def clear(self, _: object) -> None: ...
    def work(self, *_: object) -> None: ...
    def deploy(self, *_: object, **__: object) -> dict[str, str]:
        return {}

    def leaks(self, _: object) -> list[str]:
        return []

    def examination(self) -> str:
        return "leave"


@pytest.fixture
def graded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whether each grading had leave. The frozen lab fails `all-copies-ready`, the live one nothing."""
    leaves: list[str] = []

    def grade(*_: object, examination: str | None) -> Any:
        leaves.append(examination or "")
        verdict = Verdict.FAILED if examination else Verdict.PASSED
        checks = (check_result(id="all-copies-ready", verdict=verdict), check_result(id="always", verdict="failed"))
        return replace(report_of(*checks).scenarios[0], verdict=verdict, points=0 if examination else 100)

    monkeypatch.setattr(proofs, "grade_scenario", grade)
    monkeypatch.setattr(proofs, "hand_over", lambda *_: SimpleNamespace(baseline=None))
    return leaves


def prover() -> Prover:
    return Prover(cast("Any", FakeBench()), catalogue()[ORDERS].draw("ana"), "ana", {})


def test_another_fix_is_graded_as_in_a_lab_frozen_as_soon_as_it_was_done(graded: list[str]) -> None:
    assert "all-copies-ready failed" in prover().fix(Script("another", ""))
    assert graded == ["leave"]


def test_a_bench_is_gone_with_the_last_who_uses_it() -> None:
    ends = ExitStack()
    gone: list[str] = []
    ends.callback(gone.append, "bench")
    lent = Lent(cast("Any", FakeBench()), ends, users=2)
    lent.give_back()
    assert not gone
    lent.give_back()
    assert gone == ["bench"]


def test_a_trap_is_caught_at_the_latest_in_a_frozen_lab(graded: list[str]) -> None:
    assert prover().trap(Script("only for live pods", "", "all-copies-ready")) == ""
    assert graded == ["", "leave"]


def test_a_trap_that_nothing_catches_breaks_its_proof(graded: list[str]) -> None:
    assert "no check or safeguard" in prover().trap(Script("missed", "", "nobody"))
    assert graded
