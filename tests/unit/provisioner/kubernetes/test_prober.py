from collections.abc import Iterator
from typing import Any

import pytest

from labs.core.errors import UnreachableError
from labs.core.probes import PROBE_LABEL, ClientIdentity, ExecRequest, HttpRequest, TcpDial
from provisioner.kubernetes import prober as prober_module
from provisioner.kubernetes.prober import QUESTION_MAX_CHARACTERS
from provisioner.kubernetes.sandbox import KubernetesSandbox
from provisioner.kubernetes.wire import request_json
from tests.unit.provisioner.kubernetes.fake_api import FakeApi

CLIENT = ClientIdentity("shop", (("app", "web"),), "web")
ANSWER = (
    '{"outcome":"answered","detail":"","status":200,"headers":[["A","b"]],"body":"hi","addresses":[],'
    '"elapsed_seconds":0.1}'
)


def running(pod: dict[str, Any]) -> None:
    state = {"state": {"running": {}}, "restartCount": 0, "containerID": "containerd://1", "imageID": "sha256:1"}
    pod["status"] = {"phase": "Running", "containerStatuses": [state]}


@pytest.fixture
def sandbox(api: FakeApi) -> Iterator[KubernetesSandbox]:
    api.objects["/api/v1/namespaces/shop"] = {"metadata": {"name": "shop", "uid": "uid-shop"}}
    api.on_create = running
    sandbox = KubernetesSandbox(api.kubeconfig)
    yield sandbox
    sandbox.close()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the probe program says, ask by ask."""
    outputs: list[str] = []

    class Script:
        def __init__(self, _: object, request: ExecRequest) -> None:
            assert request.command == ("/bin/probe", "serve")

        def ask(self, line: str, *, timeout_seconds: float, answer_max_bytes: int) -> str:
            assert "\n" not in line
            assert timeout_seconds > 0
            assert answer_max_bytes > 0
            return outputs.pop(0)

        def close(self) -> None:
            pass

    monkeypatch.setattr(prober_module, "Session", Script)
    return outputs


def pods(api: FakeApi) -> list[dict[str, Any]]:
    return [item for key, item in api.objects.items() if "/pods/" in key]


def test_the_pod_is_the_client_and_can_serve_nobody(api: FakeApi, sandbox: KubernetesSandbox, said: list[str]) -> None:
    assert said == []
    with sandbox.prober(CLIENT):
        (pod,) = pods(api)
    assert pod["metadata"]["labels"] == {"app": "web", PROBE_LABEL: "true"}
    assert pod["spec"]["serviceAccountName"] == "web"
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["readinessGates"]
    (owner,) = pod["metadata"]["ownerReferences"]
    assert (owner["kind"], owner["uid"], owner["controller"]) == ("Namespace", "uid-shop", True)
    (container,) = pod["spec"]["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert pods(api) == []


def test_answers_come_in_order(sandbox: KubernetesSandbox, said: list[str]) -> None:
    said.append(f"[{ANSWER},{ANSWER}]")
    with sandbox.prober(CLIENT) as prober:
        answers = prober.ask([HttpRequest("http://a"), TcpDial("b", 80)])
        assert [(a.status, a.body, a.headers) for a in answers] == [(200, "hi", (("A", "b"),))] * 2
        assert prober.ask([]) == []


def test_many_questions_are_asked_in_parts(sandbox: KubernetesSandbox, said: list[str]) -> None:
    big = HttpRequest("http://a", method="POST", body="x" * (QUESTION_MAX_CHARACTERS // 2))
    said += [f"[{ANSWER}]", f"[{ANSWER}]", f"[{ANSWER}]"]
    with sandbox.prober(CLIENT) as prober:
        assert len(prober.ask([big, big, big])) == 3
    assert said == []


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1]", "nonsense", '[{"outcome":"x"}]', f"[{ANSWER},{ANSWER}]"])
def test_an_unreadable_answer_is_no_evidence(sandbox: KubernetesSandbox, said: list[str], text: str) -> None:
    said.append(text)
    with sandbox.prober(CLIENT) as prober, pytest.raises(UnreachableError):
        prober.ask([HttpRequest("http://a")])


@pytest.mark.parametrize(
    "tamper",
    [
        lambda pod: pod["status"]["containerStatuses"][0].update(restartCount=1),
        lambda pod: pod["status"]["containerStatuses"][0].update(containerID="containerd://2"),
        lambda pod: pod["status"]["containerStatuses"][0].update(imageID="sha256:2"),
        lambda pod: pod["spec"].update(ephemeralContainers=[{"name": "mine"}]),
        lambda pod: pod["spec"]["containers"][0].update(image="lab.local/mine:1"),
        lambda pod: pod["metadata"].update(deletionTimestamp="2026-01-01T00:00:00Z"),
    ],
)
def test_a_pod_that_was_tampered_with_is_not_believed(
    api: FakeApi, sandbox: KubernetesSandbox, said: list[str], tamper: Any
) -> None:
    said.append(f"[{ANSWER}]")
    with sandbox.prober(CLIENT) as prober:
        tamper(pods(api)[0])
        with pytest.raises(UnreachableError):
            prober.ask([HttpRequest("http://a")])


def test_a_deleted_pod_is_not_believed(api: FakeApi, sandbox: KubernetesSandbox, said: list[str]) -> None:
    said.append(f"[{ANSWER}]")
    with sandbox.prober(CLIENT) as prober:
        for key in [key for key in api.objects if "/pods/" in key]:
            del api.objects[key]
        with pytest.raises(UnreachableError):
            prober.ask([HttpRequest("http://a")])


def test_without_its_namespace_there_is_no_probe(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    del api.objects["/api/v1/namespaces/shop"]
    with pytest.raises(UnreachableError, match="namespace shop is not there"), sandbox.prober(CLIENT):
        pass


def test_a_refused_pod_is_unreachable_and_leaves_nothing(api: FakeApi, sandbox: KubernetesSandbox) -> None:
    def refuse(pod: dict[str, Any]) -> None:
        pod["status"] = {"phase": "Failed", "message": "evicted"}

    api.on_create = refuse
    with pytest.raises(UnreachableError, match="evicted"), sandbox.prober(CLIENT):
        pass
    assert pods(api) == []


def test_requests_say_what_the_probe_program_reads() -> None:
    assert request_json([TcpDial("h", 1, 0.5)]) == '[{"type":"tcp","host":"h","port":1,"timeout_seconds":0.5}]'
