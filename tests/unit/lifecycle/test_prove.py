from labs.core.ids import ScenarioId
from labs.lifecycle.proofs import Proof, tasks
from labs.lifecycle.prove import VirtualClock, proofs_json
from tests.unit.lifecycle.fakes import catalogue

ORDERS = ScenarioId("orders_routing")


def test_every_fix_and_trap_is_a_proof_of_its_own() -> None:
    variant = catalogue()[ORDERS].draw("ana")
    assert len(tasks(variant)) == 2 + len(variant.fixes) + len(variant.traps)


def test_waiting_takes_no_time() -> None:
    clock = VirtualClock(100.0)
    clock.sleep(15.0)
    clock.sleep(0.0)
    assert clock.now() > 115.0


def test_trouble_is_told_apart_from_a_broken_proof() -> None:
    held = Proof(ORDERS, "s", "healthy", "", 1.0)
    broken = Proof(ORDERS, "s", "fault", "it passes", 1.0)
    blind = Proof(ORDERS, "s", "trap x", "no API", 1.0, is_infrastructure=True)
    shown = proofs_json([held, broken, blind])
    assert not shown["holds"]
    assert [(p["holds"], p["inconclusive"]) for p in shown["proofs"]] == [(True, False), (False, False), (False, True)]
    assert proofs_json([held])["holds"]
