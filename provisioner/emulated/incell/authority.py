"""moto authenticates, we authorise: its own judge knows neither resources nor conditions, boundaries or organizations.

Every request but the grader's is judged by `labs.core.iam`, from the policies that moto keeps. What the evaluator
cannot say is refused, with the reason in the message: a candidate must be able to tell a refusal from a gap of ours.
"""

from typing import Any
from urllib.parse import urlparse

from labs.core.iam.evaluate import decide
from labs.core.iam.explain import explain
from provisioner.emulated.incell.gate import Gate
from provisioner.emulated.incell.policies import applying
from provisioner.emulated.incell.question import principal_of, question
from provisioner.emulated.incell.refusals import refusal, translated
from provisioner.emulated.incell.strangers import may_read
from provisioner.emulated.incell.web_identity import is_web_identity, judge_web_identity

NEEDS_NO_PERMISSION = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""


def install(gate: Gate) -> None:
    """Every request but the grader's is checked: signature, then policies."""
    from moto.core.authorization import ActionAuthenticatorMixin  # noqa: PLC0415 - moto comes after the account is set

    def judge(response: Any, kind: Any, resource: str = "*") -> None:
        if gate.standing.unrestricted:
            return
        if "Authorization" not in response.headers:
            if is_web_identity(response):
                judge_web_identity(response, gate.issuers)
                return
            judge_stranger(response, resource)
            return
        with translated(response):
            signed = kind(
                account_id=response.current_account,
                method=response.method,
                path=_signed_path(response),
                data=response.data if response.method == "POST" else {},  # of others moto gives the headers
                body=response.raw_body,
                headers=response.headers,
                action=response._get_action(),  # noqa: SLF001 - nor has it one for these
            )
            signed.check_signature()
        judge_signed(response, signed, resource)

    from moto.iam.access_control import PermissionResult  # noqa: PLC0415
    from moto.s3.models import FakeBucket  # noqa: PLC0415

    # A second judge of moto's own looks at bucket policies before ours is asked: it lets everything pass.
    FakeBucket.get_permission = lambda *_: PermissionResult.PERMITTED  # type: ignore[method-assign]
    # moto has no public place to put a judge in.
    ActionAuthenticatorMixin._authenticate_and_authorize_action = judge  # type: ignore[method-assign, assignment] # noqa: SLF001


def judge_signed(response: Any, signed: Any, resource: str) -> None:
    """Raise moto's form of AWS's refusal unless the policies allow what was asked."""
    access_key = signed._access_key  # noqa: SLF001
    asked = question(signed, response, principal_of(access_key, response.current_account), resource)
    if asked.action in NEEDS_NO_PERMISSION:
        return
    decision = decide(asked, applying(asked, access_key))
    if not decision.is_allowed:
        raise refusal(
            response, f"User: {access_key.arn} is not authorized to perform: {asked.action}", explain(decision).en
        )


def judge_stranger(response: Any, resource: str) -> None:
    """Raise a refusal unless it is something that AWS gives to anybody: an object that its bucket makes public."""
    if response.boto3_service_name == "s3" and may_read(response, resource):
        return
    raise refusal(response, "Missing Authentication Token", "the request is not signed")


def _signed_path(response: Any) -> str:
    query = urlparse(response.uri).query
    return f"{response.raw_path}?{query}" if query else str(response.raw_path)
