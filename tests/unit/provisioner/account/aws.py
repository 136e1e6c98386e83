"""An AWS account for these tests: moto in this process, or answers written by hand."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from labs.core.aws import AwsCall

Answer = Mapping[str, Any] | Exception | Callable[[AwsCall], Mapping[str, Any]]


def said_no(code: str, message: str = "no") -> ClientError:
    """What botocore raises when AWS says no."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


class ScriptedAws:
    """Answers by `service:operation`; remembers the calls."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = dict(answers)
        self.calls: list[AwsCall] = []

    def call(self, call: AwsCall) -> Mapping[str, Any]:
        self.calls.append(call)
        answer = self.answers.get(str(call), {})
        if isinstance(answer, Exception):
            raise answer
        return answer(call) if callable(answer) else answer

    def made(self, operation: str) -> list[Mapping[str, Any]]:
        """The parameters of each call of an operation."""
        return [call.parameters for call in self.calls if call.operation == operation]


class Ticking:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
