"""What a web ACL of AWS WAF would do with a request, from its configuration: the first terminating rule wins.

Rules and actions: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements.html and
https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-rule-actions.html
What is not modelled leaves a rule undecided; an outcome that hangs on it is inconclusive (UndecidableError).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grading.findings import UndecidableError
from grading.waf_groups import GROUP_RULES, LABELS, GroupRule
from grading.waf_statements import WebRequest, matches

COUNT = "Count"
Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WafOutcome:
    """What becomes of a request: `Allow`, `Block`, `Captcha` or `Challenge`, and the rule that decided."""

    action: str
    rule: str
    """Empty: none did, and the default action holds."""


def outcome(acl: Mapping[str, Any], request: WebRequest) -> WafOutcome:
    """What the web ACL, as GetWebACL describes it, does with the request. Raises UndecidableError."""
    possible: dict[str, WafOutcome] = {}
    doubts: list[str] = []
    labels: set[str] = set()
    for rule in sorted(acl.get("Rules") or [], key=lambda each: int(each["Priority"])):
        for hit in _hits(rule, request, labels):
            labels |= hit.labels if hit.is_sure else set()
            if hit.action == COUNT:
                continue
            possible.setdefault(hit.action, WafOutcome(hit.action, hit.rule))
            if hit.is_sure:
                return _only(possible, doubts)
            doubts.append(hit.rule)
    action = _action(acl["DefaultAction"])
    possible.setdefault(action, WafOutcome(action, ""))
    return _only(possible, doubts)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A rule that matches, or (`is_sure` false) may match."""

    action: str
    rule: str
    labels: frozenset[str]
    is_sure: bool = True


def _hits(rule: Rule, request: WebRequest, labels: set[str]) -> Iterator[_Hit]:
    statement = rule["Statement"]
    if group := statement.get("ManagedRuleGroupStatement"):
        yield from _group_hits(rule, group, request, labels)
        return
    matched = matches(statement, request, labels)
    if matched is not False:
        given = frozenset(each["Name"] for each in rule.get("RuleLabels") or [])
        action = _action(rule.get("Action") or {COUNT: {}})
        yield _Hit(action, str(rule["Name"]), given, is_sure=bool(matched))


def _group_hits(rule: Rule, group: Mapping[str, Any], request: WebRequest, labels: set[str]) -> Iterator[_Hit]:
    """The rules of AWS's own groups, as far as modelled. Of another group nobody can say what it does."""
    scope = group.get("ScopeDownStatement")
    in_scope = matches(scope, request, labels) if scope else True
    if in_scope is False:
        return
    name, is_counted = str(group["Name"]), COUNT in (rule.get("OverrideAction") or {})
    rules = GROUP_RULES.get(name) if group.get("VendorName") == "AWS" else None
    if rules is None:
        yield _Hit(COUNT if is_counted else "Block", f"{rule['Name']}/{name}", frozenset(), is_sure=False)
        return
    overridden = {each["Name"]: _action(each["ActionToUse"]) for each in group.get("RuleActionOverrides") or []}
    overridden |= {each["Name"]: COUNT for each in group.get("ExcludedRules") or []}
    for each in rules:
        if each.test(request):
            action = COUNT if is_counted else overridden.get(each.name, "Block")
            yield _Hit(action, f"{rule['Name']}/{each.name}", _label(name, each), is_sure=in_scope is True)


def _label(group: str, rule: GroupRule) -> frozenset[str]:
    return frozenset({f"{LABELS[group]}:{rule.label}"})


def _action(given: Mapping[str, Any]) -> str:
    return next(name for name, value in given.items() if value is not None)


def _only(possible: Mapping[str, WafOutcome], doubts: list[str]) -> WafOutcome:
    if len(possible) > 1:
        raise UndecidableError(f"It is not modelled what these rules of the web ACL do: {', '.join(doubts)}.")
    return next(iter(possible.values()))
