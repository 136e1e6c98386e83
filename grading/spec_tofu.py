"""What checks and safeguards look at in a candidate's OpenTofu configuration, as scenario.yaml spells it."""

from typing import Annotated, Literal

from pydantic import Field

from grading.spec_aws import AwsExpectation, JmesPath
from grading.spec_parts import Model


class StateObject(Model):
    """Where a state is that lies in a bucket of the lab's account (OpenTofu's `s3` backend)."""

    bucket: str = Field(min_length=1)
    key: str = Field(min_length=1)


class TofuCheck(Model):
    """A plan or a state of the candidate's, and what it must say."""

    look: Literal["plan", "state"]
    """`plan`: `tofu show -json` of a fresh plan. `state`: `{resources: [{address, module, type, id, values}]}`."""
    folder: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)*$")]
    """Of the workspace, with the configuration that is meant."""
    state: StateObject | None = None
    """None: `terraform.tfstate` in the folder."""
    query: JmesPath = "@"
    expect: AwsExpectation
