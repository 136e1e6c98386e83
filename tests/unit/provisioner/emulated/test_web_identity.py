"""Taking a role's place with a token: whose signature, which provider, for whom, and what the trust policy says."""

import json
import time
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
import urllib3
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from labs.core.aws import AwsCall
from labs.core.errors import UnreachableError
from provisioner.aws.client import AwsClient

ISSUER = "https://issuer.example/id/7F"
NAME = ISSUER.removeprefix("https://")
SUBJECT = "system:serviceaccount:papers:reader"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"}, auto_kid=False)
UNSIGNED = urlsafe_b64encode(b'{"alg": "none"}').decode().rstrip("=")
FOREIGN = RSAKey.generate_key(2048, parameters={"kid": "one"}, auto_kid=False)


_EXPIRES = int(time.time()) + 24 * 3600
"""Long after the last test of a slow run: some tokens are made when the tests are collected."""


def token(key: RSAKey = KEY, **claims: Any) -> str:
    given = {"iss": ISSUER, "sub": SUBJECT, "aud": ["sts.amazonaws.com"], "exp": _EXPIRES} | claims
    return jwt.encode({"alg": "RS256", "kid": "one"}, {k: v for k, v in given.items() if v is not None}, key)


@pytest.fixture(name="role")
def a_role(client: AwsClient) -> str:
    """A role for one service account, in an account that knows the issuer."""
    client.control("issuers", method="POST", body={ISSUER: KeySet([KEY]).as_dict(private=False)})
    provider = {"Url": ISSUER, "ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["a" * 40]}
    arn = f"arn:aws:iam::{client.admin.account}:oidc-provider/{NAME}"
    if client.ask(AwsCall("iam", "GetOpenIDConnectProvider", {"OpenIDConnectProviderArn": arn})).error_code:
        client.call(AwsCall("iam", "CreateOpenIDConnectProvider", provider))
        trust(client, arn, sub=SUBJECT)
    return f"arn:aws:iam::{client.admin.account}:role/papers"


def trust(client: AwsClient, provider: str, *, sub: str) -> None:
    condition = {"StringEquals": {f"{NAME}:sub": sub, f"{NAME}:aud": "sts.amazonaws.com"}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": condition,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client.call(AwsCall("iam", "CreateRole", {"RoleName": "papers", "AssumeRolePolicyDocument": document}))
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]}
    policy = {"RoleName": "papers", "PolicyName": "own", "PolicyDocument": json.dumps(rights)}
    client.call(AwsCall("iam", "PutRolePolicy", policy))


def asked(client: AwsClient, role: str, text: str) -> tuple[int, str]:
    fields = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": "pod",
        "WebIdentityToken": text,
    }
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = urllib3.request("POST", client.admin.endpoint, body=urlencode(fields), headers=form)
    return answer.status, answer.data.decode()


def test_who_the_policy_means_gets_keys_that_the_roles_policies_limit(client: AwsClient, role: str) -> None:
    status, said = asked(client, role, token())
    assert status == 200, said

    def field(name: str) -> str:
        return said.partition(f"<{name}>")[2].partition("</")[0]

    keys = {name: field(name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken")}
    session = client.with_keys(keys)
    assert session.ask(AwsCall("s3", "ListBuckets")).error_code == ""
    assert session.ask(AwsCall("iam", "ListUsers")).error_code == "AccessDenied"


@pytest.mark.parametrize(
    ("text", "status", "word"),
    [
        (token(sub="system:serviceaccount:papers:writer"), 403, "AccessDenied"),
        (token(sub=None), 403, "AccessDenied"),
        (token(aud=["vault"]), 400, "Incorrect token audience"),
        (token(aud=None), 400, "Incorrect token audience"),
        (token(exp=1), 400, "ExpiredToken"),
        (token(exp=None), 400, "InvalidIdentityToken"),
        (token(key=FOREIGN), 400, "InvalidIdentityToken"),
        (token(iss="https://other.example"), 400, "retrieve verification key"),
        (".".join((UNSIGNED, *token().split(".")[1:2], "")), 400, "InvalidIdentityToken"),
        (token().rpartition(".")[0] + ".", 400, "InvalidIdentityToken"),
        ("a.b.c", 400, "InvalidIdentityToken"),
        (".." * 3, 400, "InvalidIdentityToken"),
        ("", 400, "InvalidIdentityToken"),
        ("x" * 30_000, 400, "InvalidIdentityToken"),
    ],
)
def test_nobody_else_does(client: AwsClient, role: str, text: str, status: int, word: str) -> None:
    got, said = asked(client, role, text)
    assert (got, word in said) == (status, True), said


@pytest.mark.parametrize("name", ["nobody", "papers/other", ""])
def test_a_role_that_is_not_there_lets_nobody_in(client: AwsClient, role: str, name: str) -> None:
    status, said = asked(client, role.replace("role/papers", f"role/{name}"), token())
    assert (status, "AccessDenied" in said) == (403, True)
    assert asked(client, name, token())[0] == 400


def test_a_provider_that_is_not_registered_vouches_for_nobody(client: AwsClient, role: str) -> None:
    other = "https://unregistered.example"
    client.control("issuers", method="POST", body={other: KeySet([KEY]).as_dict(private=False)})
    status, said = asked(client, role, token(iss=other))
    assert (status, "No OpenIDConnect provider found" in said) == (400, True)


def test_only_the_grader_tells_of_issuers(client: AwsClient) -> None:
    stranger = AwsClient(type(client.admin)(client.admin.endpoint, client.admin.account, "eu-west-1", "wrong"))
    with pytest.raises(UnreachableError):
        stranger.control("issuers", method="POST", body={ISSUER: {"keys": []}})
