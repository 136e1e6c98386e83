from types import ModuleType

import pytest

from grading.helpers import Finding, ScenarioView, check, collect, passed
from labs.core.errors import InputError
from labs.core.probes import DnsQuery, HttpRequest, TcpDial
from tests.unit.grading.fakes import OK, FakeSandbox, view_of


@check("first")
def first(_view: ScenarioView) -> Finding:
    return passed(en="yes", es="sí")


@check("first")
def again(_view: ScenarioView) -> Finding:
    return passed(en="yes", es="sí")


def module(**contents: object) -> ModuleType:
    made = ModuleType("checks")
    vars(made).update(contents)
    return made


def test_registered_functions_are_collected_by_id() -> None:
    assert collect(module(first=first, other=3, helper=len)) == {"first": first}
    assert collect(module(first=first, alias=first)) == {"first": first}


def test_two_functions_with_one_id_are_refused() -> None:
    with pytest.raises(InputError, match="first twice"):
        collect(module(first=first, again=again))


def test_the_view_probes_as_the_client_and_reads() -> None:
    sandbox = FakeSandbox()
    view = view_of(sandbox)
    seen: list[object] = []
    sandbox.answer = lambda probe, identity: seen.append((type(probe), identity.namespace)) or OK  # type: ignore[func-returns-value]
    assert view.http("http://x/").status == 200
    assert view.dns("x") == view.tcp("x", 1) == OK
    assert seen == [(HttpRequest, "shop"), (DnsQuery, "shop"), (TcpDial, "shop")]
    assert view.execute("pod", ["true"]).exit_code == 0
    assert sandbox.executed[0].namespace == "shop"
    assert view.reader.list("v1", "Pod") == []
