import pytest

from labs.core.errors import UnreachableError
from labs.core.probes import AccessQuestion, ObjectRef, service_account
from provisioner.kubernetes.paths import Paths
from provisioner.kubernetes.reader import LOG_MAX_BYTES, Reader
from provisioner.kubernetes.transport import Transport
from tests.unit.provisioner.kubernetes.fake_api import FakeApi


@pytest.fixture
def reader(transport: Transport) -> Reader:
    return Reader(transport, Paths(transport))


def test_an_object_or_none(api: FakeApi, reader: Reader) -> None:
    api.objects["/api/v1/namespaces/shop/services/web"] = {"kind": "Service", "metadata": {"name": "web"}}
    assert reader.get(ObjectRef("v1", "Service", "web", "shop")) is not None
    assert reader.get(ObjectRef("v1", "Service", "other", "shop")) is None


def test_items_of_a_list_say_what_they_are(api: FakeApi, reader: Reader) -> None:
    api.objects["/api/v1/namespaces/shop/pods/p"] = {"metadata": {"name": "p"}}
    (item,) = reader.list("v1", "Pod", namespace="shop", labels="app=x")
    assert (item["apiVersion"], item["kind"]) == ("v1", "Pod")
    assert api.requests[0][2] == {"labelSelector": ["app=x"]}


def test_a_kind_that_is_not_served_has_no_objects(reader: Reader) -> None:
    assert reader.list("x.io/v1", "Foo") == []
    assert reader.get(ObjectRef("x.io/v1", "Foo", "f")) is None


def test_kinds_are_found_out_once(api: FakeApi, reader: Reader) -> None:
    resources = [
        {"kind": "Foo", "name": "foos", "namespaced": True},
        {"kind": "Foo", "name": "foos/status", "namespaced": True},
    ]
    api.objects["/apis/x.io/v1"] = {"resources": resources}
    api.objects["/apis/x.io/v1/namespaces/shop/foos/f"] = {"kind": "Foo", "metadata": {"name": "f"}}
    for _ in range(3):
        assert reader.get(ObjectRef("x.io/v1", "Foo", "f", "shop"))
    assert api.calls("GET").count("/apis/x.io/v1") == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_not_being_allowed_to_look_is_not_the_candidates_failure(api: FakeApi, reader: Reader, status: int) -> None:
    for look in (
        lambda: reader.get(ObjectRef("v1", "Service", "web", "shop")),
        lambda: reader.list("v1", "Pod"),
        lambda: reader.logs("shop", "p"),
    ):
        api.planned = [(status, {"message": "no"})]
        with pytest.raises(UnreachableError):
            look()


def test_names_cannot_leave_their_place(api: FakeApi, reader: Reader) -> None:
    assert reader.get(ObjectRef("v1", "Service", "../../../nodes", "shop")) is None
    assert api.calls("GET") == ["/api/v1/namespaces/shop/services/..%2F..%2F..%2Fnodes"]


def test_logs_are_limited(api: FakeApi, reader: Reader) -> None:
    api.planned = [b"line\n\xff"]
    assert reader.logs("shop", "p", container="c", tail_lines=3) == "line\n�"
    assert api.requests[0][2] == {"tailLines": ["3"], "limitBytes": [str(LOG_MAX_BYTES)], "container": ["c"]}


def test_the_authorizer_is_asked_about_somebody_else(api: FakeApi, reader: Reader) -> None:
    user, groups = service_account("shop", "clerk")
    question = AccessQuestion(user, groups, "get", "pods/log", namespace="shop")
    for allowed in (True, False):
        api.planned = [(201, {"status": {"allowed": allowed}})]
        assert reader.is_allowed(question) is allowed
    assert set(api.calls("POST")) == {"/apis/authorization.k8s.io/v1/subjectaccessreviews"}
    (spec,) = {str(request[3]["spec"]) for request in api.requests}
    assert "'subresource': 'log'" in spec
    assert "system:serviceaccounts:shop" in spec


@pytest.mark.parametrize("answer", [(403, {"message": "no"}), (201, {}), (201, {"status": {}}), (201, "?")])
def test_no_answer_about_rights_is_no_refusal(api: FakeApi, reader: Reader, answer: tuple[int, object]) -> None:
    api.planned = [answer]
    with pytest.raises(UnreachableError):
        reader.is_allowed(AccessQuestion("anna", (), "list", "secrets"))


POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}}


def test_a_new_object_is_asked_about_and_not_made(api: FakeApi, reader: Reader) -> None:
    api.planned = [(201, {**POD, "spec": {"changed": True}}), (403, {"message": "violates PodSecurity"})]
    let_in, refused = reader.would_create(POD), reader.would_create(POD)
    assert (let_in.is_let_in, let_in.manifest["spec"]) == (True, {"changed": True})
    assert (refused.is_let_in, refused.message) == (False, "violates PodSecurity")
    assert {str(query) for _, _, query, _ in api.requests} == {"{'dryRun': ['All']}"}
    assert not api.objects


def test_a_webhook_that_cannot_be_heard_refuses_and_nothing_else_of_the_servers_troubles(
    api: FakeApi, reader: Reader
) -> None:
    api.planned = [(500, {"message": 'Internal error occurred: failed calling webhook "x": no endpoints'})]
    assert not reader.would_create(POD).is_let_in
    for status in (500, 503):
        api.planned = [(status, {"message": "etcd is full"})] * 9
        with pytest.raises(UnreachableError):
            reader.would_create(POD)
        api.planned = []


def test_an_object_of_an_unknown_kind_is_refused(reader: Reader) -> None:
    assert not reader.would_create({**POD, "apiVersion": "x.io/v1", "kind": "Foo"}).is_let_in


BUDGET = {"message": "Cannot evict pod", "details": {"causes": [{"reason": "DisruptionBudget", "message": "needs 3"}]}}
TWO_BUDGETS = {
    "message": "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
}


def test_an_eviction_is_asked_about_and_a_budgets_refusal_heard(api: FakeApi, reader: Reader) -> None:
    api.planned = [(201, {"status": "Success"}), (404, {}), (429, BUDGET), (500, TWO_BUDGETS)]
    said = [reader.would_evict("shop", "p/1") for _ in range(4)]
    assert [answer.is_let_in for answer in said] == [True, True, False, False]
    assert set(api.calls("POST")) == {"/api/v1/namespaces/shop/pods/p%2F1/eviction"}
    assert {str(query) for _, _, query, _ in api.requests} == {"{'dryRun': ['All']}"}


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_the_servers_own_troubles_are_no_refusal_of_an_eviction(api: FakeApi, reader: Reader, status: int) -> None:
    api.planned = [(status, {"message": "too busy", "details": {}})] * 9
    with pytest.raises(UnreachableError):
        reader.would_evict("shop", "p")
