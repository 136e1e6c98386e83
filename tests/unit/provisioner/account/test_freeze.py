import json
from datetime import UTC, datetime
from typing import Any

import pytest

from labs.core.aws import AwsCall
from labs.core.errors import TimedOutError, UnreachableError
from provisioner.account import policies
from provisioner.account.errors import AccountError
from provisioner.account.freeze import freeze, release, wait_until_ended
from provisioner.account.principals import remove_principals
from provisioner.aws.client import AwsClient
from tests.unit.provisioner.account.aws import ScriptedAws, Ticking, said_no
from tests.unit.provisioner.account.fences import FENCE

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
CANDIDATE = FENCE.name("candidate")


def _call(aws: AwsClient, operation: str, **parameters: Any) -> Any:
    return aws.call(AwsCall("iam", operation, parameters))


def _stand(aws: AwsClient) -> None:
    """The fence's policies and user, as Pulumi makes them."""
    for role, document in (("boundary", policies.boundary(FENCE)), ("stop", policies.stop())):
        text = json.dumps(document)
        _call(aws, "CreatePolicy", PolicyName=FENCE.name(role), Path=FENCE.fence_path, PolicyDocument=text)
    _call(aws, "CreateUser", UserName=CANDIDATE, Path=FENCE.fence_path, PermissionsBoundary=FENCE.boundary_arn)
    _call(aws, "CreateAccessKey", UserName=CANDIDATE)


def _in_force(aws: AwsClient) -> Any:
    version = _call(aws, "GetPolicy", PolicyArn=FENCE.boundary_arn)["Policy"]["DefaultVersionId"]
    return _call(aws, "GetPolicyVersion", PolicyArn=FENCE.boundary_arn, VersionId=version)["PolicyVersion"]["Document"]


def test_a_freeze_puts_a_denial_of_everything_in_force_and_switches_the_key_off(aws: AwsClient) -> None:
    _stand(aws)
    session = freeze(aws, FENCE, at=AT)
    assert _in_force(aws) == policies.frozen_boundary(FENCE, session=session, at="2026-11-01T12:00:00Z")
    keys = _call(aws, "ListAccessKeys", UserName=CANDIDATE)["AccessKeyMetadata"]
    assert [key["Status"] for key in keys] == ["Inactive"]
    attached = _call(aws, "ListAttachedUserPolicies", UserName=CANDIDATE)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [FENCE.arn("policy", "stop")]


@pytest.mark.parametrize("role", ["boundary", "frozen", "stop", "grader", "budget", "candidate"])
def test_iam_takes_every_policy_of_the_fence(aws: AwsClient, role: str) -> None:
    documents = {
        "boundary": policies.boundary(FENCE),
        "frozen": policies.frozen_boundary(FENCE, session="review-1", at=FENCE.expires, spare_functions=True),
        "stop": policies.stop(),
        "grader": policies.grader(FENCE),
        "budget": policies.budget_role(FENCE),
        "candidate": policies.candidate(FENCE),
    }
    _call(aws, "CreatePolicy", PolicyName=role, PolicyDocument=json.dumps(documents[role]))


@pytest.mark.parametrize("trust", [policies.grader_trust(FENCE), policies.budget_trust(FENCE)])
def test_iam_takes_every_trust_policy_of_the_fence(aws: AwsClient, trust: policies.Document) -> None:
    _call(aws, "CreateRole", RoleName="trusting", AssumeRolePolicyDocument=json.dumps(trust))


def test_a_second_freeze_changes_nothing_and_gives_the_same_session(aws: AwsClient) -> None:
    _stand(aws)
    first = freeze(aws, FENCE, at=AT)
    in_force = _in_force(aws)
    assert freeze(aws, FENCE, at=datetime(2026, 11, 1, 13, tzinfo=UTC)) == first
    assert _in_force(aws) == in_force


def test_room_is_made_where_the_boundary_has_five_versions_already(aws: AwsClient) -> None:
    _stand(aws)
    text = json.dumps(policies.boundary(FENCE))
    for _ in range(4):
        _call(aws, "CreatePolicyVersion", PolicyArn=FENCE.boundary_arn, PolicyDocument=text, SetAsDefault=True)
    freeze(aws, FENCE, at=AT)
    versions = _call(aws, "ListPolicyVersions", PolicyArn=FENCE.boundary_arn)["Versions"]
    assert [version["VersionId"] for version in versions if version["VersionId"] == "v1"] == []
    assert _in_force(aws)["Statement"][0]["Sid"] == "Frozen"


def test_names_of_sessions_cannot_be_guessed_from_another_labs(aws: AwsClient) -> None:
    _stand(aws)
    session = freeze(aws, FENCE, at=AT)
    assert session.startswith("review-")
    assert len(session) == 39  # 128 bits


def test_a_frozen_or_half_removed_user_can_be_deleted_after_release(aws: AwsClient) -> None:
    _stand(aws)
    freeze(aws, FENCE, at=AT)
    release(aws, FENCE)
    _call(aws, "DeleteUser", UserName=CANDIDATE)
    release(aws, FENCE)


def test_aws_is_asked_until_it_refuses_the_candidate() -> None:
    answers: list[Any] = [{}, {}, said_no("InvalidClientTokenId")]

    def answer(call: AwsCall) -> dict[str, Any]:
        del call
        given = answers.pop(0)
        if isinstance(given, Exception):
            raise given
        return {**given}

    clock = Ticking()
    wait_until_ended(ScriptedAws({"iam:ListAccountAliases": answer}), clock)
    assert clock.now() == 6.0


def test_credentials_that_go_on_working_are_an_error_and_so_is_not_being_able_to_look() -> None:
    with pytest.raises(TimedOutError, match="still takes the candidate's credentials 120 s"):
        wait_until_ended(ScriptedAws({}), Ticking())
    with pytest.raises(UnreachableError, match="throttles"):
        wait_until_ended(ScriptedAws({"iam:ListAccountAliases": said_no("Throttling")}), Ticking())


def test_a_freeze_that_aws_denies_says_so() -> None:
    with pytest.raises(AccountError, match="iam:GetPolicy: AWS denies it"):
        freeze(ScriptedAws({"iam:GetPolicy": said_no("AccessDenied")}), FENCE, at=AT)


def _inhabit(aws: AwsClient) -> None:
    """What a candidate may make: everything hangs together."""
    path, trust = FENCE.lab_path, json.dumps(policies.budget_trust(FENCE))
    text = json.dumps(policies.stop())
    arn = _call(aws, "CreatePolicy", PolicyName="mine", Path=path, PolicyDocument=text)["Policy"]["Arn"]
    _call(aws, "CreatePolicyVersion", PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
    _call(aws, "CreateRole", RoleName="worker", Path=path, AssumeRolePolicyDocument=trust)
    _call(aws, "AttachRolePolicy", RoleName="worker", PolicyArn=arn)
    _call(aws, "PutRolePolicy", RoleName="worker", PolicyName="inline", PolicyDocument=text)
    _call(aws, "CreateInstanceProfile", InstanceProfileName="machine", Path=path)
    _call(aws, "AddRoleToInstanceProfile", InstanceProfileName="machine", RoleName="worker")
    _call(aws, "CreateGroup", GroupName="crew", Path=path)
    _call(aws, "PutGroupPolicy", GroupName="crew", PolicyName="inline", PolicyDocument=text)
    _call(aws, "CreateUser", UserName="robot", Path=path)
    _call(aws, "AddUserToGroup", GroupName="crew", UserName="robot")
    _call(aws, "CreateAccessKey", UserName="robot")
    _call(aws, "CreateLoginProfile", UserName="robot", Password="Correct-Horse-1")  # noqa: S106 - nobody's
    _call(aws, "AttachUserPolicy", UserName="robot", PolicyArn=arn)


def _names(aws: AwsClient) -> list[str]:
    listed = [_call(aws, f"List{kind}s", PathPrefix=FENCE.lab_path)[f"{kind}s"] for kind in ("User", "Group", "Role")]
    listed.append(_call(aws, "ListInstanceProfiles", PathPrefix=FENCE.lab_path)["InstanceProfiles"])
    listed.append(_call(aws, "ListPolicies", PathPrefix=FENCE.lab_path, Scope="Local")["Policies"])
    return [each["Arn"] for found in listed for each in found]


def test_everybody_that_the_lab_made_goes_and_nobody_else(aws: AwsClient) -> None:
    _stand(aws)
    _inhabit(aws)
    _call(aws, "CreateUser", UserName="boss", Path="/")
    assert len(_names(aws)) == 5
    assert remove_principals(aws, FENCE) == []
    assert _names(aws) == []
    assert {user["UserName"] for user in _call(aws, "ListUsers")["Users"]} == {"boss", CANDIDATE}
    assert remove_principals(aws, FENCE) == []


def test_what_would_not_go_is_said() -> None:
    aws = ScriptedAws(
        {
            "iam:ListInstanceProfiles": {"InstanceProfiles": []},
            "iam:ListUsers": {"Users": []},
            "iam:ListGroups": {"Groups": []},
            "iam:ListRoles": {"Roles": [{"RoleName": "worker"}]},
            "iam:ListAttachedRolePolicies": {"AttachedPolicies": []},
            "iam:ListRolePolicies": {"PolicyNames": []},
            "iam:DeleteRole": said_no("DeleteConflict", "it is in use"),
            "iam:ListPolicies": {"Policies": []},
        }
    )
    assert remove_principals(aws, FENCE) == ["iam:DeleteRole: DeleteConflict: it is in use"]
