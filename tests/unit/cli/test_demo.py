from typing import Any

import pytest

from labs.catalogue.variant import Script
from labs.cli import demo
from labs.cli.planning import plan_of
from labs.core.states import LabState
from labs.lifecycle import scripts
from labs.posting.coverage import Wishes
from tests.unit.lifecycle.fakes import World


def test_the_posting_is_planned_once_and_both_labs_know_the_plan(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plans: list[Any] = []

    def counted(posting: str, minutes: int, wishes: Wishes) -> Any:
        plans.append(plan_of(posting, minutes, wishes))
        return plans[-1]

    monkeypatch.setattr(demo, "plan_of", counted)
    monkeypatch.setattr(demo, "ensure_toolchain", lambda: None)
    for step in ("_grade", "_expect", "_fix_all", "_write_report"):
        monkeypatch.setattr(demo, step, lambda *_: None)
    monkeypatch.setattr(scripts, "apply_script", lambda *_, **__: scripts.Applied(Script("trap", "", "x"), ""))
    demo.run_demo()
    (plan,) = plans
    first, second = world.context().registry.labs(with_gone=True)
    assert first.scenarios == tuple(each.id for each in plan.scenarios)
    assert set(first.scenarios) == set(demo.SHOWN)
    assert first.plan == second.plan != {}
    assert (first.state, second.state, second.scenarios) == (LabState.GONE, LabState.GONE, (demo.TRAPPED,))
