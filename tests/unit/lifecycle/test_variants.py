import pytest

from labs.core.errors import InputError
from labs.core.ids import LabId, ScenarioId
from labs.lifecycle.blueprint import NODE_MEMORY_MIB, sandbox_spec
from labs.lifecycle.scripts import chosen
from labs.lifecycle.variants import drawn, python_checks
from tests.unit.lifecycle.fakes import catalogue

ALL = [ScenarioId(name) for name in ("orders_routing", "catalog_never_ready", "invoices_locked_out")]


def test_the_same_seed_gives_the_same_lab() -> None:
    assert drawn(catalogue(), ALL, "ana") == drawn(catalogue(), ALL, "ana")


@pytest.mark.parametrize("seed", ["ana", "bea", "cid", "dan", "eva"])
def test_scenarios_of_a_lab_do_not_meet(seed: str) -> None:
    namespaces = [ns for variant in drawn(catalogue(), ALL, seed).values() for ns in variant.namespaces]
    assert len(namespaces) == len(set(namespaces))


def test_a_labs_memory_is_the_nodes_and_the_scenarios() -> None:
    scenarios = [catalogue()[name] for name in ALL]
    spec = sandbox_spec(LabId("ana-0001"), scenarios)
    assert spec.limits.memory_mib >= NODE_MEMORY_MIB + sum(s.sandbox.memory_mib for s in scenarios)


def test_every_python_check_is_registered() -> None:
    for name in ALL:
        assert drawn(catalogue(), [name], "ana")[name].spec.python_ids <= set(python_checks(catalogue()[name]))


def test_scripts_by_name() -> None:
    variant = drawn(catalogue(), ALL, "ana")[ALL[0]]
    assert chosen(variant).name == min(variant.fixes)
    trap = next(iter(variant.traps))
    assert chosen(variant, trap=trap).caught_by
    with pytest.raises(InputError, match="no fix"):
        chosen(variant, fix="nonsense")
