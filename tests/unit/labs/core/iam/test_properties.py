"""What holds for all policies."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from labs.core.iam.decision import Effect, Level, Policies
from labs.core.iam.document import Policy, parse
from labs.core.iam.evaluate import decide
from labs.core.iam.explain import explain
from labs.core.iam.request import Principal, Request
from tests.unit.labs.core.iam.asking import (
    ANYBODY,
    UNHURRIED,
    A,
    B,
    federated_user,
    provider,
    root,
    service,
    session,
    user,
)  # fmt: skip

KEY = f"arn:aws:kms:eu-west-1:{A}:key/k"
ROLE = f"arn:aws:iam::{A}:role/r"
resources = st.sampled_from(["arn:aws:s3:::b/x", "arn:aws:s3:::b/carlossalazar", KEY, ROLE, "*"])
actions = st.sampled_from(["s3:GetObject", "s3:PutObject", "kms:Decrypt", "sts:AssumeRole", "ec2:DescribeVpcs"])
patterns = st.sampled_from(["*", "arn:aws:s3:::*", "arn:aws:s3:::b/${aws:username}", "arn:aws:s*:::b/x", KEY, ROLE])
principals = st.sampled_from(
    [
        user(),
        user(account=B),
        session(),
        session(account=B),
        federated_user(),
        root(),
        service("sns.amazonaws.com"),
        ANYBODY,
        provider(f"arn:aws:iam::{A}:oidc-provider/x"),
    ]
)
named = st.sampled_from(
    [
        "*",
        {"AWS": A},
        {"AWS": B},
        {"AWS": user().arn},
        {"AWS": f"arn:aws:iam::{A}:role/examplerole"},
        {"AWS": session().arn},
        {"Service": "sns.amazonaws.com"},
        {"AWS": f"arn:aws:iam::{A}:user/*"},
    ]
)
conditions = st.sampled_from(
    [
        {},
        {"StringEquals": {"k": "v"}},
        {"StringNotEquals": {"k": "v"}},
        {"Odd": {"k": "v"}},
        {"ForAllValues:StringLike": {"k": "v*"}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ]
)


@st.composite
def statements(draw: st.DrawFn, *, with_principal: bool, effect: str = "") -> dict[str, Any]:
    content: dict[str, Any] = {
        "Effect": effect or draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        draw(st.sampled_from(["Action", "Action", "NotAction"])): draw(
            st.sampled_from(["*", "s3:*", "kms:*", "sts:*"])
        ),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(patterns),
        "Condition": draw(conditions),
    }
    if with_principal:
        content[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(named)
    return content


def documents(*, with_principal: bool = False) -> st.SearchStrategy[Policy]:
    return st.lists(statements(with_principal=with_principal), min_size=1, max_size=3).map(
        lambda listed: parse({"Version": "2012-10-17", "Statement": listed})
    )


levels = st.lists(documents(), max_size=2).map(lambda policies: Level("level", tuple(policies)))
everything = st.builds(
    Policies,
    identity=st.lists(documents(), max_size=2).map(tuple),
    resource=st.none() | documents(with_principal=True),
    boundary=st.none() | documents(),
    session=st.none() | st.lists(documents(), max_size=2).map(tuple),
    scps=st.lists(levels, max_size=2).map(tuple),
    rcps=st.just(()) | documents(with_principal=True).map(lambda policy: (Level("Root", (policy,)),)),
    management_account=st.sampled_from(["", "", A]),
)
requests = st.builds(
    Request,
    principal=principals,
    action=actions,
    resource=resources,
    resource_account=st.sampled_from(["", A]),
    context=st.sampled_from([{}, {"k": "v"}, {"K": ["v", "w"]}, {"k": "v", "aws:SecureTransport": True}]),
)
BOUND: tuple[Effect, ...] = (Effect.ALLOWED, Effect.INCONCLUSIVE)


def no_wider(narrowed: Effect, before: Effect) -> bool:
    """Whether nothing that was refused may now be."""
    return narrowed not in BOUND or before is Effect.ALLOWED or before is narrowed


def is_reached_by_identity(principal: Principal) -> bool:
    return principal.kind.value in ("user", "assumed-role", "federated-user")


@UNHURRIED
@given(requests, everything)
def test_every_question_has_an_answer_with_reasons_in_both_languages(request: Request, policies: Policies) -> None:
    decision = decide(request, policies)
    assert decision.reasons
    words = explain(decision)
    assert request.action in words.en
    assert request.action in words.es


@UNHURRIED
@given(requests, everything, statements(with_principal=False, effect="Deny"))
def test_a_further_deny_never_allows(request: Request, policies: Policies, denial: dict[str, Any]) -> None:
    before = decide(request, policies).effect
    policy = parse({"Version": "2012-10-17", "Statement": denial})
    after = decide(request, replace(policies, identity=(*policies.identity, policy))).effect
    assert no_wider(after, before)


@UNHURRIED
@given(requests, everything)
def test_denying_everything_denies_whom_identity_policies_reach(request: Request, policies: Policies) -> None:
    denial = parse({"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    after = decide(request, replace(policies, identity=(*policies.identity, denial)))
    if is_reached_by_identity(request.principal):
        assert after.effect is Effect.EXPLICIT_DENY


@UNHURRIED
@given(requests, everything, levels)
def test_a_further_level_of_the_organization_never_widens(request: Request, policies: Policies, level: Level) -> None:
    before = decide(request, policies).effect
    assert no_wider(decide(request, replace(policies, scps=(*policies.scps, level))).effect, before)


@UNHURRIED
@given(requests, everything, documents())
def test_a_boundary_never_widens(request: Request, policies: Policies, boundary: Policy) -> None:
    before = decide(request, replace(policies, boundary=None)).effect
    assert no_wider(decide(request, replace(policies, boundary=boundary)).effect, before)


@UNHURRIED
@given(requests, everything, st.randoms(use_true_random=False))
def test_order_does_not_matter(request: Request, policies: Policies, chance: Any) -> None:
    def shuffled(policy: Policy) -> Policy:
        return replace(policy, statements=tuple(chance.sample(policy.statements, len(policy.statements))))

    identity = [shuffled(policy) for policy in policies.identity]
    chance.shuffle(identity)
    other = replace(
        policies,
        identity=tuple(identity),
        resource=policies.resource and shuffled(policies.resource),
        boundary=policies.boundary and shuffled(policies.boundary),
        session=policies.session and tuple(map(shuffled, reversed(policies.session))),
        scps=tuple(Level(each.name, tuple(map(shuffled, reversed(each.policies)))) for each in policies.scps),
    )
    assert decide(request, other).effect is decide(request, policies).effect


@UNHURRIED
@given(requests, everything)
def test_without_any_allow_nobody_but_the_root_user_may(request: Request, policies: Policies) -> None:
    def only_denies(policy: Policy) -> Policy:
        return replace(policy, statements=tuple(each for each in policy.statements if not each.is_allow))

    bare = replace(
        policies,
        identity=tuple(map(only_denies, policies.identity)),
        resource=policies.resource and only_denies(policies.resource),
    )
    assert not decide(request, bare).is_allowed or request.principal.kind.value == "root"
