"""What checks and safeguards look at in an AWS account, as scenario.yaml spells it."""

from typing import Annotated, Any

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, Field, model_validator

from grading.fragments import fragment_problems
from grading.spec_parts import Model
from labs.core.aws import AwsCall, is_reading


def _compiles(query: str) -> str:
    try:
        jmespath.compile(query)
    except JMESPathError as error:
        raise ValueError(f"not JMESPath: {error}") from error
    return query


JmesPath = Annotated[str, AfterValidator(_compiles)]
"""A path that compiles."""


class AwsQuery(Model):
    """A reading operation (DescribeVpcs, GetBucketPolicy…, see labs.core.aws) and what to take of its answer."""

    service: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    operation: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    parameters: dict[str, Any] = Field(default_factory=dict)
    region: str = ""
    account: str = ""
    as_role: str = ""
    """ARN of a role whose place the grader takes: AWS then judges the call by the role's policies."""
    query: JmesPath = "@"
    """JMESPath into the answer, all pages of it."""

    @property
    def call(self) -> AwsCall:
        """The call as the port takes it."""
        return AwsCall(self.service, self.operation, self.parameters, region=self.region, account=self.account)

    @model_validator(mode="after")
    def _reads(self) -> "AwsQuery":
        if not is_reading(self.call):
            raise ValueError(f"{self.call} changes the account; a check only looks")
        return self


class AwsExpectation(Model):
    """What the queried value must be. All that is given must hold; `error` stands alone."""

    equals: Any = None
    fragment: Any = None
    """See grading.fragments."""
    count: int | None = Field(default=None, ge=0)
    """So many items in a list."""
    contains: Any = None
    """An item of a list that matches this fragment."""
    lacks: Any = None
    """No item of a list matches this fragment."""
    error: str | tuple[str, ...] = ()
    """AWS says no with this code (one of these): AccessDenied, NoSuchBucket…"""

    @property
    def errors(self) -> tuple[str, ...]:
        """The accepted codes."""
        return (self.error,) if isinstance(self.error, str) else self.error

    @model_validator(mode="after")
    def _consistent(self) -> "AwsExpectation":
        given = self.model_fields_set
        if not given:
            raise ValueError("says nothing: give equals, fragment, count, contains, lacks or error")
        if self.error and len(given) > 1:
            raise ValueError("error stands alone: a refused call has no answer")
        parts = {"fragment": self.fragment, "contains": self.contains, "lacks": self.lacks}
        if problems := [f"{name} {text}" for name, part in parts.items() for text in fragment_problems(part)]:
            raise ValueError("; ".join(problems))
        return self


class AwsCheck(AwsQuery):
    """A query and what it must give."""

    expect: AwsExpectation


ContextValue = str | bool | int | float | list[str] | None
"""Of a condition key. None takes away what AWS would otherwise add by itself (see grading.iam_question)."""


class IamCheck(Model):
    """Whether a principal may do things, by all policies that apply: every action on every resource.

    A principal that the lab's accounts do not have fails the check either way: to delete the role is no fix. A
    resource that is not there has no policy of its own, and is judged like any other.
    """

    principal: str = Field(min_length=1)
    """ARN of a user, a role or a role's session in one of the lab's accounts; `anonymous`; or somebody from outside,
    by ARN or by the account's twelve digits, whose own policies are assumed to allow everything."""
    session: str = ""
    """The session's name where the principal is a role; any where none is given."""
    actions: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+:[A-Za-z0-9]+$")], ...] = Field(min_length=1)
    """Whole names: `s3:GetObject`."""
    resources: tuple[str, ...] = Field(default=("*",), min_length=1)
    """ARNs; a wildcard in one stands for itself. "*" for operations that have no resource."""
    context: dict[str, ContextValue] = Field(default_factory=dict)
    """Condition keys and values that the request brings, such as `aws:RequestedRegion`."""
    allowed: bool


class TrustCheck(Model):
    """Whether somebody may take a role's place: the role's trust policy, judged.

    What they may do at home is looked up for the lab's own principals, and assumed to suffice for others. A role that
    is not there fails the check either way; an identity provider that is not there vouches for nobody.
    """

    role: str = Field(min_length=1)
    """ARN."""
    operation: str = Field(default="AssumeRole", pattern="^AssumeRole(WithWebIdentity|WithSAML)?$")
    principal: str = Field(min_length=1)
    """An ARN, twelve digits (somebody of that account), a service (`ec2.amazonaws.com`), or the identity provider that
    vouches."""
    context: dict[str, ContextValue] = Field(default_factory=dict)
    """What the provider says of them, such as `token.actions.githubusercontent.com:sub`."""
    allowed: bool


class FarDevice(Model):
    """The customer's device at the other end of VPN connections, of which AWS knows only the outside address."""

    outside: str = Field(min_length=1)
    """Its address, as the customer gateway has it."""
    asn: int = Field(ge=1)
    """Its own autonomous system, whatever the customer gateway says."""
    prefixes: tuple[str, ...] = Field(min_length=1)
    """The networks behind it, which it announces."""
    up: bool = True


class ReachCheck(Model):
    """Whether packets get from one place to another and the answers back, by all that stands between them.

    A place is `i-…`, `eni-…` (or `eni-…/ADDRESS`), `subnet-…/ADDRESS`, `vpn-…/ADDRESS`, an address, `internet` or
    `internet6` (see grading.reach.ends). An end that is gone, or an instance that is stopped, fails the check either
    way: to switch it off is no fix. So does a path that only some connections get through.
    """

    source: str = Field(alias="from", min_length=1)
    destination: str = Field(alias="to", min_length=1)
    protocol: str = Field(default="tcp", pattern="^(tcp|udp|icmp)$")
    port: int = Field(default=0, ge=0, le=65535)
    """0: all of them."""
    far_devices: tuple[FarDevice, ...] = ()
    open: bool
