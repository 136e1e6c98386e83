"""`taller prove`: what it hands on. The proofs themselves are tests/scenarios'."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from labs.catalogue.loader import load_catalogue
from labs.catalogue.parameters import drawn
from labs.cli import tools
from labs.core.errors import ExitCode
from labs.core.ids import scenario_id
from labs.lifecycle import prove
from labs.lifecycle.proofs import Proof
from tests.unit.cli.conftest import Taller

ORDERS = scenario_id("orders_routing")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, Sequence[str]]]:
    """The seeds that `prove` was asked to prove, by scenario; each proof holds."""
    asked: list[Mapping[str, Sequence[str]]] = []

    def proofs(_: object, seeds: Mapping[Any, Sequence[str]], **__: object) -> Sequence[Proof]:
        asked.append(seeds)
        return [Proof(name, seed, "healthy", "", 1.0) for name, of in seeds.items() for seed in of]

    monkeypatch.setattr(prove, "prove", proofs)
    monkeypatch.setattr(tools, "ensure_toolchain", lambda: None)
    return asked


def test_every_choice_of_a_scenario_is_proven(taller: Taller, asked: list[Mapping[str, Sequence[str]]]) -> None:
    done = taller("prove", ORDERS, "--every-choice", "--json")
    assert done.code == ExitCode.DONE
    parameters = load_catalogue().scenarios[ORDERS].parameters
    rows = [drawn(parameters, ORDERS, seed) for seed in asked[0][ORDERS]]
    for name, each in parameters.items():
        assert set(each.choice or ()) <= {row[name] for row in rows}, name


def test_without_names_all_are_proven_with_the_seeds_that_were_given(
    taller: Taller, asked: list[Mapping[str, Sequence[str]]]
) -> None:
    assert taller("prove", "--seed", "a", "--seed", "b").code == ExitCode.DONE
    assert asked == [{name: ["a", "b"] for name in load_catalogue().scenarios}]


def test_seeds_are_either_given_or_chosen(taller: Taller, asked: list[Mapping[str, Sequence[str]]]) -> None:
    done = taller("prove", ORDERS, "--every-choice", "--seed", "a", "--json")
    assert done.code == ExitCode.INPUT
    assert "--seed" in done.document["hint"]
    assert asked == []


def test_an_unknown_scenario_is_told_before_anything_is_made(
    taller: Taller, asked: list[Mapping[str, Sequence[str]]]
) -> None:
    assert taller("prove", "orders_rooting").code == ExitCode.INPUT
    assert asked == []


@pytest.mark.parametrize("part", ["0/2", "3/2", "1", "half", "1/0"])
def test_what_is_no_part_is_refused(taller: Taller, asked: list[Mapping[str, Sequence[str]]], part: str) -> None:
    done = taller("prove", ORDERS, "--part", part, "--json")
    assert done.code == ExitCode.INPUT
    assert "--part 1/3" in done.document["hint"]
    assert asked == []


def test_of_a_part_it_is_said_that_there_is_more(taller: Taller, asked: list[Mapping[str, Sequence[str]]]) -> None:
    assert "Part 2 of 2: the others were not proven." in taller("prove", ORDERS, "--part", "2/2").out
    assert "Part" not in taller("prove", ORDERS).out
    assert len(asked) == 2
