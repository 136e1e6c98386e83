"""Scenarios about admission: their checks, against an API server that lets in what a test says."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from labs.core.probes import Admission, ObjectRef
from tests.unit.scenarios.systems import CATALOGUE, System, system

Pod = Mapping[str, Any]
OUT = "failed calling webhook: no endpoints"


def asked(scenario: str, admits: Callable[[Pod], str], *, broken: bool = True, seed: str = "maria") -> System:
    """The scenario's system before an API server that refuses a pod with those words; empty: it lets it in."""
    variant = CATALOGUE[scenario].draw(seed)
    found = system(variant, variant.broken if broken else variant.healthy)

    def would_create(manifest: Pod) -> Admission:
        words = admits(manifest)
        return Admission(is_let_in=not words, message=words, manifest=manifest)

    found.sandbox.reader.admits = would_create
    return found


def image(pod: Pod) -> str:
    return str(pod["spec"]["containers"][0]["image"])


def labels(pod: Pod) -> Mapping[str, str]:
    found: Mapping[str, str] = pod["metadata"]["labels"]
    return found


# --- tickets_understaffed


def restricted(pod: Pod) -> str:
    context = pod["spec"]["containers"][0]["securityContext"]
    is_safe = (
        context.get("runAsNonRoot")
        and context.get("runAsUser")
        and context.get("allowPrivilegeEscalation") is False
        and context.get("capabilities") == {"drop": ["ALL"]}
        and (context.get("seccompProfile") or {}).get("type") == "RuntimeDefault"
    )
    return "" if is_safe else 'violates PodSecurity "restricted:latest"'


def forgiving(field: str) -> Callable[[Pod], str]:
    """The level, but for one thing that it does not ask for."""
    safe = {"runAsUser": 1, "runAsNonRoot": True, "allowPrivilegeEscalation": False}
    more = {"capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}

    def admits(pod: Pod) -> str:
        context = pod["spec"]["containers"][0]["securityContext"]
        fields = ["runAsUser", "runAsNonRoot"] if field == "runAsUser" else [field]
        mended = {**context, **{name: {**safe, **more}[name] for name in fields}}
        return restricted({"spec": {"containers": [{"securityContext": mended}]}})

    return admits


def test_a_level_that_refuses_every_unsafe_pod_is_kept() -> None:
    assert asked("tickets_understaffed", restricted).finding("unsafe-pods-refused").passed


@pytest.mark.parametrize("field", ["runAsUser", "allowPrivilegeEscalation", "capabilities", "seccompProfile"])
def test_a_level_that_forgives_one_thing_is_not(field: str) -> None:
    assert not asked("tickets_understaffed", forgiving(field)).finding("unsafe-pods-refused").passed


def test_a_refusal_for_another_reason_is_no_level() -> None:
    assert not asked("tickets_understaffed", lambda _: "exceeded quota").finding("unsafe-pods-refused").passed


# --- clinic_nothing_starts


def clinic(pod: Pod) -> str:
    if "team" not in labels(pod):
        return "denied the request: the label team is missing"
    return "" if image(pod).startswith("lab.local/") else f"denied: the image {image(pod)} comes from elsewhere than us"


@pytest.mark.parametrize(
    ("admits", "verdicts"),
    [
        (clinic, (True, True)),
        (lambda _: OUT, (False, True)),
        (lambda _: "", (False, False)),
        (lambda pod: "" if image(pod).startswith("lab") else clinic(pod), (False, False)),
        (lambda pod: "" if "team" in labels(pod) else clinic(pod), (False, False)),
        (lambda pod: clinic(pod) and OUT, (False, True)),
    ],
)
def test_admission_is_heard_and_keeps_bad_pods_out(admits: Callable[[Pod], str], verdicts: tuple[bool, bool]) -> None:
    found = asked("clinic_nothing_starts", admits)
    assert tuple(found.finding(check).passed for check in ("rules-are-heard", "bad-pods-refused")) == verdicts


# --- payroll_policy_says_no


MEMORY = {"": None, "8M": 8e6, "64Mi": 64 * 2**20, "65Mi": 65 * 2**20, "1Gi": 2**30}


def payroll(*, digits: int = 4, most: float = 64 * 2**20, prefix: str = "lab.local/") -> Callable[[Pod], str]:
    def admits(pod: Pod) -> str:
        centre = labels(pod).get("cost-centre", "")
        amount = MEMORY[pod["spec"]["containers"][0].get("resources", {}).get("limits", {}).get("memory", "")]
        is_centre = centre.startswith("cc-") and centre[3:].isdecimal() and len(centre) == digits + 3
        return "" if is_centre and amount and amount <= most and image(pod).startswith(prefix) else "forbidden"

    return admits


@pytest.mark.parametrize(
    ("admits", "verdicts"),
    [
        (payroll(), (True, True)),
        (payroll(digits=3), (False, True)),
        (payroll(most=64e6), (False, True)),
        (payroll(prefix="lab.local/library/"), (False, True)),
        (payroll(prefix=""), (True, False)),
        (payroll(most=2e9), (True, False)),
        (lambda _: "", (True, False)),
        (lambda _: "forbidden", (False, True)),
    ],
)
def test_a_policy_is_neither_too_strict_nor_too_lax(admits: Callable[[Pod], str], verdicts: tuple[bool, bool]) -> None:
    found = asked("payroll_policy_says_no", admits)
    assert tuple(found.finding(check).passed for check in ("good-pods-let-in", "bad-pods-refused")) == verdicts


# --- press_dies_of_too_little

PRESS = CATALOGUE["press_dies_of_too_little"].draw("maria")
RULES = {"": 24, "tiny": 20, "batch": 64, str(PRESS.parameters["profile"]): 96}
UNITS = {"Mi": 1, "Gi": 1024}


def press(caps: Mapping[str, int], *, refuses_nameless: bool = True) -> System:
    """The healthy system with those caps by profile; a cap of 0 caps nothing."""
    found = system(PRESS, PRESS.healthy)

    def would_create(pod: Pod) -> Admission:
        if refuses_nameless and "team" not in labels(pod):
            return Admission(is_let_in=False, message="the label team is missing")
        limit = str(pod["spec"]["containers"][0]["resources"]["limits"]["memory"])
        cap = caps.get(labels(pod).get("memory-profile", ""), caps[""])
        amount = int(limit[:-2]) * UNITS[limit[-2:]]
        limits = {"memory": f"{min(amount, cap) if cap else amount}Mi"}
        return Admission(is_let_in=True, manifest={"spec": {"containers": [{"resources": {"limits": limits}}]}})

    found.sandbox.reader.admits = would_create
    return found


def template(found: System) -> dict[str, Any]:
    """The pod template of the application's Deployment."""
    ref = ObjectRef("apps/v1", "Deployment", str(PRESS.parameters["app"]), str(PRESS.parameters["ns"]))
    made: dict[str, Any] = found.objects[ref]["spec"]["template"]
    return made


def test_the_rules_as_they_were_meant_give_enough_and_not_more() -> None:
    found = press(RULES)
    for check in ("new-copies-get-enough", "others-stay-capped", "nameless-pods-refused"):
        assert found.finding(check).passed, check


@pytest.mark.parametrize("profile", ["", "tiny", "unknown"])
def test_a_copy_with_the_wrong_profile_does_not_get_enough(profile: str) -> None:
    found = press(RULES)
    template(found)["metadata"]["labels"]["memory-profile"] = profile
    assert not found.finding("new-copies-get-enough").passed


def test_any_profile_that_fits_is_right_also_a_new_one() -> None:
    found = press({**RULES, "press": 80})
    labels_of_it = template(found)["metadata"]["labels"]
    for profile in ("batch", "press"):
        labels_of_it["memory-profile"] = profile
        assert found.finding("new-copies-get-enough").passed
        assert found.finding("others-stay-capped").passed


@pytest.mark.parametrize(
    "change", [{"": 0}, {"": 96}, {"tiny": 96}, {"batch": 128}, {str(PRESS.parameters["profile"]): 512}]
)
def test_more_for_others_is_noticed(change: Mapping[str, int]) -> None:
    assert not press({**RULES, **change}).finding("others-stay-capped").passed


def test_a_profile_of_ones_own_without_bounds_is_noticed() -> None:
    found = press({**RULES, "all": 0})
    template(found)["metadata"]["labels"]["memory-profile"] = "all"
    assert not found.finding("others-stay-capped").passed


def test_nobody_refusing_nameless_pods_is_noticed() -> None:
    assert not press(RULES, refuses_nameless=False).finding("nameless-pods-refused").passed


def test_without_the_deployment_there_is_no_new_copy() -> None:
    found = press(RULES)
    found.sandbox.reader.remove("apps/v1", "Deployment", str(PRESS.parameters["app"]), str(PRESS.parameters["ns"]))
    assert not found.finding("new-copies-get-enough").passed
