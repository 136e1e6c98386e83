"""An AWS lab under test: its account with a system in it, its grader, its candidate."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from labs.core.aws import AwsAdmin, AwsCall
from labs.core.awssystem import AwsSystem, Step
from labs.core.ids import LabId
from labs.core.ports import CandidateAccess, Engine, SandboxHandle, SandboxSpec
from labs.core.probes import WORKSPACE, ToolRequest
from provisioner.aws.access import give
from provisioner.aws.client import AwsClient
from provisioner.aws.sandbox import AwsSandbox
from provisioner.aws.system import deploy

COMMAND_SECONDS = 60.0
"""The aws command takes one; on an overloaded host, twenty."""
STATEMENTS = (
    {"Effect": "Allow", "Action": ["s3:*", "sqs:ListQueues", "iam:List*", "iam:GetRole"], "Resource": "*"},
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"},
    {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"},
)
"""What the suite's candidate may do."""
TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}},
         "Action": "sts:AssumeRole"},
    ],
})  # fmt: skip
ROLE_POLICY = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}],
})  # fmt: skip
SYSTEM = AwsSystem(
    "suite",
    template={
        "Resources": {
            "Papers": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": [{"Key": "made-by", "Value": "template"}]}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": json.loads(TRUST)}},
        },
        "Outputs": {"Bucket": {"Value": {"Ref": "Papers"}}},
    },
    steps=(
        Step("queue", "sqs", "CreateQueue", {"QueueName": "work-${Papers}"}, keep={"Queue": "QueueUrl"}),
        Step("rights", "iam", "PutRolePolicy",
             {"RoleName": "${Role}", "PolicyName": "queues", "PolicyDocument": ROLE_POLICY}),
    ),
)  # fmt: skip
"""A template's resources, one named by an output, and steps that use what was made before."""
FILE = "shop/main.tf"
BUCKETS = AwsCall("s3", "ListBuckets")


@dataclass(frozen=True, slots=True)
class Account:
    """One lab under test."""

    engine: Engine
    lab: LabId
    handle: SandboxHandle
    sandbox: AwsSandbox
    environment: Mapping[str, str]
    names: Mapping[str, str]

    @property
    def admin(self) -> AwsAdmin:
        """The grader's way in."""
        return AwsAdmin.from_json(self.handle.admin)

    def as_candidate(self, admin: AwsAdmin | None = None) -> AwsClient:
        """The candidate's key, at this account's endpoint or another's."""
        at = admin or self.admin
        keys = {
            "AccessKeyId": self.environment["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": self.environment["AWS_SECRET_ACCESS_KEY"],
        }
        return AwsClient(AwsAdmin(at.endpoint, at.account, at.region), keys=keys)

    def in_cell(self, words: Sequence[str]) -> Sequence[str]:
        """The argv of a command in the candidate's shell."""
        access = CandidateAccess(environment=self.environment, terminal=False)
        return self.engine.command_in_cell(self.lab, words, access)

    def shell(self, script: str) -> "subprocess.CompletedProcess[str]":
        """What a script in the candidate's shell does."""
        return subprocess.run(
            list(self.in_cell(["bash", "-c", script])), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=COMMAND_SECONDS, check=False,
        )  # fmt: skip

    def dials(self, endpoint: str) -> bool:
        """Whether a connection from the lab's shell is made."""
        at = urlsplit(endpoint)
        script = f"timeout 3 bash -c 'exec 3<>/dev/tcp/{at.hostname}/{at.port}' && echo reached"
        return "reached" in self.shell(script).stdout

    @property
    def role(self) -> str:
        """The ARN of the system's role."""
        asked = AwsCall("iam", "GetRole", {"RoleName": self.names["Role"]})
        return str(self.sandbox.client.call(asked)["Role"]["Arn"])

    def in_role(self) -> AwsClient:
        """The candidate, in the role's place."""
        parameters = {"RoleArn": self.role, "RoleSessionName": "suite"}
        keys = self.as_candidate().call(AwsCall("sts", "AssumeRole", parameters))["Credentials"]
        return AwsClient(self.as_candidate().admin, keys=keys)

    @property
    def buckets(self) -> list[str]:
        """Their names, as the grader sees them."""
        return [str(bucket["Name"]) for bucket in self.sandbox.aws.ask(BUCKETS).result.get("Buckets", [])]

    @property
    def seen_file(self) -> str:
        """What the grader sees of the file that the suite puts into the workspace."""
        return self.sandbox.run(ToolRequest(("cat", f"{WORKSPACE}/{FILE}"))).stdout


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labs with the same system."""

    one: Account
    two: Account


def account(engine: Engine, lab: LabId) -> Account:
    """A fresh lab with the suite's system, a candidate with the suite's rights, and a workspace."""
    handle = engine.create(SandboxSpec(lab))
    sandbox = AwsSandbox(handle.admin).with_workspace(
        lambda words: engine.command_in_cell(lab, words, CandidateAccess(terminal=False))
    )
    names = deploy(sandbox.client, SYSTEM, tags={"taller:lab": lab})
    return Account(engine, lab, handle, sandbox, give(sandbox.client, STATEMENTS), names)
