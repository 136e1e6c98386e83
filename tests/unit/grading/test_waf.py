"""Outcomes of web ACLs, against what AWS's guide says of rules, actions, labels and oversized bodies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grading.findings import UndecidableError
from grading.waf import WafOutcome, outcome
from grading.waf_statements import BODY_LIMIT_BYTES, WebRequest, matches

BROWSER = {"user-agent": "Mozilla/5.0"}
PLAIN = [{"Priority": 0, "Type": "NONE"}]
DECODED = [{"Priority": 0, "Type": "URL_DECODE"}]
SMALL = WebRequest("POST", "/uploads/1", body="a document", headers=BROWSER)
LARGE = WebRequest("POST", "/uploads/1", body="x" * (BODY_LIMIT_BYTES + 1), headers=BROWSER)
ATTACK = WebRequest("GET", "/search", "q=1%27%20OR%20%271%27=%271", headers=BROWSER)
COMMON = "AWSManagedRulesCommonRuleSet"


def at(path: str) -> dict[str, Any]:
    place: dict[str, Any] = {"UriPath": {}}
    return {
        "ByteMatchStatement": {
            "FieldToMatch": place,
            "PositionalConstraint": "STARTS_WITH",
            "SearchString": path,
            "TextTransformations": PLAIN,
        }
    }


def sql(place: dict[str, Any], changes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"SqliMatchStatement": {"FieldToMatch": place, "TextTransformations": changes}}


def rule(name: str, priority: int, statement: dict[str, Any], action: str = "Block", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Priority": priority, "Statement": statement, "Action": {action: {}}, **more}


def group(name: str, priority: int = 0, *, counted: bool = False, **more: Any) -> dict[str, Any]:
    statement = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name, **more}}
    override: dict[str, Any] = {"Count": {}} if counted else {"None": {}}
    return {"Name": "group", "Priority": priority, "Statement": statement, "Action": None, "OverrideAction": override}


def action(request: WebRequest, *rules: dict[str, Any], default: str = "Allow") -> str:
    return outcome({"Rules": list(rules), "DefaultAction": {default: {}}}, request).action


def test_the_first_terminating_rule_by_priority_decides() -> None:
    rules = [rule("late", 9, at("/"), "Block"), rule("early", 1, at("/"), "Allow"), rule("first", 0, at("/"), "Count")]
    assert outcome({"Rules": rules, "DefaultAction": {"Block": {}}}, SMALL) == WafOutcome("Allow", "early")


def test_counting_ends_nothing_and_the_default_holds() -> None:
    assert action(SMALL, rule("seen", 0, at("/"), "Count"), default="Block") == "Block"


@pytest.mark.parametrize(("changes", "expected"), [(DECODED, "Block"), (PLAIN, "Allow")])
def test_an_encoded_injection_is_seen_only_decoded(changes: list[dict[str, Any]], expected: str) -> None:
    assert action(ATTACK, rule("sql", 0, sql({"AllQueryArguments": {}}, changes))) == expected


@pytest.mark.parametrize(("handling", "expected"), [("MATCH", "Block"), ("NO_MATCH", "Allow"), ("CONTINUE", "Allow")])
def test_an_oversized_body_is_what_the_statement_says(handling: str, expected: str) -> None:
    statement = sql({"Body": {"OversizeHandling": handling}}, PLAIN)
    assert action(LARGE, rule("sql", 0, statement)) == expected
    assert action(SMALL, rule("sql", 0, statement)) == "Allow"


def test_only_the_beginning_of_a_body_is_looked_at() -> None:
    attack = "name=' or 1=1"
    body = {"Body": {"OversizeHandling": "CONTINUE"}}
    for text, expected in ((attack + LARGE.body, "Block"), (LARGE.body + attack, "Allow")):
        assert action(WebRequest("POST", "/", body=text), rule("sql", 0, sql(body, PLAIN))) == expected


def test_a_size_beyond_what_is_seen_is_undecided() -> None:
    size = {"FieldToMatch": {"Body": {}}, "ComparisonOperator": "GT", "Size": 8192, "TextTransformations": PLAIN}
    assert matches({"SizeConstraintStatement": size}, LARGE) is None
    assert matches({"SizeConstraintStatement": {**size, "Size": 100}}, LARGE) is True
    assert matches({"SizeConstraintStatement": size}, SMALL) is False


def test_a_groups_rule_blocks_unless_it_is_overridden() -> None:
    override = [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]
    assert action(LARGE, group(COMMON)) == "Block"
    assert action(LARGE, group(COMMON, RuleActionOverrides=override)) == "Allow"
    assert action(LARGE, group(COMMON, ExcludedRules=[{"Name": "SizeRestrictions_BODY"}])) == "Allow"
    assert action(LARGE, group(COMMON, counted=True)) == "Allow"
    assert action(SMALL, group(COMMON)) == "Allow"


def test_a_group_is_asked_only_within_its_scope() -> None:
    elsewhere = {"NotStatement": {"Statement": at("/uploads")}}
    assert action(LARGE, group(COMMON, ScopeDownStatement=elsewhere)) == "Allow"
    assert action(WebRequest("POST", "/login", body=LARGE.body), group(COMMON, ScopeDownStatement=elsewhere)) == "Block"


@pytest.mark.parametrize("key", ["awswaf:managed:aws:core-rule-set:SizeRestrictions_Body", "SizeRestrictions_Body"])
def test_a_counted_rule_labels_for_those_after_it(key: str) -> None:
    counted = group(COMMON, RuleActionOverrides=[{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}])
    label = {"LabelMatchStatement": {"Scope": "LABEL", "Key": key}}
    assert action(LARGE, counted, rule("labelled", 1, label)) == "Block"
    assert action(SMALL, counted, rule("labelled", 1, label)) == "Allow"


def test_what_is_not_modelled_matters_only_where_it_decides() -> None:
    unknown = {"GeoMatchStatement": {"CountryCodes": ["AR"]}}
    with pytest.raises(UndecidableError, match="countries"):
        action(SMALL, rule("countries", 0, unknown))
    with pytest.raises(UndecidableError, match="AWSManagedRulesAnonymousIpList"):
        action(SMALL, group("AWSManagedRulesAnonymousIpList"))
    assert action(SMALL, rule("countries", 0, unknown), default="Block") == "Block"
    assert action(SMALL, rule("countries", 0, {"AndStatement": {"Statements": [unknown, at("/other")]}})) == "Allow"
    assert action(SMALL, rule("countries", 0, {"OrStatement": {"Statements": [unknown, at("/")]}})) == "Block"


@given(st.permutations([rule("a", 1, at("/up"), "Allow"), rule("b", 2, at("/"), "Block"), rule("c", 3, at("/x"))]))
def test_the_order_in_which_rules_are_listed_changes_nothing(rules: list[dict[str, Any]]) -> None:
    assert action(SMALL, *rules) == "Allow"
    assert action(ATTACK, *rules) == "Block"
