"""Whether AWS would allow a request.

The rules: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html and its pages on
one account and on several. Not modelled, and therefore the caller's business: KMS grants, S3 access control lists and
Block Public Access, VPC endpoint policies, RAM shares, what a service checks by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from labs.core.iam.decision import Decision, Effect, Level, Policies, Reason, Stage
from labs.core.iam.document import Policy
from labs.core.iam.exceptions import exception_for, misfit_of
from labs.core.iam.reasons import of_deny, of_doubt, of_grant, of_lack
from labs.core.iam.request import Kind, Request, context_of
from labs.core.iam.statements import Asked, Finding, allows, denies
from labs.core.iam.truth import NO, YES, Truth, all_of, any_of, unknown

RCP_SERVICES = frozenset({"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss"})
"""Those known to obey resource control policies; AWS adds to them.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""
_WITHOUT_POLICIES = (Kind.SERVICE, Kind.FEDERATED, Kind.ANONYMOUS)
_RCP_DOUBT = unknown(
    "it is not known whether resource control policies reach this service",
    "no se sabe si las políticas de control de recursos alcanzan a este servicio",
)


@dataclass(frozen=True, slots=True)
class _Gate:
    """One of the things that must all say yes. `level` names it where a stage has several."""

    stage: Stage
    truth: Truth
    findings: tuple[Finding, ...] = ()
    level: str = ""


def decide(request: Request, policies: Policies) -> Decision:
    """What AWS would do with the request under these policies. Never raises for what they contain.

    Pure: same question, same answer, and the order of policies and statements does not change the effect.
    """
    if exception := exception_for(request):
        return exception
    principal = request.principal
    has_boundary = policies.boundary is not None and principal.kind not in (*_WITHOUT_POLICIES, Kind.ROOT)
    asked = Asked(request, context_of(request), has_boundary)
    found = tuple(_denials(policies, asked))
    certain = [finding for finding in found if finding.truth == YES]
    if certain:
        return Decision(Effect.EXPLICIT_DENY, tuple(of_deny(finding) for finding in certain), request)
    if misfit := misfit_of(request):
        return misfit
    gates = tuple(_scp_gates(policies, asked))
    direct, main = _grant(policies, asked)
    granted = any_of((direct.truth, all_of(gate.truth for gate in main)))
    permitted = all_of((*(gate.truth for gate in gates), granted))
    if permitted == NO:
        lacking = next(gate for gate in (*gates, *main) if gate.truth == NO)
        return Decision(Effect.IMPLICIT_DENY, (of_lack(lacking.stage, lacking.level),), request)
    verdict = all_of((permitted, *(Truth(None, finding.truth.doubts) for finding in found)))
    involved = (*found, *(finding for gate in (*gates, direct, *main) for finding in gate.findings))
    if verdict.is_unknown:
        return Decision(Effect.INCONCLUSIVE, of_doubt(verdict.doubts, involved), request)
    granting = (direct,) if direct.truth == YES else main
    return Decision(Effect.ALLOWED, _grants(granting, is_direct=direct.truth == YES, request=request), request)


def _grants(gates: Iterable[_Gate], *, is_direct: bool, request: Request) -> tuple[Reason, ...]:
    found = dict.fromkeys(finding for gate in gates for finding in gate.findings)
    granting = [finding for finding in found if (finding.reach.direct if is_direct else finding.truth) == YES]
    if not granting and request.principal.kind is Kind.ROOT:
        return (of_grant(None),)
    return tuple(of_grant(finding) for finding in granting)


def _denials(policies: Policies, asked: Asked) -> Iterator[Finding]:
    """The Deny statements that apply or may. One in a policy that does not reach the request is none."""
    is_doubted = asked.request.service not in RCP_SERVICES
    for stage, policy, name in _applicable(policies, asked.request):
        for finding in denies(policy, stage, asked, name=name):
            is_sure = stage is not Stage.RCP or not is_doubted
            yield finding if is_sure else replace(finding, truth=all_of((_RCP_DOUBT, finding.truth)))


def _applicable(policies: Policies, request: Request) -> Iterator[tuple[Stage, Policy, str]]:
    if _is_under_rcps(policies, request):
        yield from _of_levels(Stage.RCP, policies.rcps)
    if _is_under_scps(policies, request):
        yield from _of_levels(Stage.SCP, policies.scps)
    own: list[tuple[Stage, tuple[Policy | None, ...]]] = [(Stage.RESOURCE, (policies.resource,))]
    if request.principal.kind not in (*_WITHOUT_POLICIES, Kind.ROOT):
        own.append((Stage.IDENTITY, policies.identity))
        own.append((Stage.BOUNDARY, (policies.boundary,)))
        own.append((Stage.SESSION, policies.session or ()))
    for stage, attached in own:
        yield from ((stage, policy, policy.name) for policy in attached if policy)


def _of_levels(stage: Stage, levels: tuple[Level, ...]) -> Iterator[tuple[Stage, Policy, str]]:
    for level in levels:
        yield from ((stage, policy, _placed(policy.name, level)) for policy in level.policies)


def _is_under_scps(policies: Policies, request: Request) -> bool:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html names the exempt."""
    principal = request.principal
    is_exempt = principal.kind in _WITHOUT_POLICIES or principal.is_service_linked
    return not is_exempt and principal.account != policies.management_account


def _is_under_rcps(policies: Policies, request: Request) -> bool:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html names the exempt."""
    return not request.principal.is_service_linked and request.owner != policies.management_account


def _placed(name: str, level: Level) -> str:
    return f"{name} ({level.name})"


def _scp_gates(policies: Policies, asked: Asked) -> Iterator[_Gate]:
    if not _is_under_scps(policies, asked.request):
        return
    for level in policies.scps:
        found = tuple(
            finding
            for policy in level.policies
            for finding in allows(policy, Stage.SCP, asked, name=_placed(policy.name, level))
        )
        yield _Gate(Stage.SCP, any_of(finding.truth for finding in found), found, level.name)


def _grant(policies: Policies, asked: Asked) -> tuple[_Gate, tuple[_Gate, ...]]:
    """What allows by itself; and otherwise all that must allow together."""
    request, principal = asked.request, asked.request.principal
    found = allows(policies.resource, Stage.RESOURCE, asked) if policies.resource else ()
    direct = _Gate(Stage.RESOURCE, any_of(finding.reach.direct for finding in found), found)
    if principal.kind in _WITHOUT_POLICIES:
        return direct, (_Gate(Stage.RESOURCE, NO),)
    meant = _Gate(Stage.RESOURCE, any_of(finding.truth for finding in found), found)
    limited = any_of(finding.reach.limited for finding in found)
    identity, ceilings = _identity(policies, asked), tuple(_ceilings(policies, asked))
    if principal.account != request.owner:
        return _Gate(Stage.RESOURCE, NO), (meant, identity, *ceilings)
    to_role = tuple(finding for finding in found if finding.reach.limited != NO)
    either = _Gate(Stage.IDENTITY, any_of((limited, identity.truth)), (*to_role, *identity.findings))
    if request.is_trust or request.is_for_key:
        return direct, (meant, either, *ceilings)
    return direct, (either, *ceilings)


def _identity(policies: Policies, asked: Asked) -> _Gate:
    if asked.request.principal.kind is Kind.ROOT:
        return _Gate(Stage.IDENTITY, YES)
    found = tuple(finding for policy in policies.identity for finding in allows(policy, Stage.IDENTITY, asked))
    return _Gate(Stage.IDENTITY, any_of(finding.truth for finding in found), found)


def _ceilings(policies: Policies, asked: Asked) -> Iterator[_Gate]:
    kind = asked.request.principal.kind
    if asked.has_boundary and policies.boundary:
        found = allows(policies.boundary, Stage.BOUNDARY, asked)
        yield _Gate(Stage.BOUNDARY, any_of(finding.truth for finding in found), found)
    if kind in (Kind.USER, Kind.ROOT):
        return
    if policies.session is not None:
        found = tuple(finding for policy in policies.session for finding in allows(policy, Stage.SESSION, asked))
        yield _Gate(Stage.SESSION, any_of(finding.truth for finding in found), found)
    elif kind is Kind.FEDERATED_USER:  # without a session policy such a session may do nothing
        yield _Gate(Stage.SESSION, NO)
