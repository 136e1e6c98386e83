import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.core.errors import InputError
from labs.core.iam.decision import Effect, Policies
from labs.core.iam.document import parse
from labs.core.iam.evaluate import decide
from labs.core.iam.request import Kind, Principal, Request
from provisioner.account import policies
from provisioner.account.services import SERVICES
from tests.unit.provisioner.account.fences import ACCOUNT, AFTER, FENCE, USER, decision, role_session, with_

BOUND = {"iam:PermissionsBoundary": FENCE.boundary_arn}
OWN_ROLE = f"arn:aws:iam::{ACCOUNT}:role{FENCE.lab_path}worker"
OTHER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/OrganizationAccountAccessRole"
INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", "arn:aws:s3:::reports/may.csv", {}),
        ("ec2:CreateVpc", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:vpc/*", {}),
        ("ec2:RunInstances", INSTANCE, {"ec2:InstanceType": "t3.micro"}),
        ("ec2:RunInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-1", {}),
        ("ec2:ModifyInstanceAttribute", INSTANCE, {"ec2:Attribute/DisableApiTermination": "true"}),
        ("ec2:ModifyInstanceAttribute", INSTANCE, {"ec2:Attribute/InstanceType": "t3.small"}),
        ("route53:CreateHostedZone", "*", {"aws:RequestedRegion": "us-east-1"}),
        ("iam:ListRoles", "*", {"aws:RequestedRegion": "us-east-1"}),
        ("iam:CreateRole", OWN_ROLE, {"aws:RequestedRegion": "us-east-1", **BOUND}),
        ("iam:PutRolePolicy", OWN_ROLE, BOUND),
        ("iam:PassRole", OWN_ROLE, {}),
        ("sts:AssumeRole", OWN_ROLE, {}),
        ("iam:CreateServiceLinkedRole", f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x",
         {"iam:AWSServiceName": "elasticloadbalancing.amazonaws.com"}),
        ("ec2:CreateTags", INSTANCE, {"aws:TagKeys": ["Name"], "aws:RequestTag/Name": "web"}),
        ("ec2:CreateTags", INSTANCE, {"aws:TagKeys": ["taller:lab"], "aws:RequestTag/taller:lab": FENCE.lab}),
    ],
)  # fmt: skip
def test_a_candidate_may_work(action: str, resource: str, context: dict[str, Any]) -> None:
    resource_policy = None
    if action == "sts:AssumeRole":
        resource_policy = _trusting(f"arn:aws:iam::{ACCOUNT}:root")
    assert decision(action, resource, context=context, resource_policy=resource_policy).is_allowed


FORBIDDEN: list[tuple[str, str, dict[str, Any]]] = [
    ("s3:CreateBucket", "arn:aws:s3:::x", {"aws:RequestedRegion": "us-east-1"}),
    ("ec2:RunInstances", INSTANCE, {"ec2:InstanceType": "p5.48xlarge"}),
    ("ec2:RunInstances", INSTANCE, {}),
    ("ec2:StartInstances", INSTANCE, {"ec2:InstanceType": "m5.large"}),
    ("ec2:ModifyInstanceAttribute", INSTANCE, {"ec2:Attribute/InstanceType": "p5.48xlarge"}),
    ("ec2:RequestSpotInstances", "*", {}),
    ("ec2:CreateFleet", "*", {}),
    ("sagemaker:CreateNotebookInstance", "*", {}),
    ("eks:CreateNodegroup", "*", {}),
    ("iam:CreateRole", OWN_ROLE, {}),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user{FENCE.lab_path}x",
     {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam:AttachRolePolicy", OTHER_ROLE, {}),
    ("iam:PutRolePermissionsBoundary", OWN_ROLE, {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
    ("iam:DeleteRolePermissionsBoundary", OWN_ROLE, BOUND),
    ("iam:DeleteUserPermissionsBoundary", FENCE.arn("user", "candidate"), BOUND),
    ("iam:CreatePolicyVersion", FENCE.boundary_arn, {}),
    ("iam:SetDefaultPolicyVersion", FENCE.boundary_arn, {}),
    ("iam:DeletePolicy", FENCE.boundary_arn, {}),
    ("iam:PutUserPolicy", FENCE.arn("user", "candidate"), BOUND),
    ("iam:CreateAccessKey", FENCE.arn("user", "candidate"), {}),
    ("iam:UpdateAssumeRolePolicy", FENCE.arn("role", "grader"), BOUND),
    ("iam:DeleteRole", FENCE.arn("role", "budget"), BOUND),
    ("sts:AssumeRole", FENCE.arn("role", "grader"), {}),
    ("sts:AssumeRole", OTHER_ROLE, {}),
    ("sts:AssumeRole", "arn:aws:iam::999999999999:role/theirs", {}),
    ("iam:PassRole", OTHER_ROLE, {}),
    ("budgets:ModifyBudget", f"arn:aws:budgets::{ACCOUNT}:budget/{FENCE.name('budget')}", {}),
    ("organizations:LeaveOrganization", "*", {}),
    ("account:DisableRegion", "*", {}),
    ("supportplans:CreateSupportPlanSchedule", "*", {}),
    ("aws-marketplace:Subscribe", "*", {}),
    ("savingsplans:CreateSavingsPlan", "*", {}),
    ("route53domains:RegisterDomain", "*", {}),
    ("ec2:PurchaseReservedInstancesOffering", "*", {}),
    ("dynamodb:PurchaseReservedCapacityOfferings", "*", {}),
    ("s3:PutAccountPublicAccessBlock", "*", {}),
    ("iam:CreateAccountAlias", "*", {}),
    ("iam:CreateServiceLinkedRole", "*", {"iam:AWSServiceName": "autoscaling.amazonaws.com"}),
    ("iam:CreateOpenIDConnectProvider", f"arn:aws:iam::{ACCOUNT}:oidc-provider/x", {}),
    ("s3:PutObjectRetention", "arn:aws:s3:::x/y", {}),
    ("kms:CreateKey", "*", {"kms:BypassPolicyLockoutSafetyCheck": "true"}),
    ("ec2:DeleteTags", INSTANCE, {"aws:TagKeys": ["taller:lab"]}),
    ("ec2:CreateTags", INSTANCE, {"aws:TagKeys": ["taller:lab"], "aws:RequestTag/taller:lab": "other-lab-0000"}),
    ("s3:GetObject", "arn:aws:s3:::x/y", {"aws:CurrentTime": AFTER}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "resource", "context"), FORBIDDEN)
def test_a_candidate_may_not_leave_the_fence(action: str, resource: str, context: dict[str, Any]) -> None:
    for who in (USER, role_session()):
        outcome = decision(action, resource, who=who, context=context)
        assert outcome.effect in {Effect.EXPLICIT_DENY, Effect.IMPLICIT_DENY}, outcome.reasons


def test_every_denial_of_the_boundary_decides_something() -> None:
    stated = {each["Sid"] for each in policies.boundary(FENCE)["Statement"] if each["Effect"] == "Deny"}
    decided = {
        reason.statement
        for action, resource, context in FORBIDDEN
        for reason in decision(action, resource, context=context).reasons
    }
    assert stated <= decided


@pytest.mark.parametrize("role", [FENCE.arn("role", "grader"), OTHER_ROLE])
def test_a_role_that_trusts_the_candidate_by_name_is_still_out_of_reach(role: str) -> None:
    trust = _trusting(USER.arn)
    assert decision("sts:AssumeRole", role, resource_policy=trust).effect is Effect.EXPLICIT_DENY


def test_a_bucket_that_trusts_the_candidate_by_name_is_out_of_reach_in_other_regions() -> None:
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": USER.arn}, "Action": "s3:*", "Resource": "*"}]}  # fmt: skip
    outcome = decision(
        "s3:GetObject", "arn:aws:s3:::x/y", resource_policy=trust, context={"aws:RequestedRegion": "us-east-1"}
    )
    assert outcome.effect is Effect.EXPLICIT_DENY


def _frozen(*, spare_functions: bool = False) -> policies.Document:
    return policies.frozen_boundary(
        FENCE, session="review-x1", at="2026-11-01T12:00:00Z", spare_functions=spare_functions
    )


@pytest.mark.parametrize("who", [USER, role_session(), role_session("i-0abc"), role_session("review-x2")])
@pytest.mark.parametrize("issued", ["2026-11-01T11:00:00Z", "2026-11-01T12:30:00Z"])
def test_a_freeze_ends_keys_old_sessions_and_sessions_begun_after_it(who: Principal, issued: str) -> None:
    context = {"aws:TokenIssueTime": issued} if who.kind is not Kind.USER else {}
    outcome = decision("s3:GetObject", "arn:aws:s3:::x/y", who=who, boundary=_frozen(), context=context)
    assert outcome.effect is Effect.EXPLICIT_DENY


def test_after_a_freeze_only_the_graders_own_session_of_a_role_works() -> None:
    grader = role_session("review-x1")
    new = {"aws:TokenIssueTime": "2026-11-01T12:30:00Z"}
    assert decision("s3:GetObject", "arn:aws:s3:::x/y", who=grader, boundary=_frozen(), context=new).is_allowed
    old = {"aws:TokenIssueTime": "2026-11-01T11:00:00Z"}
    assert not decision("s3:GetObject", "arn:aws:s3:::x/y", who=grader, boundary=_frozen(), context=old).is_allowed


def test_functions_may_be_spared_so_that_what_they_do_can_be_graded() -> None:
    function = {"lambda:SourceFunctionArn": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:orders"}
    for spared in (True, False):
        outcome = decision(
            "s3:GetObject", "arn:aws:s3:::x/y", who=role_session("orders"),
            boundary=_frozen(spare_functions=spared), context=function,
        )  # fmt: skip
        assert outcome.is_allowed is spared
    assert not decision("s3:GetObject", "arn:aws:s3:::x/y", boundary=_frozen(spare_functions=True)).is_allowed


def test_a_stopped_candidate_may_do_nothing() -> None:
    stopped = Policies(
        identity=(parse(policies.candidate(FENCE)), parse(policies.stop())), boundary=parse(policies.boundary(FENCE))
    )
    context = {"aws:RequestedRegion": "eu-west-1", "aws:CurrentTime": "2026-11-01T13:00:00Z"}
    outcome = decide(Request(USER, "s3:GetObject", "arn:aws:s3:::x/y", context=context), stopped)
    assert outcome.effect is Effect.EXPLICIT_DENY


def _session_of(role_arn: str, name: str = "me") -> Principal:
    role = role_arn.rpartition("/")[2]
    return Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}", ACCOUNT, Kind.SESSION, issuer_arn=role_arn)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (f"arn:aws:iam::{ACCOUNT}:role/Admin", True),
        (f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/eu-west-1/Admin", True),
        (f"arn:aws:iam::{ACCOUNT}:role/Deployer", False),
        (f"arn:aws:iam::{ACCOUNT}:role{FENCE.lab_path}Admin", False),
    ],
)
def test_only_the_operator_can_be_the_grader_even_if_a_candidate_names_a_role_alike(*, role: str, may: bool) -> None:
    trusted = Policies(identity=(parse({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}]}),),
        resource=parse(policies.grader_trust(FENCE)))  # fmt: skip
    request = Request(_session_of(role), "sts:AssumeRole", FENCE.arn("role", "grader"))
    assert decide(request, trusted).is_allowed is may


def test_a_user_can_be_the_operator_too() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:user/ops/maria"
    condition = policies.grader_trust(with_(operator=arn))["Statement"][0]["Condition"]
    assert condition["ArnLike"] == {"aws:PrincipalArn": [arn]}


@pytest.mark.parametrize(
    ("action", "resource", "may"),
    [
        ("sts:AssumeRole", OWN_ROLE, True),
        ("iam:SimulatePrincipalPolicy", "*", True),
        ("sts:AssumeRole", OTHER_ROLE, False),
        ("s3:PutObject", "arn:aws:s3:::x/y", False),
        ("iam:CreateUser", "*", False),
    ],
)
def test_the_grader_takes_roles_of_the_lab_and_changes_nothing(*, action: str, resource: str, may: bool) -> None:
    grader = _session_of(FENCE.arn("role", "grader"), "review")
    given = Policies(
        identity=(parse(policies.grader(FENCE)),),
        resource=parse(_trusting(f"arn:aws:iam::{ACCOUNT}:root")) if action == "sts:AssumeRole" else None,
    )
    assert decide(Request(grader, action, resource), given).is_allowed is may


@pytest.mark.parametrize(
    ("action", "resource", "policy", "may"),
    [
        ("iam:AttachUserPolicy", FENCE.arn("user", "candidate"), FENCE.arn("policy", "stop"), True),
        ("iam:AttachUserPolicy", FENCE.arn("user", "candidate"), "arn:aws:iam::aws:policy/AdministratorAccess", False),
        ("iam:AttachUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/boss", FENCE.arn("policy", "stop"), False),
        ("iam:DeleteUser", FENCE.arn("user", "candidate"), FENCE.arn("policy", "stop"), False),
    ],
)
def test_the_budget_can_stop_the_candidate_and_do_nothing_else(
    *, action: str, resource: str, policy: str, may: bool
) -> None:
    given = Policies(identity=(parse(policies.budget_role(FENCE)),))
    request = Request(_session_of(FENCE.arn("role", "budget")), action, resource, context={"iam:PolicyARN": policy})
    assert decide(request, given).is_allowed is may


@pytest.mark.parametrize(("account", "may"), [(ACCOUNT, True), ("999999999999", False)])
def test_only_this_accounts_budgets_take_the_budgets_role(*, account: str, may: bool) -> None:
    service = Principal("budgets.amazonaws.com", "", Kind.SERVICE)
    request = Request(service, "sts:AssumeRole", FENCE.arn("role", "budget"), context={"aws:SourceAccount": account})
    assert decide(request, Policies(resource=parse(policies.budget_trust(FENCE)))).is_allowed is may


@given(
    service=st.sampled_from(sorted(SERVICES)),
    operation=st.from_regex(r"[A-Z][A-Za-z]{2,20}", fullmatch=True),
    region=st.sampled_from(["eu-west-1", "eu-central-1", "us-east-1", "ap-southeast-2", "me-south-1"]),
    late=st.booleans(),
)
def test_no_operation_of_any_service_works_too_late_or_in_another_region(
    *, service: str, operation: str, region: str, late: bool
) -> None:
    action = f"{service}:{operation}"
    context = {"aws:RequestedRegion": region} | ({"aws:CurrentTime": AFTER} if late else {})
    outcome = decision(action, context=context)
    is_exempt = service == "route53" or action == "s3:ListAllMyBuckets"
    if late or (region not in FENCE.regions and not is_exempt):
        assert outcome.effect is Effect.EXPLICIT_DENY


def test_a_boundary_with_every_service_and_many_regions_fits_into_one_policy() -> None:
    regions = [f"ap-southeast-{number}" for number in range(1, 9)]
    wide = with_(regions=regions, lab="a-very-long-name00-0000")
    assert policies.characters(policies.frozen_boundary(wide, session="review-" + "f" * 32, at=wide.expires)) <= 6144
    assert json.loads(json.dumps(policies.boundary(wide)))["Version"] == "2012-10-17"


def test_statements_that_no_policy_can_hold_are_refused_before_anything_is_made() -> None:
    long = with_(
        statements=[{"Effect": "Allow", "Action": "s3:*", "Resource": f"arn:aws:s3:::{'b' * 60}{n}"} for n in range(99)]
    )
    with pytest.raises(InputError, match="characters; AWS takes 6144") as caught:
        policies.candidate(long)
    assert "shorten" in caught.value.hint


def _trusting(principal: str) -> policies.Document:
    return {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}]}  # fmt: skip
