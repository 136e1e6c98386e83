"""Emptying a cluster, on an imitation that keeps an object with finalizers as an API server does."""

from typing import Any

import pytest

from labs.core.errors import TimedOutError
from labs.core.probes import ObjectRef
from provisioner.kubernetes.clearing import clear
from provisioner.kubernetes.sandbox import KubernetesSandbox
from tests.unit.provisioner.kubernetes.fake_api import Answer, FakeApi

HOOKS = "admissionregistration.k8s.io/v1"
HOOK = ObjectRef(HOOKS, "ValidatingWebhookConfiguration", "hook")
CRD = ObjectRef("apiextensions.k8s.io/v1", "CustomResourceDefinition", "sites.web.example")
DEFINITION = {"group": "web.example", "names": {"plural": "sites"}, "versions": [{"name": "v1", "served": True}]}
SITES = {"resource": "sites", "scope": "Namespaced", "verbs": ["list", "delete"]}
CLEANUP = "customresourcecleanup.apiextensions.k8s.io"


class SlowApi(FakeApi):
    """Deleting marks an object; it is gone once it has no finalizer. A namespace and a kind hold what is in them."""

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        if path in {"/apis", "/api"}:
            group = {"metadata": {"name": "web.example"}, "versions": [{"version": "v1", "resources": [SITES]}]}
            return 200, {"items": [group] if path == "/apis" else []}
        if path == f"/apis/{HOOKS}":
            kinds = [{"kind": HOOK.kind, "name": "validatingwebhookconfigurations", "namespaced": False}]
            return 200, {"resources": kinds}
        if path.endswith("/sites") and method == "GET":
            return 200, {"items": [item for key, item in self.objects.items() if "/sites/" in key]}
        if method == "DELETE":
            return self._marked(path)
        if method == "PATCH":
            self.objects[path]["metadata"].update(body["metadata"])
            self._sweep()
            return 200, {}
        return super().answer(method, path, query, body)

    def _marked(self, path: str) -> Answer:
        found = [key for key in self.objects if key == path or key.startswith(f"{path}/")]
        for key in found:
            self.objects[key]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        self._sweep()
        return 200, {"kind": "Status"}

    def _sweep(self) -> None:
        """What is in a namespace or of a kind goes first."""
        for key, item in sorted(self.objects.items(), key=lambda pair: "/sites/" not in pair[0]):
            held = [site for site in self.objects if "/sites/" in site and site != key]
            marked = item["metadata"].get("deletionTimestamp")
            if marked and item["metadata"].get("finalizers", []) in ([], [CLEANUP]) and not held:
                del self.objects[key]


def put(api: FakeApi, path: str, *, finalizers: tuple[str, ...] = (), **more: Any) -> None:
    metadata = {"name": path.rpartition("/")[2], "finalizers": list(finalizers)}
    if "/namespaces/shop/" in path:
        metadata["namespace"] = "shop"
    api.objects[path] = {"metadata": metadata, **more}


@pytest.fixture
def slow() -> SlowApi:
    api = SlowApi()
    put(api, "/api/v1/namespaces/shop")
    put(
        api,
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/sites.web.example",
        finalizers=(CLEANUP,),
        spec=DEFINITION,
    )
    put(api, f"/apis/{HOOKS}/validatingwebhookconfigurations/hook")
    return api


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 1.0)

    def monotonic(self) -> float:
        return self.now


def cleared(api: FakeApi, *refs: ObjectRef) -> None:
    from tests.unit.provisioner.kubernetes.fake_api import running  # noqa: PLC0415

    time = Time()
    with running(api):
        sandbox = KubernetesSandbox(api.kubeconfig)
        try:
            clear(sandbox, ["shop"], refs, timeout_seconds=20, sleep=time.sleep, monotonic=time.monotonic)
        finally:
            sandbox.close()


def test_namespaces_and_what_lives_in_none_are_gone_admission_first(slow: SlowApi) -> None:
    cleared(slow, CRD, HOOK)
    assert slow.objects == {}
    assert "webhook" in slow.calls("DELETE")[0]


def test_pods_are_killed_when_nothing_replaces_them_any_more(slow: SlowApi) -> None:
    cleared(slow)
    assert slow.calls("DELETE") == ["/api/v1/namespaces/shop", "/api/v1/namespaces/shop/pods"]


def test_what_waits_for_a_controller_that_is_gone_is_let_go_of(slow: SlowApi) -> None:
    put(slow, "/apis/web.example/v1/namespaces/shop/sites/main", finalizers=("web.example/records",))
    slow.objects["/apis/web.example/v1/namespaces/shop/sites/main"]["metadata"]["deletionTimestamp"] = "2026"
    cleared(slow, CRD, HOOK)
    assert slow.objects == {}
    patched = [(path, body) for verb, path, _, body in slow.requests if verb == "PATCH"]
    assert patched == [
        ("/apis/web.example/v1/namespaces/shop/sites/main", {"metadata": {"finalizers": []}}),
    ]


def test_what_nobody_deletes_is_not_touched_and_told(slow: SlowApi) -> None:
    put(slow, "/apis/web.example/v1/namespaces/shop/sites/main", finalizers=("web.example/records",))
    with pytest.raises(TimedOutError, match="Namespace shop"):
        cleared(slow)
    assert not slow.calls("PATCH")
