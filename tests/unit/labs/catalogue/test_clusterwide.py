"""What lives in no namespace: whom it may belong to, and what a candidate may do to it."""

from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue, thorough_problems
from labs.catalogue.problems import CatalogueError
from labs.core.probes import ObjectRef
from tests.unit.labs.catalogue.folders import MANIFEST, SCENARIO, write

CLASS = """\
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: {{ ns }}-urgent}
value: 1000
"""
KIND = """\
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sites.{{ ns }}.example}
spec: {group: "{{ ns }}.example", scope: Cluster, names: {kind: Site, plural: sites}, versions: [{name: v1}]}
---
apiVersion: {{ ns }}.example/v1
kind: Site
metadata: {name: main}
"""
NAMED = (
    '{apiGroups: [scheduling.k8s.io], resources: [priorityclasses], verbs: [patch], resourceNames: ["{{ ns }}-urgent"]}'
)


def loaded(root: Path, *, rule: str = "", manifests: str = MANIFEST + CLASS, shares: bool = True) -> list[str]:
    grant = f"  - cluster: true\n    rules: [{rule}]\nchecks:" if rule else "checks:"
    text = SCENARIO.replace("checks:", grant).replace(
        "minutes: 5", f"minutes: 5\nshares_sandbox: {str(shares).lower()}"
    )
    write(root, {"scenario.yaml": text, "manifests/10-shop.yaml.j2": manifests})
    try:
        load_catalogue(root)
    except CatalogueError as error:
        return [problem.message for problem in error.problems]
    return []


def test_objects_that_live_in_no_namespace_are_the_scenarios_own(tmp_path: Path) -> None:
    assert loaded(tmp_path, rule=NAMED, manifests=MANIFEST + CLASS + KIND) == []
    variant = load_catalogue(tmp_path)["tiny_shop"].draw("ana")
    (space,) = variant.namespaces
    assert variant.cluster_refs == (
        ObjectRef("scheduling.k8s.io/v1", "PriorityClass", f"{space}-urgent"),
        ObjectRef("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"sites.{space}.example"),
        ObjectRef(f"{space}.example/v1", "Site", "main"),
    )
    assert f"namespace {space}" in variant.claims
    assert f"PriorityClass {space}-urgent" in variant.claims
    assert [access.namespace for access in variant.candidate_rules] == [space, ""]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("{{ ns }}-urgent", "system-node-critical", "the name is the sandbox's own"),
        ("kind: PriorityClass", "kind: ConfigMap", "names no namespace"),
    ],
)
def test_names_and_kinds_that_are_not(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert any(problem in found for found in loaded(tmp_path, manifests=MANIFEST + CLASS.replace(old, new)))


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ('{apiGroups: [""], resources: [secrets], verbs: [get]}', "secrets of all namespaces"),
        ('{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}', "nodes/proxy of all"),
        ('{apiGroups: [""], resources: [pods], verbs: [delete]}', "by resourceNames only"),
        (NAMED.replace("patch", "patch, create"), "by resourceNames only"),
        (NAMED.replace("{{ ns }}-urgent", "somebody"), "no manifest makes the priorityclasses somebody"),
        ("{apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind]}", "bind lets a candidate"),
        ('{apiGroups: [""], resources: [users], verbs: [impersonate]}', "impersonate lets a candidate"),
    ],
)
def test_a_shared_sandbox_has_one_administrator(tmp_path: Path, rule: str, problem: str) -> None:
    found = loaded(tmp_path, rule=rule)
    assert any(problem in message for message in found), found
    assert not loaded(tmp_path, rule=rule, shares=False)


def test_reading_is_for_everybody(tmp_path: Path) -> None:
    assert not loaded(tmp_path, rule='{apiGroups: [""], resources: [nodes, namespaces], verbs: [get, list, watch]}')


def test_a_wildcard_is_refused_everywhere(tmp_path: Path) -> None:
    found = loaded(tmp_path, rule='{apiGroups: [""], resources: ["*"], verbs: [get]}', shares=False)
    assert any("should match pattern" in message for message in found)


def test_a_grant_is_for_one_place(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"scenario.yaml": SCENARIO.replace('- namespace: "{{ ns }}"', '- namespace: "{{ ns }}"\n    cluster: true')},
    )
    with pytest.raises(CatalogueError, match="either namespace or cluster"):
        load_catalogue(tmp_path)


def test_two_scenarios_cannot_make_the_same_object(tmp_path: Path) -> None:
    loaded(tmp_path)
    folder = tmp_path / "tiny_shop"
    other = folder.rename(tmp_path / "tiny_stop")
    text = (other / "scenario.yaml").read_text()
    (other / "scenario.yaml").write_text(text.replace("id: tiny_shop", "id: tiny_stop").replace("tiny-", "other-"))
    manifest = other / "manifests/10-shop.yaml.j2"
    manifest.write_text(manifest.read_text().replace("{{ ns }}-urgent", "urgent"))
    loaded(tmp_path, manifests=MANIFEST + CLASS.replace("{{ ns }}-urgent", "urgent"))
    found = {problem.message for problem in thorough_problems(tmp_path)}
    assert found == {"the PriorityClass urgent is used by tiny_shop, tiny_stop"}
