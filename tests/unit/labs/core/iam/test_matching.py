import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.iam.document import Listed
from labs.core.iam.matching import Mode, Piece, covers_action, covers_resource, is_match, is_plain_match, resolve
from labs.core.iam.request import Context
from labs.core.iam.truth import NO, YES, Truth
from tests.unit.labs.core.iam.asking import UNHURRIED

NOTHING = Context({}, {})


def covers(pattern: str | list[str], resource: str, **values: str) -> Truth:
    patterns = (pattern,) if isinstance(pattern, str) else tuple(pattern)
    context = Context({key.replace("_", ":"): (value,) for key, value in values.items()}, {})
    return covers_resource(Listed(patterns), resource, context, has_variables=True)


def reference(pattern: str, text: str) -> bool:
    """Wildcards by definition, slowly."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(reference(pattern[1:], text[place:]) for place in range(len(text) + 1))
    return bool(text) and pattern[0] in ("?", text[0]) and reference(pattern[1:], text[1:])


@UNHURRIED
@given(st.text("ab:*?", max_size=7), st.text("ab:*", max_size=8))
def test_wildcards_agree_with_their_definition(pattern: str, text: str) -> None:
    assert is_plain_match(pattern, text) == reference(pattern, text)


@UNHURRIED
@given(st.text("ab:/*?", max_size=6), st.text("ab:/", max_size=6), st.sampled_from(list(Mode)))
def test_restricted_wildcards_never_match_more(pattern: str, text: str, mode: Mode) -> None:
    if is_match((Piece(pattern),), text, mode):
        assert reference(pattern, text)


def test_a_hostile_pattern_costs_no_more_than_its_length() -> None:
    begin = time.monotonic()
    assert not is_plain_match("*a" * 1000 + "b", "a" * 2000)
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize(
    ("pattern", "action", "is_covered"),
    [
        ("*", "s3:GetObject", True),
        ("s3:*", "S3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("iam:*AccessKey*", "iam:DeleteAccessKey", True),
        ("s3:Get*", "s3:PutObject", False),
        ("ec2:*", "ec2messages:GetMessages", False),
        ("s3:GetObjec?", "s3:GetObject", True),
        ("s3:GetObject?", "s3:GetObject", False),
        ("*:Get*", "s3:GetObject", True),
    ],
)
def test_actions(pattern: str, action: str, *, is_covered: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"""
    assert covers_action(Listed((pattern,)), action) == (YES if is_covered else NO)
    assert covers_action(Listed((pattern,), is_inverted=True), action) == (NO if is_covered else YES)


@pytest.mark.parametrize(
    ("pattern", "resource", "is_covered"),
    [
        ("*", "*", True),
        ("*", "arn:aws:s3:::b", True),
        ("arn:aws:s3:::*", "*", False),
        ("arn:aws:iam::123456789012:user/Bob", "arn:aws:iam::123456789012:user/Bob", True),
        ("arn:aws:iam::123456789012:user/bob", "arn:aws:iam::123456789012:user/Bob", False),
        ("arn:aws:iam::123456789012:user/accounting/*", "arn:aws:iam::123456789012:user/accounting/eu/al", True),
        ("arn:aws:iam::123456789012:user/accounting/*", "arn:aws:iam::123456789012:user/accounting", False),
        ("arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/2/test/3/object.jpg", True),
        ("arn:aws:s3:::amzn-s3-demo-bucket/*/test/*", "arn:aws:s3:::amzn-s3-demo-bucket/1/object.jpg", False),
        ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/object", False),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::bucket*", "arn:aws:s3:::bucket-of-others/object", True),
        (
            "arn:aws:lambda:eu-west-1:111122223333:function:*",
            "arn:aws:lambda:eu-west-1:111122223333:function:f:1",
            True,
        ),
        ("arn:aws:ec2:eu-*-1:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", True),
        ("arn:aws:ec2:e*1:111122223333:instance/*", "arn:aws:ec2:eu:1:111122223333:instance/i-1", False),
        ("arn:aws:ec2:eu-west-?:111122223333:instance/*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", True),
        ("arn:aws:ec2:*", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", True),
        ("arn:aws-cn:s3:::b", "arn:aws:s3:::b", False),
        ("my-bucket/*", "arn:aws:s3:::my-bucket/x", False),
    ],
)
def test_resources(pattern: str, resource: str, *, is_covered: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"""
    assert covers(pattern, resource) == (YES if is_covered else NO)


@pytest.mark.parametrize(
    "pattern", ["arn:aws:*:*:*:*", "arn:*", "arn:aws:s*:::b/o", "*b/o", "arn:aws:s3::${aws:x}:b/o"]
)
def test_forms_that_aws_does_not_document_are_unknown_where_they_would_matter(pattern: str) -> None:
    """AWS: no wildcard in the service, no variable before the fifth colon."""
    assert covers(pattern, "arn:aws:s3:::b/o", aws_x="").is_unknown
    assert covers(pattern, "arn:aws:sqs:eu-west-1:111122223333:queue").is_yes is not True


@pytest.mark.parametrize(
    ("pattern", "resource", "is_covered"),
    [
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/carlos/x", True),
        ("arn:aws:s3:::b/${AWS:UserName}/*", "arn:aws:s3:::b/carlos/x", True),
        ("arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/carla/x", False),
        ("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/*", True),
        ("arn:aws:s3:::b/${*}", "arn:aws:s3:::b/x", False),
        ("arn:aws:s3:::b/${?}", "arn:aws:s3:::b/x", False),
        ("arn:aws:s3:::b/${$}{x}", "arn:aws:s3:::b/${x}", True),
        ("arn:aws:s3:::b/${aws:userid, 'anonymous'}", "arn:aws:s3:::b/anonymous", True),
        ("arn:aws:s3:::b/${aws:username, 'anonymous'}", "arn:aws:s3:::b/anonymous", False),
        ("arn:aws:s3:::b/${aws:username", "arn:aws:s3:::b/${aws:username", True),
    ],
)
def test_variables(pattern: str, resource: str, *, is_covered: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    assert covers(pattern, resource, aws_username="carlos") == (YES if is_covered else NO)


def test_a_value_that_holds_a_wildcard_is_no_wildcard() -> None:
    assert covers("arn:aws:s3:::b/${aws:username}", "arn:aws:s3:::b/everything", aws_username="*") == NO


def test_the_old_language_has_no_variables() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""
    context = Context({"aws:username": ("carlos",)}, {})
    pattern = Listed(("arn:aws:s3:::b/${aws:username}",))
    assert covers_resource(pattern, "arn:aws:s3:::b/carlos", context, has_variables=False) == NO
    assert covers_resource(pattern, "arn:aws:s3:::b/${aws:username}", context, has_variables=False) == YES


def test_a_variable_without_value_matches_nothing_and_makes_the_rest_doubtful() -> None:
    """AWS: it "might cause the entire statement to be invalid"."""
    mine, shared = "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/shared/*"
    assert covers(mine, "arn:aws:s3:::b/x/y") == NO
    assert covers([mine, shared], "arn:aws:s3:::b/x/y") == NO
    assert covers([mine, shared], "arn:aws:s3:::b/shared/y").is_unknown
    assert covers_resource(
        Listed((mine,), is_inverted=True), "arn:aws:s3:::b/x", NOTHING, has_variables=True
    ).is_unknown


def test_a_key_with_several_values_is_no_variable() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"""
    resolved = resolve("${aws:TagKeys}", Context({"aws:tagkeys": ("a", "b")}, {}), has_variables=True)
    assert resolved.doubt is not None


def test_everything_but_nothing_is_unknown() -> None:
    assert covers_action(Listed((), is_inverted=True), "s3:GetObject").is_unknown
    assert covers_resource(Listed((), is_inverted=True), "*", NOTHING, has_variables=True).is_unknown
    assert covers_action(Listed(()), "s3:GetObject") == NO
