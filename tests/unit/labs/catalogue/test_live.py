"""What a scenario does in its running cluster, and what it may show of its own making."""

from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue
from labs.catalogue.problems import CatalogueError
from tests.unit.labs.catalogue.folders import SCENARIO, write

LIVE = "kubectl -n {{ ns }} get pods\n{% if broken %}kubectl -n {{ ns }} delete pods --all\n{% endif %}"


def test_a_script_for_each_state(tmp_path: Path) -> None:
    write(tmp_path, {"live.sh.j2": LIVE})
    variant = load_catalogue(tmp_path)["tiny_shop"].draw("ana")
    (space,) = variant.namespaces
    assert variant.live
    assert variant.live.healthy == f"kubectl -n {space} get pods\n"
    assert variant.live.broken.endswith(f"kubectl -n {space} delete pods --all\n")


def test_it_may_be_the_whole_fault(tmp_path: Path) -> None:
    write(tmp_path, {"live.sh.j2": LIVE, "fault.yaml": None})
    variant = load_catalogue(tmp_path)["tiny_shop"].draw("ana")
    assert variant.healthy == variant.broken
    assert not variant.faulted


def test_a_script_that_is_the_same_in_both_states_breaks_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"live.sh.j2": "true\n", "fault.yaml": None})
    with pytest.raises(CatalogueError, match=r"fault\.yaml: is missing"):
        load_catalogue(tmp_path)


def test_an_unknown_name_is_told_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, {"live.sh.j2": "true\n{{ nobody }}\n"})
    with pytest.raises(CatalogueError, match=r"live\.sh\.j2:2: 'nobody' is undefined"):
        load_catalogue(tmp_path)


def test_what_it_shows_is_said(tmp_path: Path) -> None:
    traces = "traces: {managers: ['{{ ns }}-operator'], history: What was there before is not wanted back.}\n"
    write(tmp_path, {"scenario.yaml": SCENARIO + traces})
    variant = load_catalogue(tmp_path)["tiny_shop"].draw("ana")
    assert variant.managers == {f"{variant.namespaces[0]}-operator"}
    assert variant.shows_history
