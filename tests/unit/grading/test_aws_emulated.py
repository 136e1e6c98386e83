"""The judging checks on moto: what they read of it is what they take it for. What moto gets wrong is said here."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from grading.aws_judged import iam_finding, reach_finding, trust_finding
from grading.helpers import ScenarioView
from grading.spec_aws import IamCheck, ReachCheck, TrustCheck
from labs.core.aws import AwsCall
from provisioner.aws.client import AwsClient
from provisioner.aws.reader import Reader
from tests.unit.grading.fake_aws import EC2_TRUST, STRANGER, allow, deny, document, role_arn, view_on
from tests.unit.provisioner.servers import emulated_account


class Account:
    def __init__(self, client: AwsClient) -> None:
        self.client = client
        self.id = client.admin.account

    def call(self, service: str, operation: str, *, account: str = "", **parameters: Any) -> Any:
        return self.client.call(AwsCall(service, operation, parameters, account=account))

    @property
    def view(self) -> ScenarioView:
        return view_on(Reader(self.client))

    def may(self, principal: str, action: str, resource: str = "*", **context: str) -> bool:
        asked = {"principal": principal, "actions": [action], "resources": [resource], "context": context}
        return iam_finding(IamCheck.model_validate(asked | {"allowed": True}), self.view).passed

    def trusts(self, role: str, principal: str, *, operation: str = "AssumeRole", **context: str) -> bool:
        asked = {"role": role, "principal": principal, "operation": operation, "context": context, "allowed": True}
        return trust_finding(TrustCheck.model_validate(asked), self.view).passed

    def is_open(self, source: str, destination: str, port: int) -> bool:
        asked = {"from": source, "to": destination, "port": port, "open": True}
        return reach_finding(ReachCheck.model_validate(asked), self.view).passed


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with emulated_account(tmp_path_factory.mktemp("judged")) as admin:
        yield Account(AwsClient(admin))


def test_roles_of_a_template_have_their_policies(account: Account) -> None:
    """moto gives an inline policy of CloudFormation as Python writes it, and cannot list the account's details then."""
    managed = {
        "ManagedPolicyName": "lists",
        "PolicyDocument": document(allow("s3:ListBucket")),
        "Roles": [{"Ref": "R"}],
    }
    inline = {"PolicyName": "reads", "PolicyDocument": document(allow("s3:GetObject"))}
    role = {"RoleName": "made", "AssumeRolePolicyDocument": document(EC2_TRUST), "Policies": [inline]}
    resources = {
        "R": {"Type": "AWS::IAM::Role", "Properties": role},
        "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": managed},
    }
    template = json.dumps({"Resources": resources})
    account.call("cloudformation", "CreateStack", StackName="roles", TemplateBody=template)
    made = role_arn("made", account.id)
    allowed = [account.may(made, f"s3:{name}") for name in ("GetObject", "ListBucket", "PutObject")]
    assert allowed == [True, True, False]
    assert account.trusts(made, "ec2.amazonaws.com")
    assert not account.trusts(made, "lambda.amazonaws.com")
    assert not account.may(role_arn("path/made", account.id), "s3:GetObject")


def test_users_have_their_groups(account: Account) -> None:
    account.call("iam", "CreateUser", UserName="ann")
    account.call("iam", "CreateGroup", GroupName="staff")
    account.call("iam", "AddUserToGroup", GroupName="staff", UserName="ann")
    text = json.dumps(document(allow("sqs:*")))
    account.call("iam", "PutGroupPolicy", GroupName="staff", PolicyName="queues", PolicyDocument=text)
    ann = f"arn:aws:iam::{account.id}:user/ann"
    assert account.may(ann, "sqs:SendMessage")
    assert not account.may(ann, "sns:Publish")
    assert not account.may(ann + "e", "sqs:SendMessage")


def test_resources_have_their_policies(account: Account) -> None:
    text = json.dumps(document(EC2_TRUST))
    account.call("iam", "CreateRole", RoleName="guest", AssumeRolePolicyDocument=text)
    guest = role_arn("guest", account.id)
    let_in = json.dumps(document({**allow("*"), "Principal": {"AWS": guest}}))
    queue = f"arn:aws:sqs:{account.client.admin.region}:{account.id}:jobs"
    for name, attributes in (("jobs", {"Policy": let_in}), ("closed", {})):
        account.call("sqs", "CreateQueue", QueueName=name, Attributes=attributes)
    key = account.call("kms", "CreateKey", Policy=let_in)["KeyMetadata"]["Arn"]
    default_key = account.call("kms", "CreateKey")["KeyMetadata"]["Arn"]
    secret = account.call("secretsmanager", "CreateSecret", Name="s", SecretString="x")["ARN"]
    account.call("secretsmanager", "PutResourcePolicy", SecretId=secret, ResourcePolicy=let_in)
    assert account.may(guest, "sqs:SendMessage", queue)
    assert not account.may(guest, "sqs:SendMessage", queue.replace("jobs", "closed"))
    assert account.may(guest, "kms:Decrypt", key)
    assert not account.may(guest, "kms:Decrypt", default_key)
    assert account.may(guest, "secretsmanager:GetSecretValue", secret)


def test_a_bucket_is_open_by_policy_or_list_until_it_is_blocked(account: Account) -> None:
    place = {"LocationConstraint": account.client.admin.region}
    for name in ("by-policy", "by-list"):
        account.call("s3", "CreateBucket", Bucket=name, CreateBucketConfiguration=place)
        account.call("s3", "PutObject", Bucket=name, Key="1.txt", Body=b"1")
    text = json.dumps(document({**allow("s3:GetObject", "arn:aws:s3:::by-policy/*"), "Principal": "*"}))
    account.call("s3", "PutBucketPolicy", Bucket="by-policy", Policy=text)
    account.call("s3", "PutObjectAcl", Bucket="by-list", Key="1.txt", ACL="public-read")
    objects = ["arn:aws:s3:::by-policy/1.txt", "arn:aws:s3:::by-list/1.txt"]
    for who in ("anonymous", STRANGER):
        assert [account.may(who, "s3:GetObject", each) for each in objects] == [True, True]
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    for name in ("by-policy", "by-list"):
        account.call("s3", "PutPublicAccessBlock", Bucket=name,
                     PublicAccessBlockConfiguration=dict.fromkeys(switches, True))  # fmt: skip
    for who in ("anonymous", STRANGER):
        assert [account.may(who, "s3:GetObject", each) for each in objects] == [False, False]


def test_tokens_are_for_a_providers_audiences(account: Account) -> None:
    url, audience = "token.actions.githubusercontent.com", "sts.amazonaws.com"
    provider = account.call("iam", "CreateOpenIDConnectProvider", Url=f"https://{url}", ClientIDList=[audience])
    arn = provider["OpenIDConnectProviderArn"]
    condition = {"StringEquals": {f"{url}:aud": audience}, "StringLike": {f"{url}:sub": "repo:acme/app:*"}}
    trust = {"Effect": "Allow", "Principal": {"Federated": arn}, "Action": "sts:AssumeRoleWithWebIdentity",
             "Condition": condition}  # fmt: skip
    account.call("iam", "CreateRole", RoleName="ci", AssumeRolePolicyDocument=json.dumps(document(trust)))

    def is_let_in(subject: str, given: str = audience) -> bool:
        context = {f"{url}:sub": subject, f"{url}:aud": given}
        return account.trusts(role_arn("ci", account.id), arn, operation="AssumeRoleWithWebIdentity", **context)

    assert is_let_in("repo:acme/app:ref:refs/heads/main")
    assert not is_let_in("repo:evil/app:ref:refs/heads/main")
    assert not is_let_in("repo:acme/app:ref:refs/heads/main", "another")


def test_servers_are_reached_as_their_groups_say(account: Account) -> None:
    """moto starts instances at once, and gives each an interface."""
    vpc = account.call("ec2", "CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = account.call("ec2", "CreateSubnet", VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = account.call("ec2", "CreateSecurityGroup", VpcId=vpc, GroupName="web", Description="web")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": group}]}
    account.call("ec2", "AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[rule])
    made = account.call("ec2", "RunInstances", ImageId="ami-12c6146b", MinCount=2, MaxCount=2, SubnetId=subnet,
                        SecurityGroupIds=[group])["Instances"]  # fmt: skip
    first, second = (each["InstanceId"] for each in made)
    assert account.is_open(first, second, 443)
    assert not account.is_open(first, second, 22)
    assert not account.is_open(first, "internet", 443)


def test_members_are_held_by_their_organization(account: Account) -> None:
    """moto makes members' ids up, and has no policy types switched on although it attaches policies."""
    account.call("organizations", "CreateOrganization", FeatureSet="ALL")
    root = account.call("organizations", "ListRoots")["Roots"][0]["Id"]
    unit = account.call("organizations", "CreateOrganizationalUnit", ParentId=root, Name="Work")["OrganizationalUnit"][
        "Id"
    ]
    status = account.call("organizations", "CreateAccount", AccountName="dev", Email="dev@example.com")
    member = status["CreateAccountStatus"]["AccountId"]
    account.call("organizations", "MoveAccount", AccountId=member, SourceParentId=root, DestinationParentId=unit)
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": [account.client.admin.region]}}
    content = json.dumps(document({**deny("ec2:*"), "Condition": elsewhere}))
    policy = account.call("organizations", "CreatePolicy", Name="home", Description="d", Type="SERVICE_CONTROL_POLICY",
                          Content=content)["Policy"]["PolicySummary"]["Id"]  # fmt: skip
    account.call("organizations", "AttachPolicy", PolicyId=policy, TargetId=unit)
    worker = role_arn("worker", member)
    trust, work = json.dumps(document(EC2_TRUST)), json.dumps(document(allow("ec2:*")))
    account.call("iam", "CreateRole", account=member, RoleName="worker", AssumeRolePolicyDocument=trust)
    account.call("iam", "PutRolePolicy", account=member, RoleName="worker", PolicyName="w", PolicyDocument=work)
    assert account.may(worker, "ec2:RunInstances")
    assert not account.may(worker, "ec2:RunInstances", **{"aws:RequestedRegion": "us-west-2"})
    assert not account.may(role_arn("worker", account.id), "ec2:RunInstances")
