"""A scenario's files for the candidate: templates that know the parameters and which of the two states is meant."""

from pathlib import Path

import pytest

from labs.catalogue.building import built
from labs.catalogue.loader import DEFAULT_ROOT, _read_scenario, load_catalogue
from labs.catalogue.problems import CatalogueError
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Workspace
from labs.core.errors import InputError
from labs.lifecycle.leaks import told_in_files
from labs.lifecycle.sandboxes import engine_names
from tests.unit.labs.catalogue import folders

SCENARIO = """\
id: tiny_files
title: {en: Tiny, es: Chico}
requirements: [terraform]
level: junior
minutes: 5
sandbox: {kind: aws}
parameters: {team: {choice: [one, two]}}
aws: {stack: "{{ team }}-tiny", policy: [{Effect: Allow, Action: "sts:*", Resource: "*"}]}
checks:
  - id: nothing-to-do
    message: {en: "Nothing to do.", es: "Nada que hacer."}
    points: 10
    tofu: {look: plan, folder: "{{ team }}-tiny", query: resource_changes, expect: {count: 0}}
"""


def scenario(folder: Path, files: dict[str, str]) -> Scenario:
    whole = {"scenario.yaml": SCENARIO, "brief.en.md": "Tiny", "brief.es.md": "Chico"} | files
    for name, text in whole.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    read, problems = _read_scenario(folder)
    assert read, problems
    return read


def test_both_states_come_of_the_same_templates(tmp_path: Path) -> None:
    files = {
        "workspace/main.tf.j2": "team = {{ team }}{% if broken %} twice{% endif %}\n",
        "workspace/sub/moved.tf.j2": "{% if not broken %}moved{% endif %}\n",
    }
    variant, problems = built(scenario(tmp_path, files), {"team": "one"})
    assert problems == []
    assert variant
    assert variant.aws
    assert variant.aws.healthy.files == {"main.tf": "team = one", "sub/moved.tf": "moved"}
    assert variant.aws.broken.files == {"main.tf": "team = one twice"}
    assert "files" not in variant.aws.broken.to_json()
    with pytest.raises(InputError, match="tiny_files"):
        engine_names([variant], kubernetes="labnode", aws="account")
    assert engine_names([variant], kubernetes="labnode") == "emulated"


def test_without_a_difference_between_them_a_fault_is_missed(tmp_path: Path) -> None:
    variant, problems = built(scenario(tmp_path, {"workspace/main.tf.j2": "same\n"}), {"team": "one"})
    assert variant is None
    assert any("fault.yaml" in str(problem) for problem in problems)


def test_an_unknown_name_in_a_file_is_told_with_its_line(tmp_path: Path) -> None:
    files = {"workspace/main.tf.j2": "one\n{{ nobody }}{% if broken %}x{% endif %}\n"}
    _, problems = built(scenario(tmp_path, files), {"team": "one"})
    assert ("main.tf.j2", 2) in {(problem.path.name, problem.line) for problem in problems}


def test_words_that_tell_are_found_in_names_and_texts() -> None:
    assert len(list(told_in_files({"healthy.tf": "x", "a.tf": "# the fault is here", "b.tf": "input = 1"}))) == 2


@pytest.mark.parametrize("name", ["platform_split", "release_stuck"])
def test_our_own_have_their_files_in_a_folder_that_their_checks_name(name: str) -> None:
    found, problems = _read_scenario(DEFAULT_ROOT / name)
    assert found, problems
    for seed in "abcdef":
        variant = found.draw(seed)
        assert variant.aws
        looks = [check.tofu for check in variant.spec.checks if check.tofu]
        looks += [guard.tofu for guard in variant.spec.safeguards if guard.tofu]
        assert looks
        for look in looks:
            stack, _, rest = look.folder.partition("/")
            assert stack == variant.aws.broken.stack
            assert f"{rest}/main.tf".lstrip("/") in variant.aws.broken.files


def test_a_cluster_too_has_files_in_a_folder_that_the_scenario_names(tmp_path: Path) -> None:
    text = folders.SCENARIO.replace("minutes: 5", 'minutes: 5\nworkspace: "{{ ns }}-chart"')
    files = {
        "scenario.yaml": text,
        "workspace/values.yaml.j2": "port: {% if broken %}0{% else %}{{ port }}{% endif %}\n",
    }
    folders.write(tmp_path, {**files, "fault.yaml": None})
    variant = load_catalogue(tmp_path)["tiny_shop"].variant({"ns": "tiny-a", "port": 8081})
    assert variant.workspace == Workspace("tiny-a-chart", {"values.yaml": "port: 8081"}, {"values.yaml": "port: 0"})
    assert variant.healthy == variant.broken


@pytest.mark.parametrize(
    ("folder", "files"), [("", {"workspace/a.j2": "x\n"}), ("chart", {}), ("../x", {"workspace/a.j2": "x"})]
)
def test_files_and_folder_go_together(tmp_path: Path, folder: str, files: dict[str, str]) -> None:
    text = folders.SCENARIO.replace("minutes: 5", f'minutes: 5\nworkspace: "{folder}"')
    folders.write(tmp_path, {"scenario.yaml": text, **files})
    with pytest.raises(CatalogueError, match="folder"):
        load_catalogue(tmp_path)
