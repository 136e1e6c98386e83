from pathlib import Path

import pytest

from labs.catalogue.loader import load_catalogue, thorough_problems
from labs.catalogue.problems import CatalogueError
from labs.core.errors import NotFoundError
from tests.unit.labs.catalogue.folders import FAULT, MANIFEST, SCENARIO, write


def problems_of(root: Path) -> list[str]:
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(root)
    return [f"{problem.path.name}:{problem.line}: {problem.message}" for problem in caught.value.problems]


def test_a_whole_scenario_loads(tmp_path: Path) -> None:
    write(tmp_path)
    catalogue = load_catalogue(tmp_path)
    assert list(catalogue.scenarios) == ["tiny_shop"]
    assert catalogue["tiny_shop"].fix_names == ("one", "two")
    assert not thorough_problems(tmp_path)


def test_planning_needs_only_what_scenario_yaml_says(tmp_path: Path) -> None:
    write(tmp_path, {"fixes/two.sh": None})
    assert load_catalogue(tmp_path, rendered=False)["tiny_shop"].minutes == 5
    with pytest.raises(CatalogueError):
        load_catalogue(tmp_path)


def test_an_unknown_scenario_is_named_with_those_there_are(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(NotFoundError) as caught:
        load_catalogue(tmp_path)["huge_shop"]
    assert "huge_shop" in caught.value.message
    assert "tiny_shop" in caught.value.hint


def test_no_catalogue_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no catalogue"):
        load_catalogue(tmp_path / "nowhere")


def test_problems_of_all_files_come_at_once_with_their_lines(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "scenario.yaml": SCENARIO.replace("points: 10", "points: 0"),
            "manifests/10-shop.yaml.j2": MANIFEST.replace("port: {{ port }}", "port: {{ prot }}"),
            "brief.es.md": None,
            "traps/one.sh": "true\n",
            "traps/two.sh": None,
            "fault.yaml": FAULT.replace("name: shop", "name: shup"),
        },
    )
    assert problems_of(tmp_path) == [
        "brief.es.md:0: is missing",
        "fault.yaml:1: no manifest makes Service tiny-b/shup",
        "10-shop.yaml.j2:10: 'prot' is undefined",
        "scenario.yaml:15: checks.0: a target check needs points",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("level: junior", "level: boss", "scenario.yaml:4: level: Input should be 'junior'"),
        ("minutes: 5", "minutes: 5\nminute: 6", "scenario.yaml:6: minute: Extra inputs are not permitted"),
        ("minutes: 5", "minutes: 5\nminutes: 6", "scenario.yaml:6: the key 'minutes' is given twice"),
        ("minutes: 5", "minutes: [", "scenario.yaml:7: not YAML"),
        ("id: tiny_shop", "id: tiny_stop", "scenario.yaml:1: the id is 'tiny_stop', but the folder is 'tiny_shop'"),
        ("title: {en: Tiny, es: Chico}", "title: {en: Tiny}", "scenario.yaml:2: title.es: Field required"),
        ("[8081, 8090]", "[8090, 8081]", "scenario.yaml:9: parameters.port: the range's first number is above"),
        ("  port: {range", "  spare: {range: [1, 2]}\n  port: {range", "scenario.yaml:9: no file uses the parameter"),
        ('host: "shop.{{ ns }}"', 'host: "{{ place }}"', "scenario.yaml:18: 'place' is undefined"),
        ("verbs: [get, patch]", 'verbs: ["*"]', "scenario.yaml:13: candidate.0.rules.0.verbs.0: String should match"),
        ("tcp: {", "http: {url: x}\n    tcp: {", "checks.0.http"),
        ("exists: {", "python: kept\n    absent: {", "give exactly one of"),
        ('  - namespace: "{{ ns }}"', "  - namespace: other", "no manifest makes the namespace other"),
        (
            "durability: {none: Nothing here runs in pods.}",
            "",
            "scenario.yaml:1: nothing says how durability is examined: give one of replace_pods, wait_seconds, none",
        ),
        ("{none: Nothing here runs in pods.}", "{wait_second: 5}", "durability.wait_second: Extra inputs"),
        (
            "{none: Nothing here runs in pods.}",
            "{none: No pods here., wait_seconds: 5}",
            "durability: give exactly one",
        ),
        (
            "{none: Nothing here runs in pods.}",
            '{replace_pods: {namespace: "{{ ns }}", labels: {app: shop}}}',
            "no DaemonSet, Deployment, ReplicaSet, StatefulSet of the manifests makes pods with app=shop in tiny-",
        ),
    ],
)
def test_scenario_yaml_is_checked(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in SCENARIO
    write(tmp_path, {"scenario.yaml": SCENARIO.replace(old, new)})
    assert any(problem in found for found in problems_of(tmp_path)), problems_of(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("fixes/two.sh", None, "fixes:0: 1 of at least 2 fixes"),
        ("traps/two.sh", None, "traps:0: 1 of at least 2 traps"),
        ("traps/two.sh", "true\n", "two.sh:1: the first line must be `# caught-by: ID`"),
        ("traps/two.sh", "# caught-by: nobody\n", "two.sh:1: caught-by names 'nobody'"),
        ("brief.en.md", "# Tiny\nThe targetPort is wrong.\n", "brief.en.md:2: tells the cause: the fault is about 't"),
        ("brief.en.md", "# Tiny\nIt says `nothing`.\n", "brief.en.md:2: tells the cause: the fault is about 'nothing'"),
        ("brief.es.md", "{% if %}\n", "brief.es.md:1: Expected an expression"),
        ("manifests/10-shop.yaml.j2", "- 1\n", "10-shop.yaml.j2:1: not a mapping"),
        ("manifests/10-shop.yaml.j2", "kind: Service\n", "lacks apiVersion, metadata.name"),
        ("manifests/10-shop.yaml.j2", MANIFEST.replace("enforce", "warn"), "says nothing of Pod Security"),
        ("manifests/20-again.yaml.j2", MANIFEST, "20-again.yaml.j2:1: Namespace tiny-b is there twice"),
        ("fault.yaml", "[]\n", "patches: Tuple should have at least 1 item"),
        ("fault.yaml", FAULT.replace("nothing", "http"), "fault.yaml:1: the patch changes nothing in Service"),
        ("fault.yaml", FAULT + "  when: {color: red}\n", "fault.yaml:1: when names no parameter: color"),
        ("fault.yaml", FAULT + "  when: {port: 1}\n", "fault.yaml:0: breaks nothing"),
        (
            "checks.py",
            "@check('unused')\ndef f(view): ...\n",
            "checks.py:0: scenario.yaml does not use the Python check",
        ),
        ("checks.py", "def f(:", "checks.py:0: not Python"),
    ],
)
def test_the_other_files_are_checked(tmp_path: Path, name: str, text: str | None, problem: str) -> None:
    write(tmp_path, {name: text})
    assert any(problem in found for found in problems_of(tmp_path)), problems_of(tmp_path)


WORKLOAD = """\
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: {{ ns }}}
spec:
  selector: {matchLabels: {app: shop}}
  template: {metadata: {labels: {app: shop, {{ key }}: front}}, spec: {containers: [{name: app, image: shop}]}}
"""


def test_the_pods_to_replace_are_named_by_what_the_manifests_give_them(tmp_path: Path) -> None:
    plan = '{replace_pods: {namespace: "{{ ns }}", labels: {"{{ key }}": front}}}'
    scenario = SCENARIO.replace("{none: Nothing here runs in pods.}", plan)
    scenario = scenario.replace("parameters:\n", "parameters:\n  key: {choice: [tier, part]}\n")
    write(tmp_path, {"scenario.yaml": scenario, "manifests/20-app.yaml.j2": WORKLOAD})
    variant = load_catalogue(tmp_path)["tiny_shop"].draw("ana")
    assert variant.spec.durability
    assert variant.spec.durability.replace_pods
    assert variant.spec.durability.replace_pods.labels == {variant.parameters["key"]: "front"}


def test_a_python_check_must_be_registered(tmp_path: Path) -> None:
    changed = SCENARIO.replace('tcp: {host: "shop.{{ ns }}", port: "{{ port }}"}', "python: is-sold")
    write(tmp_path, {"scenario.yaml": changed})
    assert "checks.py:0: no function is registered with @check('is-sold')" in problems_of(tmp_path)
    write(tmp_path, {"scenario.yaml": changed, "checks.py": "@check('is-sold')\ndef sold(view): ...\n"})
    assert load_catalogue(tmp_path)["tiny_shop"].checks_path is not None


def test_not_text_and_too_much_text_are_said(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "brief.en.md").write_bytes(b"# fine\n\xff\xfe")
    (folder / "brief.es.md").write_text("a" * 300_000)
    assert [problem.partition(": ")[0] for problem in problems_of(tmp_path)] == ["brief.en.md:2", "brief.es.md:0"]


def test_two_scenarios_must_not_meet_in_a_namespace(tmp_path: Path) -> None:
    folder = write(tmp_path)
    folder.rename(tmp_path / "other_shop")
    yaml = tmp_path / "other_shop" / "scenario.yaml"
    yaml.write_text(yaml.read_text().replace("id: tiny_shop", "id: other_shop"))
    write(tmp_path)
    assert any("the namespace tiny-a is used by other_shop, tiny_shop" in str(p) for p in thorough_problems(tmp_path))
