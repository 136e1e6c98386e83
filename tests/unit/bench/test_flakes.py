"""The record of proofs made again and again, and the rate that the README gives."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue
from tests.bench.flakes import Broken, Run, kept, rate, run_once, scenarios_of

README = Path(__file__).parents[3] / "README.md"


def a_run(*broken: Broken, seed: str = "run-1") -> Run:
    return Run("cluster", "2026-11-26", "abc1234", seed, 2, 24.0, scenarios=30, proofs=383, broken=list(broken))


def test_the_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = tmp_path / "proofs.jsonl"
    assert kept(record) == []
    runs = [a_run(), a_run(Broken("orders_routing", "run-1", "fix a", "0 of 100", again=False), seed="run-2")]
    record.write_text("".join(json.dumps(asdict(run)) + "\n" for run in runs))
    assert [asdict(run) for run in kept(record)] == [asdict(run) for run in runs]


def test_a_scenario_breaks_once_a_run_whatever_broke_in_it() -> None:
    runs = [
        a_run(
            Broken("orders_routing", "run-1", "fix a", "", again=False),
            Broken("orders_routing", "run-1", "fix b", "", again=False),
        ),
        a_run(Broken("orders_routing", "run-1", "fix a", "", again=True), seed="run-2"),
        a_run(seed="run-3"),
    ]
    assert rate(runs) == "2 of 90 broke (1 of them not when proven again): 3 runs of the catalogue, 1149 proofs"


def test_a_scenario_of_which_one_proof_breaks_each_time_is_no_flake() -> None:
    run = a_run(
        Broken("orders_routing", "run-1", "fix a", "", again=False),
        Broken("orders_routing", "run-1", "fix b", "", again=True),
    )
    assert rate([run]).startswith("1 of 30 broke (0 of them")


def test_every_scenario_is_of_one_kind() -> None:
    found = [*scenarios_of("cluster"), *scenarios_of("account")]
    assert sorted(found) == sorted(load_catalogue().scenarios)


def _answers(monkeypatch: pytest.MonkeyPatch, *documents: str) -> list[Sequence[str]]:
    """`taller prove` as played by these outputs; the commands that were run."""
    commands: list[Sequence[str]] = []
    left = list(documents)

    def run(command: Sequence[str], **_: object) -> "subprocess.CompletedProcess[str]":
        if command[0] == "git":
            return subprocess.CompletedProcess(command, 0, "")
        commands.append(command)
        return subprocess.CompletedProcess(command, 1, left.pop(0))

    monkeypatch.setattr(subprocess, "run", run)
    return commands


def _said(seed: str = "run-7", **held: bool) -> str:
    return json.dumps({"proofs": _proofs(seed, **held)})


def _proofs(seed: str, **held: bool) -> Sequence[object]:
    return [
        {"scenario": name, "seed": seed, "proof": "healthy", "holds": holds, "detail": "" if holds else "0 of 100"}
        for name, holds in held.items()
    ]


def test_what_breaks_is_proven_once_more_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = _said(orders_routing=False, catalog_never_ready=False, names_unknown=True)
    commands = _answers(monkeypatch, first, _said(orders_routing=True, catalog_never_ready=False))
    run = run_once("cluster", "run-7")
    assert run.broken == [
        Broken("orders_routing", "run-7", "healthy", "0 of 100", again=False),
        Broken("catalog_never_ready", "run-7", "healthy", "0 of 100", again=True),
    ]
    assert list(commands[1][1:]) == ["prove", "catalog_never_ready", "orders_routing", "--seed", "run-7", "--json"]


def test_with_every_choice_a_scenario_counts_for_each_seed_and_is_proven_again_with_that_which_broke(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = json.dumps(
        {"proofs": [*_proofs("choices-0", names_unknown=True), *_proofs("choices-4", names_unknown=False)]}
    )
    commands = _answers(monkeypatch, first, _said("choices-4", names_unknown=True))
    run = run_once("cluster", "run-8", every_choice=True)
    assert (run.scenarios, run.proofs) == (2, 2)
    assert run.broken == [Broken("names_unknown", "choices-4", "healthy", "0 of 100", again=False)]
    assert [command[-2:] for command in commands] == [["--every-choice", "--json"], ["choices-4", "--json"]]
    assert rate([run, run]).startswith("2 of 4 broke (2 of them")


def test_a_command_without_results_is_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    _answers(monkeypatch, '{"error": "the toolchain is missing"}')
    with pytest.raises(SystemExit, match="the toolchain is missing"):
        run_once("cluster", "run-7")


def test_the_readme_gives_the_rate_of_the_record() -> None:
    runs = [run for run in kept() if run.kind == "cluster"]
    assert not runs or rate(runs) in README.read_text().replace("\n", " ")
