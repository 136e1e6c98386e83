"""What an AWS account answers to a query."""

from collections.abc import Collection, Mapping
from typing import Any

import jmespath

from grading.findings import UndecidableError
from grading.spec_aws import AwsQuery
from labs.core.aws import AwsAnswer, AwsCall, AwsReader
from labs.core.errors import UnreachableError

REFUSALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure",
                      "InvalidClientTokenId", "ExpiredToken"})  # fmt: skip
"""Codes by which AWS refuses the caller. Of the grader's own calls they say that it could not look."""


def answered(query: AwsQuery, aws: AwsReader) -> AwsAnswer:
    """AWS's answer. Raises UnreachableError when AWS refuses the grader itself."""
    answer = aws.ask(query.call, as_role=query.as_role)
    if not query.as_role and answer.error_code in REFUSALS:
        raise UnreachableError(f"AWS refuses the grader's {query.call}: {answer.error_code}.")
    return answer


def value_of(query: AwsQuery, aws: AwsReader) -> Any:
    """The queried value, or AWS's code where it says no: plain data that can be kept and compared."""
    answer = answered(query, aws)
    return {"error": answer.error_code} if answer.error_code else jmespath.search(query.query, answer.result)


def result_of(aws: AwsReader, call: AwsCall, *, absent: Collection[str] = ()) -> Mapping[str, Any] | None:
    """The result of a call that is ours and no check's; None where AWS answers with one of the codes in `absent`.

    Raises UnreachableError when AWS refuses the grader, UndecidableError for every other no.
    """
    answer = aws.ask(call)
    if answer.error_code in absent:
        return None
    if answer.error_code in REFUSALS:
        raise UnreachableError(f"AWS refuses the grader's {call}: {answer.error_code}.")
    if answer.error_code:
        raise UndecidableError(f"AWS answers {call} with {answer.error_code}: {answer.error_message}")
    return answer.result
