import pytest

from labs.core.errors import InputError
from labs.core.iam.request import Kind, Request, context_of, principal_of
from tests.unit.labs.core.iam.asking import ANYBODY, A, B, provider, root, service, session, user


@pytest.mark.parametrize(
    ("name", "kind", "account"),
    [
        (f"arn:aws:iam::{A}:user/team/bob", Kind.USER, A),
        (f"arn:aws:iam::{A}:role/r", Kind.ROLE, A),
        (f"arn:aws-cn:sts::{A}:assumed-role/r/s", Kind.SESSION, A),
        (f"arn:aws:sts::{A}:federated-user/bob", Kind.FEDERATED_USER, A),
        (f"arn:aws:iam::{A}:oidc-provider/x.example.com/id", Kind.FEDERATED, A),
        (f"arn:aws:iam::{A}:saml-provider/x", Kind.FEDERATED, A),
        (f"arn:aws:iam::{A}:root", Kind.ROOT, A),
        ("ec2.amazonaws.com", Kind.SERVICE, ""),
        ("", Kind.ANONYMOUS, ""),
    ],
)
def test_names_tell_what_sort_of_principal_they_name(name: str, kind: Kind, account: str) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns"""
    principal = principal_of(name)
    assert (principal.arn, principal.kind, principal.account) == (name, kind, account)


@pytest.mark.parametrize("name", ["bob", f"arn:aws:iam::{A}:group/admins", "arn:aws:iam::x:user/bob", "*"])
def test_what_is_no_principal_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        principal_of(name)


@pytest.mark.parametrize(
    ("request_", "owner"),
    [
        (Request(user(), "s3:GetObject", "arn:aws:s3:::b/x"), A),
        (Request(user(), "s3:GetObject", "arn:aws:s3:::b/x", B), B),
        (Request(user(), "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{B}:q"), B),
        (Request(user(), "ec2:DescribeVpcs", "*"), A),
    ],
)
def test_who_owns_the_resource(request_: Request, owner: str) -> None:
    assert request_.owner == owner


def test_keys_that_follow_from_the_principal() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html and

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
    """
    found = {
        who.kind: {
            key: context_of(Request(who, "s3:GetObject", "arn:aws:s3:::b/x", A)).find(f"aws:{key}")
            for key in ("PrincipalArn", "PrincipalType", "username", "PrincipalAccount", "PrincipalIsAWSService")
        }
        for who in (user("team/bob"), session(), root(), service("sns.amazonaws.com"), provider("arn:x"), ANYBODY)
    }
    assert found[Kind.USER]["username"] == ("bob",)
    assert found[Kind.SESSION]["PrincipalArn"] == (f"arn:aws:iam::{A}:role/examplerole",)
    assert found[Kind.SESSION]["username"] is None
    assert [found[kind]["PrincipalType"] for kind in (Kind.USER, Kind.SESSION, Kind.ROOT, Kind.ANONYMOUS)] == [
        ("User",), ("AssumedRole",), ("Account",), ("Anonymous",)
    ]  # fmt: skip
    assert found[Kind.SERVICE]["PrincipalIsAWSService"] == ("true",)
    assert found[Kind.USER]["PrincipalIsAWSService"] == ("false",)
    assert found[Kind.SERVICE]["PrincipalArn"] is None
    assert found[Kind.FEDERATED]["PrincipalArn"] is None
    assert found[Kind.ANONYMOUS]["PrincipalArn"] is None
    assert found[Kind.ANONYMOUS]["PrincipalAccount"] == ("anonymous",)


def test_what_is_given_wins_and_none_is_absent() -> None:
    context = context_of(Request(user(), "s3:GetObject", "*", "", {"AWS:UserName": "Eve", "k": None, "n": [1, True]}))
    assert context.find("aws:username") == ("Eve",)
    assert context.find("k") is None
    assert context.find("N") == ("1", "true")


def test_bytes_are_base64() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_BinaryEquals"""
    context = context_of(Request(user(), "s3:GetObject", "*", "", {"k": b"BinaryValueInBase64"}))
    assert context.find("k") == ("QmluYXJ5VmFsdWVJbkJhc2U2NA==",)
