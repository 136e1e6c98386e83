"""What a scenario in an AWS account must have beyond being well formed."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from labs.catalogue.awsbuilding import STEPS
from labs.catalogue.merge import differences
from labs.catalogue.problems import Problem
from labs.catalogue.scenario import Scenario
from labs.catalogue.variant import AwsVariant, Variant
from labs.core.awssystem import AwsSystem
from labs.core.names import used

if TYPE_CHECKING:
    from botocore.model import ServiceModel

EVERYTHING = frozenset({"*", "*:*"})
_SHARED_WORDS = frozenset({"Allow", "Deny", "true", "false", "Enabled", "Disabled", "Properties", "Statement", "Action",
                           "Resource", "Effect", "Condition", "Principal", "Type"})  # fmt: skip
"""Words of every template and policy: they tell nothing of this fault."""
_ALWAYS_KNOWN = frozenset({"account", "region", "endpoint"})


def aws_incompleteness(scenario: Scenario, variant: Variant) -> Iterator[Problem]:
    """Everything that a complete scenario in an AWS account has and this one has not."""
    if variant.aws is None:
        return
    for index, statement in enumerate(variant.aws.policy):
        actions = statement.get("Action", [])
        if statement.get("Effect") == "Allow" and EVERYTHING & {actions if isinstance(actions, str) else "", *actions}:
            yield scenario.problem("aws", "policy", index, message="the candidate may do everything: name the services")
    for system in (variant.aws.healthy, variant.aws.broken):
        yield from _unknown_names(scenario, variant, system)
        yield from _unknown_calls(scenario, system)


def aws_telling_words(aws: AwsVariant) -> set[str]:
    """Texts that the fault changes (broken and healthy), but for words that stand in every template."""
    words: set[str] = set()
    for values in differences(_plain(aws.healthy), _plain(aws.broken)).values():
        words |= {value for value in values if isinstance(value, str) and re.fullmatch(r"[\w:./-]+", value)}
    return words - _SHARED_WORDS


def _plain(system: AwsSystem) -> dict[str, Any]:
    """By id, so that a step that is left out does not shift the others."""
    steps = {step.id: {"operation": step.operation, "parameters": step.parameters} for step in system.steps}
    return {"template": system.template.get("Resources", {}), "steps": steps}


def _unknown_names(scenario: Scenario, variant: Variant, system: AwsSystem) -> Iterator[Problem]:
    """`${name}` in steps and checks that nothing made before gives."""
    outputs = system.template.get("Outputs", {})
    known = {*_ALWAYS_KNOWN, *system.template.get("Resources", {}), *outputs}
    for step in system.steps:
        for name in sorted(set(used([dict(step.parameters), step.region, step.account])) - known):
            yield Problem(scenario.folder / STEPS, 0, f"step {step.id}: nothing before it gives ${{{name}}}")
        known |= set(step.keep)
    for name in sorted(set(used(variant.spec.model_dump(mode="json"))) - known):
        yield scenario.problem("checks", message=f"nothing gives ${{{name}}}")
    for name in sorted(set(used([variant.healthy, variant.broken])) - known):
        yield Problem(scenario.folder / "manifests", 0, f"nothing in the account gives ${{{name}}}")


def _unknown_calls(scenario: Scenario, system: AwsSystem) -> Iterator[Problem]:
    """Calls that AWS does not know, or with parameters it would not take: botocore's models of the APIs tell."""
    for step in system.steps:
        for message in _call_problems(step.service, step.operation, step.parameters):
            yield Problem(scenario.folder / STEPS, 0, f"step {step.id}: {message}")


def _call_problems(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - only whoever looks at scenarios in full needs it
    from botocore.validate import ParamValidator  # noqa: PLC0415

    try:
        model = _service_model(service)
    except BotoCoreError as error:
        yield str(error)
        return
    if operation not in model.operation_names:
        yield f"{service} has no operation {operation}"
        return
    shape = model.operation_model(operation).input_shape
    if shape is not None and (report := ParamValidator().validate(dict(parameters), shape)).has_errors():
        yield report.generate_report()


@cache
def _service_model(service: str) -> "ServiceModel":
    """What botocore knows of the service. EC2's takes 0.3 s to read, and a network is made by dozens of its calls."""
    import botocore.session  # noqa: PLC0415

    return botocore.session.Session().get_service_model(service)
