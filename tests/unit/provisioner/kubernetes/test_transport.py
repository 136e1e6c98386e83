import pytest

from labs.core.errors import TallerError, UnreachableError
from provisioner.kubernetes.credentials import Credentials
from provisioner.kubernetes.transport import RETRY_DELAYS_SECONDS, Transport
from tests.unit.provisioner.kubernetes.fake_api import FakeApi, free_port

TRIES = len(RETRY_DELAYS_SECONDS) + 1


def test_answer_is_json_with_the_bearer_token(api: FakeApi, transport: Transport) -> None:
    api.objects["/api/v1/nodes/n"] = {"kind": "Node"}
    answer = transport.call("GET", "/api/v1/nodes/n")
    assert answer.is_ok
    assert answer.body == {"kind": "Node"}
    assert transport.headers["Authorization"] == "Bearer secret-token"


def test_refusals_are_answers(transport: Transport) -> None:
    answer = transport.call("GET", "/api/v1/nodes/none")
    assert (answer.status, answer.reason) == (404, "NotFound")


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_transient_statuses_are_tried_again(api: FakeApi, transport: Transport, status: int) -> None:
    api.objects["/api/v1/nodes/n"] = {"kind": "Node"}
    api.planned = [(status, {"message": "busy"})] * (TRIES - 1)
    assert transport.call("GET", "/api/v1/nodes/n").is_ok
    assert len(api.requests) == TRIES


def test_broken_connections_are_tried_again(api: FakeApi, transport: Transport) -> None:
    api.objects["/api/v1/nodes/n"] = {"kind": "Node"}
    api.planned = [ConnectionError, ConnectionError]
    assert transport.call("GET", "/api/v1/nodes/n").is_ok


@pytest.mark.parametrize("plan", [(503, {"message": "down"}), ConnectionError])
def test_lasting_trouble_is_unreachable(api: FakeApi, transport: Transport, plan: object) -> None:
    api.planned = [plan] * TRIES  # type: ignore[list-item]
    with pytest.raises(UnreachableError):
        transport.call("GET", "/api/v1/nodes/n")


def test_an_answer_that_is_not_json_is_unreachable(api: FakeApi, transport: Transport) -> None:
    api.planned = [b"<html>"]
    with pytest.raises(UnreachableError, match="not JSON"):
        transport.call("GET", "/api/v1/nodes/n")


def test_a_kind_that_is_not_served_any_more_is_not_found(api: FakeApi, transport: Transport) -> None:
    api.planned = [(404, b"404 page not found")]
    answer = transport.call("GET", "/apis/a.example/v1/sites")
    assert (answer.status, answer.is_ok) == (404, False)


@pytest.mark.parametrize(
    "server",
    [f"http://127.0.0.1:{free_port()}", "http://nowhere.invalid:1", f"https://127.0.0.1:{free_port()}"],
    ids=["closed", "nowhere", "closed-tls"],
)
def test_no_library_error_leaks_and_the_cause_is_kept(server: str) -> None:
    transport = Transport(Credentials(server, token="t"), timeout_seconds=0.5, sleep=lambda _: None)  # noqa: S106
    with pytest.raises(TallerError) as caught:
        transport.call("GET", "/version")
    assert isinstance(caught.value, UnreachableError)
    assert caught.value.__cause__ is not None
    with pytest.raises(UnreachableError), transport.watch("/api/v1/pods", query={}, timeout_seconds=0.5):
        pass
    transport.close()


def test_a_watch_gives_events_as_they_come(api: FakeApi, transport: Transport) -> None:
    api.objects["/api/v1/namespaces/a/pods/p"] = {"kind": "Pod", "metadata": {"name": "p"}}
    with transport.watch("/api/v1/namespaces/a/pods", query={}, timeout_seconds=2) as events:
        assert [event["object"]["metadata"]["name"] for event in events] == ["p"]


def test_a_watch_that_is_refused_is_unreachable(api: FakeApi, transport: Transport) -> None:
    api.planned = [(410, {"reason": "Expired"})]
    with pytest.raises(UnreachableError, match="410"), transport.watch("/api/v1/pods", query={}, timeout_seconds=1):
        pass
