from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import NoCredentialsError

from labs.core.aws import AwsCall
from labs.core.errors import ExitCode, InputError, UnreachableError
from provisioner.account.errors import AccountError, refused
from provisioner.account.guard import NEEDED, chosen, confirmed, identity, problems, require
from provisioner.account.spec import FENCE_PATH
from provisioner.aws.client import translated
from provisioner.aws.errors import AwsError
from tests.unit.provisioner.account.aws import ScriptedAws, said_no
from tests.unit.provisioner.account.fences import ACCOUNT, FENCE, OPERATOR

ALLOWED = [{"EvalActionName": action, "EvalDecision": "allowed"} for action in NEEDED]
REGIONS = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in ("eu-west-1", "eu-central-1")]


def _account(**changes: Any) -> ScriptedAws:
    """An account that is fit for a lab, but for the changes (`service__Operation`)."""
    answers: dict[str, Any] = {
        "sts:GetCallerIdentity": {"Account": ACCOUNT, "Arn": OPERATOR},
        "organizations:DescribeOrganization": said_no("AWSOrganizationsNotInUseException"),
        "iam:GetRole": {"Role": {"Arn": f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/Admin"}},
        "iam:SimulatePrincipalPolicy": {"EvaluationResults": ALLOWED},
        "account:ListRegions": {"Regions": REGIONS},
        "iam:ListPolicies": {"Policies": []},
        "lambda:ListFunctions": {"Functions": []},
        "cloudformation:DescribeStacks": {"Stacks": []},
        "ec2:DescribeInstances": {"Reservations": []},
    }
    return ScriptedAws(answers | {key.replace("__", ":"): value for key, value in changes.items()})


def _said(aws: ScriptedAws) -> str:
    found = problems(aws, FENCE)
    assert all(each.hint for each in found)
    return "\n".join(f"{each.message} {each.hint}" for each in found)


@pytest.mark.parametrize(("engine", "explicit"), [("account", False), ("emulated", True), ("", False)])
def test_a_real_account_is_used_only_when_a_person_names_the_engine(*, engine: str, explicit: bool) -> None:
    with pytest.raises(InputError, match="asked for by name"):
        chosen(engine, explicit=explicit)


def test_naming_engine_and_account_opens_the_way() -> None:
    chosen("account", explicit=True)
    confirmed(ACCOUNT, f" {ACCOUNT}\n")


@pytest.mark.parametrize("typed", ["", "y", "yes", "account", "999999999999", ACCOUNT[:-1], "١٢٣٤٥٦٧٨٩٠١٢"])
def test_nothing_but_the_accounts_own_id_confirms(typed: str) -> None:
    with pytest.raises(InputError) as caught:
        confirmed(ACCOUNT, typed)
    assert caught.value.exit_code is ExitCode.INPUT


def test_an_account_fit_for_a_lab_has_no_problems_and_nothing_was_changed_to_know() -> None:
    aws = _account()
    require(aws, FENCE)
    changing = ("Create", "Put", "Update", "Delete", "Attach", "Enable")
    assert [call for call in aws.calls if call.operation.startswith(changing)] == []


def test_a_session_is_simulated_as_its_role_whose_path_it_does_not_show() -> None:
    aws = _account()
    problems(aws, FENCE)
    assert (
        aws.made("SimulatePrincipalPolicy")[0]["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/Admin"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sts__GetCallerIdentity": {"Account": "999999999999", "Arn": OPERATOR}}, "999999999999, not 123456789012"),
        ({"sts__GetCallerIdentity": {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:root"}}, "root user"),
        ({"sts__GetCallerIdentity": said_no("ExpiredToken")}, "expired"),
        ({"sts__GetCallerIdentity": said_no("InvalidClientTokenId")}, "does not know these credentials"),
        (
            {"organizations__DescribeOrganization": {"Organization": {"MasterAccountId": ACCOUNT}}},
            "manages an organization",
        ),
        (
            {"iam__SimulatePrincipalPolicy": {"EvaluationResults": [
                {"EvalActionName": "iam:CreateUser", "EvalDecision": "implicitDeny"}]}},
            "may not iam:CreateUser",
        ),
        ({"iam__SimulatePrincipalPolicy": said_no("Throttling")}, "throttles"),
        ({"account__ListRegions": {"Regions": [
            {"RegionName": "eu-west-1", "RegionOptStatus": "DISABLED"}, *REGIONS[1:]]}}, "aws account enable-region"),
        ({"account__ListRegions": {"Regions": REGIONS[:1]}}, "no AWS region eu-central-1"),
        ({"iam__ListPolicies": {"Policies": [{"Path": f"{FENCE_PATH}other-lab-0000/"}]}}, "taller down other-lab-0000"),
        ({"iam__ListPolicies": said_no("AccessDenied")}, "iam:ListPolicies: AWS denies it"),
        ({"lambda__ListFunctions": {"Functions": [{"FunctionName": "billing"}]}}, "function billing in eu-west-1"),
        ({"lambda__ListFunctions": said_no("UnrecognizedClientException")}, "aws account enable-region"),
        ({"cloudformation__DescribeStacks": {"Stacks": [{"StackName": "core", "RoleARN": "arn"}]}}, "stack core"),
        (
            {"ec2__DescribeInstances": {"Reservations": [{"Instances": [
                {"InstanceId": "i-1", "State": {"Name": "running"}, "IamInstanceProfile": {"Arn": "arn:x"}}]}]}},
            "instance i-1",
        ),
    ],
)  # fmt: skip
def test_what_speaks_against_a_lab_is_said_with_its_remedy(changes: Mapping[str, Any], words: str) -> None:
    assert words in _said(_account(**changes))


def test_the_labs_own_leftovers_and_a_landing_zones_functions_are_no_strangers() -> None:
    own = {"InstanceId": "i-1", "State": {"Name": "running"},
           "IamInstanceProfile": {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile{FENCE.lab_path}m"}}  # fmt: skip
    aws = _account(
        iam__ListPolicies={"Policies": [{"Path": FENCE.fence_path}]},
        lambda__ListFunctions={"Functions": [{"FunctionName": "aws-controltower-NotificationForwarder"}]},
        ec2__DescribeInstances={"Reservations": [{"Instances": [own]}]},
    )
    assert problems(aws, FENCE) == []


def test_where_the_settings_may_not_be_read_ec2_tells_which_regions_are_on() -> None:
    states = [{"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
              {"RegionName": "eu-central-1", "OptInStatus": "not-opted-in"}]  # fmt: skip
    aws = _account(account__ListRegions=said_no("AccessDeniedException"), ec2__DescribeRegions={"Regions": states})
    assert [each.message for each in problems(aws, FENCE)] == ["Region eu-central-1 is not-opted-in in this account."]


def test_where_the_simulator_may_not_be_asked_the_lab_is_not_refused() -> None:
    assert problems(_account(iam__SimulatePrincipalPolicy=said_no("AccessDenied")), FENCE) == []


def test_every_problem_is_said_at_once() -> None:
    aws = _account(
        account__ListRegions={"Regions": []}, iam__ListPolicies={"Policies": [{"Path": f"{FENCE_PATH}b-0000/"}]}
    )
    with pytest.raises(InputError) as caught:
        require(aws, FENCE)
    assert "no AWS region eu-west-1" in caught.value.message
    assert "taller down b-0000" in " ".join(caught.value.facts.values())


def test_no_credentials_are_the_callers_to_mend() -> None:
    def answer(call: AwsCall) -> Mapping[str, Any]:
        with translated(call):
            raise NoCredentialsError
        return {}

    with pytest.raises(AccountError, match="no AWS credentials") as caught:
        identity(_account(sts__GetCallerIdentity=answer))
    assert "AWS_PROFILE" in caught.value.hint


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("ThrottlingException", UnreachableError, "throttles"),
        ("InternalFailure", UnreachableError, "trouble of its own"),
        ("AccessDenied", AccountError, "Allow ec2:CreateVpc"),
        ("UnauthorizedOperation", AccountError, "Allow ec2:CreateVpc"),
        ("OptInRequired", AccountError, "the region is off"),
        ("AuthFailure", AccountError, "--region-name me-south-1"),
        ("ExpiredTokenException", AccountError, "Log in again"),
        ("RequestExpired", AccountError, "expired"),
        ("VpcLimitExceeded", AwsError, "VpcLimitExceeded: no"),
        ("VpcLimitExceeded", AwsError, "documentation of ec2:CreateVpc"),
    ],
)
def test_what_aws_says_no_with_becomes_words_and_a_remedy(code: str, kind: type[Exception], words: str) -> None:
    error = refused(said_no(code), "ec2:CreateVpc", region="me-south-1")
    assert type(error) is kind
    assert words in f"{error.message} {error.hint}"
    assert "me-south-1" in error.message
