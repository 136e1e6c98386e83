"""A scenario's infrastructure as the fence lets it be: its principals bound, and nothing that the fence does not allow.

Scenarios declare their infrastructure once; an emulated account takes it as it is, a real one takes it through here.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError
from provisioner.account.services import SERVICES
from provisioner.account.spec import Fence

_PATHS = {"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::ManagedPolicy", "AWS::IAM::InstanceProfile"}
_BOUND = {"AWS::IAM::Role", "AWS::IAM::User"}
_STEP_PATHS = {"CreateRole", "CreateUser", "CreateGroup", "CreatePolicy", "CreateInstanceProfile"}
_STEP_BOUND = {"CreateRole", "CreateUser"}


def fenced(system: AwsSystem, fence: Fence) -> AwsSystem:
    """The system with every principal below the lab's path and under the boundary.

    Raises InputError naming everything that a fence cannot hold, before anything is created.
    """
    template = copy.deepcopy(dict(system.template))
    wrong = [*_template_problems(template, fence)]
    for logical_id, resource in template.get("Resources", {}).items():
        wrong += _bind(logical_id, resource, fence)
    steps = [_step(step, fence) for step in system.steps]
    wrong += [
        f"step {step.id}: the fence does not allow {step.service}" for step in steps if not _is_allowed(step, fence)
    ]
    wrong += [
        f"step {step.id}: it leaves the lab's account or regions" for step in steps if not _is_inside(step, fence)
    ]
    if wrong:
        raise InputError(
            f"{system.stack} cannot be made in a real account: {'; '.join(wrong)}.",
            hint="Run the scenario on the emulated engine, or widen the fence.",
        )
    return replace(system, template=template, steps=tuple(steps))


def _template_problems(template: Mapping[str, Any], fence: Fence) -> Sequence[str]:
    wrong = ["Transform: what a macro makes cannot be seen beforehand"] if "Transform" in template else []
    allowed = {name for service in fence.services for name in SERVICES[service]} | {"IAM"}
    for logical_id, resource in template.get("Resources", {}).items():
        words = str(resource.get("Type", "")).split("::")
        if len(words) != 3 or words[0] != "AWS" or words[1] not in allowed:  # noqa: PLR2004 - AWS::service::type
            wrong.append(f"{logical_id}: the fence does not allow {resource.get('Type')}")
        elif words[2] in {"CustomResource", "Macro", "OIDCProvider", "SAMLProvider"}:
            wrong.append(f"{logical_id}: a {words[2]} is not the lab's alone")
    return wrong


def _bind(logical_id: str, resource: dict[str, Any], fence: Fence) -> Sequence[str]:
    """The resource is bound; what stands in the way, in words."""
    kind = resource.get("Type")
    properties = resource.setdefault("Properties", {})
    wrong = []
    if kind in _PATHS:
        if properties.get("Path", "/") != "/":
            wrong.append(f"{logical_id}: its Path is the fence's to choose")
        properties["Path"] = fence.lab_path
    if kind in _BOUND:
        if "PermissionsBoundary" in properties:
            wrong.append(f"{logical_id}: a principal has one boundary, the fence's")
        properties["PermissionsBoundary"] = fence.boundary_arn
    if kind == "AWS::EC2::Instance":
        size = properties.get("InstanceType", "m1.small")  # EC2's default
        if size not in fence.instance_types:
            wrong.append(f"{logical_id}: the fence does not allow instances of type {size}")
    return wrong


def _step(step: Step, fence: Fence) -> Step:
    if step.service != "iam" or step.operation not in _STEP_PATHS:
        return step
    bound = {"PermissionsBoundary": fence.boundary_arn} if step.operation in _STEP_BOUND else {}
    return replace(step, parameters={**step.parameters, "Path": fence.lab_path, **bound})


def _is_allowed(step: Step, fence: Fence) -> bool:
    """Whether the step's service is one of the fence's. boto3's names differ from IAM's for some."""
    names = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing", "apigatewayv2": "apigateway",
             "stepfunctions": "states"}  # fmt: skip
    return names.get(step.service, step.service) in {*fence.services, "iam"}


def _is_inside(step: Step, fence: Fence) -> bool:
    """Whether the step is taken in the lab's account and regions: nothing holds the operator, who takes it."""
    return step.account in {"", "${account}", fence.account} and step.region in {"", "${region}", *fence.regions}
