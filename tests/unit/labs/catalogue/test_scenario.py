from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue
from labs.catalogue.problems import CatalogueError
from labs.catalogue.scenario import Scenario
from labs.core.errors import NotFoundError
from labs.core.probes import ClientIdentity, ObjectRef
from tests.unit.labs.catalogue.folders import FAULT, SCENARIO, write


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    write(tmp_path)
    return load_catalogue(tmp_path)["tiny_shop"]


def test_the_same_seed_gives_the_same_variant(scenario: Scenario) -> None:
    assert scenario.draw("maria") == scenario.draw("maria")
    seen = {scenario.draw(str(seed)).parameters["port"] for seed in range(40)}
    assert len(seen) > 5


def test_a_variant_is_filled_in_everywhere(scenario: Scenario) -> None:
    variant = scenario.variant({"ns": "tiny-a", "port": 8085})
    service = ObjectRef("v1", "Service", "shop", "tiny-a")
    assert variant.faulted == {service}
    assert variant.healthy[1]["spec"]["ports"] == [{"name": "http", "port": 8085, "targetPort": "http"}]
    assert variant.broken[1]["spec"]["ports"] == [{"name": "http", "port": 8085, "targetPort": "nothing"}]
    assert variant.broken[0] == variant.healthy[0]
    assert variant.namespaces == ("tiny-a",)
    assert variant.client == ClientIdentity("tiny-a", (("app", "client"),))
    assert variant.spec.checks[0].tcp is not None
    assert variant.spec.checks[0].tcp.port == 8085
    assert variant.spec.parameters == {"ns": "tiny-a", "port": 8085}
    assert variant.candidate_rules[0].rules == (
        {"apiGroups": [""], "resources": ["services"], "verbs": ["get", "patch"]},
    )
    assert variant.fixes["one"].text == "kubectl -n tiny-a get services\n"
    assert variant.traps["two"].caught_by == "still-there"
    assert variant.hints[0].text["es"] == "Vea tiny-a."
    assert variant.brief("es").endswith("en tiny-a.\n")
    with pytest.raises(NotFoundError, match="fr"):
        variant.brief("fr")


def test_a_fault_may_depend_on_a_parameter(tmp_path: Path) -> None:
    other = FAULT.replace("nothing", "elsewhere")
    fault = f"{FAULT}  when: {{ns: tiny-a}}\n{other}  when: {{ns: tiny-b}}\n"
    write(tmp_path, {"fault.yaml": fault, "scenario.yaml": SCENARIO})
    scenario = load_catalogue(tmp_path)["tiny_shop"]
    for namespace, wrong in (("tiny-a", "nothing"), ("tiny-b", "elsewhere")):
        variant = scenario.variant({"ns": namespace, "port": 8081})
        assert variant.broken[1]["spec"]["ports"][0]["targetPort"] == wrong


def test_what_fixes_and_traps_share_is_put_in(tmp_path: Path) -> None:
    write(
        tmp_path, {"shared.j2": "find() { kubectl -n {{ ns }} get $1; }\n", "fixes/one.sh": "{{ shared }}\nfind pods\n"}
    )
    variant = load_catalogue(tmp_path)["tiny_shop"].draw("ana")
    (space,) = variant.namespaces
    assert variant.fixes["one"].text == f"find() {{ kubectl -n {space} get $1; }}\nfind pods\n"


@pytest.mark.parametrize(
    ("changed", "place"),
    [({"shared.j2": "\n{{ nobody }}\n"}, r"shared\.j2:2: 'nobody'"), ({}, r"one\.sh:1: 'shared'")],
    ids=["its own", "none"],
)
def test_trouble_with_what_they_share_is_told_once(changed: dict[str, str], place: str, tmp_path: Path) -> None:
    write(tmp_path, {"fixes/one.sh": "{{ shared }}\n", **changed})
    with pytest.raises(CatalogueError, match=place + " is undefined") as caught:
        load_catalogue(tmp_path)
    assert len(caught.value.problems) == 1
