import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from labs.cli import tools
from labs.core.errors import ExitCode
from labs.core.ports import SandboxHandle, SandboxSpec
from labs.lifecycle import wiring
from provisioner.kubernetes import access
from tests.unit.cli.conftest import Taller
from tests.unit.lifecycle.fakes import World

UP = ("up", "--scenario", "orders_routing", "--candidate", "Ana Pérez")


@pytest.fixture
def lab(world: World, taller: Taller) -> str:
    assert world
    return str(taller(*UP, "--json").document["lab"])


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["--candidate", ""], "empty"),
        (["--candidate", "   "], "empty"),
        (["--candidate", "x" * 300], "300 characters"),
        (["--candidate", "a\x1b[31mb"], "control characters"),
        (["--candidate", "a\nb"], "control characters"),
        (["--candidate", "\u202egnp.exe"], "control characters"),
        (["--candidate", "ana", "--ttl", "soon"], "not a duration"),
        (["--candidate", "ana", "--ttl", "-4h"], "not a duration"),
        (["--candidate", "ana", "--ttl", "99999d"], "cannot live"),
        (["--candidate", "ana", "--ttl", "1s"], "cannot live"),
        (["--candidate", "ana", "--seed", "\x00"], "printable"),
        (["--candidate", "ana", "--scenario", "no_such"], "no scenario 'no_such'"),
        (["--candidate", "ana", "--scenario", "../../etc"], "not a scenario id"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_made(
    world: World, taller: Taller, wrong: list[str], said: str
) -> None:
    done = taller("up", "--scenario", "orders_routing", *wrong, "--json")
    assert done.code == ExitCode.INPUT
    assert said in done.document["error"]
    assert taller("list", "--json").document == []
    assert not world.engine.living
    assert not world.stacks


def test_a_lab_needs_to_hold_something(world: World, taller: Taller) -> None:
    done = taller("up", "--candidate", "ana")
    assert done.code == ExitCode.INPUT
    assert "--scenario" in done.err
    assert not world.engine.living


def test_a_scenario_in_the_place_of_a_posting_is_told_apart(
    world: World, taller: Taller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = taller("up", "orders_routing", "--candidate", "ana")
    assert done.code == ExitCode.INPUT
    assert "--scenario orders_routing" in done.err
    assert not world.engine.living
    (tmp_path / "orders_routing").write_text("not a posting\n")
    assert "is a scenario" not in taller("up", "orders_routing", "--candidate", "ana").err


@pytest.mark.parametrize("name", ["Ana Pérez", "a/b/../c", "李雷", "O'Brien; rm -rf /", "-rf", "名" * 120, "🧪"])
def test_any_name_makes_a_safe_lab(world: World, taller: Taller, name: str) -> None:
    done = taller("up", "--scenario", "orders_routing", "--json", f"--candidate={name}")
    assert done.code == 0, done.err
    made = done.document
    assert made["candidate"] == name
    assert made["lab"] in world.engine.living
    assert Path(made["kubeconfig"]).parent == world.home / "labs" / made["lab"]
    assert taller("down", made["lab"]).code == 0


def test_the_same_lab_twice_changes_nothing_and_another_is_refused(world: World, taller: Taller, lab: str) -> None:
    assert taller(*UP, "--json").document["lab"] == lab
    done = taller("up", "--scenario", "catalog_never_ready", "--candidate", "ana pérez", "--json")
    assert done.code == ExitCode.INPUT
    assert lab in done.document["error"]
    assert set(world.engine.living) == {lab}


@pytest.mark.parametrize("ttl", ["1s", "99999d"])
def test_a_lifetime_out_of_range_is_refused_before_tools_are_built_and_postings_read(
    world: World, taller: Taller, monkeypatch: pytest.MonkeyPatch, ttl: str
) -> None:
    monkeypatch.setattr(tools, "ensure_toolchain", lambda: pytest.fail("the tools were built first"))
    done = taller("up", "no-such-posting.md", "--candidate", "ana", "--ttl", ttl, "--json")
    assert (done.code, world.engine.living) == (ExitCode.INPUT, {})
    assert "cannot live" in done.document["error"]


class Piped:
    """Standard input of a pipe."""

    def __init__(self, text: str) -> None:
        self.buffer = BytesIO(text.encode())


def test_a_posting_and_a_plan_may_come_through_a_pipe(
    world: World, taller: Taller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    posting = Path(__file__).parents[3] / "examples" / "postings" / "devops-senior.es.md"
    monkeypatch.setattr(sys, "stdin", Piped(posting.read_text(encoding="utf-8")))
    first = taller("up", "-", "--candidate", "ana", "--json").document
    assert first["scenarios"]
    assert taller("show", first["lab"], "--json").document["posting"] == "standard input"
    plan = tmp_path / "plan.yaml"
    assert taller("plan", str(posting), "--write", str(plan)).code == 0
    monkeypatch.setattr(sys, "stdin", Piped(plan.read_text(encoding="utf-8")))
    second = taller("up", "-", "--candidate", "ben", "--json").document
    assert second["scenarios"] == first["scenarios"]
    assert len(world.engine.living) == 2


def test_the_ttl_of_the_settings_holds_unless_another_is_named(
    world: World, taller: Taller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "real_context", lambda *_: world.context(ttl_seconds=600.0))
    first, second = (
        taller("up", "--scenario", "orders_routing", "--json", *more)
        for more in (["--candidate", "a"], ["--candidate", "b", "--ttl", "2h"])
    )
    started = world.clock.now()
    listed = {each["lab"]: each for each in taller("list", "--json").document}
    records = {each.id: each for each in world.context().registry.labs()}
    assert set(listed) == {first.document["lab"], second.document["lab"]}
    assert [records[done.document["lab"]].expires_at - started for done in (first, second)] == [600.0, 7200.0]


def test_people_are_shown_the_symptom_and_the_way_on(world: World, taller: Taller) -> None:
    done = taller(*UP)
    assert done.code == 0
    assert world.engine.living
    assert "broken" in done.out
    for verb in ("brief", "shell", "grade", "down"):
        assert f"taller {verb} ana-perez-" in done.out


def test_a_lab_is_listed_and_shown(taller: Taller, lab: str) -> None:
    assert lab in taller("list").out
    document = taller("show", lab, "--json").document
    assert document["state"] == "ready"
    assert document["events"][0]["name"] == "reserved"
    shown = taller("show", lab).out
    assert "candidate: Ana Pérez" in shown
    assert "{" not in shown


def test_the_brief_is_whole_in_both_languages(world: World, taller: Taller) -> None:
    catalogue = world.context().catalogue.scenarios.values()
    together = [each for each in catalogue if each.shares_sandbox and not each.sandbox.account]
    every = [word for scenario in together for word in ("--scenario", scenario.id)]
    lab = taller("up", *every, *every, "--candidate", "ana", "--json").document["lab"]
    briefs = {spoken: taller("brief", lab, "--lang", spoken).out for spoken in ("en", "es")}
    assert briefs["en"] != briefs["es"]
    for spoken, text in briefs.items():
        assert "…" not in text[-3:]
        for scenario in together:
            last = scenario.draw("ana").brief(spoken).strip().splitlines()[-1]
            assert last in text


def test_a_hint_in_a_language_that_is_not_spoken_costs_nothing(taller: Taller, lab: str) -> None:
    assert taller("hint", lab, "orders_routing", "--lang", "fr").code == ExitCode.INPUT
    assert taller("show", lab, "--json").document["hints"] == []
    given = taller("hint", lab, "orders_routing", "--json").document
    assert given["number"] == 1
    assert set(given["text"]) == {"en", "es"}
    assert [each["cost"] for each in taller("show", lab, "--json").document["hints"]] == [given["cost"]]


def test_down_needs_names_or_all_and_may_come_twice(world: World, taller: Taller, lab: str) -> None:
    for wrong in (["down"], ["down", lab, "--all"]):
        assert taller(*wrong).code == ExitCode.INPUT
    done = taller("down", lab, "nobody-0000")
    assert done.code == ExitCode.INPUT
    assert lab in world.engine.living, "all names are right before any lab goes"
    assert taller("down", lab).code == 0
    assert not world.engine.living
    assert taller("down", lab, "--json").document[0]["state"] == "gone"
    assert "no labs" in taller("down", "--all").out
    assert "no labs" in taller("list").out


@pytest.mark.parametrize("verb", ["show", "brief", "shell", "freeze", "grade", "down"])
@pytest.mark.parametrize("name", ["vanished", "nobody-0000", "../../etc", "ana pérez", "x" * 300])
@pytest.mark.usefixtures("world")
def test_an_unknown_lab_is_said_to_be(taller: Taller, verb: str, name: str) -> None:
    done = taller(verb, name)
    assert done.code == ExitCode.INPUT
    assert "taller list" in done.err
    assert "Traceback" not in done.err


def test_a_vanished_lab_is_not_the_candidates_failure(world: World, taller: Taller, lab: str) -> None:
    world.engine.living.clear()
    done = taller("grade", lab, "--json")
    assert done.code == ExitCode.INFRASTRUCTURE
    assert "vanished" in done.document["error"]
    assert taller("down", lab).code == 0
    assert taller("grade", lab).code == ExitCode.INPUT


def test_a_frozen_lab_is_not_entered(taller: Taller, lab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "revoke", lambda _: None)
    assert taller("freeze", lab, "--json").document["state"] == "frozen"
    assert "frozen" in taller("freeze", lab).out
    for verb in (["shell", lab], ["hint", lab, "orders_routing"], ["fix", lab, "orders_routing"]):
        assert taller(*verb).code == ExitCode.INPUT


def test_sweep_tells_what_it_removed(world: World, taller: Taller, lab: str) -> None:
    assert "nothing to sweep" in taller("sweep").out
    world.clock.time += 30 * 24 * 3600.0
    assert f"{lab}: expired, removed" in taller("sweep").out
    assert taller("sweep", "--json").document == []


def test_a_host_that_cannot_run_labs_is_refused_before_anything_is_built(
    taller: Taller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Unfit:
        def problems(self) -> list[str]:
            return ["Labs need root on the host."]

    monkeypatch.setenv("TALLER_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("provisioner.engines.engine", lambda _: Unfit())
    done = taller(*UP, "--json")
    assert done.code == ExitCode.INPUT
    assert "need root" in done.document["error"]


def test_an_error_of_the_engine_leaves_its_reason_with_the_lab(
    world: World, taller: Taller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: SandboxSpec) -> SandboxHandle:
        raise OSError("no space left")

    monkeypatch.setattr(world.engine, "create", broken)
    done = taller(*UP, "--json")
    assert done.code == ExitCode.INFRASTRUCTURE
    found: list[Any] = taller("list", "--json").document
    assert "no space left" in found[0]["failure"]
