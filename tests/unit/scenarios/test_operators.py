"""Scenarios about an operator: whether it does its work, and what else it may do."""

from typing import Any

import pytest

from labs.core.probes import AccessQuestion, ObjectRef
from tests.unit.scenarios.systems import CATALOGUE, System, system

SITE, CHANNEL = (CATALOGUE[name].draw("maria") for name in ("site_never_appears", "channel_will_not_go"))
NS, NAME, OP = (str(SITE.parameters[name]) for name in ("ns", "site", "op"))
ORDER = ObjectRef(f"{NS}.example/v1", "Site", NAME, NS)
DEPLOYMENT = ObjectRef("apps/v1", "Deployment", NAME, NS)
SERVICE = ObjectRef("v1", "Service", NAME, NS)


@pytest.fixture
def site() -> System:
    """A site that the operator has made and looks after."""
    found = system(SITE, SITE.healthy)
    order = found.objects[ORDER]
    order["metadata"]["generation"] = 3
    order["status"] = {"observedGeneration": 3, "readyReplicas": 2}
    owners = [{"uid": order["metadata"]["uid"], "kind": "Site", "name": NAME}]
    for ref in (DEPLOYMENT, SERVICE):
        metadata = {"ownerReferences": owners, "managedFields": [{"manager": OP}]}
        found.sandbox.reader.put(ref.api_version, ref.kind, ref.name, ref.namespace, metadata=metadata)
    return found


def test_what_the_operator_made_and_tells_of_is_looked_after(site: System) -> None:
    assert site.finding("site-is-looked-after").passed


@pytest.mark.parametrize("ref", [ORDER, DEPLOYMENT, SERVICE])
def test_nothing_of_it_may_be_missing(site: System, ref: ObjectRef) -> None:
    del site.objects[ref]
    assert not site.finding("site-is-looked-after").passed


@pytest.mark.parametrize(
    ("ref", "field", "value"),
    [
        (DEPLOYMENT, "ownerReferences", None),
        (SERVICE, "ownerReferences", [{"uid": "another"}]),
        (DEPLOYMENT, "managedFields", [{"manager": "kubectl-client-side-apply"}]),
        (ORDER, "generation", 4),
        (ORDER, "status", {"observedGeneration": 3, "readyReplicas": 1}),
        (ORDER, "status", None),
    ],
)
def test_what_others_made_or_nobody_tells_of_is_not(site: System, ref: ObjectRef, field: str, value: Any) -> None:
    manifest = site.objects[ref]
    (manifest if field == "status" else manifest["metadata"])[field] = value
    assert not site.finding("site-is-looked-after").passed


def test_a_modest_operator_is_asked_about_as_whom_it_runs(site: System) -> None:
    asked: list[AccessQuestion] = []

    def refuse(question: AccessQuestion) -> bool:
        asked.append(question)
        return False

    site.sandbox.reader.allows = refuse
    assert site.finding("operator-stays-modest").passed
    assert {question.user for question in asked} == {f"system:serviceaccount:{NS}-ops:{OP}-robot"}
    operator = site.objects[ObjectRef("apps/v1", "Deployment", OP, f"{NS}-ops")]
    operator["spec"]["template"]["spec"]["serviceAccountName"] = "default"
    assert site.finding("operator-stays-modest").passed
    assert asked[-1].user == f"system:serviceaccount:{NS}-ops:default"


def may(*allowed: tuple[str, str, str]) -> Any:
    return lambda question: (question.verb, question.resource, question.namespace) in allowed


@pytest.mark.parametrize(
    "right", [("get", "secrets", NS), ("delete", "deployments", NS), ("list", "pods", "kube-system")]
)
def test_an_operator_that_may_more_is_not_modest(site: System, right: tuple[str, str, str]) -> None:
    site.sandbox.reader.allows = may(right)
    assert not site.finding("operator-stays-modest").passed


# --- channel_will_not_go

SPACE, OLD, KEEPER = (str(CHANNEL.parameters[name]) for name in ("ns", "old", "op"))
CHANNEL_REF = ObjectRef(f"{SPACE}.example/v1", "Channel", OLD, SPACE)
OPERATOR = ObjectRef("apps/v1", "Deployment", KEEPER, f"{SPACE}-ops")
NEEDED = (("list", "channels", SPACE), ("patch", "channels", SPACE), ("patch", "channels/status", SPACE))


@pytest.fixture
def channel() -> System:
    """A channel that went as it should, by an operator that runs."""
    found = system(CHANNEL, CHANNEL.healthy)
    del found.objects[CHANNEL_REF]
    found.objects[OPERATOR]["status"] = {"readyReplicas": 1}
    found.sandbox.reader.allows = may(*NEEDED)
    return found


def test_a_channel_that_went_leaves_nothing_and_the_next_will_go_too(channel: System) -> None:
    for check in ("channel-is-gone", "next-one-will-go", "operator-stays-modest"):
        assert channel.finding(check).passed, check


@pytest.mark.parametrize("ref", [CHANNEL_REF, ObjectRef("apps/v1", "Deployment", OLD, SPACE)])
def test_what_is_still_there_is_said(channel: System, ref: ObjectRef) -> None:
    metadata = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
    channel.sandbox.reader.put(ref.api_version, ref.kind, ref.name, ref.namespace, metadata=metadata)
    assert not channel.finding("channel-is-gone").passed


@pytest.mark.parametrize("lacking", range(len(NEEDED)))
def test_without_one_of_its_rights_the_next_one_stays(channel: System, lacking: int) -> None:
    channel.sandbox.reader.allows = may(*NEEDED[:lacking], *NEEDED[lacking + 1 :])
    assert not channel.finding("next-one-will-go").passed


def test_without_an_operator_that_runs_the_next_one_stays(channel: System) -> None:
    channel.objects[OPERATOR]["status"] = {}
    assert not channel.finding("next-one-will-go").passed
    del channel.objects[OPERATOR]
    assert not channel.finding("next-one-will-go").passed
    assert not channel.finding("operator-stays-modest").passed


def test_a_keeper_that_may_read_secrets_is_not_modest(channel: System) -> None:
    channel.sandbox.reader.allows = may(*NEEDED, ("list", "secrets", SPACE))
    assert not channel.finding("operator-stays-modest").passed
