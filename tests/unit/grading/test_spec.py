from typing import Any

import pytest
from pydantic import ValidationError

from grading.spec import GradingSpec, spec_problems

MESSAGE = {"en": "Orders are answered.", "es": "Los pedidos reciben respuesta."}
HTTP = {"url": "http://orders/", "expect": {"status": 200}}
DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "namespace": "shop", "name": "orders"}


def spec(**changes: Any) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "scenario": "orders_routing",
        "client": {"namespace": "shop", "labels": {"app": "client"}},
        "checks": [{"id": "orders-answered", "points": 60, "message": MESSAGE, "http": HTTP}],
        "safeguards": [],
    }
    return whole | changes


def check(**changes: Any) -> dict[str, Any]:
    return {"id": "orders-answered", "points": 60, "message": MESSAGE, "http": HTTP} | changes


def guard(**changes: Any) -> dict[str, Any]:
    return {"id": "orders-lives", "message": MESSAGE, "penalty": 10, "same_uid": DEPLOYMENT} | changes


def complaints(data: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        GradingSpec.model_validate(data)
    return spec_problems(caught.value, data)


def test_a_scenario_with_every_kind_is_read() -> None:
    kinds: list[dict[str, Any]] = [
        {"http": HTTP},
        {"dns": {"name": "orders"}},
        {"tcp": {"host": "orders", "port": "8080"}},
        {"object": {"apiVersion": "v1", "kind": "Pod", "namespace": "shop", "labels": {"app": "a"}, "count": 2}},
        {"exec": {"namespace": "shop", "labels": {"app": "a"}, "command": ["true"]}},
        {"python": "orders-checked"},
    ]
    checks = [{"id": f"check-{i}", "points": 10, "message": MESSAGE} | kind for i, kind in enumerate(kinds)]
    guards: list[dict[str, Any]] = [
        {"same_uid": DEPLOYMENT},
        {"unchanged": DEPLOYMENT | {"fields": ["spec.selector", 'metadata.labels["a.b/c"]']}},
        {"replicas": DEPLOYMENT},
        {"exists": DEPLOYMENT},
        {"absent": DEPLOYMENT},
        {"no_new": {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "namespace": "shop"}},
        {"python": "neighbour-served"},
    ]
    safeguards = [{"id": f"guard-{i}", "penalty": 5, "message": MESSAGE} | kind for i, kind in enumerate(guards)]
    read = GradingSpec.model_validate(spec(checks=checks, safeguards=safeguards))
    assert [c.kind for c in read.checks] == ["http", "dns", "tcp", "object", "exec", "python"]
    assert [g.kind for g in read.safeguards] == [next(iter(kind)) for kind in guards]
    assert read.python_ids == {"orders-checked", "neighbour-served"}
    assert read.max_points == 60
    assert read.namespaces == ("shop",)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (spec(checks=[check(http=None)]), "checks[0] (orders-answered): give exactly one of"),
        (spec(checks=[check(python="f")]), "given: http, python"),
        (spec(checks=[check(points=0)]), "a target check needs points"),
        (spec(checks=[check(penalty=3)]), "penalty goes with target: false"),
        (spec(checks=[check(target=False)]), "cannot carry points"),
        (spec(checks=[check(target=False, points=0)]), "needs a penalty"),
        (spec(checks=[check(target=False, points=0, penalty=5)]), "at least one check must be a target"),
        (spec(checks=[check(), check()]), "the id orders-answered is used 2 times"),
        (spec(checks=[]), "at least one check must be a target"),
        (
            spec(checks=[check(http={"url": "ftp://x", "expect": {"status": 200}})]),
            "checks[0] (orders-answered).http.url",
        ),
        (spec(checks=[check(http={"url": "http://x", "expect": {}})]), "http.expect: says nothing"),
        (spec(checks=[check(http={"url": "http://x", "expect": {"refused": True, "status": 200}})]), "stands alone"),
        (spec(checks=[check(http={"url": "http://x", "expect": {"json": {"$odd": 1}}})]), "unknown operator $odd"),
        (spec(checks=[check(http=None, object=DEPLOYMENT | {"labels": {"a": "b"}})]), "give either name or labels"),
        (spec(checks=[check(http=None, object=DEPLOYMENT | {"count": 1})]), "count goes with labels"),
        (
            spec(checks=[check(http=None, dns={"name": "a", "resolves": False, "addresses": ["1.2.3.4"]})]),
            "make no sense",
        ),
        (spec(checks=[check(message={"en": "only"})]), "message.es: Field required"),
        (spec(checks=[check(colour="red")]), "colour: Extra inputs are not permitted"),
        (
            spec(safeguards=[guard(penalty=None)]),
            "safeguards[0] (orders-lives): a recoverable safeguard needs a penalty",
        ),
        (spec(safeguards=[guard(cap_points=3)]), "cap_points goes with severity: catastrophic"),
        (spec(safeguards=[guard(severity="catastrophic")]), "it has no penalty"),
        (spec(safeguards=[guard(severity="catastrophic", penalty=None, cap_points=60)]), "must be below max_points"),
        (spec(safeguards=[guard(same_uid=None, unchanged=DEPLOYMENT | {"fields": ["a[["]})]), "cannot read the path"),
    ],
)
def test_a_mistake_is_named_with_its_place(data: dict[str, Any], expected: str) -> None:
    assert any(expected in line for line in complaints(data)), complaints(data)


def test_all_problems_come_at_once() -> None:
    data = spec(checks=[check(points=0), check(id="BAD")], safeguards=[guard(penalty=None)])
    assert len(complaints(data)) == 3


def test_a_safeguard_settles_as_its_kind_needs_unless_told() -> None:
    guards = [
        guard(),
        guard(id="scaled", same_uid=None, replicas=DEPLOYMENT),
        guard(id="told", same_uid=None, replicas=DEPLOYMENT, within_seconds=3),
    ]
    read = GradingSpec.model_validate(spec(safeguards=guards))
    assert [g.settling_seconds for g in read.safeguards] == [0.0, 30.0, 3.0]
