"""What several checks of a scenario read of an AWS account is read once, and never twice for the same check.

Why no check can be given old evidence: a look shares only answers that came at most FRESH_SECONDS ago, so it is as if
it had taken that much longer itself; a check that looks again (a poll) starts afresh, so that each of its looks is at
what came after the one before; and nothing outlives the grading of one scenario, whose view holds it.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from labs.core.aws import AwsAnswer, AwsCall, AwsReader
from labs.core.errors import UnreachableError

FRESH_SECONDS = 1.0
"""A network's snapshot takes half a second on a busy machine, and a dozen checks after it as long again."""

Answers = dict[str, tuple[float, AwsAnswer | UnreachableError]]
"""By what was asked: when it came, and what."""


@dataclass(slots=True)
class SharedLook:
    """The answers that the checks of one scenario share. One thread looks at a time, and may ask from several."""

    now: Callable[[], float] = time.monotonic
    _answers: Answers = field(default_factory=dict)
    _seen_by: set[int] = field(default_factory=set)

    def reader(self, aws: AwsReader, *, by: object) -> AwsReader:
        """A reader for one look of `by`, a check of the scenario."""
        if id(by) in self._seen_by:
            self._answers, self._seen_by = {}, set()
        self._seen_by.add(id(by))
        return _Remembering(aws, self._answers, self.now)


@dataclass(frozen=True, slots=True)
class _Remembering:
    """An AwsReader that asks the same question once. That nobody answers is told once more, not waited for again."""

    aws: AwsReader
    answers: Answers
    now: Callable[[], float]

    @property
    def account(self) -> str:
        return self.aws.account

    @property
    def region(self) -> str:
        return self.aws.region

    def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
        name = json.dumps([call.service, call.operation, call.region, call.account, as_role, dict(call.parameters)],
                          sort_keys=True, default=str)  # fmt: skip
        came, answer = self.answers.get(name, (float("-inf"), None))
        if answer is None or self.now() - came > FRESH_SECONDS:
            answer = self._asked(call, as_role)
            self.answers[name] = (self.now(), answer)
        if isinstance(answer, UnreachableError):
            raise answer
        return answer

    def _asked(self, call: AwsCall, as_role: str) -> AwsAnswer | UnreachableError:
        try:
            return self.aws.ask(call, as_role=as_role)
        except UnreachableError as error:
            return error
