"""The scenarios that come with Taller: rules that every one of them obeys."""

import subprocess
from pathlib import Path

import pytest

from labs.catalogue.completeness import covering
from labs.catalogue.loader import DEFAULT_ROOT, load_catalogue, thorough_problems
from labs.catalogue.page import render_catalogue_page
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Variant
from labs.posting.taxonomy import taxonomy

SCENARIOS = tuple(load_catalogue().scenarios.values())
every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.id for scenario in SCENARIOS])
IMAGES = {"lab.local/shop:1", "lab.local/busybox:1"}


def variants(scenario: Scenario) -> list[Variant]:
    return [scenario.variant(parameters) for parameters in covering(scenario)]


def containers(variant: Variant) -> list[tuple[dict[str, object], dict[str, object]]]:
    pods = [m["spec"]["template"]["spec"] for m in variant.broken if "template" in m.get("spec", {})]
    return [(pod, container) for pod in pods for container in pod["containers"]]


def test_every_variant_is_whole() -> None:
    assert not thorough_problems()


def test_three_kinds_of_trouble() -> None:
    assert len(SCENARIOS) >= 3


def test_the_documentation_page_is_current() -> None:
    page = Path(DEFAULT_ROOT).parent / "docs" / "catalogue.md"
    assert page.read_text() == render_catalogue_page(load_catalogue()), "run `python -m labs.catalogue.page`"


@every_scenario
def test_two_candidates_differ(scenario: Scenario) -> None:
    assert len({str(sorted(scenario.draw(f"candidate {i}").parameters.items())) for i in range(10)}) >= 9


@every_scenario
def test_doing_nothing_cannot_score(scenario: Scenario) -> None:
    """Points are on target checks only, and one check that holds under the fault proves that the probe itself works."""
    spec = scenario.draw("x").spec
    assert spec.max_points == 100
    assert all(check.target or not check.points for check in spec.checks)
    assert any(not check.target for check in spec.checks)
    assert spec.safeguards


@every_scenario
def test_pods_are_small_quick_and_local(scenario: Scenario) -> None:
    for variant in variants(scenario):
        for pod, container in containers(variant):
            assert container["image"] in IMAGES
            assert container["imagePullPolicy"] == "IfNotPresent"
            assert container["resources"] == {
                "requests": {"cpu": "10m", "memory": "16Mi"},
                "limits": {"memory": "64Mi"},
            }
            assert pod["terminationGracePeriodSeconds"] == 2
            assert pod["automountServiceAccountToken"] is False, "a pod's token could reach what the candidate may not"


@every_scenario
def test_the_candidate_may_not_touch_roles_tokens_or_other_namespaces(scenario: Scenario) -> None:
    variant = scenario.draw("x")
    assert {access.namespace for access in variant.candidate_rules} <= set(variant.namespaces)
    for access in variant.candidate_rules:
        for rule in access.rules:
            assert not {"roles", "rolebindings", "serviceaccounts"} & set(rule["resources"])
            assert not {"bind", "escalate", "impersonate"} & set(rule["verbs"])


@every_scenario
def test_scripts_are_bash_and_stop_at_the_first_error(scenario: Scenario) -> None:
    scripts = {
        script.text: script.name
        for variant in variants(scenario)
        for script in [*variant.fixes.values(), *variant.traps.values()]
    }
    for text, name in scripts.items():
        assert "set -euo pipefail" in text.splitlines()[:3], name
    done = subprocess.run(["bash", "-n"], input="\n".join(scripts), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


@every_scenario
def test_nothing_in_the_lab_names_the_scenario_or_us(scenario: Scenario) -> None:
    text = str(scenario.draw("x").broken).lower()
    for word in (scenario.id, "taller", "fault", "trap", "broken", "healthy"):
        assert word not in text, word


@every_scenario
def test_the_fault_stays_the_same_size(scenario: Scenario) -> None:
    """Seeds change the place or the values of the fault, not how many things are wrong.

    In an account, what is one thing to a candidate may take one call more to make wrong.
    """
    sizes = {len(variant.aws.faulted if variant.aws else variant.faulted) for variant in variants(scenario)}
    if scenario.sandbox.kind == "kubernetes":
        assert sizes == {1}
    assert 1 <= min(sizes) <= max(sizes) <= min(sizes) + 1


@every_scenario
def test_a_posting_can_ask_for_it(scenario: Scenario) -> None:
    assert set(scenario.requirements) <= set(taxonomy().entries), "an id that no posting is read as"
