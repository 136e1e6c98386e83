from base64 import b64encode
from typing import Any

import pytest

from grading.workloads import (
    Setting,
    account_may,
    cores,
    gone,
    living_pods,
    mebibytes,
    named_container,
    pod_spec_of,
    setting,
)
from labs.core.probes import AccessQuestion, ObjectRef
from tests.unit.grading.fakes import FakeSandbox, view_of


@pytest.fixture
def sandbox() -> FakeSandbox:
    sandbox = FakeSandbox()
    sandbox.reader.put("v1", "ConfigMap", "first", data={"MODE": "old", "ONLY": "here"})
    sandbox.reader.put("v1", "ConfigMap", "second", data={"MODE": "new"})
    sandbox.reader.put("v1", "Secret", "keys", data={"WORD": b64encode(b"sesame").decode()})
    return sandbox


def found(sandbox: FakeSandbox, variable: str, **container: Any) -> Setting:
    return setting(view_of(sandbox), "shop", container, variable)


def reference(kind: str, name: str, key: str) -> dict[str, Any]:
    return {"valueFrom": {kind: {"name": name, "key": key}}}


BOTH = [{"configMapRef": {"name": "first"}}, {"configMapRef": {"name": "second"}}]


@pytest.mark.parametrize(
    ("variable", "container", "expected"),
    [
        ("MODE", {"envFrom": BOTH}, Setting("new", "ConfigMap second")),
        ("ONLY", {"envFrom": BOTH}, Setting("here", "ConfigMap first")),
        ("MODE", {"envFrom": BOTH, "env": [{"name": "MODE", "value": "x"}]}, Setting("x", "value")),
        ("MODE", {"env": [{"name": "MODE"}]}, Setting("", "value")),
        (
            "P_MODE",
            {"envFrom": [{"configMapRef": {"name": "first"}, "prefix": "P_"}]},
            Setting("old", "ConfigMap first"),
        ),
        ("WORD", {"envFrom": [{"secretRef": {"name": "keys"}}]}, Setting("sesame", "Secret keys")),
        ("W", {"env": [{"name": "W", **reference("secretKeyRef", "keys", "WORD")}]}, Setting("sesame", "Secret keys")),
        ("W", {"env": [{"name": "W", **reference("configMapKeyRef", "no", "W")}]}, Setting(None, "ConfigMap no")),
        ("W", {"env": [{"name": "W", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]}, Setting(None, "field")),
        ("NOTHING", {"envFrom": BOTH}, Setting(None, "")),
    ],
)
def test_a_variable_is_what_a_new_process_would_find(
    sandbox: FakeSandbox, variable: str, container: dict[str, Any], expected: Setting
) -> None:
    assert found(sandbox, variable, **container) == expected


def test_the_spec_of_the_pods_that_a_workload_makes() -> None:
    template = {"template": {"spec": {"containers": [{"name": "web"}, {"name": "app"}]}}}
    assert pod_spec_of({"kind": "Deployment", "spec": template}) == template["template"]["spec"]
    cron = {"kind": "CronJob", "spec": {"jobTemplate": {"spec": template}}}
    assert named_container(pod_spec_of(cron))["name"] == "app"
    assert named_container(pod_spec_of(cron), "other")["name"] == "web"


def test_living_pods_are_neither_ended_nor_asked_to_go(sandbox: FakeSandbox) -> None:
    labels = {"app": "orders"}
    for name, phase, metadata in (
        ("runs", "Running", {}),
        ("waits", "Pending", {}),
        ("ended", "Failed", {}),
        ("goes", "Running", {"deletionTimestamp": "2023-11-14T22:13:20Z"}),
    ):
        sandbox.reader.put("v1", "Pod", name, metadata={"labels": labels, **metadata}, status={"phase": phase})
    names = {pod["metadata"]["name"] for pod in living_pods(view_of(sandbox), "shop", labels)}
    assert names == {"runs", "waits"}


def test_a_service_account_is_asked_about_with_its_groups(sandbox: FakeSandbox) -> None:
    asked: list[AccessQuestion] = []

    def allows(question: AccessQuestion) -> bool:
        asked.append(question)
        return "system:serviceaccounts:shop" in question.groups

    sandbox.reader.allows = allows
    assert account_may(view_of(sandbox), ("shop", "clerk"), "get", "pods/log", namespace="desk")
    assert not account_may(view_of(sandbox), ("desk", "clerk"), "get", "pods/log", namespace="desk")
    assert (asked[0].user, asked[0].namespace) == ("system:serviceaccount:shop:clerk", "desk")


def test_what_is_gone_is_named() -> None:
    assert "Deployment shop/web" in gone(ObjectRef("apps/v1", "Deployment", "web", "shop")).reason.en


@pytest.mark.parametrize(
    ("quantity", "expected"), [("64Mi", 64), ("1Gi", 1024), ("2048Ki", 2), (2**20, 1), ("1048576", 1), ("0", 0)]
)
def test_memory_in_mebibytes(quantity: str | int, expected: float) -> None:
    assert mebibytes(quantity) == pytest.approx(expected)


def test_decimal_units_are_smaller() -> None:
    assert mebibytes("100M") == pytest.approx(95.367, abs=1e-3)


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("40m", 0.04), ("1732687n", 0.001732687), ("250u", 0.00025), ("0", 0.0), ("1", 1.0), (2, 2.0), ("0.5", 0.5)],
)
def test_processor_time_in_cores(quantity: str | float, expected: float) -> None:
    assert cores(quantity) == pytest.approx(expected)
