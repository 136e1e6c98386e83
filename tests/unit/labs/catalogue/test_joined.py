"""Scenarios with a cluster and an account at once: what they need, where their fault may lie, what they are called."""

from dataclasses import replace

import pytest
from pydantic import ValidationError

from labs.catalogue.awscompleteness import aws_incompleteness
from labs.catalogue.building import built
from labs.catalogue.loader import DEFAULT_ROOT, _read_scenario
from labs.catalogue.model import SandboxNeeds, ScenarioFile
from labs.catalogue.scenario import Scenario
from labs.core.errors import InputError
from labs.core.names import used
from labs.lifecycle.sandboxes import engine_names


@pytest.fixture(name="papers", scope="module")
def our_own() -> Scenario:
    found, problems = _read_scenario(DEFAULT_ROOT / "papers_cannot_be_opened")
    assert found, problems
    return found


@pytest.mark.parametrize(("place", "in_cluster"), [("space", False), ("role", True), ("audience", True)])
def test_the_fault_lies_on_one_side_or_the_other(papers: Scenario, place: str, *, in_cluster: bool) -> None:
    parameters = {**papers.draw("any").parameters, "place": place}
    variant, problems = built(papers, parameters)
    assert (problems, variant is None) == ([], False)
    assert variant
    assert variant.aws
    assert (bool(variant.faulted), bool(variant.aws.faulted)) == (in_cluster, not in_cluster)
    assert {"endpoint", "ArchiveArn"} <= set(used(variant.broken))


def test_it_needs_both_engines_and_none_but_an_emulated_account(papers: Scenario) -> None:
    variant = papers.draw("any")
    assert variant.has_cluster
    assert engine_names([variant], kubernetes="labnode") == "labnode+emulated"
    with pytest.raises(InputError, match="who vouches"):
        engine_names([variant], kubernetes="labnode", aws="account")


def test_a_name_that_the_account_does_not_give_is_told(papers: Scenario) -> None:

    variant = papers.draw("any")
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${Nobody}"}}
    found = aws_incompleteness(papers, replace(variant, healthy=(*variant.healthy, manifest)))
    assert {problem.message for problem in found} == {"nothing in the account gives ${Nobody}"}


@pytest.mark.parametrize("lacking", ["client", "candidate", "aws"])
def test_it_has_the_parts_of_both(papers: Scenario, lacking: str) -> None:
    whole = {name: part for name, part in papers.file.model_dump(by_alias=True).items() if part is not None}
    ScenarioFile.model_validate(whole)
    with pytest.raises(ValidationError, match=f"needs {lacking}"):
        ScenarioFile.model_validate({name: part for name, part in whole.items() if name != lacking})


def test_an_account_has_no_account_beside_it(papers: Scenario) -> None:
    whole = {name: part for name, part in papers.file.model_dump(by_alias=True).items() if part is not None}
    needs = SandboxNeeds(kind="aws", account=True).model_dump()
    with pytest.raises(ValidationError, match="goes with kind: kubernetes"):
        ScenarioFile.model_validate(whole | {"sandbox": needs})
