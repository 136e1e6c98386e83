from typing import Any

import pytest
from pydantic import ValidationError

from grading.spec_aws import AwsCheck, IamCheck, ReachCheck, TrustCheck
from tests.unit.grading.fake_aws import role_arn

READS = {"service": "s3", "operation": "ListBuckets", "expect": {"count": 0}}
MAY = {"principal": role_arn("worker"), "actions": ["s3:GetObject"], "allowed": True}
GETS = {"from": "i-1", "to": "i-2", "open": True}


@pytest.mark.parametrize(("change", "said"), [
    ({"operation": "DeleteBucket"}, "changes the account"), ({"query": "["}, "not JMESPath"),
    ({"expect": {}}, "says nothing"), ({"expect": {"error": "X", "count": 1}}, "stands alone"),
    ({"service": "S3"}, "pattern"), ({"odd": 1}, "Extra inputs"),
])  # fmt: skip
def test_a_query_only_reads_and_says_what_it_wants(change: dict[str, Any], said: str) -> None:
    assert AwsCheck.model_validate(READS).query == "@"
    with pytest.raises(ValidationError, match=said):
        AwsCheck.model_validate(READS | change)


@pytest.mark.parametrize("change", [
    {"actions": []}, {"actions": ["s3:*"]}, {"actions": ["GetObject"]}, {"resources": []}, {"principal": ""},
])  # fmt: skip
def test_who_may_do_what_is_asked_by_whole_names(change: dict[str, Any]) -> None:
    assert IamCheck.model_validate(MAY).resources == ("*",)
    with pytest.raises(ValidationError):
        IamCheck.model_validate(MAY | change)


def test_a_context_is_written_as_yaml_has_it() -> None:
    context = {"aws:SecureTransport": False, "aws:TagKeys": ["a", "b"], "aws:MultiFactorAuthAge": 60, "x:y": None}
    assert IamCheck.model_validate(MAY | {"context": context}).context == context


def test_other_questions_are_refused_when_they_are_none() -> None:
    trust = {"role": role_arn("worker"), "principal": "ec2.amazonaws.com", "allowed": True}
    assert TrustCheck.model_validate(trust).operation == "AssumeRole"
    with pytest.raises(ValidationError):
        TrustCheck.model_validate(trust | {"operation": "GetSessionToken"})
    assert ReachCheck.model_validate(GETS).protocol == "tcp"
    for change in ({"protocol": "gre"}, {"port": 70000}, {"far_devices": [{"outside": "198.51.100.1"}]}):
        with pytest.raises(ValidationError):
            ReachCheck.model_validate(GETS | change)
