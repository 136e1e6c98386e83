"""What checks and safeguards look at in a candidate's OpenTofu configuration, as scenario.yaml spells it."""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from grading.spec_aws import AwsExpectation, JmesPath
from grading.spec_parts import Model


class StateObject(Model):
    """Where a state is that lies in a bucket of the lab's account (OpenTofu's `s3` backend)."""

    bucket: str = Field(min_length=1)
    key: str = Field(min_length=1)


class TofuCheck(Model):
    """A plan or a state of the candidate's, and what it must say."""

    look: Literal["plan", "anew", "state"]
    """`plan`: `tofu show -json` of a fresh plan. `anew`: the same on an empty state, which tells what the configuration
    asks for, whatever it ignores of what exists. `state`: `{resources: [{address, module, type, id, values}]}`."""
    folder: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*$")]
    """Of the workspace, with the configuration that is meant."""
    state: StateObject | None = None
    """None: `terraform.tfstate` in the folder."""
    variables: dict[str, Any] = Field(default_factory=dict)
    """Of the configuration, as if they were given on the command line: they come before all files of values."""
    terragrunt: bool = False
    """The folder is a unit of Terragrunt, which makes the plan."""
    destroy: bool = False
    """The plan is one to destroy everything: with `refused`, what must not be destroyed may not be."""
    refused: bool = False
    """No plan can be made: a validation, a condition or a type of the configuration's says no. Stands for `expect`."""
    query: JmesPath = "@"
    expect: AwsExpectation | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "TofuCheck":
        if self.look == "anew" and self.state:
            raise ValueError("anew is a plan without a state")
        if self.look == "state" and (self.refused or self.variables or self.destroy):
            raise ValueError("refused, destroy and variables are of plans")
        if self.look == "anew" and self.destroy:
            raise ValueError("without a state there is nothing to destroy")
        if self.terragrunt and (self.look != "plan" or self.state or self.variables or self.destroy or self.refused):
            raise ValueError("terragrunt makes plans, on the state and with the variables that its configuration names")
        if self.refused == (self.expect is not None):
            raise ValueError("give either expect or refused")
        return self
