"""Findings in an AWS account: what its API answers. A refusal that nobody expected is evidence, unless it is ours."""

from typing import Any

import jmespath

from grading.aws_answers import answered, value_of
from grading.findings import Finding, failed, passed, shown
from grading.fragments import mismatches
from grading.helpers import ScenarioView
from grading.paths import ABSENT
from grading.spec_aws import AwsCheck, AwsExpectation, AwsQuery
from labs.core.aws import AwsAnswer
from labs.core.ids import CheckId


def aws_finding(check: AwsCheck, view: ScenarioView) -> Finding:
    """Whether the answer to the query is as expected."""
    answer = answered(check, view.aws)
    expect = check.expect
    if expect.errors:
        return _refusal(check, answer, expect)
    if answer.error_code:
        return failed(
            en=f"AWS answers {check.call} with {answer.error_code}.",
            es=f"AWS responde a {check.call} con {answer.error_code}.",
            expected=wanted(expect),
            actual=f"{answer.error_code}: {answer.error_message}",
        )
    value = jmespath.search(check.query, answer.result)
    if not (complained := complaint(expect, value)):
        return passed(en=f"{check.call} is as expected.", es=f"{check.call} es lo esperado.", actual=shown(value))
    return failed(
        en=f"{check.call}, {check.query}: {complained[0]}",
        es=f"{check.call}, {check.query}: {complained[1]}",
        expected=wanted(expect),
        actual=shown(value),
    )


def unchanged_answer_finding(guard_id: CheckId, query: AwsQuery, view: ScenarioView) -> Finding:
    """Whether the answer is what it was at the hand-over."""
    before, now = view.baseline.answers.get(guard_id), value_of(query, view.aws)
    if before == now:
        return passed(en=f"{query.call} is as it was.", es=f"{query.call} sigue igual.")
    return failed(
        en=f"{query.call}, {query.query}, is not as it was.",
        es=f"{query.call}, {query.query}, ya no es lo que era.",
        expected=shown(before),
        actual=shown(now),
    )


def _refusal(check: AwsCheck, answer: AwsAnswer, expect: AwsExpectation) -> Finding:
    wanted = " / ".join(expect.errors)
    if answer.error_code in expect.errors:
        return passed(
            en=f"AWS refuses {check.call}: {answer.error_code}.", es=f"AWS rechaza {check.call}: {answer.error_code}."
        )
    seen = answer.error_code or shown(jmespath.search(check.query, answer.result))
    return failed(
        en=f"AWS does not refuse {check.call} as it should.",
        es=f"AWS no rechaza {check.call} como debería.",
        expected=wanted,
        actual=seen,
    )


def complaint(expect: AwsExpectation, value: Any) -> tuple[str, str] | None:
    """Why the value is not as expected, in both languages."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    given = expect.model_fields_set
    if "equals" in given and expect.equals != value:
        return "the value is another.", "el valor es otro."
    if "fragment" in given and (found := mismatches(expect.fragment, ABSENT if value is None else value)):
        return f"{found[0].path or 'the value'} is another.", f"{found[0].path or 'el valor'} es otro."
    if expect.count is not None and len(items) != expect.count:
        return f"{len(items)} instead of {expect.count}.", f"{len(items)} en vez de {expect.count}."
    if "contains" in given and all(mismatches(expect.contains, item) for item in items):
        return "what is looked for is not there.", "no está lo que se busca."
    if "lacks" in given and not all(mismatches(expect.lacks, item) for item in items):
        return "there is what must not be.", "está lo que no debe estar."
    return None


def wanted(expect: AwsExpectation) -> str:
    """The expectation, as it was written."""
    return shown(expect.model_dump(exclude_unset=True))
