from collections.abc import Callable
from typing import Any

import pytest

from labs.core.probes import AccessQuestion
from tests.unit.scenarios.systems import CATALOGUE, System, system

SCENARIO = CATALOGUE["duty_report_fails"]
PLACES = ("subject", "account", "verb", "subresource")
VARIANTS = {place: SCENARIO.variant({**SCENARIO.draw("x").parameters, "place": place}) for place in PLACES}
NS = str(VARIANTS["verb"].parameters["ns"])
ACCOUNT = f"{VARIANTS['verb'].parameters['app']}-{VARIANTS['verb'].parameters['account']}"


def authorizer(found: System) -> Callable[[AccessQuestion], bool]:
    """What the Roles and RoleBindings of the system, as they are now, allow."""

    def allows(question: AccessQuestion) -> bool:
        for ref, binding in found.objects.items():
            if ref.kind != "RoleBinding" or ref.namespace != question.namespace:
                continue
            if any(_is(subject, question) for subject in binding["subjects"]):
                rules = found.object("Role", binding["roleRef"]["name"], "rbac.authorization.k8s.io/v1")["rules"]
                if any(_covers(rule, question) for rule in rules):
                    return True
        return False

    return allows


def _is(subject: dict[str, Any], question: AccessQuestion) -> bool:
    name = subject["name"]
    if subject["kind"] == "ServiceAccount":
        name = f"system:serviceaccount:{subject['namespace']}:{name}"
    return name == question.user or name in question.groups


def _covers(rule: dict[str, Any], question: AccessQuestion) -> bool:
    return (
        question.verb in rule["verbs"]
        and question.resource in rule["resources"]
        and question.api_group in rule["apiGroups"]
    )


def asked(place: str, *, broken: bool = True) -> System:
    variant = VARIANTS[place]
    found = system(variant, variant.broken if broken else variant.healthy)
    found.sandbox.reader.allows = authorizer(found)
    return found


def bind(found: System, subject: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    api = "rbac.authorization.k8s.io/v1"
    found.sandbox.reader.put(api, "Role", "extra", NS, rules=rules)
    found.sandbox.reader.put(api, "RoleBinding", "extra", NS, subjects=[subject], roleRef={"name": "extra"})


NEEDED = [{"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list"]}]


@pytest.mark.parametrize("place", PLACES)
def test_healthy_may_and_broken_may_not(place: str) -> None:
    assert asked(place, broken=False).finding("account-may").passed
    found = asked(place)
    assert not found.finding("account-may").passed
    assert found.finding("account-may-no-more").passed
    assert found.finding("others-refused").passed


@pytest.mark.parametrize("place", ["verb", "subresource", "subject"])
def test_a_role_of_its_own_is_as_good(place: str) -> None:
    found = asked(place)
    bind(found, {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NS}, NEEDED)
    for check in ("account-may", "account-may-no-more", "others-refused"):
        assert found.finding(check).passed


@pytest.mark.parametrize(
    ("subject", "rules", "caught_by"),
    [
        ({"kind": "Group", "name": f"system:serviceaccounts:{NS}"}, NEEDED, "others-refused"),
        ({"kind": "Group", "name": "system:authenticated"}, NEEDED, "others-refused"),
        ({"kind": "ServiceAccount", "name": "default", "namespace": NS}, NEEDED, "others-refused"),
        (
            {"kind": "ServiceAccount", "name": ACCOUNT, "namespace": NS},
            [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}],
            "account-may-no-more",
        ),
    ],
)
def test_too_much_is_caught(subject: dict[str, Any], rules: list[dict[str, Any]], caught_by: str) -> None:
    found = asked("verb")
    bind(found, subject, rules)
    assert not found.finding(caught_by).passed


def test_a_workload_that_is_gone_is_told() -> None:
    found = asked("verb")
    del found.objects[next(ref for ref in found.objects if ref.kind == "Deployment" and ref.name in ACCOUNT)]
    assert not found.finding("account-may").passed
