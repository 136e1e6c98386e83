from typing import Any

import pytest

from grading.aws import aws_finding, unchanged_answer_finding
from grading.baseline import Baseline
from grading.findings import Finding
from grading.spec_aws import AwsCheck, AwsQuery
from labs.core.errors import UnreachableError
from labs.core.ids import CheckId, scenario_id
from tests.unit.grading.fake_aws import AwsOnlySandbox, FakeAws, role_arn, view_on
from tests.unit.grading.fakes import view_of

ROOMS = [{"Name": "a", "Size": 1}, {"Name": "b", "Size": 2}]


def finding(expect: dict[str, Any], *, query: str = "Buckets", answer: dict[str, Any] | None = None) -> Finding:
    aws = FakeAws()
    aws.put("s3", "ListBuckets", {"Buckets": ROOMS} if answer is None else answer)
    asked = {"service": "s3", "operation": "ListBuckets", "query": query, "expect": expect}
    return aws_finding(AwsCheck.model_validate(asked), view_on(aws))


@pytest.mark.parametrize(("query", "expect"), [
    ("Buckets[].Name", {"equals": ["a", "b"]}), ("Buckets[0]", {"fragment": {"Size": 1}}), ("Buckets", {"count": 2}),
    ("Buckets", {"contains": {"Name": "b"}}), ("Buckets", {"lacks": {"Name": "c"}}),
    ("Nothing", {"equals": None}), ("Nothing", {"count": 0}), ("Nothing", {"lacks": "a"}),
    ("Buckets[0]", {"contains": {"Name": "a"}}), ("Buckets", {"count": 2, "contains": {"Name": "a"}}),
])  # fmt: skip
def test_what_is_expected_is_found(query: str, expect: dict[str, Any]) -> None:
    assert finding(expect, query=query).passed


@pytest.mark.parametrize(("query", "expect", "said"), [
    ("Buckets[].Name", {"equals": ["b", "a"]}, "the value is another"),
    ("Buckets[0]", {"fragment": {"Size": 2}}, "Size is another"),
    ("Nothing", {"fragment": {"Size": 2}}, "is another"),
    ("Buckets", {"count": 3}, "2 instead of 3"),
    ("Buckets", {"contains": {"Name": "c"}}, "is not there"),
    ("Nothing", {"contains": {"Name": "c"}}, "is not there"),
    ("Buckets", {"lacks": {"Size": 2}}, "what must not be"),
    ("Buckets", {"count": 2, "lacks": {"Name": "a"}}, "what must not be"),
])  # fmt: skip
def test_what_is_otherwise_is_said_with_evidence(query: str, expect: dict[str, Any], said: str) -> None:
    found = finding(expect, query=query)
    assert not found.passed
    assert said in found.reason.en
    assert found.reason.es != found.reason.en
    assert found.expected
    assert found.actual


def refused(code: str, expect: dict[str, Any], *, as_role: str = "") -> Finding:
    aws = FakeAws()
    aws.refuse("s3", "ListBuckets", code)
    asked = {"service": "s3", "operation": "ListBuckets", "as_role": as_role, "expect": expect}
    return aws_finding(AwsCheck.model_validate(asked), view_on(aws))


def test_a_no_that_nobody_expected_is_evidence_against() -> None:
    found = refused("NoSuchBucket", {"count": 0})
    assert not found.passed
    assert found.actual == "NoSuchBucket: no"


def test_a_no_can_be_what_is_wanted() -> None:
    assert refused("NoSuchBucket", {"error": ["AccessDenied", "NoSuchBucket"]}).passed
    assert refused("AccessDenied", {"error": "AccessDenied"}, as_role=role_arn("reader")).passed
    found = refused("NoSuchKey", {"error": "NoSuchBucket"})
    assert (found.passed, found.expected, found.actual) == (False, "NoSuchBucket", "NoSuchKey")
    assert not finding({"error": "AccessDenied"}).passed


def test_a_refusal_of_the_grader_itself_is_no_evidence() -> None:
    for expect in ({"count": 0}, {"error": "AccessDenied"}):
        with pytest.raises(UnreachableError, match="refuses the grader"):
            refused("AccessDenied", expect)


@pytest.mark.parametrize(("before", "is_kept"), [(["a", "b"], True), (["a"], False), (None, False)])
def test_an_answer_is_held_against_the_one_at_hand_over(before: list[str] | None, *, is_kept: bool) -> None:
    aws = FakeAws()
    aws.put("s3", "ListBuckets", {"Buckets": ROOMS})
    baseline = Baseline(scenario_id("orders_routing"), 0.0, {}, {}, {}, {"kept": before})
    query = AwsQuery(service="s3", operation="ListBuckets", query="Buckets[].Name")
    found = unchanged_answer_finding(CheckId("kept"), query, view_of(AwsOnlySandbox(account=aws), baseline=baseline))
    assert found.passed is is_kept
