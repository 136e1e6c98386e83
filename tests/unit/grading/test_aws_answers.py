import pytest

from grading.aws_answers import REFUSALS, answered, result_of, value_of
from grading.findings import UndecidableError
from grading.spec_aws import AwsQuery
from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError
from tests.unit.grading.fake_aws import FakeAws, role_arn

LIST = AwsCall("s3", "ListBuckets")


def query(**more: str) -> AwsQuery:
    return AwsQuery(service="s3", operation="ListBuckets", **more)  # type: ignore[arg-type]


def test_a_value_can_be_kept_and_compared() -> None:
    aws = FakeAws()
    aws.put("s3", "ListBuckets", {"Buckets": [{"Name": "a"}]})
    assert value_of(query(query="Buckets[].Name"), aws) == ["a"]
    aws.refuse("s3", "ListBuckets", "NoSuchBucket")
    assert value_of(query(query="Buckets[].Name"), aws) == {"error": "NoSuchBucket"}


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_who_is_refused_decides_what_it_means(code: str) -> None:
    aws = FakeAws()
    aws.refuse("s3", "ListBuckets", code)
    assert answered(query(as_role=role_arn("reader")), aws).error_code == code
    with pytest.raises(UnreachableError):
        answered(query(), aws)
    with pytest.raises(UnreachableError):
        result_of(aws, LIST)


def test_our_own_calls_expect_an_answer() -> None:
    aws = FakeAws()
    assert result_of(aws, LIST) == {"Buckets": []}
    aws.refuse("s3", "ListBuckets", "NoSuchBucket")
    assert result_of(aws, LIST, absent=("NoSuchBucket",)) is None
    with pytest.raises(UndecidableError, match="NoSuchBucket: no"):
        result_of(aws, LIST)
    aws.refuse("s3", "ListBuckets", "AccessDenied")
    assert result_of(aws, LIST, absent=("AccessDenied",)) is None
