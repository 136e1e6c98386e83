"""The scenarios that come with Taller: rules that every one of them obeys."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from labs.catalogue.clusterwide import ESCALATING, POWERFUL, READING
from labs.catalogue.completeness import covering
from labs.catalogue.loader import DEFAULT_ROOT, load_catalogue, thorough_problems
from labs.catalogue.page import render_catalogue_page
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import Variant
from labs.core.ports import Manifest
from labs.lifecycle.leaks import telling
from labs.posting.taxonomy import taxonomy

SCENARIOS = tuple(load_catalogue().scenarios.values())
every_scenario = pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.id for scenario in SCENARIOS])
RUNNING = {"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"}
IMAGES = {"lab.local/shop:1", "lab.local/shelf:1", "lab.local/busybox:1"}


def variants(scenario: Scenario) -> list[Variant]:
    return [scenario.variant(parameters) for parameters in covering(scenario)]


def containers(variant: Variant) -> list[tuple[dict[str, Any], dict[str, Any]]]:
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


THEIR_SUBJECT = frozenset({"deploys_hurt", "imports_waiting", "photos_killed", "posters_pile_up", "reserved_and_idle"})
"""Scenarios about what pods ask for, are given, or take to end: theirs are small too, but not like all others'."""
NOT_TO_BE_HAD = frozenset({"release_not_pulled"})
"""Scenarios in which an image is wrong, or asked of a registry; none is outside the lab's own names."""
THEIR_RIGHTS = frozenset({"duty_report_fails"})
"""Scenarios about rights: their candidates grant some, of which the API server lets nobody grant what they lack."""
SEVERAL_FAULTS = {"bulletin_never_opens": 2, "orders_incident": 2, "reserved_and_idle": 3, "shop_address_reverts": 2}
"""Objects at fault: a claim and who was moved onto it; an incident of two faults; the sizes of three workloads; and a
fault that comes back, which lies in what breaks and in what is broken.
"""


def signatures(manifest: Manifest) -> set[str]:
    """The field managers as which a workload's containers write to objects: operators, and what keeps things so."""
    template = manifest["spec"].get("jobTemplate", manifest)["spec"]["template"]
    found = [{each["name"]: each.get("value") for each in c.get("env", [])} for c in template["spec"]["containers"]]
    return {str(env["SERVICE_NAME"]) for env in found if "SYNC_DIR" in env} | {
        str(env["OPERATOR_NAME"]) for env in found if "OPERATOR_NAME" in env
    }


def test_what_writes_by_itself_is_no_leak() -> None:
    """Whoever searches for leaks may come before the first write or after it: a proof must not go by that."""
    drawn = [scenario.draw("x") for scenario in SCENARIOS]
    written = [{each for m in one.healthy if m["kind"] in RUNNING for each in signatures(m)} for one in drawn]
    assert sum(map(bool, written)) >= 3
    assert not set().union(*(names - one.managers for names, one in zip(written, drawn, strict=True)))


@every_scenario
def test_pods_are_small_quick_and_local(scenario: Scenario) -> None:
    for variant in variants(scenario):
        for pod, container in containers(variant):
            if scenario.id in NOT_TO_BE_HAD:
                assert str(container["image"]).startswith("lab.local/")
            else:
                assert container["image"] in IMAGES
                assert container["imagePullPolicy"] == "IfNotPresent"
            if scenario.id in THEIR_SUBJECT:
                given = container.get("resources", {}).values()
                assert all(int(each["cpu"].removesuffix("m")) <= 150 for each in given if "cpu" in each)
                assert all(int(each["memory"].removesuffix("Mi")) <= 256 for each in given if "memory" in each)
                assert pod["terminationGracePeriodSeconds"] <= 10
            else:
                assert container["resources"] == {
                    "requests": {"cpu": "10m", "memory": "16Mi"},
                    "limits": {"memory": "64Mi"},
                }
                assert pod["terminationGracePeriodSeconds"] == 2
            if pod["automountServiceAccountToken"]:
                made = {m["metadata"]["name"] for m in variant.broken if m["kind"] == "ServiceAccount"}
                # Who has a token is somebody of the scenario's own, or, where that is the fault, nobody in particular.
                assert pod["serviceAccountName"] in {"default", *made}


def accounts(variant: Variant) -> list[tuple[str, list[dict[str, Any]]]]:
    """The service accounts that the manifests give rights, with the rules."""
    rules = {
        (m["kind"], m["metadata"]["name"]): m["rules"] for m in variant.broken if m["kind"] in {"Role", "ClusterRole"}
    }
    bindings = [m for m in variant.broken if m["kind"] in {"RoleBinding", "ClusterRoleBinding"}]
    return [
        (subject["name"].split(":")[-1], rules[binding["roleRef"]["kind"], binding["roleRef"]["name"]])
        for binding in bindings
        for subject in binding["subjects"]
    ]


@every_scenario
def test_a_pods_token_reaches_nothing_that_makes_rights(scenario: Scenario) -> None:
    """Whoever may change a workload has the token of its pods."""
    for variant in variants(scenario):
        for _, rules in accounts(variant):
            for rule in rules:
                assert not (ESCALATING | {"*"}) & set(rule["verbs"])
                assert not (POWERFUL | {"*"}) & set(rule["resources"])


@every_scenario
def test_the_candidate_may_not_touch_roles_tokens_or_other_namespaces(scenario: Scenario) -> None:
    variant = scenario.draw("x")
    assert {access.namespace for access in variant.candidate_rules} <= {*variant.namespaces, ""}
    for access in variant.candidate_rules:
        for rule in access.rules:
            is_named = rule.get("resourceNames") or scenario.id in THEIR_RIGHTS
            if not set(rule["verbs"]) <= READING and not is_named:
                assert not {"roles", "rolebindings", "serviceaccounts"} & set(rule["resources"])
            assert not ESCALATING & set(rule["verbs"])


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
    variant = scenario.draw("x")
    text = str((variant.broken, variant.workspace and variant.workspace.broken))
    assert scenario.id not in text.lower()
    assert not list(telling(text))


@every_scenario
def test_the_fault_stays_the_same_size(scenario: Scenario) -> None:
    """Seeds change the place or the values of the fault, not how many things are wrong.

    In an account, what is one thing to a candidate may take one call more to make wrong.
    """
    sizes = {len(each.faulted) + len(each.aws.faulted if each.aws else ()) for each in variants(scenario)}
    if scenario.sandbox.kind == "kubernetes":
        lies_elsewhere = "fault.yaml" not in scenario.texts
        assert sizes == ({0} if lies_elsewhere else {SEVERAL_FAULTS.get(scenario.id, 1)})
        return
    assert 1 <= min(sizes) <= max(sizes) <= min(sizes) + 1


@every_scenario
def test_a_posting_can_ask_for_it(scenario: Scenario) -> None:
    assert set(scenario.requirements) <= set(taxonomy().entries), "an id that no posting is read as"
