"""What Helm believes, what its folder would make, and what runs."""

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest
import yaml

from labs.core.probes import ExecAnswer
from tests.unit.scenarios.systems import CATALOGUE, System, system

VARIANT = CATALOGUE["menu_release_failed"].draw("maria")
NS, APP = str(VARIANT.parameters["ns"]), str(VARIANT.parameters["app"])
RENDERED: list[dict[str, Any]] = [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": f"{APP}-settings"}, "data": {"PORT": "80"}},
    {"apiVersion": "v1", "kind": "Service", "metadata": {"name": APP}, "spec": {"selector": {"app": APP}}},
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": APP},
        "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "app", "image": "i"}]}}},
    },
]


def packed(version: int, status: str, manifest: str) -> str:
    release = {"version": version, "info": {"status": status}, "manifest": manifest}
    return b64encode(b64encode(gzip.compress(json.dumps(release).encode()))).decode()


def put_release(found: System, version: int, status: str, data: str | None = None) -> None:
    labels = {"owner": "helm", "name": APP, "status": status, "version": str(version)}
    release = packed(version, status, yaml.safe_dump_all(RENDERED)) if data is None else data
    name = f"sh.helm.release.v1.{APP}.v{version}"
    found.sandbox.reader.put("v1", "Secret", name, NS, metadata={"labels": labels}, data={"release": release})


@pytest.fixture
def deployed() -> System:
    """What the last revision says is what runs, with what the API server adds to it."""
    found = system(VARIANT, VARIANT.healthy)
    for each in RENDERED:
        more = {key: {**each[key], "added": "by the server"} for key in ("spec", "data") if key in each}
        found.sandbox.reader.put(each["apiVersion"], each["kind"], each["metadata"]["name"], NS, **more)
    put_release(found, 9, "superseded")
    put_release(found, 10, "deployed")
    found.sandbox.tool_answer = ExecAnswer(0, yaml.safe_dump_all(RENDERED), "")
    return found


def test_all_three_say_the_same(deployed: System) -> None:
    assert deployed.finding("release-is-what-runs").passed
    assert deployed.finding("files-are-what-runs").passed
    (request,) = deployed.sandbox.ran
    assert request.command[:3] == ("helm", "template", APP)


def test_the_newest_revision_counts_and_not_the_last_by_name(deployed: System) -> None:
    put_release(deployed, 11, "failed")
    assert "revision 11: failed" in deployed.finding("release-is-what-runs").actual


def test_what_was_changed_past_helm_is_found(deployed: System) -> None:
    for ref, manifest in deployed.objects.items():
        if ref.kind == "Deployment":
            manifest["spec"]["template"]["spec"]["containers"][0]["image"] = "another"
    for check in ("release-is-what-runs", "files-are-what-runs"):
        assert "rendered 'i', in the cluster 'another'" in deployed.finding(check).actual


def test_what_is_not_there_is_found(deployed: System) -> None:
    deployed.sandbox.reader.remove("v1", "ConfigMap", f"{APP}-settings", NS)
    assert "is not there" in deployed.finding("release-is-what-runs").actual


@pytest.mark.parametrize(
    "data",
    ["", "!", b64encode(b"!").decode(), b64encode(b64encode(b"no gzip")).decode(), packed(0, "x", "")[:40],
     b64encode(b64encode(gzip.compress(b"[]"))).decode()],
    ids=["nothing", "no-base64", "once-base64", "no-gzip", "cut", "a-list"],
)  # fmt: skip
def test_a_release_that_is_none_fails_and_does_not_break_the_grader(deployed: System, data: str) -> None:
    put_release(deployed, 12, "deployed", data)
    assert not deployed.finding("release-is-what-runs").passed


def test_a_release_that_unpacks_without_end_is_cut(deployed: System) -> None:
    bomb = gzip.compress(b'{"manifest": "' + b"x" * (8 * 2**20) + b'"}')
    put_release(deployed, 12, "deployed", b64encode(b64encode(bomb)).decode())
    assert not deployed.finding("release-is-what-runs").passed


def test_without_any_release_there_is_none(deployed: System) -> None:
    for ref in [ref for ref in deployed.objects if ref.kind == "Secret"]:
        del deployed.objects[ref]
    assert not deployed.finding("release-is-what-runs").passed


@pytest.mark.parametrize(
    "answer",
    [
        ExecAnswer(1, "", "Error: chart not found"),
        ExecAnswer(0, "", ""),
        ExecAnswer(0, ": no yaml: [", ""),
        ExecAnswer(0, yaml.safe_dump_all(RENDERED[:2]), ""),
        ExecAnswer(0, yaml.safe_dump_all([*RENDERED[:2], {**RENDERED[2], "spec": {"replicas": 2}}]), ""),
        ExecAnswer(0, yaml.safe_dump_all([*RENDERED, {**RENDERED[1], "metadata": None}]), ""),
    ],
)
def test_a_folder_that_gives_something_else_is_found(deployed: System, answer: ExecAnswer) -> None:
    deployed.sandbox.tool_answer = answer
    assert not deployed.finding("files-are-what-runs").passed
