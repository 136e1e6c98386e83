"""Making a scenario's infrastructure: a CloudFormation stack, then calls for what CloudFormation cannot say."""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import jmespath
from botocore.exceptions import ClientError

from labs.core.aws import AwsCall
from labs.core.awssystem import AwsSystem, Step
from labs.core.errors import InputError, TimedOutError, UnreachableError
from labs.core.names import replaced
from provisioner.aws.client import AwsClient
from provisioner.aws.errors import AwsError

STACK_SECONDS = 600.0
"""An emulated stack is there at once; AWS takes minutes for a NAT gateway or a load balancer."""
POLL_SECONDS = 2.0
_IDS = frozenset({"LogicalResourceId", "PhysicalResourceId"})
_GOOD = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def deploy(client: AwsClient, system: AwsSystem, *, tags: Mapping[str, str] | None = None) -> dict[str, str]:
    """The system is there, its stack tagged; the names by which checks may speak of it.

    `${account}`, `${region}`, `${endpoint}` (empty for AWS itself), each logical id of the template (its physical id),
    each output, and what steps keep. Not idempotent: call it once for an account. Raises AwsError naming the stack's
    resource or the step to which AWS says no; what was made until then stays for `remove`.
    """
    admin = client.admin
    names = {"account": admin.account, "region": admin.region, "endpoint": admin.endpoint}
    if system.template:
        _create_stack(client, system, tags or {})
        made = _stack_names(client, system.stack)
        if lacking := sorted(set(system.template["Resources"]) - set(made)):
            raise InputError(
                f"The stack {system.stack} came up without {', '.join(lacking)}: CloudFormation of this engine cannot "
                "make resources of that type.",
                hint="Make them by steps.",
            )
        names |= made
    for step in system.steps:
        names |= _taken(client, step, names)
    return names


def remove(client: AwsClient, system: AwsSystem, names: Mapping[str, str]) -> Sequence[str]:
    """What `deploy` made is gone; what could not be removed, in words. For accounts that outlive the lab."""
    left = []
    for step in reversed(system.steps):
        if step.undo:
            try:
                call = AwsCall(step.service, step.undo["operation"], replaced(step.undo["parameters"], names))
                client.call(call)
            except (ClientError, InputError, UnreachableError) as error:
                left.append(f"step {step.id}: {error}")
    if system.template and (trouble := _delete_stack(client, system.stack)):
        left.append(f"stack {system.stack}: {trouble}")
    return left


def _delete_stack(client: AwsClient, stack: str) -> str:
    """Delete it, and wait until it is gone; why it is not, in words. A stack that never was is gone."""
    try:
        client.call(AwsCall("cloudformation", "DeleteStack", {"StackName": stack}))
        deadline = time.monotonic() + STACK_SECONDS
        while (status := _stack(client, stack)["StackStatus"]) != "DELETE_COMPLETE":
            if status == "DELETE_FAILED":
                return f"{status}: {_why(client, stack)}"
            if time.monotonic() > deadline:
                return f"still {status} after {STACK_SECONDS:g} s"
            time.sleep(POLL_SECONDS)
    except ClientError as error:
        if "does not exist" not in str(error):  # AWS has no code of its own for it
            return str(error)
    except UnreachableError as error:
        return error.message
    return ""


def _create_stack(client: AwsClient, system: AwsSystem, tags: Mapping[str, str]) -> None:
    parameters: dict[str, Any] = {
        "StackName": system.stack,
        "TemplateBody": json.dumps(dict(system.template)),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "OnFailure": "ROLLBACK",
    }
    if tags:
        parameters["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
    try:
        client.call(AwsCall("cloudformation", "CreateStack", parameters))
    except ClientError as error:
        raise _refused(f"stack {system.stack}", error) from error
    deadline = time.monotonic() + STACK_SECONDS
    while (status := _stack(client, system.stack)["StackStatus"]) not in _GOOD:
        if not status.endswith("_IN_PROGRESS") or status.startswith("ROLLBACK"):
            raise AwsError(
                f"The stack {system.stack} is {status}: {_why(client, system.stack)}",
                code=status,
                hint="What was made is taken back. In a scenario of yours, mend template.yaml.j2 where it says.",
            )
        if time.monotonic() > deadline:
            raise TimedOutError(
                f"The stack {system.stack} is still {status} after {STACK_SECONDS:g} s.",
                hint="Is the host overloaded, or AWS slow? Repeat the command.",
            )
        time.sleep(POLL_SECONDS)


def _stack(client: AwsClient, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = client.call(AwsCall("cloudformation", "DescribeStacks", {"StackName": name}))["Stacks"][
        0
    ]
    return found


def _why(client: AwsClient, stack: str) -> str:
    with suppress(ClientError):
        events = client.call(AwsCall("cloudformation", "DescribeStackEvents", {"StackName": stack}))["StackEvents"]
        failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
        return "; ".join(f"{each['LogicalResourceId']}: {each.get('ResourceStatusReason', '')}" for each in failed)
    return ""


def _stack_names(client: AwsClient, stack: str) -> dict[str, str]:
    resources = client.call(AwsCall("cloudformation", "DescribeStackResources", {"StackName": stack}))["StackResources"]
    # Of types that it does not know, moto lists resources without ids.
    names = {each["LogicalResourceId"]: str(each["PhysicalResourceId"]) for each in resources if each.keys() >= _IDS}
    outputs = _stack(client, stack).get("Outputs", [])
    return names | {each["OutputKey"]: str(each["OutputValue"]) for each in outputs}


def _taken(client: AwsClient, step: Step, names: Mapping[str, str]) -> dict[str, str]:
    """The step is taken; what it keeps. Raises AwsError, and InputError for what it keeps and the answer has not."""
    try:
        answer = client.call(step.call(names))
    except ClientError as error:
        raise _refused(f"step {step.id} ({step.service}:{step.operation})", error) from error
    kept = {}
    for name, path in step.keep.items():
        value = jmespath.search(path, answer)
        if value is None:
            raise InputError(
                f"step {step.id} keeps {name}: {path} finds nothing in the answer of {step.service}:{step.operation}.",
                hint="Mend `keep` in the scenario's steps.yaml.j2.",
            )
        kept[name] = str(value)
    return kept


def _refused(place: str, error: ClientError) -> AwsError:
    said = error.response.get("Error", {})
    return AwsError(
        f"{place}: {said.get('Code', '')}: {said.get('Message', '')}",
        code=str(said.get("Code", "")),
        hint="What was made is taken back. In a scenario of yours, mend the template or step that is named.",
    )
