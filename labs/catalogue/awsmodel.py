"""template.yaml, steps.yaml and the AWS part of scenario.yaml and fault.yaml, as files."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from labs.catalogue.model import FileModel
from labs.catalogue.parameters import Value

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,62}$")]


class AwsPart(FileModel):
    """The `aws:` part of scenario.yaml, rendered."""

    stack: str = Field(pattern=r"^[a-z][a-z0-9-]{2,60}$")
    """Name of the CloudFormation stack; the candidate sees it, so it tells nothing."""
    policy: tuple[dict[str, Any], ...] = Field(min_length=1)
    """IAM statements: what the candidate may do, and nothing else."""


class StepFile(FileModel):
    """A call of steps.yaml; see labs.core.awssystem.Step."""

    id: StepId
    service: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    operation: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]*$")]
    parameters: dict[str, Any] = Field(default_factory=dict)
    region: str = ""
    account: str = ""
    keep: dict[Annotated[str, Field(pattern=r"^[A-Za-z][\w.-]*$")], str] = Field(default_factory=dict)
    undo: dict[str, Any] = Field(default_factory=dict)


class StepsFile(FileModel):
    """steps.yaml, rendered; the file itself is the list."""

    steps: tuple[StepFile, ...] = ()


class AwsTarget(FileModel):
    """What a fault changes: a resource of the template by its logical id, or a step by its id."""

    resource: str = ""
    step: str = ""

    @model_validator(mode="after")
    def _one(self) -> "AwsTarget":
        if bool(self.resource) == bool(self.step):
            raise ValueError("give either resource or step")
        return self


class AwsFaultPatch(FileModel):
    """One entry of fault.yaml for an AWS account: merged into the target, or the target left out (`remove`).

    A resource that the healthy template has not is added.
    """

    target: AwsTarget
    patch: dict[str, Any] = Field(default_factory=dict)
    remove: bool = False
    when: dict[str, Value] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _consistent(self) -> "AwsFaultPatch":
        if self.remove == bool(self.patch):
            raise ValueError("give either patch or remove: true")
        return self


class AwsFaultFile(FileModel):
    """fault.yaml of a scenario in an AWS account."""

    patches: tuple[AwsFaultPatch, ...] = Field(min_length=1)
