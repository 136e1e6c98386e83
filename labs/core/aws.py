"""AWS as our layers speak of it: a call, its answer, the way in. Answers are a candidate's output: hostile text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class AwsCall:
    """One operation of an AWS API, named as AWS does: service `ec2`, operation `DescribeVpcs`."""

    service: str
    """boto3's name of the client: `ec2`, `s3`, `wafv2`."""
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    """Empty: the sandbox's own."""
    account: str = ""
    """Twelve digits; empty: the sandbox's own. Others are members of its organization."""

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class AwsAnswer:
    """What came back: a result, or the error that AWS names by `error_code` (evidence, not trouble)."""

    result: Mapping[str, Any] = field(default_factory=dict)
    error_code: str = ""
    error_message: str = ""


class AwsReader(Protocol):
    """Reading an AWS account. Every method raises UnreachableError when it cannot look."""

    @property
    def account(self) -> str:
        """The sandbox's account id."""

    @property
    def region(self) -> str:
        """The sandbox's region."""

    def ask(self, call: AwsCall, *, as_role: str = "") -> AwsAnswer:
        """The answer, all pages of it, to a reading operation (see `is_reading`; another raises InputError).

        With `as_role`, an ARN, the grader takes that role's place and AWS judges the call by the role's policies.
        """


@dataclass(frozen=True, slots=True)
class AwsAdmin:
    """The grader's way into an AWS sandbox. `token` is a secret."""

    endpoint: str
    """http://ADDRESS:PORT of an emulated account; empty for AWS itself."""
    account: str
    region: str
    token: str = field(default="", repr=False)
    """Known to an emulated account's gate only."""
    grader: str = ""
    """ARN of the role that the grader takes in a real account, whose operator may do more than read."""
    session: str = ""
    """Name under which the grader takes roles; empty: any. A frozen real account knows one that passes."""

    def to_json(self) -> str:
        """One line, for files and Pulumi's outputs."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "AwsAdmin":
        """The reverse of `to_json`."""
        return cls(**json.loads(text))


READING_PREFIXES = (
    "Describe", "Get", "List", "BatchGet", "Head", "Search", "Lookup", "Simulate", "Select", "Query", "Scan",
    "Check", "Evaluate", "Test", "Validate",
)  # fmt: skip
"""How AWS names operations that change nothing. `Get` has exceptions: see CHANGING."""
CHANGING = frozenset({"GetSessionToken", "GetFederationToken", "ListAndDelete", "GetOpenIdTokenForDeveloperIdentity"})
READING = frozenset({"GetCallerIdentity", "DecodeAuthorizationMessage", "AssumeRole", "AssumeRoleWithWebIdentity",
                     "AssumeRoleWithSAML", "Decrypt"})  # fmt: skip
"""Operations that leave the account as it is, although their names do not say so."""


def is_reading(call: AwsCall) -> bool:
    """Whether the call leaves the account as it is. A rehearsal (`DryRun`) is none: moto carries some of them out."""
    if call.operation in CHANGING:
        return False
    return call.operation in READING or call.operation.startswith(READING_PREFIXES)
