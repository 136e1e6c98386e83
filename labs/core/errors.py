"""The one family of errors. Adapters translate a library's errors into these at the boundary and keep the cause."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit status says."""

    DONE = 0
    FAILED = 1
    """A grade below the pass mark, a proof that broke."""
    INPUT = 2
    """Wrong input or usage: the caller can mend it."""
    INFRASTRUCTURE = 3
    """Inconclusive, or the machine under us failed."""


class TallerError(Exception):
    """Something a person must read: what happened, the remedy (`hint`), and where (`facts`: lab, step, leftovers)."""

    exit_code = ExitCode.INFRASTRUCTURE

    def __init__(self, message: str, *, hint: str = "", **facts: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts = facts


class InputError(TallerError):
    """The input is wrong; nothing was created."""

    exit_code = ExitCode.INPUT


class NotFoundError(InputError):
    """The lab, scenario, file or object that was named does not exist."""


class HostError(TallerError):
    """The host lacks something a lab needs (root, namespaces, memory, a free address); nothing was created."""

    exit_code = ExitCode.INPUT


class InfrastructureError(TallerError):
    """A component of ours or under us failed."""


class UnreachableError(InfrastructureError):
    """A sandbox's API or a probe could not be reached: says nothing about the candidate. Worth a retry."""


class ToolchainError(InfrastructureError):
    """A tool could not be found, fetched or built."""


class TimedOutError(InfrastructureError):
    """A wait of ours reached its deadline."""
