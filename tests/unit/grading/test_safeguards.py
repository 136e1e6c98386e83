from typing import Any

import pytest

from grading.baseline import record
from grading.evaluate import safeguard_look
from grading.findings import Finding, UndecidableError
from grading.window import MANAGED_BY
from tests.unit.grading.fakes import FakeSandbox, deployment, grading_spec, guard, view_of

SECRET = {"apiVersion": "v1", "kind": "Secret", "namespace": "shop", "name": "password"}
SLICES = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "namespace": "shop"}
PODS = {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "labels": {"app": "orders"}}


class Guarded:
    """A sandbox with a recorded baseline and one safeguard."""

    def __init__(self, **kind: Any) -> None:
        self.sandbox = FakeSandbox()
        self.orders = self.sandbox.reader.put(
            "apps/v1",
            "Deployment",
            "orders",
            metadata={"labels": {"team": "a"}},
            spec={"replicas": 3, "selector": {"matchLabels": {"app": "orders"}}},
            status={"readyReplicas": 2},
        )
        self.secret = self.sandbox.reader.put("v1", "Secret", "password", data={"p": "b2xk"})
        self.service = self.sandbox.reader.put("v1", "Service", "orders")
        self.spec = grading_spec(safeguards=[guard(**kind)])
        self.baseline = record(self.sandbox.reader, self.spec, self.sandbox.clock)
        self.forget()

    def forget(self) -> None:
        """Later changes must not reach into the baseline."""
        for ref, item in self.sandbox.reader.objects.items():
            self.sandbox.reader.objects[ref] = {
                key: dict(value) if isinstance(value, dict) else value for key, value in item.items()
            }
        self.orders, self.secret, self.service = list(self.sandbox.reader.objects.values())

    def look(self) -> Finding:
        return safeguard_look(self.spec.safeguards[0], view_of(self.sandbox, self.spec, self.baseline), {})()


def test_the_same_object_is_kept() -> None:
    guarded = Guarded(same_uid=deployment())
    assert guarded.look().passed
    guarded.orders["spec"]["replicas"] = 9
    assert guarded.look().passed


def test_deleting_and_making_anew_is_caught() -> None:
    guarded = Guarded(same_uid=deployment())
    again = guarded.sandbox.reader.put("apps/v1", "Deployment", "orders")
    finding = guarded.look()
    assert not finding.passed
    assert finding.since == again["metadata"]["creationTimestamp"]
    guarded.sandbox.reader.remove("apps/v1", "Deployment", "orders")
    assert not guarded.look().passed


def test_what_is_being_deleted_is_as_good_as_gone() -> None:
    guarded = Guarded(same_uid=deployment())
    guarded.orders["metadata"]["deletionTimestamp"] = "2023-11-14T22:20:00Z"
    assert not guarded.look().passed


@pytest.mark.parametrize("kind", ["same_uid", "unchanged", "replicas"])
def test_nothing_to_compare_with_cannot_be_decided(kind: str) -> None:
    guarded = Guarded(**{kind: deployment("never-there")})
    with pytest.raises(UndecidableError, match="was not there at hand-over"):
        guarded.look()


def test_guarded_fields_must_stay() -> None:
    guarded = Guarded(unchanged=deployment(fields=["spec.selector", "spec.strategy"]))
    guarded.orders["spec"]["replicas"] = 1
    assert guarded.look().passed
    guarded.orders["spec"]["selector"] = {"matchLabels": {"app": "x"}}
    finding = guarded.look()
    assert not finding.passed
    assert "spec.selector" in finding.reason.en
    assert finding.expected == '{"matchLabels": {"app": "orders"}}'


def test_a_field_that_appears_was_changed() -> None:
    guarded = Guarded(unchanged=deployment(fields=["spec.strategy"]))
    guarded.orders["spec"]["strategy"] = {"type": "Recreate"}
    assert guarded.look().expected == "(absent)"


def test_without_fields_all_but_status_and_bookkeeping_is_guarded() -> None:
    guarded = Guarded(unchanged=deployment())
    guarded.orders["status"]["readyReplicas"] = 0
    guarded.orders["metadata"]["resourceVersion"] = "9"
    assert guarded.look().passed
    guarded.orders["metadata"]["labels"] = {"team": "b"}
    assert not guarded.look().passed


def test_values_of_secrets_are_not_shown() -> None:
    guarded = Guarded(unchanged=SECRET | {"fields": ["data.p"]})
    guarded.secret["data"]["p"] = "bmV3"
    finding = guarded.look()
    assert not finding.passed
    assert "b2xk" not in f"{finding}"
    assert "bmV3" not in f"{finding}"
    assert finding.expected.startswith("sha256 ")


def test_scaling_down_is_caught_and_up_is_not() -> None:
    guarded = Guarded(replicas=deployment())
    guarded.orders["spec"]["replicas"] = 5
    assert guarded.look().passed
    guarded.orders["spec"]["replicas"] = 2
    finding = guarded.look()
    assert not finding.passed
    assert (finding.expected, finding.actual) == ("at least 3", "2")


def test_fewer_ready_than_before_is_caught_unless_told_otherwise() -> None:
    guarded = Guarded(replicas=deployment())
    guarded.orders["status"]["readyReplicas"] = 1
    assert not guarded.look().passed
    guarded = Guarded(replicas=deployment(ready=False))
    guarded.orders["status"]["readyReplicas"] = 0
    assert guarded.look().passed


def test_existence_and_absence() -> None:
    assert Guarded(exists=deployment()).look().passed
    assert not Guarded(exists=deployment("gone")).look().passed
    assert Guarded(absent=deployment("gone")).look().passed
    assert not Guarded(absent=deployment()).look().passed


def owner(kind: str, name: str, uid: str, api_version: str = "v1") -> dict[str, Any]:
    return {
        "ownerReferences": [{"apiVersion": api_version, "kind": kind, "name": name, "uid": uid, "controller": True}]
    }


def test_hand_made_objects_are_caught() -> None:
    guarded = Guarded(no_new=SLICES)
    assert guarded.look().passed
    guarded.sandbox.reader.put("discovery.k8s.io/v1", "EndpointSlice", "mine")
    finding = guarded.look()
    assert not finding.passed
    assert finding.actual == "mine"


def test_what_controllers_make_is_no_ones_fault() -> None:
    guarded = Guarded(no_new=SLICES)
    made = owner("Service", "orders", guarded.service["metadata"]["uid"])
    labels = {"labels": {MANAGED_BY: "endpointslice-controller.k8s.io"}}
    guarded.sandbox.reader.put("discovery.k8s.io/v1", "EndpointSlice", "own", metadata=made | labels)
    assert guarded.look().passed


@pytest.mark.parametrize(
    "metadata",
    [
        owner("Service", "orders", "uid-3"),
        owner("Service", "orders", "uid-999") | {"labels": {MANAGED_BY: "endpointslice-controller.k8s.io"}},
        {"labels": {MANAGED_BY: "endpointslice-controller.k8s.io"}},
    ],
)
def test_a_forged_owner_does_not_hide_an_endpoint_slice(metadata: dict[str, Any]) -> None:
    guarded = Guarded(no_new=SLICES)
    guarded.sandbox.reader.put("discovery.k8s.io/v1", "EndpointSlice", "forged", metadata=metadata)
    assert not guarded.look().passed


def test_a_pod_behind_an_owner_that_controls_nothing_is_caught() -> None:
    guarded = Guarded(no_new=PODS)
    label = {"labels": {"app": "orders"}}
    uid = guarded.orders["metadata"]["uid"]
    guarded.sandbox.reader.put("v1", "Pod", "own", metadata=owner("Deployment", "orders", uid, "apps/v1") | label)
    assert guarded.look().passed
    secret = guarded.secret["metadata"]["uid"]
    guarded.sandbox.reader.put("v1", "Pod", "forged", metadata=owner("Secret", "password", secret) | label)
    assert guarded.look().actual == "forged"


def test_our_own_probes_are_not_taken_for_hand_made_pods() -> None:
    guarded = Guarded(no_new=PODS)
    labels = {"labels": {"app": "orders", "taller.dev/probe": "true"}}
    unready = {"conditions": [{"type": "Ready", "status": "False"}]}
    guarded.sandbox.reader.put("v1", "Pod", "client-1", metadata=labels, status=unready)
    assert guarded.look().passed


def test_a_pod_that_serves_cannot_hide_behind_the_label_of_probes() -> None:
    guarded = Guarded(no_new=PODS)
    labels = {"labels": {"app": "orders", "taller.dev/probe": "true"}}
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    guarded.sandbox.reader.put("v1", "Pod", "hidden", metadata=labels, status=ready)
    assert guarded.look().actual == "hidden"
