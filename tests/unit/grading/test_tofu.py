"""What is made of a plan or a state: hostile text in, findings out."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.baseline import Baseline
from grading.helpers import ScenarioView
from grading.probing import Probes
from grading.spec_tofu import TofuCheck
from grading.tofu import resources, tofu_finding
from labs.core.aws import AwsAnswer, AwsCall
from labs.core.errors import UnreachableError
from labs.core.probes import ExecAnswer
from tests.unit.grading.fakes import FakeSandbox, grading_spec, guard, python_check

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
STATE = {
    "version": 4,
    "resources": [
        {"type": "terraform_data", "name": "db", "instances": [{"attributes": {"id": "1"}}]},
        {
            "module": 'module.service["api"]',
            "type": "terraform_data",
            "name": "this",
            "instances": [{"index_key": 0, "attributes": {"id": "2"}}, {"index_key": "b", "attributes": {"id": "3"}}],
        },
    ],
}


class FakeAccount:
    account, region = "123456789012", "eu-west-1"

    def __init__(self, answer: AwsAnswer) -> None:
        self.answer = answer

    def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
        assert (call.operation, as_role) == ("GetObject", "")
        return self.answer


class WorkspaceSandbox(FakeSandbox):
    """A sandbox with an account."""

    account: FakeAccount | None = None

    @property
    def aws(self) -> Any:
        return self.account


def view(answer: object = "", *, account: AwsAnswer | None = None) -> ScenarioView:
    sandbox = WorkspaceSandbox()
    sandbox.account = FakeAccount(account) if account else None
    text = answer if isinstance(answer, str) else json.dumps(answer)
    sandbox.tool_answer = ExecAnswer(0, text, "")
    spec = grading_spec()
    return ScenarioView(spec, Baseline(spec.scenario, 0.0, {}, {}, {}), sandbox, Probes(sandbox))


def tofu(look: str = "plan", **rest: Any) -> TofuCheck:
    expect = {"query": "changes", "expect": {"count": 0}} | rest
    return TofuCheck.model_validate({"look": look, "folder": "shop"} | expect)


def test_a_plan_as_expected_passes() -> None:
    assert tofu_finding(tofu(), view({"document": {"changes": []}})).passed


def test_a_plan_that_is_not_fails_and_shows_what_it_has() -> None:
    finding = tofu_finding(tofu(), view({"document": {"changes": ["terraform_data.db"]}}))
    assert not finding.passed
    assert "terraform_data.db" in finding.actual


@pytest.mark.parametrize("trouble", ["size", "folder", "encryption", "init", "plan", "state", "nobody knows this one"])
def test_what_cannot_be_planned_is_a_failure_in_both_languages(trouble: str) -> None:
    finding = tofu_finding(tofu(), view({"trouble": trouble, "said": "because"}))
    assert not finding.passed
    assert finding.reason.en != finding.reason.es
    assert finding.actual == "because"


@pytest.mark.parametrize("said", ["", "not JSON", "[1]", "[" * 100_000])
def test_no_readable_answer_is_nobodys_failure(said: str) -> None:
    with pytest.raises(UnreachableError):
        tofu_finding(tofu(), view(said))


@given(document=JSON)
def test_whatever_the_document_is_there_is_a_finding(document: Any) -> None:
    for look in ("plan", "state"):
        check = tofu(look, query="sort(resources[].id)", expect={"equals": ["1"]})
        assert not tofu_finding(check, view({"document": document})).passed


@given(state=st.dictionaries(st.just("resources"), JSON))
def test_no_state_is_too_strange_to_be_listed(state: Mapping[str, Any]) -> None:
    assert all(set(each) == {"address", "module", "type", "id", "values"} for each in resources(state))


def test_instances_are_listed_by_their_addresses() -> None:
    assert [(each["address"], each["id"]) for each in resources(STATE)] == [
        ("terraform_data.db", "1"),
        ('module.service["api"].terraform_data.this[0]', "2"),
        ('module.service["api"].terraform_data.this["b"]', "3"),
    ]


def test_a_state_in_a_bucket_is_read_without_a_cell() -> None:
    check = tofu("state", query="resources[].id", expect={"equals": ["1", "2", "3"]}, state={"bucket": "b", "key": "k"})
    seen = view(account=AwsAnswer({"Body": json.dumps(STATE)}))
    assert tofu_finding(check, seen).passed
    assert isinstance(seen.sandbox, WorkspaceSandbox)
    assert not seen.sandbox.ran


def test_a_plan_on_a_state_in_a_bucket_is_given_that_state() -> None:
    seen = view({"document": {"changes": []}}, account=AwsAnswer({"Body": "the state"}))
    assert tofu_finding(tofu(state={"bucket": "b", "key": "k"}), seen).passed
    assert isinstance(seen.sandbox, WorkspaceSandbox)
    assert [request.stdin for request in seen.sandbox.ran] == ["the state"]


def test_a_plan_anew_is_given_no_state() -> None:
    seen = view({"document": {"changes": []}})
    assert tofu_finding(tofu("anew"), seen).passed
    assert isinstance(seen.sandbox, WorkspaceSandbox)
    assert [request.command[-1] for request in seen.sandbox.ran] == ["{}"]
    assert [request.command[-2] for request in seen.sandbox.ran] == ["anew"]
    with pytest.raises(ValueError, match="without a state"):
        tofu("anew", state={"bucket": "b", "key": "k"})


def refusal() -> TofuCheck:
    check = {"look": "anew", "folder": "shop", "variables": {"zones": ["a"]}, "refused": True}
    return TofuCheck.model_validate(check)


def test_what_must_be_refused_passes_when_no_plan_can_be_made() -> None:
    seen = view({"trouble": "plan", "said": "Invalid value for variable"})
    assert tofu_finding(refusal(), seen).passed
    assert isinstance(seen.sandbox, WorkspaceSandbox)
    assert seen.sandbox.ran[0].command[-1] == '{"zones": ["a"]}'


@pytest.mark.parametrize("answer", [{"document": {}}, {"trouble": "init"}, {"trouble": "folder"}, {"trouble": "size"}])
def test_what_must_be_refused_fails_when_it_is_not(answer: Any) -> None:
    assert not tofu_finding(refusal(), view(answer)).passed


def test_what_must_not_be_destroyed_is_asked_by_a_plan_to_destroy() -> None:
    seen = view({"trouble": "plan", "said": "Instance cannot be destroyed"})
    check = TofuCheck.model_validate({"look": "plan", "folder": "shop", "destroy": True, "refused": True})
    assert tofu_finding(check, seen).passed
    assert isinstance(seen.sandbox, WorkspaceSandbox)
    assert seen.sandbox.ran[0].command[-2] == "destroy"


@pytest.mark.parametrize(
    "part",
    [
        {"refused": True},
        {"look": "state", "variables": {"a": 1}},
        {"expect": None},
        {"look": "state", "destroy": True},
        {"look": "anew", "destroy": True},
        {"look": "anew", "terragrunt": True},
        {"terragrunt": True, "variables": {"a": 1}},
    ],
)
def test_a_look_that_contradicts_itself_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"refused|variables|expect|destroy|terragrunt"):
        tofu(**part)


def test_a_state_that_is_gone_from_its_bucket_is_a_failure() -> None:
    seen = view(account=AwsAnswer(error_code="NoSuchKey"))
    finding = tofu_finding(tofu("state", state={"bucket": "b", "key": "k"}), seen)
    assert (finding.passed, finding.actual) == (False, "s3://b/k")


@pytest.mark.parametrize("folder", ["", "/etc", "..", "a/../b", "a b", "-x", "$(id)"])
def test_a_folder_outside_the_workspace_is_refused(folder: str) -> None:
    with pytest.raises(ValueError, match="folder"):
        tofu(folder=folder)


def test_it_is_a_kind_of_checks_and_of_safeguards() -> None:
    part = {"look": "plan", "folder": "shop", "expect": {"count": 0}}
    check = {key: value for key, value in python_check("x").items() if key != "python"} | {"tofu": part}
    spec = grading_spec([check], [guard(tofu=part)])
    assert (spec.checks[0].kind, spec.safeguards[0].kind) == ("tofu", "tofu")
