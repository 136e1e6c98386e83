"""A scenario's infrastructure in an AWS account, declared once for every engine: plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labs.core.aws import AwsCall
from labs.core.names import replaced


@dataclass(frozen=True, slots=True)
class Step:
    """A call that makes what the template cannot. Strings may hold `${name}`: what was made before."""

    id: str
    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""
    account: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)
    """Name → JMESPath into the answer; what it finds is `${name}` from then on."""
    undo: Mapping[str, Any] = field(default_factory=dict)
    """`{operation, parameters}` that takes it back, for accounts that outlive the lab."""

    def call(self, names: Mapping[str, str]) -> AwsCall:
        """The call with every name filled in. Raises InputError for one that is not known."""
        return AwsCall(
            self.service,
            self.operation,
            replaced(self.parameters, names),
            region=replaced(self.region, names),
            account=replaced(self.account, names),
        )


@dataclass(frozen=True, slots=True)
class AwsSystem:
    """What a scenario's account holds at the start."""

    stack: str
    """Name of the CloudFormation stack, which the candidate sees."""
    template: Mapping[str, Any] = field(default_factory=dict)
    """A CloudFormation template in long form (`Fn::…`); empty when there is none."""
    steps: Sequence[Step] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Path → text of what lies in the candidate's workspace, in a folder named like the stack."""

    @property
    def parts(self) -> dict[str, Any]:
        """Resources, steps and files by name."""
        resources = {f"resource {name}": each for name, each in self.template.get("Resources", {}).items()}
        steps = {f"step {step.id}": step for step in self.steps}
        return {**resources, **steps, **{f"file {path}": text for path, text in self.files.items()}}

    def to_json(self) -> dict[str, Any]:
        """Plain data of what is in the account (the files are not), for Pulumi's inputs."""
        fields = ("id", "service", "operation", "parameters", "region", "account", "keep", "undo")
        return {
            "stack": self.stack,
            "template": dict(self.template),
            "steps": [{name: getattr(step, name) for name in fields} for step in self.steps],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "AwsSystem":
        """The reverse of `to_json`."""
        return cls(data["stack"], data["template"], tuple(Step(**step) for step in data["steps"]))
