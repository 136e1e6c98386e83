from collections.abc import Iterator

import pytest

from labs.core.errors import UnreachableError
from provisioner.kubernetes.errors import RejectedError
from provisioner.kubernetes.sandbox import KubernetesSandbox
from tests.unit.provisioner.kubernetes.fake_api import FakeApi

POD = "/api/v1/namespaces/shop/pods/orders-1"


@pytest.fixture
def sandbox(api: FakeApi) -> Iterator[KubernetesSandbox]:
    sandbox = KubernetesSandbox(api.kubeconfig)
    yield sandbox
    sandbox.close()


def test_exactly_that_pod_is_deleted_at_its_own_pace(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    api.objects[POD] = api.objects[f"{POD}0"] = {"metadata": {"name": "orders-1"}}
    sandbox.disturber.delete_pod("shop", "orders-1", uid="uid-1")
    assert list(api.objects) == [f"{POD}0"]
    (request,) = api.requests
    assert request[:2] == ("DELETE", POD)
    assert request[3] == {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": "uid-1"}}


@pytest.mark.parametrize("status", [404, 409])
def test_a_pod_that_is_gone_or_another_by_now_was_deleted_already(
    api: FakeApi, sandbox: KubernetesSandbox, status: int
) -> None:
    api.planned = [(status, {"reason": "Conflict", "message": "the UID in the precondition does not match"})]
    sandbox.disturber.delete_pod("shop", "orders-1", uid="uid-1")
    assert len(api.requests) == 1


def test_a_refusal_is_told(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    api.planned = [(403, {"reason": "Forbidden", "message": "a webhook denied it"})]
    with pytest.raises(RejectedError, match="orders-1 cannot be deleted: a webhook denied it"):
        sandbox.disturber.delete_pod("shop", "orders-1", uid="uid-1")


def test_silence_is_no_refusal(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    api.planned = [ConnectionError] * 4
    sandbox.transport._sleep = lambda _: None
    with pytest.raises(UnreachableError):
        sandbox.disturber.delete_pod("shop", "orders-1", uid="uid-1")
