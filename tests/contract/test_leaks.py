"""What a lab made by `taller up`, of Objects and Faults side by side, tells its candidate: nothing of how it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue
from labs.core.ids import ScenarioId
from labs.lifecycle.answers import answers
from labs.lifecycle.leaks import leaks
from labs.lifecycle.variants import drawn
from provisioner.kubernetes.sandbox import KubernetesSandbox
from tests.contract.command import taller

SCENARIOS = tuple(map(ScenarioId, ("orders_routing", "invoices_locked_out", "shop_address_reverts")))


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    try:
        named = [word for name in SCENARIOS for word in ("--scenario", name)]
        yield taller("up", *named, "--candidate", "leaks", home=tmp_path)["lab"]
    finally:
        taller("down", "--all", home=tmp_path)


@pytest.mark.cluster
def test_a_lab_as_handed_over_tells_nothing(lab: str, tmp_path: Path) -> None:
    sandbox = KubernetesSandbox((tmp_path / "labs" / lab / "admin.kubeconfig").read_text())
    variants = drawn(load_catalogue(), SCENARIOS, taller("show", lab, home=tmp_path)["seed"])
    assert [leak for variant in variants.values() for leak in leaks(sandbox.reader, variant)] == []
    # The same search on the same cluster, once it tells: a look that finds nothing must be able to find something.
    told = variants[SCENARIOS[0]]
    ref, values = next(iter(answers(told).items()))
    note = {"metadata": {"name": ref.name, "namespace": ref.namespace, "annotations": {"note": f"was {min(values)}"}}}
    sandbox.writer.apply([{"apiVersion": ref.api_version, "kind": ref.kind, **note}], field_manager="taller-test")
    found = leaks(sandbox.reader, told)
    assert any(repr(min(values)) in each and str(ref) in each for each in found), found
    assert any("taller-test" in each for each in found), found
