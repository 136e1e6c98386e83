"""What is read of a lab's audit log, which somebody with the node's root may have written to."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labs.cli.audit import audit_json
from labs.core.errors import InputError
from labs.core.ids import ScenarioId
from labs.lifecycle.audit import CANDIDATE, TALLER, lab_audit, last_write, parse
from labs.lifecycle.down import down
from labs.lifecycle.up import UpRequest, up
from tests.unit.lifecycle.fakes import World

EIGHT = 1_795_680_000.0
"""2026-11-26 08:00 UTC."""
USER = "system:serviceaccount:taller-access:candidate"


def line(**changes: Any) -> str:
    fields = {
        "at": "2026-11-26T08:00:00.000Z", "user": USER, "verb": "delete", "group": "apps", "resource": "deployments",
        "namespace": "shop", "name": "web", "code": 200,
    }  # fmt: skip
    return json.dumps({name: value for name, value in {**fields, **changes}.items() if value is not None}) + "\n"


def test_who_did_what() -> None:
    log = parse(
        line() + line(user="kubernetes-admin") + line(user="eve", resource="pods", group=None, subresource="exec")
    )
    assert [(entry.who, entry.what) for entry in log.entries] == [
        (CANDIDATE, "deployments.apps"),
        (TALLER, "deployments.apps"),
        ("eve", "pods/exec"),
    ]
    assert [entry.who for entry in log.of_candidate().entries] == [CANDIDATE, "eve"]
    assert log.entries[0].is_accepted
    assert not parse(line(code=403)).entries[0].is_accepted


def test_a_record_that_is_full_or_was_tampered_with_says_so() -> None:
    text = line() + "no json\n" + "[1]\n" + '{"at": 7}\n' + line(full=True) + line()[:40]
    log = parse(text)
    assert (len(log.entries), log.is_full, log.unreadable) == (1, True, 4)


@pytest.mark.parametrize(
    "value", ["\x1b[2Jgone", "\x9b31m", "a\nb\tc", "\u202eexe", "x" * 100_000, ["a"], {"a": 1}, -1]
)
def test_hostile_values_are_cleaned_or_dropped(value: object) -> None:
    entry = parse(
        line(user=value, verb=value, name=value, code=value, more=value, command=[value, "ok"], agent=value)
    ).entries[0]
    texts = [entry.who, entry.verb, entry.name, entry.agent, *entry.command]
    assert all(len(text) <= 300 and text.isprintable() for text in texts)
    assert (entry.code, entry.more) == (0, 0)


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    log = parse(text)
    json.dumps(audit_json("lab", log))


def test_a_lab_that_is_gone_has_none(world: World) -> None:
    context = world.context()
    record = up(context, UpRequest("ana", [ScenarioId("orders_routing")]))
    world.engine.log = line()
    assert lab_audit(context, record.id).entries[0].name == "web"
    down(context, record.id)
    with pytest.raises(InputError, match="gone"):
        lab_audit(context, record.id)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"namespace": None, "resource": "validatingwebhookconfigurations"},
        {"subresource": "scale", "verb": "patch"},
    ],
)
def test_what_the_candidate_wrote_in_a_scenarios_namespaces_counts(changes: dict[str, Any]) -> None:
    assert last_write(line(**changes), ["shop"]) == EIGHT


@pytest.mark.parametrize(
    "changes",
    [
        {"namespace": "bank"},
        {"user": "kubernetes-admin"},
        {"verb": "get", "resource": "secrets"},
        {"verb": "create", "resource": "pods", "subresource": "exec"},
        {"code": 403},
        {"code": "200"},
        {"dry_run": True},
        {"at": "yesterday"},
    ],
)
def test_what_others_did_or_changed_nothing_there_does_not(changes: dict[str, Any]) -> None:
    assert last_write(line(**changes), ["shop"]) is None


def test_the_last_write_counts_whatever_the_order_and_whatever_stands_between() -> None:
    text = line() + line(at="2026-11-26T08:00:07.500Z") + "no json\n" + line(full=True, user=None) + line()
    assert last_write(text, ["shop"]) == EIGHT + 7.5
    assert last_write("", ["shop"]) is None
