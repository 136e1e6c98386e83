"""One question of a check, with all policies that apply and what AWS adds to every request, decided."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from grading.findings import UndecidableError, Words
from grading.iam_beyond import Verdict, settled
from grading.iam_resources import Resource, may_have_unread_policy, policy_on, resource_of
from grading.iam_sides import SESSION, Lab, Side
from grading.iam_tags import ask_for_tags, tags_of
from labs.core.iam.decision import Effect, Policies
from labs.core.iam.document import Policy, parse
from labs.core.iam.evaluate import decide
from labs.core.iam.explain import explain
from labs.core.iam.request import Given, Kind, Principal, Request

GLOBAL_REGION = "us-east-1"
GLOBAL_SERVICES = frozenset({
    "account", "aws-portal", "billing", "budgets", "ce", "chatbot", "cloudfront", "cur", "fms", "health", "iam",
    "importexport", "networkmanager", "organizations", "pricing", "route53", "route53domains", "shield", "support",
    "trustedadvisor", "waf",
})  # fmt: skip
"""Services with one endpoint for the world, in GLOBAL_REGION: conditions on aws:RequestedRegion see that one.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
"""
_TEMPORARY = (Kind.SESSION, Kind.ROLE, Kind.FEDERATED_USER)
# What other accounts have is not known, and assumed to let everybody in: then the lab's own side decides.
_STRANGERS_RESOURCE = parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}},
    name="*",
)
_STRANGERS_ROLE = parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:*"}},
    name="*",
)


@dataclass(frozen=True, slots=True)
class Question:
    """May they do this on that? `context` is the check's own and wins; None takes a key away."""

    side: Side
    action: str
    arn: str
    context: Mapping[str, Given]


def judged(lab: Lab, question: Question) -> Verdict:
    """What AWS would do. Raises UndecidableError where that cannot be said, UnreachableError where nobody answers."""
    account = question.side.principal.account
    likely = (lab.aws.account, account if lab.has(account) else "", *sorted(lab.organization.accounts))
    resource = resource_of(lab.aws, question.arn, [each for each in dict.fromkeys(likely) if each])
    context = _context(lab, question, resource)
    request = Request(_principal(question), question.action, question.arn, resource.owner, context)
    policies = _policies(lab, question.side, request, resource)
    if resource.owner and lab.has(resource.owner) and ask_for_tags(policies):
        request = replace(request, context={**_tags(lab, request.service, resource, given=context), **context})
    decision = decide(request, policies)
    if decision.effect is Effect.INCONCLUSIVE:
        raise UndecidableError(explain(decision).en)
    if decision.effect is not Effect.EXPLICIT_DENY:
        _refuse_unread(request, policies)
    if not resource.owner or lab.has(resource.owner):
        return settled(lab.aws, decision)
    said = explain(decision)
    return Verdict(decision.is_allowed, Words(said.en, said.es))


def _refuse_unread(request: Request, policies: Policies) -> None:
    """Raises UndecidableError where more than the policies that were read decides."""
    if may_have_unread_policy(request.resource):
        raise UndecidableError(f"{request.resource} may have a policy of its own, which is not read here.")
    is_stranger = request.principal.kind is Kind.ANONYMOUS
    if request.service == "execute-api" and not (is_stranger and policies.resource):
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
        raise UndecidableError(
            "Whom an API lets in, but by its resource policy, is for its methods' authorizers to say."
        )


def _principal(question: Question) -> Principal:
    """The principal without those tags that the check gives itself: a session's tags hide its role's."""
    given = {key.lower() for key in question.context}
    principal = question.side.principal
    tags = {key: value for key, value in principal.tags.items() if f"aws:principaltag/{key}".lower() not in given}
    return replace(principal, tags=tags)


def _policies(lab: Lab, side: Side, request: Request, resource: Resource) -> Policies:
    if resource.owner and not lab.has(resource.owner):
        on_resource: Policy | None = _STRANGERS_ROLE if request.is_trust else _STRANGERS_RESOURCE
    else:
        on_resource = policy_on(lab.aws, resource)
    return Policies(
        identity=side.identity,
        resource=on_resource,
        boundary=side.boundary,
        scps=side.scps,
        rcps=lab.limits_on(request.owner),
        management_account=lab.organization.management_account,
    )


def _tags(lab: Lab, service: str, resource: Resource, *, given: Mapping[str, Given]) -> dict[str, Given]:
    """Condition keys for the resource's tags, unless the check gives them itself."""
    if any(":resourcetag/" in key.lower() for key in given):
        return {}
    tags = tags_of(lab.aws, resource)
    return {f"{word}:ResourceTag/{key}": value for word in ("aws", service) for key, value in tags.items()}


def _context(lab: Lab, question: Question, resource: Resource) -> dict[str, Given]:
    """The check's context, and what AWS adds by itself to every such request."""
    now = datetime.now(UTC)
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    service, principal = question.action.partition(":")[0].lower(), question.side.principal
    added: dict[str, Given] = {
        "aws:CurrentTime": stamp,
        "aws:EpochTime": str(int(now.timestamp())),
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": GLOBAL_REGION if service in GLOBAL_SERVICES else resource.region or lab.aws.region,
        **lab.membership(resource.owner or principal.account, "Resource"),
        **question.side.context,
    }
    if principal.kind in _TEMPORARY:
        added["aws:TokenIssueTime"] = stamp
    if service == "sts":
        added["sts:RoleSessionName"] = SESSION
    given = {key.lower() for key in question.context}
    kept = {key: value for key, value in added.items() if key.lower() not in given}
    return {**kept, **question.context}
