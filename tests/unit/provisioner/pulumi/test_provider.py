import asyncio
from typing import Any

import pytest
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.provider.experimental.provider import CheckRequest, CreateRequest, DiffRequest, ReadRequest

from labs.core.errors import InfrastructureError
from provisioner.pulumi.kinds import kinds
from provisioner.pulumi.provider import TallerProvider
from provisioner.pulumi.values import wrapped_map
from tests.unit.provisioner.pulumi.fakes import FakeCluster, FakeEngine

URN = "urn:pulumi:lab::taller::taller:index:{}::it"
NODE = {"lab": "ana-1a2b", "engine": "labnode", "memoryMib": 3000}


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def provider(engine: FakeEngine) -> TallerProvider:
    cluster = FakeCluster()
    return TallerProvider(kinds(lambda _: engine, lambda _: cluster.as_sandbox()))


def values(data: dict[str, Any]) -> dict[str, PropertyValue]:
    return wrapped_map(data, secrets=frozenset())


def test_kubeconfigs_are_secret(provider: TallerProvider) -> None:
    request = CreateRequest(URN.format("Node"), values(NODE), 0, preview=False)
    answer = asyncio.run(provider.create(request))
    assert answer.resource_id == "labnode/ana-1a2b"
    assert answer.properties["admin"].is_secret
    assert not answer.properties["address"].is_secret


def test_the_same_inputs_are_no_change(provider: TallerProvider) -> None:
    state = {**NODE, "address": "10.0.0.1", "admin": "k"}
    answer = asyncio.run(provider.diff(DiffRequest(URN.format("Node"), "x", values(state), values(NODE), [])))
    assert answer.changes is False


def test_another_size_is_another_node(provider: TallerProvider) -> None:
    new = {**NODE, "memoryMib": 4000}
    answer = asyncio.run(provider.diff(DiffRequest(URN.format("Node"), "x", values(NODE), values(new), [])))
    assert (answer.changes, answer.replaces, answer.delete_before_replace) == (True, ["memoryMib"], True)


def test_unknown_inputs_count_as_changed_and_are_checked_later(provider: TallerProvider) -> None:
    old = values({"kubeconfig": "k", "manifests": []})
    new = {**old, "kubeconfig": PropertyValue.computed()}
    answer = asyncio.run(provider.diff(DiffRequest(URN.format("Objects"), "x", old, new, [])))
    assert answer.replaces == ["kubeconfig"]
    assert not asyncio.run(provider.check(CheckRequest(URN.format("Objects"), {}, new, b""))).failures


@pytest.mark.parametrize(("inputs", "word"), [({"lab": "no id"}, "no id"), ({"laboratory": "x"}, "laboratory")])
def test_wrong_inputs_fail_the_check(provider: TallerProvider, inputs: dict[str, Any], word: str) -> None:
    answer = asyncio.run(provider.check(CheckRequest(URN.format("Node"), {}, values(inputs), b"")))
    assert answer.failures
    assert word in answer.failures[0].reason


def test_errors_are_kept_for_the_caller(provider: TallerProvider, engine: FakeEngine) -> None:
    engine.trouble = InfrastructureError("no room", hint="make some")
    with pytest.raises(InfrastructureError):
        asyncio.run(provider.create(CreateRequest(URN.format("Node"), values(NODE), 0, preview=False)))
    assert provider.raised == [engine.trouble]


def test_a_dead_node_is_gone(provider: TallerProvider) -> None:
    request = ReadRequest(URN.format("Node"), "labnode/ana-1a2b", values(NODE), values(NODE))
    assert not asyncio.run(provider.read(request)).resource_id
