"""The rules of AWS's managed groups for WAF that plain requests can meet: their names, labels, and what they catch.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html (core rule set) and
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html (SQL database). AWS
publishes what they are for, not their patterns: these approximate them for requests that are plainly one or the other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grading.waf_statements import BODY_LIMIT_BYTES, WebRequest, decoded_arguments, has_script, has_sql

_LONGEST_QUERY, _LONGEST_PATH = 2048, 1024
_LFI = re.compile(r"\.\./\.\./|/etc/passwd")


@dataclass(frozen=True, slots=True)
class GroupRule:
    """A rule of a managed group; its own action is Block."""

    name: str
    label: str
    test: Callable[[WebRequest], bool]


def _in_arguments(test: Callable[[str], object]) -> Callable[[WebRequest], bool]:
    return lambda request: any(test(each) for each in decoded_arguments(request))


def _in_body(test: Callable[[str], object]) -> Callable[[WebRequest], bool]:
    """In what WAF gets of a body: managed rules go on with an oversized one."""
    return lambda request: bool(test(request.body.encode()[:BODY_LIMIT_BYTES].decode(errors="ignore")))


GROUP_RULES: Mapping[str, Sequence[GroupRule]] = {
    "AWSManagedRulesCommonRuleSet": (
        GroupRule("NoUserAgent_HEADER", "NoUserAgent_Header", lambda request: not request.headers.get("user-agent")),
        GroupRule("SizeRestrictions_QUERYSTRING", "SizeRestrictions_QueryString",
                  lambda request: len(request.query) > _LONGEST_QUERY),
        GroupRule("SizeRestrictions_BODY", "SizeRestrictions_Body",
                  lambda request: len(request.body.encode()) > BODY_LIMIT_BYTES),
        GroupRule("SizeRestrictions_URIPATH", "SizeRestrictions_URIPath",
                  lambda request: len(request.path) > _LONGEST_PATH),
        GroupRule("GenericLFI_QUERYARGUMENTS", "GenericLFI_QueryArguments", _in_arguments(_LFI.search)),
        GroupRule("GenericLFI_BODY", "GenericLFI_Body", _in_body(_LFI.search)),
        GroupRule("CrossSiteScripting_QUERYARGUMENTS", "CrossSiteScripting_QueryArguments", _in_arguments(has_script)),
        GroupRule("CrossSiteScripting_BODY", "CrossSiteScripting_Body", _in_body(has_script)),
    ),
    "AWSManagedRulesSQLiRuleSet": (
        GroupRule("SQLi_QUERYARGUMENTS", "SQLi_QueryArguments", _in_arguments(has_sql)),
        GroupRule("SQLi_BODY", "SQLi_Body", _in_body(has_sql)),
    ),
}  # fmt: skip
LABELS = {
    "AWSManagedRulesCommonRuleSet": "awswaf:managed:aws:core-rule-set",
    "AWSManagedRulesSQLiRuleSet": "awswaf:managed:aws:sql-database",
}
"""Where the labels of a group's rules begin."""
