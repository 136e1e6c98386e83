"""What a trail records, by its scope, selectors and the bucket's policy."""

import json
from dataclasses import replace
from typing import Any

import pytest

from grading.findings import Finding, UndecidableError
from labs.catalogue.loader import load_catalogue
from labs.lifecycle.variants import python_checks
from tests.unit.grading.fake_aws import OWN, FakeAws, view_on

CHECKS = python_checks(load_catalogue()["who_did_it"])
TRAIL = f"arn:aws:cloudtrail:eu-west-1:{OWN}:trail/main"
DOCUMENTS = "arn:aws:s3:::documents/"
ALL = [{"ReadWriteType": "All", "DataResources": [{"Type": "AWS::S3::Object", "Values": [DOCUMENTS]}]}]
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}


def policy(**condition: str) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": ["s3:GetBucketAcl", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::audit", "arn:aws:s3:::audit/*"],
    }
    if condition:
        statement["Condition"] = {"StringEquals": {key.replace("_", ":"): value for key, value in condition.items()}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OURS = policy(aws_SourceAccount=OWN)


def finding(
    check: str,
    *,
    basic: list[Any] | None = None,
    advanced: list[Any] | None = None,
    bucket_policy: str = OURS,
    is_logging: bool = True,
    **trail: Any,
) -> Finding:
    aws = FakeAws()
    described = {
        "TrailARN": TRAIL,
        "HomeRegion": "eu-west-1",
        "S3BucketName": "audit",
        "IsMultiRegionTrail": True,
        "IncludeGlobalServiceEvents": True,
        "LogFileValidationEnabled": True,
    }
    aws.put("cloudtrail", "DescribeTrails", {"trailList": [{**described, **trail}]})
    aws.put("cloudtrail", "GetTrailStatus", {"IsLogging": is_logging}, Name=TRAIL)
    chosen = {"EventSelectors": basic or [], "AdvancedEventSelectors": advanced or []}
    aws.put("cloudtrail", "GetEventSelectors", chosen, TrailName=TRAIL)
    aws.put("s3", "GetBucketPolicy", {"Policy": bucket_policy}, Bucket="audit")
    view = view_on(aws)
    spec = view.spec.model_copy(update={"parameters": {"Audit": "audit", "Documents": "documents"}})
    return CHECKS[check](replace(view, spec=spec))


EVERY = "every-event-is-recorded"
DATA = [
    {"Field": "eventCategory", "Equals": ["Data"]},
    {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
    {"Field": "resources.ARN", "StartsWith": [DOCUMENTS]},
]


@pytest.mark.parametrize(
    "trail",
    [
        {"basic": ALL},
        {"basic": [{**ALL[0], "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]},
        {"advanced": [MANAGEMENT, {"FieldSelectors": DATA}]},
        {"basic": ALL, "bucket_policy": policy(aws_SourceArn=TRAIL)},
        {"basic": ALL, "bucket_policy": policy()},
    ],
)
def test_trails_of_different_forms_record_everything(trail: dict[str, Any]) -> None:
    assert finding(EVERY, **trail).passed


@pytest.mark.parametrize(
    ("trail", "missing"),
    [
        ({}, "s3:GetObject"),
        ({"basic": ALL, "is_logging": False}, "ec2:RunInstances in eu-west-1"),
        ({"basic": ALL, "IsMultiRegionTrail": False}, "ec2:RunInstances in us-east-1"),
        ({"basic": ALL, "IncludeGlobalServiceEvents": False}, "iam:CreateUser"),
        ({"basic": ALL, "S3BucketName": "elsewhere"}, "ec2:RunInstances in eu-west-1"),
        ({"basic": ALL, "bucket_policy": policy(aws_SourceArn=f"{TRAIL}-2")}, "ec2:RunInstances in eu-west-1"),
        ({"basic": [{**ALL[0], "ReadWriteType": "WriteOnly"}]}, "ec2:DescribeInstances in eu-west-1"),
        ({"basic": [{**ALL[0], "ExcludeManagementEventSources": ["kms.amazonaws.com"]}]}, "kms:ScheduleKeyDeletion"),
        ({"basic": [{**ALL[0], "IncludeManagementEvents": False}]}, "ec2:RunInstances in eu-west-1"),
        ({"advanced": [MANAGEMENT]}, "s3:GetObject"),
        (
            {"advanced": [MANAGEMENT, {"FieldSelectors": [*DATA, {"Field": "readOnly", "Equals": ["true"]}]}]},
            "s3:PutObject",
        ),
        (
            {
                "advanced": [
                    MANAGEMENT,
                    {"FieldSelectors": [*DATA, {"Field": "eventName", "NotStartsWith": ["Delete"]}]},
                ]
            },
            "s3:DeleteObject",
        ),
    ],
)
def test_what_a_trail_leaves_out_is_named(trail: dict[str, Any], missing: str) -> None:
    assert missing in finding(EVERY, **trail).actual


def test_a_selector_that_is_not_modelled_is_undecided() -> None:
    field = {"Field": "userIdentity.arn", "NotStartsWith": ["arn:aws:iam::1"]}
    with pytest.raises(UndecidableError, match="userIdentity"):
        finding(EVERY, advanced=[{"FieldSelectors": [field]}])


def test_records_are_proven_by_a_trail_that_signs_and_runs() -> None:
    assert finding("records-can-be-proven", basic=ALL).passed
    assert not finding("records-can-be-proven", basic=ALL, LogFileValidationEnabled=False).passed
    assert not finding("records-can-be-proven", basic=ALL, is_logging=False).passed


def test_a_policy_without_a_condition_lets_in_anybodys_trail() -> None:
    assert finding("nobody-else-writes", basic=ALL).passed
    assert "another account's trail: s3:PutObject" in finding("nobody-else-writes", bucket_policy=policy()).actual
