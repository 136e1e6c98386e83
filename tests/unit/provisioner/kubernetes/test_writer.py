from typing import Any

import pytest

from labs.core.errors import TimedOutError
from labs.core.probes import ObjectRef
from provisioner.kubernetes.errors import RejectedError
from provisioner.kubernetes.paths import Paths
from provisioner.kubernetes.transport import Transport
from provisioner.kubernetes.writer import SETTLE_SECONDS, Writer
from tests.unit.provisioner.kubernetes.fake_api import FakeApi


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1.0)

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def writer(transport: Transport) -> Writer:
    time = Time()
    return Writer(transport, Paths(transport), sleep=time.sleep, monotonic=time.monotonic)


def manifest(kind: str, name: str, api_version: str = "v1", namespace: str = "shop") -> dict[str, Any]:
    place = {} if kind in {"Namespace", "CustomResourceDefinition"} else {"namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **place}}


def test_apply_is_server_side_and_in_order(api: FakeApi, writer: Writer) -> None:
    writer.apply(
        [manifest("Deployment", "web", "apps/v1"), manifest("ConfigMap", "c"), manifest("Namespace", "shop")],
        field_manager="taller",
    )
    assert api.calls("PATCH") == [
        "/api/v1/namespaces/shop",
        "/api/v1/namespaces/shop/configmaps/c",
        "/apis/apps/v1/namespaces/shop/deployments/web",
    ]
    assert api.requests[0][2] == {"fieldManager": ["taller"], "force": ["true"]}


def test_admission_comes_after_what_it_would_judge(api: FakeApi, writer: Writer) -> None:
    kind = "ValidatingWebhookConfiguration"
    version = "admissionregistration.k8s.io/v1"
    api.objects[f"/apis/{version}"] = {
        "resources": [{"kind": kind, "name": "validatingwebhookconfigurations", "namespaced": False}]
    }
    hook = {"apiVersion": version, "kind": kind, "metadata": {"name": "h"}}
    writer.apply([hook, manifest("Deployment", "web", "apps/v1")], field_manager="taller")
    assert api.calls("PATCH")[-1] == f"/apis/{version}/validatingwebhookconfigurations/h"


def test_crds_are_waited_for(api: FakeApi, writer: Writer) -> None:
    crd = manifest("CustomResourceDefinition", "foos.x.io", "apiextensions.k8s.io/v1")
    established = {**crd, "status": {"conditions": [{"type": "Established", "status": "True"}]}}
    fresh = {**crd, "status": {"conditions": None}}
    api.planned = [(201, crd), (200, crd), (200, fresh), (200, established)]
    writer.apply([crd], field_manager="taller")
    assert len(api.calls("GET")) == 3


def test_a_crd_that_never_gets_ready_times_out(writer: Writer) -> None:
    with pytest.raises(TimedOutError, match="Established"):
        writer.apply([manifest("CustomResourceDefinition", "foos.x.io", "apiextensions.k8s.io/v1")], field_manager="t")


def test_a_service_account_that_is_on_its_way_is_waited_for(api: FakeApi, writer: Writer) -> None:
    api.planned = [(403, {"reason": "Forbidden", "message": 'error looking up serviceaccount "default" not found'})]
    writer.apply([manifest("Pod", "p")], field_manager="t")
    assert len(api.calls("PATCH")) == 2


def test_a_kind_that_is_never_served_is_refused_in_the_end(writer: Writer) -> None:
    with pytest.raises(RejectedError, match=f"after {SETTLE_SECONDS:g} s.*not served"):
        writer.apply([manifest("Foo", "f", "x.io/v1")], field_manager="t")


def test_a_refusal_is_told_at_once(api: FakeApi, writer: Writer) -> None:
    api.planned = [(422, {"reason": "Invalid", "message": "spec.replicas: wrong"})]
    with pytest.raises(RejectedError, match="replicas: wrong") as caught:
        writer.apply([manifest("Deployment", "web", "apps/v1")], field_manager="t")
    assert (caught.value.status, caught.value.reason) == (422, "Invalid")
    assert len(api.requests) == 1


def test_create_takes_a_retry_for_its_own_work(api: FakeApi, writer: Writer) -> None:
    path = "/api/v1/namespaces/shop/pods"
    writer.create(path, manifest("Pod", "p"))
    assert writer.create(path, manifest("Pod", "p"))["metadata"]["uid"] == "uid-p"
    assert len(api.objects) == 1


def test_what_is_not_there_is_deleted_already(api: FakeApi, writer: Writer) -> None:
    api.objects["/api/v1/namespaces/shop/configmaps/c"] = manifest("ConfigMap", "c")
    refs = [ObjectRef("v1", "ConfigMap", "c", "shop"), ObjectRef("x.io/v1", "Foo", "f", "shop")]
    writer.delete(refs)
    writer.delete(refs)
    assert not api.objects
