import pytest

from grading.shared_look import FRESH_SECONDS, SharedLook
from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError
from tests.unit.grading.fake_aws import OTHER, FakeAws

LIST = AwsCall("s3", "ListBuckets")


def test_two_checks_ask_once() -> None:
    now = 100.0
    aws, shared = FakeAws(), SharedLook(now=lambda: now)
    first, second = shared.reader(aws, by="first"), shared.reader(aws, by="second")
    assert first.ask(LIST) is second.ask(LIST)
    assert len(aws.calls) == 1
    assert (second.account, second.region) == (aws.account, aws.region)
    now += FRESH_SECONDS
    second.ask(LIST)
    assert len(aws.calls) == 1
    now += 0.1
    second.ask(LIST)
    assert len(aws.calls) == 2


def test_what_is_asked_otherwise_is_asked_anew() -> None:
    aws = FakeAws()
    aws.put("s3", "ListBuckets", {}, account=OTHER)
    aws.put("s3", "ListBuckets", {}, Prefix="a")
    reader = SharedLook().reader(aws, by="check")
    others = (AwsCall("s3", "ListBuckets", {"Prefix": "a"}), AwsCall("s3", "ListBuckets", account=OTHER),
              AwsCall("s3", "ListBuckets", region="us-east-1"))  # fmt: skip
    for call in (LIST, *others):
        reader.ask(call)
    reader.ask(LIST, as_role="arn:aws:iam::111122223333:role/reader")
    assert len(aws.calls) == 5
    assert aws.roles_taken[-1].endswith("role/reader")


def test_a_check_that_looks_again_sees_what_is_there_now() -> None:
    aws, shared = FakeAws(), SharedLook(now=lambda: 100.0)
    first, other = object(), object()
    assert not shared.reader(aws, by=first).ask(LIST).result["Buckets"]
    aws.put("s3", "ListBuckets", {"Buckets": [{"Name": "new"}]})
    assert not shared.reader(aws, by=other).ask(LIST).result["Buckets"]
    assert shared.reader(aws, by=first).ask(LIST).result["Buckets"]


def test_silence_is_not_waited_for_twice_in_one_look() -> None:
    aws, shared = FakeAws(is_down=True), SharedLook(now=lambda: 100.0)
    for check in ("first", "second"):
        with pytest.raises(UnreachableError):
            shared.reader(aws, by=check).ask(LIST)
    assert len(aws.calls) == 1
    aws.is_down = False
    assert shared.reader(aws, by="first").ask(LIST)
