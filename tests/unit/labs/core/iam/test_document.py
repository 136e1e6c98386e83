import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.errors import ExitCode, InputError
from labs.core.iam.document import PolicyError, parse
from tests.unit.labs.core.iam.asking import UNHURRIED

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}


def with_statement(**more: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [STATEMENT, {**STATEMENT, **more}]}


def test_a_single_statement_and_single_values_are_lists_of_one() -> None:
    single = parse({"Statement": STATEMENT})
    assert single == parse({"Statement": [{**STATEMENT, "Action": ["s3:GetObject"], "Resource": ["*"]}]})
    assert single.statements[0].actions.values == ("s3:GetObject",)


def test_text_and_what_it_decodes_to_are_the_same_policy() -> None:
    assert parse(json.dumps(with_statement(Sid="Two"))) == parse(with_statement(Sid="Two"))


def test_a_statement_is_known_by_its_sid_or_its_place() -> None:
    assert [statement.label for statement in parse(with_statement(Sid="Two")).statements] == ["#1", "Two"]


def test_without_a_version_it_is_the_old_language() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""
    assert parse({"Statement": []}).version == "2008-10-17"
    assert not parse({"Statement": []}).has_variables


def test_numbers_and_booleans_need_no_quotes() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"""
    conditions = parse(with_statement(Condition={"Bool": {"k": True}, "NumericEquals": {"n": [1, 2.5]}})).statements[1]
    assert [condition.values for condition in conditions.conditions] == [("true",), ("1", "2.5")]


def test_empty_lists_are_no_mistakes() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html only suggests."""
    assert parse(with_statement(Action=[])).statements[1].actions.values == ()


@pytest.mark.parametrize(
    ("document", "statement", "field"),
    [
        ("{", "", "document"),
        ("[]", "", "document"),
        ("[" * 100_000, "", "document"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "", "Version"),
        ('{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}', "", "Effect"),
        ({}, "", "Statement"),
        ({"Version": "2013-01-01", "Statement": []}, "", "Version"),
        ({"Version": ["2012-10-17"], "Statement": []}, "", "Version"),
        ({"Statements": []}, "", "Statements"),
        ({"Statement": ["Allow"]}, "0", ""),
        (with_statement(Effect="allow"), "1", "Effect"),
        (with_statement(Effect=["Allow"]), "1", "Effect"),
        (with_statement(NotAction="s3:*"), "1", "Action"),
        (with_statement(NotResource="*"), "1", "Resource"),
        (with_statement(Principal="*", NotPrincipal="*"), "1", "Principal"),
        (with_statement(Action="GetObject"), "1", "Action"),
        (with_statement(Action=7), "1", "Action"),
        (with_statement(Actions="s3:*"), "1", "Actions"),
        (with_statement(Resource=["*", None]), "1", "Resource"),
        (with_statement(Sid=7), "1", "Sid"),
        (with_statement(Principal="arn:aws:iam::111122223333:root"), "1", "Principal"),
        (with_statement(Principal={"Users": "*"}), "1", "Principal"),
        (with_statement(Principal={"AWS": 7}), "1", "Principal.AWS"),
        (with_statement(Condition=[]), "1", "Condition"),
        (with_statement(Condition={"StringEquals": "x"}), "1", "Condition.StringEquals"),
        (with_statement(Condition={"StringEquals": {"k": {}}}), "1", "Condition.StringEquals.k"),
        (with_statement(Condition={"StringEquals": {"k": None}}), "1", "Condition.StringEquals.k"),
        ({"Statement": [{"Effect": "Allow", "Action": "*"}]}, "0", "Resource"),
        ({"Statement": [{"Effect": "Allow", "Resource": "*"}]}, "0", "Action"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_is_no_policy_is_refused_with_its_place(document: Any, statement: str, field: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse(document)
    assert caught.value.facts == {"statement": statement, "field": field}
    assert field in caught.value.message
    assert isinstance(caught.value, InputError)
    assert caught.value.exit_code == ExitCode.INPUT


def test_a_resource_may_be_left_out_where_the_policy_hangs_on_it() -> None:
    """A trust policy has none: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"""
    document = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}
    assert parse(document).statements[0].resources is None


ELEMENTS = "Version Statement Effect Action NotAction Resource Principal AWS Sid Condition StringEquals"
words = st.sampled_from([*ELEMENTS.split(), "Allow", "Deny", "2012-10-17", "*", "s3:Get*", ""])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=4),
    max_leaves=15,
)
statement_like = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional=dict.fromkeys(("Action", "Resource", "Principal", "NotPrincipal", "Condition", "Sid"), anything),
)


@UNHURRIED
@given(anything | st.fixed_dictionaries({"Statement": st.lists(statement_like, max_size=2)}))
def test_only_our_error_leaves_the_parser(document: Any) -> None:
    for form in (document, json.dumps(document)):
        try:
            assert parse(form).statements is not None
        except PolicyError as error:
            assert error.message  # noqa: PT017 - any other exception is the failure looked for


@UNHURRIED
@given(st.text())
def test_only_our_error_leaves_the_parser_of_text(text: str) -> None:
    with pytest.raises(PolicyError):
        parse(text)
