"""Which statements of a policy apply to a request, and in what way."""

from collections.abc import Iterator
from dataclasses import dataclass

from labs.core.iam import conditions
from labs.core.iam.decision import Stage
from labs.core.iam.document import Policy, Statement
from labs.core.iam.matching import covers_action, covers_resource
from labs.core.iam.principals import NOWHERE, Reach, is_denied, reach_of_allow
from labs.core.iam.request import Context, Request
from labs.core.iam.truth import NO, YES, Truth, all_of, unknown

_WITH_PRINCIPAL = (Stage.RESOURCE, Stage.RCP)


@dataclass(frozen=True, slots=True)
class Finding:
    """A statement that applies to the request, or may. `reach`: of an Allow in a resource-based policy."""

    stage: Stage
    policy: str
    statement: str
    truth: Truth
    reach: Reach = NOWHERE


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that statements are held against."""

    request: Request
    context: Context
    has_boundary: bool


def allows(policy: Policy, stage: Stage, asked: Asked, *, name: str = "") -> tuple[Finding, ...]:
    """The Allow statements that apply, or may. `name` is shown instead of the policy's own."""
    return tuple(_findings(policy, stage, asked, is_allow=True, name=name or policy.name))


def denies(policy: Policy, stage: Stage, asked: Asked, *, name: str = "") -> tuple[Finding, ...]:
    """The Deny statements that apply, or may."""
    return tuple(_findings(policy, stage, asked, is_allow=False, name=name or policy.name))


def _findings(policy: Policy, stage: Stage, asked: Asked, *, is_allow: bool, name: str) -> Iterator[Finding]:
    for statement in policy.statements:
        if statement.is_allow != is_allow:
            continue
        body = _body(policy, statement, stage, asked)
        if body == NO:
            continue
        reach = _reach(statement, stage, asked)
        reach = Reach(all_of((body, reach.direct)), all_of((body, reach.limited)), all_of((body, reach.delegated)))
        if reach.is_meant != NO:
            yield Finding(stage, name, statement.label, reach.is_meant, reach)


def _body(policy: Policy, statement: Statement, stage: Stage, asked: Asked) -> Truth:
    action = covers_action(statement.actions, asked.request.action)
    if action == NO:
        return NO
    resource = _resource(policy, statement, stage, asked)
    if resource == NO:
        return NO
    met = conditions.hold(statement.conditions, asked.context, has_variables=policy.has_variables)
    return all_of((action, resource, met))


def _resource(policy: Policy, statement: Statement, stage: Stage, asked: Asked) -> Truth:
    is_resource_policy = stage is Stage.RESOURCE
    if statement.resources is None:
        return YES if is_resource_policy else unknown("it names no Resource", "no nombra ningún Resource")
    if is_resource_policy and asked.request.is_trust:
        return unknown("AWS refuses Resource in a trust policy", "AWS rechaza Resource en una política de confianza")
    return covers_resource(
        statement.resources, asked.request.resource, asked.context, has_variables=policy.has_variables
    )


def _reach(statement: Statement, stage: Stage, asked: Asked) -> Reach:
    element = statement.principals
    if (element is not None) != (stage in _WITH_PRINCIPAL):
        return Reach(unknown(
            f"AWS refuses a {stage} {'without' if element is None else 'with'} Principal",
            f"AWS rechaza en esta clase de política una sentencia {'sin' if element is None else 'con'} Principal",
        ))  # fmt: skip
    if element is None:
        return Reach(YES)
    if statement.is_allow:
        return reach_of_allow(element, asked.request.principal)
    return Reach(is_denied(element, asked.request.principal, has_boundary=asked.has_boundary))
