import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from labs.catalogue.parameters import Parameter, drawn, seeds_for_every_choice

PARAMETERS = {
    "ns": Parameter(choice=("a", "b", "c")),
    "port": Parameter(range=(8081, 8099)),
    "password": Parameter(token=18),
}


def test_a_draw_never_changes() -> None:
    """Pinned: another value here would give running labs' candidates other systems than their baselines'."""
    assert drawn(PARAMETERS, "orders_routing", "seed") == {"ns": "c", "password": "bcs3lzx5up78upmmkt", "port": 8081}


@given(st.text(), st.text(max_size=10))
def test_a_draw_depends_on_its_own_name_scenario_and_seed_alone(seed: str, scenario: str) -> None:
    whole = drawn(PARAMETERS, scenario, seed)
    assert drawn(dict(reversed(PARAMETERS.items())), scenario, seed) == whole
    assert drawn({"port": PARAMETERS["port"]}, scenario, seed) == {"port": whole["port"]}
    assert whole["ns"] in {"a", "b", "c"}
    assert 8081 <= int(whole["port"]) <= 8099
    password = str(whole["password"])
    assert len(password) == 18
    assert password.isascii()
    assert password.isalnum()
    assert password[0].isalpha()


def test_seeds_reach_every_value_about_equally_often() -> None:
    counts = [0, 0, 0]
    for seed in range(3000):
        counts["abc".index(str(drawn(PARAMETERS, "x", str(seed))["ns"]))] += 1
    assert all(900 < count < 1100 for count in counts)


def test_a_few_seeds_draw_every_choice() -> None:
    choices = {"a": Parameter(choice=(1, 2, 3, 4)), "b": Parameter(choice=("x", "y", "z")), **PARAMETERS}
    seeds = seeds_for_every_choice(choices, "orders_routing")
    rows = [drawn(choices, "orders_routing", seed) for seed in seeds]
    assert len(seeds) <= 6
    assert seeds == seeds_for_every_choice(choices, "orders_routing")
    assert {name: {row[name] for row in rows} for name in ("a", "b", "ns")} == {
        "a": {1, 2, 3, 4}, "b": {"x", "y", "z"}, "ns": {"a", "b", "c"}
    }  # fmt: skip


def test_where_there_is_no_choice_one_seed_is_enough() -> None:
    assert len(seeds_for_every_choice({"port": PARAMETERS["port"]}, "orders_routing")) == 1
    assert len(seeds_for_every_choice({}, "orders_routing")) == 1


def test_corners() -> None:
    assert PARAMETERS["ns"].corners == ("a", "b", "c")
    assert PARAMETERS["port"].corners == (8081, 8099)
    assert Parameter(range=(5, 5)).corners == (5,)
    assert PARAMETERS["password"].corners == ()


@pytest.mark.parametrize(
    "given_parts", [{}, {"choice": ["a"], "token": 8}, {"choice": []}, {"choice": ["a", "a"]}, {"token": 3}]
)
def test_a_parameter_is_exactly_one_thing(given_parts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Parameter.model_validate(given_parts)
