from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.iam.comparisons import OPERATORS
from labs.core.iam.conditions import hold, is_met
from labs.core.iam.document import Condition, parse
from labs.core.iam.request import Context
from labs.core.iam.truth import NO, YES, Truth
from tests.unit.labs.core.iam.asking import GUIDE, UNHURRIED

OPERATORS_PAGE = GUIDE + "reference_policies_elements_condition_operators.html"


def met(block: dict[str, Any], context: dict[str, Any], version: str = "2012-10-17") -> Truth:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}
    policy = parse({"Version": version, "Statement": statement})
    values = {key.lower(): tuple(v) if isinstance(v, list) else (v,) for key, v in context.items()}
    return hold(policy.statements[0].conditions, Context(values, {}), has_variables=policy.has_variables)


@pytest.mark.parametrize(
    ("operator", "policy", "request_value", "is_match"),
    [
        ("StringEquals", "john", "john", True),
        ("StringEquals", "john", "John", False),
        ("StringEquals", "jo*", "john", False),
        ("StringEquals", "jo*", "jo*", True),
        ("StringNotEquals", "john", "John", True),
        ("StringEqualsIgnoreCase", "john", "JOHN", True),
        ("StringNotEqualsIgnoreCase", "john", "JOHN", False),
        ("StringLike", "jo?n", "john", True),
        ("StringLike", "JO*", "john", False),
        ("StringLike", "jo", "john", False),
        ("StringNotLike", "jo*", "john", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", "10", "10.0", False),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericGreaterThanEquals", "10.5", "10", False),
        ("DateGreaterThan", "2020-01-01T00:00:01Z", "2020-06-01T00:00:00Z", True),
        ("DateGreaterThan", "2020-01-01T00:00:01Z", "2019-06-01T00:00:00Z", False),
        ("DateLessThan", "2020-01-01T00:00:00+02:00", "2019-12-31T21:59:59Z", True),
        ("DateLessThanEquals", "2020-01-01", "2020-01-01T00:00:00Z", True),
        ("DateGreaterThanEquals", "2020-02", "2020-02-01T00:00:00Z", True),
        ("DateEquals", "1577836800", "2020-01-01T00:00:00Z", True),
        ("DateNotEquals", "1577836800", "2020-01-01T00:00:00Z", False),
        ("Bool", "true", "true", True),
        ("Bool", "false", "true", False),
        ("Bool", "True", "true", True),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", True),
        ("BinaryEquals", "QmluYXJ5VmFsdWVJbkJhc2U2NA==", "AAAA", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.1", False),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1", True),
        ("IpAddress", "203.0.113.0/24", "2001:db8::1", False),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.255", False),
        ("ArnEquals", "arn:aws:sns:*:111122223333:topic", "arn:aws:sns:eu-west-1:111122223333:topic", True),
        ("ArnLike", "arn:aws:iam::*:role/admin-*", "arn:aws:iam::111122223333:role/admin-1", True),
        ("ArnNotLike", "arn:aws:iam::*:role/admin-*", "arn:aws:iam::111122223333:role/admin-1", False),
        ("ArnNotEquals", "arn:aws:iam::*:role/admin", "arn:aws:iam::111122223333:role/Admin", True),
        ("ArnLike", "arn:aws:lambda:*:*:function:f*", "arn:aws:lambda:eu-west-1:111122223333:function:f:1", True),
        ("ArnLike", "arn:aws:iam::111122223333:role/x", "not-an-arn", False),
    ],
)
def test_operators(operator: str, policy: str, request_value: str, *, is_match: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""
    assert met({operator: {"aws:Key": policy}}, {"AWS:key": request_value}) == (YES if is_match else NO)


def test_arn_operators_look_between_the_colons_and_string_operators_do_not() -> None:
    """The page's own example: OPERATORS_PAGE#Conditions_ARN."""
    pattern = "arn:aws:someservice:*:111122223333:finance/*"
    value = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
    assert met({"StringLike": {"k": pattern}}, {"k": value}) == YES
    assert met({"ArnLike": {"k": pattern}}, {"k": value}) == NO


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_a_key_that_is_not_there(operator: str) -> None:
    """False; true for negated operators; true with IfExists: OPERATORS_PAGE, "Important" and #Conditions_IfExists.

    With ForAllValues true and with ForAnyValue false, whatever the operator:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    block = {"k": "1"}
    assert met({operator: block}, {}) == (YES if "Not" in operator else NO)
    assert met({operator + "IfExists": block}, {}) == YES
    assert met({"ForAllValues:" + operator: block}, {}) == YES
    assert met({"ForAllValues:" + operator: block}, {"k": []}) == YES
    assert met({"ForAnyValue:" + operator: block}, {}) == NO
    assert met({"ForAllValues:" + operator + "IfExists": block}, {}) == YES
    assert met({"ForAnyValue:" + operator + "IfExists": block}, {}).is_unknown


@pytest.mark.parametrize(("operator", "expected"), [("ForAllValues:StringLike", YES), ("ForAnyValue:StringLike", NO)])
def test_an_empty_text_is_an_empty_set(operator: str, expected: Truth) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html"""
    assert met({operator: {"k": "*"}}, {"k": ""}) == expected


def test_an_empty_text_is_a_text_without_set_operator() -> None:
    """The home directory policy: OPERATORS_PAGE#Conditions_String."""
    assert met({"StringLike": {"s3:prefix": ["", "home/"]}}, {"s3:prefix": ""}) == YES


@pytest.mark.parametrize(
    ("tags", "is_match"),
    [(["key1:legal"], False), (["key1:hr", "key1:personnel"], False), (["key2:audit"], True), (None, True)],
)
def test_a_deny_for_all_values(tags: list[str] | None, *, is_match: bool) -> None:
    """The page's table: .../reference_policies_condition_examples-multi-valued-context-keys.html"""
    context = {} if tags is None else {"aws:TagKeys": tags}
    assert met({"ForAllValues:StringNotLike": {"aws:TagKeys": "key1*"}}, context) == (YES if is_match else NO)


@pytest.mark.parametrize(
    ("operator", "requested", "is_match"),
    [
        ("ForAllValues:StringLike", ["PostDateTime", "Message"], True),
        ("ForAllValues:StringLike", ["PostDateTime", "UserName"], False),
        ("ForAnyValue:StringLike", ["PostDateTime", "UserName"], True),
        ("ForAnyValue:StringLike", ["UserName"], False),
    ],
)
def test_sets_of_attributes(operator: str, requested: list[str], *, is_match: bool) -> None:
    """The Thread table: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html"""
    block = {operator: {"dynamodb:requestedAttributes": ["PostDateTime", "Message", "Tags"]}}
    assert met(block, {"dynamodb:requestedAttributes": requested}) == (YES if is_match else NO)


def test_values_are_alternatives_and_for_a_negated_operator_none_may_match() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html"""
    assert met({"StringEquals": {"k": ["a", "b"]}}, {"k": "b"}) == YES
    assert met({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "b"}) == NO
    assert met({"StringNotEquals": {"k": ["a", "b"]}}, {"k": "c"}) == YES


def test_operators_and_keys_must_all_hold() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html"""
    block = {"StringEquals": {"k": "a", "l": "b"}, "Bool": {"m": "true"}}
    assert met(block, {"k": "a", "l": "b", "m": "true"}) == YES
    for key in ("k", "l", "m"):
        assert met(block, {"k": "a", "l": "b", "m": "true", key: "false"}) == NO


@pytest.mark.parametrize(
    ("asked", "context", "expected"),
    [
        ("true", {}, YES),
        ("false", {}, NO),
        ("true", {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}, NO),
        ("false", {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}, YES),
        ("true", {"aws:TokenIssueTime": []}, YES),
        (["true", "false"], {}, YES),
    ],
)
def test_null(asked: Any, context: dict[str, Any], expected: Truth) -> None:
    """OPERATORS_PAGE#Conditions_Null."""
    assert met({"Null": {"aws:TokenIssueTime": asked}}, context) == expected


def test_variables_in_values() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-conditionelement"""
    block = {"StringLike": {"s3:prefix": "${aws:username}/*"}}
    assert met(block, {"s3:prefix": "David/x", "aws:username": "David"}) == YES
    assert met(block, {"s3:prefix": "Adele/x", "aws:username": "David"}) == NO
    assert met(block, {"s3:prefix": "David/x", "aws:username": "David"}, version="2008-10-17") == NO
    assert met(block, {"s3:prefix": "${aws:username}/x"}, version="2008-10-17") == YES
    assert met(block, {"s3:prefix": "/x"}) == NO


@pytest.mark.parametrize(
    ("block", "context"),
    [
        ({"StringMatches": {"k": "a"}}, {"k": "a"}),
        ({"stringequals": {"k": "a"}}, {"k": "a"}),
        ({"NullIfExists": {"k": "true"}}, {}),
        ({"ForSomeValues:StringEquals": {"k": "a"}}, {"k": "a"}),
        ({"ForAllValues:Null": {"k": "true"}}, {}),
        ({"StringEquals": {"k": []}}, {"k": "a"}),
        ({"StringEquals": {"k": "a"}}, {"k": ["a", "b"]}),
        ({"StringNotEquals": {"k": "a"}}, {"k": ["a", "b"]}),
        ({"StringNotEquals": {"k": "${aws:username}"}}, {"k": "a"}),
        ({"StringEquals": {"k": ["${aws:username}", "a"]}}, {"k": "a"}),
        ({"NumericEquals": {"k": "ten"}}, {"k": "10"}),
        ({"NumericEquals": {"k": "10"}}, {"k": "ten"}),
        ({"NumericEquals": {"k": "NaN"}}, {"k": "1"}),
        ({"NumericEquals": {"k": "${aws:x}"}}, {"k": "1", "aws:x": "1"}),
        ({"DateEquals": {"k": "yesterday"}}, {"k": "2020-01-01"}),
        ({"DateEquals": {"k": "2020"}}, {"k": "2020-01-01"}),
        ({"DateEquals": {"k": "2020-13-01"}}, {"k": "2020-01-01"}),
        ({"DateEquals": {"k": "9" * 30}}, {"k": "2020-01-01"}),
        ({"Bool": {"k": "yes"}}, {"k": "true"}),
        ({"BinaryEquals": {"k": "!"}}, {"k": "AAAA"}),
        ({"IpAddress": {"k": "203.0.113.0/99"}}, {"k": "203.0.113.1"}),
        ({"IpAddress": {"k": "203.0.113.0/24"}}, {"k": "an address"}),
        ({"ArnLike": {"k": "*"}}, {"k": "arn:aws:iam::111122223333:role/x"}),
        ({"Null": {"k": "perhaps"}}, {}),
        ({"Null": {"k": "true"}}, {"k": ""}),
    ],
    ids=str,
)
def test_what_aws_does_not_document_is_unknown_and_says_why(block: dict[str, Any], context: dict[str, Any]) -> None:
    truth = met(block, context)
    assert truth.is_unknown
    assert all(doubt.en and doubt.es for doubt in truth.doubts)
    assert truth.doubts


def test_several_values_without_set_operator_are_known_where_they_agree() -> None:
    assert met({"StringLike": {"k": "a*"}}, {"k": ["a1", "a2"]}) == YES
    assert met({"StringLike": {"k": "a*"}}, {"k": ["b1", "b2"]}) == NO


@UNHURRIED
@given(
    st.sampled_from(
        [name for name in OPERATORS if f"{name[:-6]}Not{name[-6:]}" in OPERATORS and name.endswith("Equals")]
    ),
    st.lists(st.sampled_from(["1", "2", "arn:aws:s3:::a:b", "2020-01-01"]), min_size=1, max_size=3),
    st.sampled_from(["1", "3", "arn:aws:s3:::a:b", "2020-01-01"]),
)
def test_a_negated_operator_says_the_opposite_of_its_own(name: str, values: list[str], value: str) -> None:
    context = Context({"k": (value,)}, {})
    plain = is_met(Condition(name, "k", tuple(values)), context, has_variables=True)
    opposite = is_met(Condition(f"{name[:-6]}Not{name[-6:]}", "k", tuple(values)), context, has_variables=True)
    assert plain.is_yes == (None if opposite.is_yes is None else not opposite.is_yes)
